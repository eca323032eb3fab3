# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    GoneError,
    KeepaliveError,
    NotPermittedError,
)
from ansible_collections.linux.tcp.plugins.module_utils._sockets.pidfd import (
    Duplicator,
    as_socket,
    duplicate,
    open_process,
    remedy,
)
from ansible_collections.linux.tcp.tests.unit.host import Refusing, lay_out, needs_root, unprivileged
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

SCENARIOS = Path(__file__).with_name("scenarios")


def inode_of(one: socket.SocketType) -> int:
    return os.fstat(one.fileno()).st_ino


def test_duplicate() -> None:
    pidfd = open_process(os.getpid())
    with socket.socket() as mine:
        mine.settimeout(5)  # which makes it non-blocking
        with closing(as_socket(duplicate(pidfd, mine.fileno(), inode=inode_of(mine)))) as copy:
            number = copy.fileno()
            assert number != mine.fileno()
            assert not os.get_inheritable(number)
            assert not os.get_blocking(number)
            copy.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        assert mine.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(number)
    os.close(pidfd)


def test_blocking_stays() -> None:
    pidfd = open_process(os.getpid())
    with socket.socket() as mine:
        with closing(as_socket(duplicate(pidfd, mine.fileno(), inode=inode_of(mine)))):
            pass
        assert os.get_blocking(mine.fileno())
    os.close(pidfd)


def test_no_object_where_a_default_timeout_would_change_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with socket.socket() as mine:
        monkeypatch.setattr(socket, "getdefaulttimeout", lambda: 5)
        with pytest.raises(RuntimeError, match="A default timeout would change other processes' sockets"):
            as_socket(os.dup(mine.fileno()))
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_is_no_longer_there() -> None:
    before = len(os.listdir("/proc/self/fd"))
    pidfd = open_process(os.getpid())
    with socket.socket() as mine, socket.socket() as other, open(os.devnull, "rb") as file:
        for descriptor, inode in (
            (other.fileno(), inode_of(mine)),
            (file.fileno(), os.fstat(file.fileno()).st_ino),
            (999999, inode_of(mine)),
        ):
            with pytest.raises(GoneError):
                duplicate(pidfd, descriptor, inode=inode)
    child = os.fork()
    if child == 0:
        os._exit(0)
    gone = open_process(child)
    os.waitpid(child, 0)
    with pytest.raises(GoneError):
        duplicate(gone, 0, inode=1)
    with pytest.raises(GoneError):
        open_process(child)
    os.close(gone)
    os.close(pidfd)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("code", "error"),
    [pytest.param(errno.EIO, KeepaliveError, id="unknown"), pytest.param(errno.EACCES, NotPermittedError, id="denied")],
)
def test_a_duplicate_that_cannot_be_compared(
    monkeypatch: pytest.MonkeyPatch, code: int, error: type[KeepaliveError]
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with socket.socket() as mine, closing(Duplicator()) as duplicator:
        inode = inode_of(mine)
        monkeypatch.setattr(os, "fstat", Refusing(os.fstat, 1, code))
        with pytest.raises(error):
            duplicator.duplicate(inode, [(os.getpid(), mine.fileno())])
        monkeypatch.undo()
    assert len(os.listdir("/proc/self/fd")) == before


def test_lend_by_the_first_that_has_it() -> None:
    before = len(os.listdir("/proc/self/fd"))
    duplicator, me = Duplicator(), os.getpid()
    with socket.socket() as mine, socket.socket() as other:
        holders = [(me, 999999), (me, other.fileno()), (me, mine.fileno())]
        copy = duplicator.duplicate(inode_of(mine), holders)
        assert os.fstat(copy).st_ino == inode_of(mine)
        os.close(copy)
        with pytest.raises(GoneError):
            duplicator.duplicate(inode_of(mine), holders[:2])
        with pytest.raises(GoneError):
            duplicator.duplicate(inode_of(mine), [])
    duplicator.close()
    duplicator.close()
    assert len(os.listdir("/proc/self/fd")) == before


AS_ROOT = (
    "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, and a seccomp profile and security modules that allow it: in "
    "a container run with --cap-add SYS_PTRACE, and where that is not enough --security-opt seccomp=unconfined, "
    "or run on its host."
)
AS_USER = "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH: run as root (become: true)."
YAMA = "kernel.yama.ptrace_scope is 3 and forbids it to everybody until the next boot: boot with a lower one."


@needs_root
@pytest.mark.parametrize(
    ("scope", "root", "user"),
    [(None, AS_ROOT, AS_USER), (b"1\n", AS_ROOT, AS_USER), (b"3\n", YAMA, YAMA), (b"odd", AS_ROOT, AS_USER)],
)
def test_remedy(tmp_path: Path, scope: bytes | None, root: str, user: str) -> None:
    lay_out(tmp_path, {} if scope is None else {"sys/kernel/yama/ptrace_scope": scope})
    assert remedy(str(tmp_path)) == root
    with unprivileged(tmp_path) as proc:
        assert remedy(proc) == user


@pytest.mark.parametrize(
    ("number", "error", "message"),
    [
        pytest.param(
            errno.ENOSYS,
            "KernelTooOldError",
            "Sockets cannot be read: this system has no pidfd_getfd(2). Linux 5.6 or newer is needed, and in a "
            "container a runtime whose seccomp profile knows the call.",
            id="older kernel",
        ),
        pytest.param(
            errno.EPERM,
            "NotPermittedError",
            f"Not permitted to take a duplicate of another process's socket. {AS_ROOT}",
            id="refused",
        ),
        pytest.param(
            errno.EMFILE, "KeepaliveError", "Another process cannot be read: Too many open files.", id="another"
        ),
    ],
)
def test_refused(number: int, error: str, message: str) -> None:
    assert run_isolated(SCENARIOS / "refused_duplicate.py", number=number) == {"error": error, "message": message}
