# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import os
import resource
import subprocess
import sys
import time
import typing as t
from pathlib import Path
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import ExhaustedError, LockedError
from ansible_collections.linux.tcp.plugins.module_utils._host import lock as lock_module
from ansible_collections.linux.tcp.plugins.module_utils._host import processes as processes_module
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.lock import LOCK_FILE
from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.tests.unit.host import (
    Refusing,
    environment,
    lay_out,
    make_host,
    needs_root,
    unprivileged,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.lock import Purpose
    from ansible_collections.linux.tcp.tests.unit.host import Layout

from ansible_collections.linux.tcp.plugins.module_utils._host.lock import Lock

USER = 4242424
HOLD_LOCK = Path(__file__).with_name("scenarios") / "hold_lock.py"
HOLD_LOCK_OF_USER = HOLD_LOCK.with_name("hold_lock_of_user.py")


def lock_of(root: Path | str, layout: Layout | None = None) -> Lock:
    lay_out(Path(root), layout or {})
    return Lock(Files(str(root)))


def hold_lock(root: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, str(HOLD_LOCK), str(root)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    return holder


def test_the_lock_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = lock_of(tmp_path)
    with hold_lock(tmp_path) as holder:
        polls: list[float] = []

        def poll(seconds: float) -> None:
            polls.append(seconds)
            if len(polls) == 3:  # the other process ends meanwhile
                holder.communicate()

        monkeypatch.setattr(time, "sleep", poll)
        with lock.held():
            assert polls == [0.05] * 3
    with lock.held():  # it was released
        assert len(polls) == 3


def test_the_lock_is_not_waited_for_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = lock_of(tmp_path)
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    with hold_lock(tmp_path), pytest.raises(LockedError) as caught, lock.held():
        pytest.fail("the lock was given twice")
    assert str(caught.value) == (
        f"Another run has held the lock of {tmp_path}/ for 30 seconds. "
        f"Find it with 'lslocks' or 'fuser -v {tmp_path}/', and run again once it has ended."
    )
    assert 30 < now[0] < 30.2


@needs_root
def test_another_user_who_holds_the_lock_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every user who can read a folder can lock it."""
    lock = lock_of(tmp_path)
    monkeypatch.setattr(lock_module, "_MOST_SECONDS", 0.1)
    folder = os.open(tmp_path, os.O_RDONLY)
    command = [sys.executable, str(HOLD_LOCK_OF_USER), str(folder), str(USER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[folder]) as holder:
        os.close(folder)
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        name = Path(f"/proc/{holder.pid}/comm").read_text(encoding="ascii").strip()
        with pytest.raises(LockedError) as caught, lock.held():
            pytest.fail("the lock was given twice")
        holder.communicate()
    assert str(caught.value) == (
        f"Process {holder.pid} ({name}) of the user {USER} has held the lock of {tmp_path}/ for 0 seconds. Every user "
        f"who may read it can do this. End that process, or keep other users from reading {tmp_path}/ (chmod), and run "
        f"again."
    )


def test_the_lock_is_released_after_an_error(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    with pytest.raises(ValueError, match=r"^oops$"), lock.held():
        raise ValueError("oops")
    with lock.held():
        pass


def test_a_lock_that_cannot_be_closed(tmp_path: Path) -> None:
    """As on a network file system: close(2) releases the descriptor all the same."""
    lock = lock_of(tmp_path)

    def descriptors() -> set[str]:
        numbers = os.listdir("/proc/self/fd")
        return {number for number in numbers if os.path.realpath(f"/proc/self/fd/{number}") == str(tmp_path)}

    before = descriptors()
    with lock.held():
        (descriptor,) = descriptors() - before
        os.close(int(descriptor))
    with lock.held():  # it was released
        pass


@pytest.mark.parametrize("layout", [{"/run": None}, {}], ids=["file", "root folder"])
def test_the_lock_and_too_many_open_files(tmp_path: Path, layout: Layout) -> None:
    lock = make_host(tmp_path, layout).lock
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(ExhaustedError) as caught, lock.held():
            pytest.fail("the lock was given")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert str(caught.value).endswith(
        " cannot be opened: Too many open files. Raise the limit of this process (ulimit -n), or close files before "
        "the task runs."
    )


def test_a_link_to_the_folder_of_the_lock_stays_in_the_tree(tmp_path: Path) -> None:
    host = make_host(tmp_path, {"/run": "/var/run", "/var/run": None})
    with host.lock.held():
        assert os.path.exists(f"{tmp_path}/root/var{LOCK_FILE}")


@needs_root
def test_the_lock_of_the_running_system_is_for_root_only(tmp_path: Path) -> None:
    host = make_host(tmp_path, {"/run": None})
    file_of_lock = tmp_path / f"root{LOCK_FILE}"
    with host.lock.held():
        assert file_of_lock.stat().st_mode & 0o7777 == 0o600
        with open(file_of_lock, "rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with open(file_of_lock, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_change_that_began_before_the_host_was_restored_is_refused(tmp_path: Path) -> None:
    """As that of a run whose connection was cut while it waited."""
    lock = make_host(tmp_path, {"/run": None}).lock
    with lock.held("restore"):
        pass
    purposes: tuple[Purpose, ...] = ("look", "restore")
    for purpose in purposes:
        with lock.held(purpose):
            pass
    with pytest.raises(LockedError) as refused, lock.held():
        pytest.fail("the lock was given")
    assert str(refused.value) == "The host was restored while this run waited for it. Run again. Nothing was changed."
    with make_host(tmp_path).lock.held():
        pass


@pytest.mark.parametrize("text", ["", "soon", "9" * 30], ids=["empty", "text", "another boot"])
def test_what_the_lock_holds_may_be_of_others(tmp_path: Path, text: str) -> None:
    lock = make_host(tmp_path, {LOCK_FILE: text.encode()}).lock
    with lock.held():
        pass


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    host = make_host(tmp_path, {LOCK_FILE: "../victim"})
    with host.lock.held():
        assert not (tmp_path / "root/victim").exists()


def test_whether_there_can_be_a_lock(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/tree": None})
    (tmp_path / "tree").chmod(0o711)
    Lock(Files(str(tmp_path / "tree"))).require_possible()
    assert os.listdir(tmp_path / "tree") == []
    if os.geteuid():
        return
    with unprivileged(tmp_path):
        lock = Lock(Files("/tree"))
        with pytest.raises(LockedError) as foreseen:
            lock.require_possible()
        with pytest.raises(LockedError) as real, lock.held():
            pass
    assert str(foreseen.value) == str(real.value)
    assert str(real.value) == "/tree/ cannot be locked: Permission denied. Run as root (become: true)."


def test_a_root_that_cannot_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"root": None})
    (tmp_path / "root").chmod(0o333)
    with unprivileged(tmp_path) as root, pytest.raises(LockedError) as caught, Lock(Files(f"{root}/root")).held():
        pytest.fail("the lock was given")
    assert str(caught.value).endswith("/root/ cannot be locked: Permission denied. Run as root (become: true).")
    monkeypatch.setattr(fcntl, "flock", Refusing(fcntl.flock, 1, errno.ENOLCK))
    with pytest.raises(LockedError) as caught, Lock(Files(str(tmp_path))).held():
        pytest.fail("the lock was given")
    assert str(caught.value) == f"{tmp_path}/ cannot be locked: No locks available. Fix that file system."


@pytest.mark.parametrize(("most", "holder"), [(3, "Process 7 (x) of the user 3000000"), (2, "Another run")])
def test_only_the_first_locks_are_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, holder: str
) -> None:
    """A user may hold any number of locks."""
    found = tmp_path.stat()
    file = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    others = "1: POSIX  ADVISORY  WRITE 6 00:01:1 0 0\n" * 2
    locks = tmp_path / "locks"
    locks.write_text(f"{others}3: FLOCK  ADVISORY  WRITE 7 {file} 0 EOF\n")
    process = Process(7, "x", 3_000_000, 1, str(tmp_path))
    monkeypatch.setattr(lock_module, "_MOST_SECONDS", 0.1)
    monkeypatch.setattr(lock_module, "_LOCKS", str(locks))
    monkeypatch.setattr(lock_module, "_MOST_LOCKS", most)
    monkeypatch.setattr(processes_module, "Processes", lambda: mock.Mock(read={7: process}.get))
    lock, folder = lock_of(tmp_path), os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with pytest.raises(LockedError) as caught, lock.held():
            pytest.fail("the lock was given twice")
    finally:
        os.close(folder)
    assert str(caught.value).startswith(f"{holder} has held the lock of {tmp_path}/")
