# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import socket
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import ExhaustedError, GoneError, KernelError
from ansible_collections.linux.tcp.plugins.module_utils._host.namespaces import (
    cookie,
    open_namespace,
    run_in,
    run_in_each,
    user_of,
)
from ansible_collections.linux.tcp.tests.unit.host import Refusing
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

SCENARIOS = Path(__file__).with_name("scenarios")
MINE = "/proc/self/ns/net"


@pytest.fixture
def mine() -> t.Iterator[int]:
    descriptor = open_namespace(MINE, os.stat(MINE).st_ino)
    yield descriptor
    os.close(descriptor)


def test_another_number() -> None:
    before = os.listdir("/proc/self/fd")
    with pytest.raises(GoneError) as failed:
        open_namespace(MINE, 1)
    assert str(failed.value) == f"{MINE} is no longer net:[1]."
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_another_kind_of_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(GoneError):
        open_namespace(str(path), path.stat().st_ino)


def test_pipe_that_nobody_writes_to_does_not_hold_it_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(GoneError):
        open_namespace(str(tmp_path / "pipe"), 1)


def test_own_namespace_needs_no_privileges(mine: int) -> None:
    assert run_in(mine, lambda: 7) == 7


def test_user_of(mine: int, tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    assert user_of(mine) == 0
    with (tmp_path / "no namespace").open("w") as file:
        assert user_of(file.fileno()) is None
    assert len(os.listdir("/proc/self/fd")) == len(before)


@pytest.mark.parametrize("error", [KernelError("no."), PermissionError(1, "no")], ids=["the collection's", "system's"])
def test_errors_of_the_work_are_raised(mine: int, error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as failed:
        run_in(mine, fail)
    assert failed.value is error


def test_one_that_fails_does_not_keep_the_others(mine: int) -> None:
    called = []

    def work(descriptor: int) -> int:
        called.append(descriptor)
        if len(called) == 1:
            raise GoneError("x.")
        return 7

    failed, result = run_in_each([mine, mine], work)
    assert isinstance(failed, GoneError)
    assert (result, called) == (7, [mine, mine])


def test_an_error_of_any_kind_is_that_of_one(mine: int) -> None:
    results = iter([MemoryError(), 7])

    def work(_descriptor: int) -> object:
        found = next(results)
        if isinstance(found, Exception):
            raise found
        return found

    failed, result = run_in_each([mine, mine], work)
    assert (type(failed), result) == (MemoryError, 7)


def test_no_thread(mine: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(ExhaustedError) as failed:
        run_in(mine, lambda: 7)
    assert str(failed.value) == (
        "No thread can be started to enter a network namespace: can't start new thread. Raise the limits of processes "
        "and threads (ulimit -u, pids.max of its cgroup, kernel.threads-max), or free memory."
    )


@pytest.mark.parametrize("code", [errno.ENOPROTOOPT, errno.EIO], ids=errno.errorcode.get)
def test_refused_cookie(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr("socket.socket", Refusing(socket.socket, 1, code))
    if code == errno.ENOPROTOOPT:  # older kernels
        assert cookie() is None
        return
    with pytest.raises(OSError, match="Input/output error"):
        cookie()


def test_another_namespace() -> None:
    found = run_isolated(SCENARIOS / "enter_network_namespace.py")
    assert len(set(found.pop("cookies"))) in (1, 3)  # all are None on older kernels
    assert found == {"values": ["300", "600"], "stayed": True, "written": "123", "moved": True}
