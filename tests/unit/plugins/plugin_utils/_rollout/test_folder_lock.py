# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, LockedError
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import folder_lock
from ansible_collections.linux.tcp.tests.unit.host import Refusing

if t.TYPE_CHECKING:
    from pathlib import Path

ME = os.getpid()


@pytest.fixture
def other() -> t.Iterator[int]:
    """Yield the process of another run."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid
        process.communicate(b"")


def lock_of(folder: Path) -> dict[str, t.Any]:
    found: dict[str, t.Any] = json.loads((folder / ".lock").read_text())
    return found


def test_one_run_at_a_time(tmp_path: Path, other: int) -> None:
    folder = tmp_path / "made"
    folder_lock.acquire(str(folder), pid=ME)
    folder_lock.acquire(str(folder), pid=ME)
    assert lock_of(folder)["pid"] == ME
    assert os.listdir(str(folder)) == [".lock"]
    with pytest.raises(LockedError) as refused:
        folder_lock.acquire(str(folder), pid=other)
    assert str(refused.value).startswith(f"Another rollout uses {folder}: ")
    assert f"process {ME}, since 20" in str(refused.value)
    assert str(refused.value).endswith(f"If it has ended, remove {folder}/.lock.")
    folder_lock.release(str(folder), pid=other)
    with pytest.raises(LockedError):
        folder_lock.require_free(str(folder), pid=other)
    folder_lock.release(str(folder), pid=ME)
    folder_lock.acquire(str(folder), pid=other)
    assert lock_of(folder)["pid"] == other


def test_run_that_was_killed(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folder_lock.acquire(str(tmp_path), pid=process.pid)
    process.kill()
    process.communicate()
    folder_lock.acquire(str(tmp_path), pid=ME)
    assert lock_of(tmp_path)["pid"] == ME


def test_pid_that_is_used_again(tmp_path: Path, other: int) -> None:
    folder_lock.acquire(str(tmp_path), pid=other)
    (tmp_path / ".lock").write_text(json.dumps({**lock_of(tmp_path), "began": "1"}))
    folder_lock.acquire(str(tmp_path), pid=ME)
    assert lock_of(tmp_path)["pid"] == ME


@pytest.mark.parametrize(("age", "is_free"), [(60, False), (7 * 3600, True)], ids=["a minute", "seven hours"])
def test_run_of_another_machine(tmp_path: Path, other: int, age: int, is_free: bool) -> None:
    folder_lock.acquire(str(tmp_path), pid=other)
    path = tmp_path / ".lock"
    path.write_text(json.dumps({**lock_of(tmp_path), "machine": "elsewhere"}))
    then = path.stat().st_mtime - age
    os.utime(str(path), (then, then))
    if is_free:
        folder_lock.acquire(str(tmp_path), pid=ME)
    else:
        with pytest.raises(LockedError, match="on elsewhere, process"):
            folder_lock.acquire(str(tmp_path), pid=ME)


def test_run_that_goes_on_is_not_taken_for_ended(tmp_path: Path) -> None:
    folder_lock.acquire(str(tmp_path), pid=ME)
    os.utime(str(tmp_path / ".lock"), (1, 1))
    folder_lock.touch(str(tmp_path), pid=ME)
    assert (tmp_path / ".lock").stat().st_mtime > 1


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000], ids=["empty", "a list", "cut", "deep"])
def test_what_is_no_lock_is_not_taken_for_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ".lock").write_text(text)
    with pytest.raises(LockedError, match="If it has ended, remove"):
        folder_lock.acquire(str(tmp_path), pid=ME)


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        folder_lock.acquire(str(tmp_path / "file" / "folder"), pid=ME)


def test_run_is_the_parent_of_the_task(tmp_path: Path) -> None:
    folder_lock.acquire(str(tmp_path))
    assert lock_of(tmp_path)["pid"] == os.getppid()
    folder_lock.require_free(str(tmp_path), pid=os.getppid())
    with pytest.raises(LockedError):
        folder_lock.require_free(str(tmp_path), pid=ME)
    folder_lock.release(str(tmp_path))
    assert os.listdir(str(tmp_path)) == []


def test_link_in_a_folder_that_others_write_is_not_followed(tmp_path: Path) -> None:
    """Who makes the folder first could let the file of another user be overwritten."""
    folder, victim = tmp_path / "folder", tmp_path / "victim"
    folder.mkdir()
    victim.write_text("precious")
    (folder / f".lock.{ME}.tmp").symlink_to(victim)
    folder.chmod(0o777)
    with pytest.raises(FileError, match="Other users can write to"):
        folder_lock.acquire(str(folder), pid=ME)
    assert sorted(os.listdir(str(folder))) == [f".lock.{ME}.tmp"]
    assert victim.read_text() == "precious"


def test_lock_that_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(str(tmp_path / ".lock"))
    with pytest.raises(LockedError):
        folder_lock.acquire(str(tmp_path), pid=ME)


@pytest.mark.parametrize("pid", [10**30, -1, True, "1", None], ids=repr)
def test_pid_that_there_cannot_be(tmp_path: Path, pid: object) -> None:
    folder_lock.acquire(str(tmp_path), pid=ME)
    (tmp_path / ".lock").write_text(json.dumps({**lock_of(tmp_path), "pid": pid}))
    with pytest.raises(LockedError):
        folder_lock.require_free(str(tmp_path), pid=ME + 1)  # the tests may be process 1, which is equal to True


@pytest.mark.parametrize(("name", "is_left"), [("made", False), ("", True)], ids=["made", "was there"])
def test_folder_that_was_made_for_nothing(tmp_path: Path, name: str, is_left: bool) -> None:
    folder = tmp_path / name
    folder_lock.acquire(str(folder), pid=ME)
    folder_lock.release(str(folder), pid=ME)
    assert folder.exists() == is_left


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_lock_on_a_disk_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(json, "dump", Refusing(json.dump, 1, code))
    with pytest.raises(FileError, match=rf"{tmp_path}/.lock cannot be written: {os.strerror(code)}\.") as caught:
        folder_lock.acquire(str(tmp_path), pid=ME)
    assert str(caught.value).endswith("or give another keepalive_rollout_folder.")
    assert os.listdir(tmp_path) == []


def test_a_lock_that_was_taken_and_told_as_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def told(*arguments: t.Any) -> None:
        link(*arguments)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "link", told)
    folder_lock.acquire(str(tmp_path), pid=ME)
    assert os.listdir(tmp_path) == [".lock"]


@pytest.mark.parametrize("unknown", ["when it is taken", "when it is looked at"])
def test_a_lock_is_kept_where_it_is_not_known_when_its_owner_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: int, unknown: str
) -> None:
    with monkeypatch.context() as patched:
        if unknown == "when it is taken":
            patched.setattr(folder_lock, "_began", lambda _pid: None)
        folder_lock.acquire(str(tmp_path), pid=ME)
    if unknown == "when it is looked at":
        monkeypatch.setattr(folder_lock, "_began", lambda _pid: None)
    folder_lock.require_free(str(tmp_path), pid=ME)
    with pytest.raises(LockedError):
        folder_lock.acquire(str(tmp_path), pid=other)
