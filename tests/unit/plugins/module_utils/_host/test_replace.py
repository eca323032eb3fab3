# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import shutil
import stat
import subprocess
import sys
import typing as t
from pathlib import Path
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, remedy_of_denial
from ansible_collections.linux.tcp.plugins.module_utils._host import folder as folders
from ansible_collections.linux.tcp.plugins.module_utils._host import replace
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import MOST_BYTES
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import Folder
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._host.replacement import backup_name
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import let_stand
from ansible_collections.linux.tcp.tests.unit.host import (
    Refusing,
    files_of,
    lay_out,
    look_at,
    needs_root,
    unprivileged,
)
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

if t.TYPE_CHECKING:
    import types

    from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import StoredFile
    from ansible_collections.linux.tcp.tests.unit.host import Layout

SCENARIOS = Path(__file__).with_name("scenarios")
D = "/etc/sysctl.d"
NOT_PERMITTED = "Operation not permitted. " + (
    "Run as root (become: true)." if os.geteuid() else "It may be immutable or append-only: see lsattr(1)."
)
HIDDEN = re.compile(rf"{D}/\.linux\.tcp\.[0-9a-f]+\.tmp 100\d+")


def error_of(step: t.Callable[[], object]) -> FileError | None:
    try:
        step()
    except FileError as exc:
        return exc
    return None


def test_writable(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b""})
    before = look_at(tmp_path)
    files.require_writable(f"{D}/a.conf")
    files.require_writable(f"{D}/new.conf")
    files.require_writable("/etc/new/new.conf")
    assert look_at(tmp_path) == before


def test_not_writable(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"", "/opt": None})
    for folder in ("etc/sysctl.d", "opt"):
        (tmp_path / folder).chmod(0o555)
    with unprivileged(tmp_path) as root:
        files = WritableFiles(root)
        for target, folder in ((f"{D}/a.conf", D), (f"{D}/new.conf", D), ("/opt/new/new.conf", "/opt")):
            with pytest.raises(FileError) as caught:
                files.require_writable(target)
            assert str(caught.value) == (
                f"{target} cannot be written: {folder}: permission denied. Run as root (become: true)."
            )
            with pytest.raises(FileError) as caught:
                files.replace(target, b"", expected=b"" if target.endswith("a.conf") else None)
            assert str(caught.value) == f"{target} cannot be written: Permission denied. Run as root (become: true)."


@needs_root
@pytest.mark.parametrize(
    ("owner", "group", "is_kept"),
    [
        pytest.param(65534, 0, True, id="our own"),
        pytest.param(0, 0, False, id="of root"),
        pytest.param(65534, 4242, False, id="of another group"),
    ],
)
def test_an_owner_that_cannot_be_kept(tmp_path: Path, owner: int, group: int, is_kept: bool) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"kept"})
    os.chown(f"{tmp_path}{D}", 65534, 65534)
    os.chown(f"{tmp_path}{D}/a.conf", owner, group)
    with unprivileged(tmp_path) as root:
        files = WritableFiles(root)
        files.require_writable(f"{D}/a.conf")
        foreseen = error_of(lambda: files.require_owner(f"{D}/a.conf"))
        real = error_of(lambda: files.replace(f"{D}/a.conf", b"", expected=b"kept"))
    message = (
        f"{D}/a.conf cannot be written: its owner (user {owner}, group {group}) cannot be kept. Run as root "
        f"(become: true)."
    )
    assert str(foreseen or "") == ("" if is_kept else message)
    assert (real is None) == is_kept


def test_an_owner_that_is_kept(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"kept"})
    files.require_owner(f"{D}/a.conf")
    files.require_owner(f"{D}/new.conf")
    files.require_owner("/none/new.conf")
    files.require_owner(f"{D}/a.conf", (os.geteuid(), os.getegid()))


@needs_root
def test_another_users_file_in_a_sticky_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"kept", f"{D}/own.conf": b"kept"})
    (tmp_path / "etc/sysctl.d").chmod(0o1777)
    os.chown(f"{tmp_path}{D}/own.conf", 65534, 65534)
    with unprivileged(tmp_path) as root:
        files = WritableFiles(root)
        files.require_writable(f"{D}/own.conf")
        with pytest.raises(FileError) as foreseen:
            files.require_writable(f"{D}/a.conf")
        with pytest.raises(FileError) as real:
            files.replace(f"{D}/a.conf", None, expected=b"kept")
    assert str(foreseen.value) == str(real.value)


@needs_root
def test_another_users_file_in_a_sticky_folder_of_a_root_without_capabilities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"kept"})
    (tmp_path / "etc/sysctl.d").chmod(0o1777)
    for path in (D, f"{D}/a.conf"):
        os.chown(f"{tmp_path}{path}", 65534, 65534)
    files.require_writable(f"{D}/a.conf")
    monkeypatch.setattr(folders, "has_capabilities", lambda _wanted: False)
    with pytest.raises(FileError) as foreseen:
        files.require_writable(f"{D}/a.conf")
    assert str(foreseen.value) == (
        f"{D}/a.conf cannot be written: Operation not permitted. {remedy_of_denial('to_root')}"
    )


def test_a_read_only_mount(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"kept"})
    assert run_isolated(SCENARIOS / "read_only_mount.py", root=str(tmp_path))["errors"] == [
        f"{D}/a.conf cannot be written: {D}: read-only file system. Mount it writable, or give another path.",
        f"{D}/a.conf cannot be written: Read-only file system. Mount it writable, or give another path.",
    ]
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == b"kept"


def test_a_file_that_is_a_mount(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"kept"})
    message = (
        f"{D}/a.conf cannot be written: Device or resource busy. It is a mount of its own (a bind mount): "
        f"edit what is mounted there, or give another path."
    )
    assert run_isolated(SCENARIOS / "file_that_is_a_mount.py", root=str(tmp_path))["errors"] == [message, message]
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"kept"}


@pytest.mark.parametrize(
    ("layout", "target", "text", "expected"),
    [
        pytest.param({f"{D}": None}, f"{D}/a.conf", b"new", {f"{D}/a.conf 100644": b"new"}, id="new file"),
        pytest.param({f"{D}/a.conf": b"old"}, f"{D}/a.conf", b"new", {f"{D}/a.conf 100640": b"new"}, id="mode is kept"),
        pytest.param({f"{D}/a.conf": b"old"}, f"{D}/a.conf", b"", {f"{D}/a.conf 100640": b""}, id="emptied"),
        pytest.param({f"{D}/a.conf": b"old"}, f"{D}/a.conf", None, {}, id="removed"),
        pytest.param({"/etc": None}, f"{D}/a.conf", b"new", {f"{D}/a.conf 100644": b"new"}, id="new folder"),
    ],
)
def test_replace_and_undo(
    tmp_path: Path, layout: Layout, target: str, text: bytes | None, expected: dict[str, bytes]
) -> None:
    files = files_of(tmp_path, layout)
    for path in tmp_path.rglob("*.conf"):
        path.chmod(0o640)
    before = look_at(tmp_path)
    old = os.umask(0o077)
    try:
        undo = files.replace(target, text, expected=t.cast("bytes | None", layout.get(target)))
    finally:
        os.umask(old)
    found = look_at(tmp_path)
    hidden = [path for path in found if HIDDEN.fullmatch(path)]
    # the file that was there, until the change stands
    assert [found.pop(path) for path in hidden] == [text for path, text in layout.items() if path == target]
    assert found == {"/etc": None, D: None, **expected}
    undo()
    assert look_at(tmp_path) == before


def test_a_new_folder_is_open_to_readers(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/etc": None})
    old = os.umask(0o077)
    try:
        files.replace(f"{D}/a.conf", b"", expected=None)
    finally:
        os.umask(old)
    assert stat.S_IMODE(os.stat(str(tmp_path / "etc/sysctl.d")).st_mode) == 0o755


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        pytest.param({f"{D}/a.conf": b"old"}, b"older", id="another content"),
        pytest.param({f"{D}/a.conf": b""}, None, id="made meanwhile"),
        pytest.param({"/etc": None}, b"", id="removed meanwhile"),
    ],
)
def test_replace_refuses_a_file_that_was_changed_meanwhile(
    tmp_path: Path, layout: Layout, expected: bytes | None
) -> None:
    files = files_of(tmp_path, layout)
    before = look_at(tmp_path)
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=expected)
    assert str(caught.value) == f"{D}/a.conf was changed by another program a moment ago. Run again."
    assert look_at(tmp_path) == before


def test_replace_puts_another_file_in_place(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    with open(str(tmp_path / "etc/sysctl.d/a.conf"), "rb") as reader:
        let_stand([files.replace(f"{D}/a.conf", b"new", expected=b"old")])
        assert reader.read() == b"old"
    assert os.listdir(str(tmp_path / "etc/sysctl.d")) == ["a.conf"]


@pytest.mark.parametrize(
    ("function", "code", "reason"),
    [
        pytest.param("fsync", errno.ENOSPC, "No space left on device. Make room on that file system.", id="disk full"),
        pytest.param("fsync", errno.EIO, "Input/output error.", id="disk broken"),
        pytest.param("rename", errno.EPERM, NOT_PERMITTED, id="immutable"),
        pytest.param("fchmod", errno.EPERM, NOT_PERMITTED, id="mode"),
    ],
)
@pytest.mark.parametrize(
    "layout",
    [pytest.param({f"{D}/a.conf": b"old"}, id="file there"), pytest.param({"/etc": None}, id="folder missing")],
)
def test_replace_fails_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: Layout, function: str, code: int, reason: str
) -> None:
    files = files_of(tmp_path, layout)
    before = look_at(tmp_path)
    monkeypatch.setattr(os, function, Refusing(getattr(os, function), 1, code))
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=t.cast("bytes | None", layout.get(f"{D}/a.conf")))
    assert str(caught.value) == f"{D}/a.conf cannot be written: {reason}"
    assert look_at(tmp_path) == before


def test_a_folder_that_cannot_be_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 2, errno.EINVAL))  # the first call is for the file
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == b"new"
    monkeypatch.undo()
    undo()
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"old"}


def test_file_and_folder_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert synced == [(tmp_path / "etc/sysctl.d/a.conf").stat().st_ino, (tmp_path / "etc/sysctl.d").stat().st_ino]


def test_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"old"})
    (tmp_path / "etc/sysctl.d").chmod(0o333)
    with unprivileged(tmp_path) as root:
        WritableFiles(root).replace(f"{D}/b.conf", b"new", expected=None)
    assert (tmp_path / "etc/sysctl.d/b.conf").read_bytes() == b"new"


def test_backup_and_remove(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    (tmp_path / "etc/sysctl.d/a.conf").chmod(0o600)
    copy = backup_name(f"{D}/a.conf")
    files.backup(f"{D}/a.conf", copy)
    assert re.fullmatch(rf"{D}/a\.conf\.{os.getpid()}\.\d{{4}}-\d\d-\d\d@\d\d:\d\d:\d\d~", copy)
    assert look_at(tmp_path / "etc/sysctl.d") == {
        "/a.conf 100600": b"old",
        f"{copy[len(D) :]} 100600": b"old",
    }
    files.remove(copy)
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100600": b"old"}


def test_backup_in_a_folder_that_is_gone(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/etc": None})
    copy = backup_name(f"{D}/a.conf")
    with pytest.raises(FileError) as caught:
        files.backup(f"{D}/a.conf", copy)
    assert str(caught.value) == f"{D}/a.conf was changed by another program a moment ago. Run again."
    files.remove(copy)
    assert look_at(tmp_path) == {"/etc": None}


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(lambda files: files.require_writable(f"{D}/a.conf"), id="check"),
        pytest.param(lambda files: files.replace(f"{D}/a.conf", b"", expected=None), id="replace"),
    ],
)
def test_a_folder_above_that_is_gone(tmp_path: Path, step: t.Callable[[WritableFiles], object]) -> None:
    files = files_of(tmp_path)
    with pytest.raises(FileError) as caught:
        step(files)
    assert str(caught.value) == (
        f"{D}/a.conf cannot be written: No such file or directory. Make the folder above {D}, or run again if it is "
        f"there by now."
    )


def test_backup_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 1, errno.ENOSPC))
    with pytest.raises(FileError) as caught:
        files.backup(f"{D}/a.conf", backup_name(f"{D}/a.conf"))
    assert re.fullmatch(
        rf"{D}/a\.conf\.\S+~ cannot be written: No space left on device\. Make room on that file system\.",
        str(caught.value),
    )
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"old"}


REPLACED_BY_LINK = (
    "/etc/sysctl.d was replaced by a link while it was being used. The link was not followed. Find the user or program "
    "that did this, and run again."
)


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(lambda files: files.require_writable(f"{D}/a.conf"), id="check"),
        pytest.param(lambda files: files.replace(f"{D}/a.conf", b"new", expected=b"old"), id="replace"),
        pytest.param(lambda files: files.replace(f"{D}/a.conf", None, expected=b"old"), id="remove"),
        pytest.param(lambda files: files.replace(f"{D}/b.conf", b"new", expected=None), id="make"),
        pytest.param(lambda files: files.stored(f"{D}/a.conf"), id="store"),
        pytest.param(lambda files: files.restore(f"{D}/a.conf", None, had_folder=False), id="restore"),
        pytest.param(lambda files: files.backup(f"{D}/a.conf", f"{D}/copy"), id="backup"),
        pytest.param(lambda files: files.remove(f"{D}/a.conf"), id="remove a backup"),
    ],
)
def test_no_step_leaves_the_tree_by_a_link(tmp_path: Path, step: t.Callable[[WritableFiles], object]) -> None:
    files = files_of(tmp_path / "tree", {"/etc": None})
    lay_out(tmp_path, {"/outside/a.conf": b"old", f"/tree{D}": str(tmp_path / "outside")})
    before = look_at(tmp_path)
    with pytest.raises(FileError) as caught:
        step(files)  # the path was resolved a moment ago, when this was a folder
    assert str(caught.value) == REPLACED_BY_LINK
    assert look_at(tmp_path) == before


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    files = files_of(tmp_path / "tree", {D: None})
    lay_out(tmp_path, {"/outside": b"old", f"/tree{D}/a.conf": str(tmp_path / "outside")})
    before = look_at(tmp_path)
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert str(caught.value) == REPLACED_BY_LINK.replace(D, f"{D}/a.conf")
    assert look_at(tmp_path) == before


def test_an_undo_stays_in_the_folder_that_was_changed(tmp_path: Path) -> None:
    files = files_of(tmp_path / "tree", {f"{D}/a.conf": b"old"})
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    (tmp_path / "tree/etc/sysctl.d").rename(tmp_path / "tree/etc/moved")
    lay_out(tmp_path, {"/outside/a.conf": b"new", f"/tree{D}": str(tmp_path / "outside")})
    undo()
    assert look_at(tmp_path / "outside") == {"/a.conf 100644": b"new"}
    assert look_at(tmp_path / "tree/etc/moved") == {"/a.conf 100644": b"old"}


def test_a_race_for_a_folder_is_not_won(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"/tree{D}": None, "/outside": None})
    command = [sys.executable, str(SCENARIOS / "rename_folder.py"), f"{tmp_path}/tree{D}", f"{tmp_path}/outside"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as racer:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
        files = WritableFiles(f"{tmp_path}/tree")
        written = 0
        for number in itertools.count():
            with contextlib.suppress(FileError):
                let_stand([files.replace(f"{D}/{number}.conf", b"secret", expected=None)])
                written += 1
            if number >= 500 and (written or number >= 50_000):  # on a busy machine few are
                break
        turns = int(racer.communicate("")[0])
    assert turns > 0
    assert os.listdir(tmp_path / "outside") == []
    assert written > 0
    assert len(list((tmp_path / "tree/etc").rglob("*.conf"))) >= written


class LastingFolder(Folder):
    """A folder in which no folder can be removed."""

    def remove_folder(self, name: str, identity: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), (name, identity))


def test_a_new_folder_that_cannot_be_removed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {"/etc": None})
    files.folder_type = LastingFolder
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 2, errno.ENOSPC))  # the first one is of the folder
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=None)
    assert str(caught.value) == (
        f"{D}/a.conf cannot be written: No space left on device. Make room on that file system. "
        f"{D} was made and cannot be removed: Input/output error. Then remove it."
    )


def test_a_new_folder_is_removed_with_a_hidden_file_that_could_not_be_removed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(tmp_path, {"/etc": None})
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 2, errno.ENOSPC))
    unlink = os.unlink
    failed: list[str] = []

    def fail_once(name: str, **named: t.Any) -> None:
        if not failed:
            failed.append(name)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        unlink(name, **named)

    monkeypatch.setattr(os, "unlink", fail_once)
    with pytest.raises(FileError, match=r"No space left on device\. Make room on that file system\.\Z"):
        files.replace(f"{D}/a.conf", b"new", expected=None)
    assert (look_at(tmp_path), len(failed)) == ({"/etc": None}, 1)


class KeepingFolder(Folder):
    """A folder in which no file can be removed, or written to the end."""

    def unlink(self, name: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), name)


def test_a_new_folder_that_stays_with_hidden_files_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {"/etc": None})
    files.folder_type = KeepingFolder
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 2, errno.ENOSPC))
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=None)
    assert str(caught.value) == (
        f"{D}/a.conf cannot be written: No space left on device. Make room on that file system. "
        f"{D} was made and cannot be removed: it has hidden files that cannot be removed. Then remove it."
    )


def test_a_new_folder_is_removed_where_memory_runs_out_before_the_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(tmp_path, {"/etc": None})
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 2, errno.ENOSPC))
    monkeypatch.setattr(replace, "error_of", mock.Mock(side_effect=MemoryError))
    with pytest.raises(MemoryError):
        files.replace(f"{D}/a.conf", b"new", expected=None)
    assert look_at(tmp_path) == {"/etc": None}


class MadeMeanwhile(Folder):
    """A folder in which another program makes what this one is about to make, and in which nothing can be written."""

    def make_folder(self, name: str, made: list[Folder | None]) -> Folder:
        os.mkdir(name, dir_fd=self._descriptor)
        return super().make_folder(name, made)

    def write(self, file: StoredFile) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO), file)


def test_a_folder_that_another_program_made_a_moment_before_is_left(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/etc": None})
    files.folder_type = MadeMeanwhile
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=None)
    assert str(caught.value) == f"{D}/a.conf cannot be written: Input/output error."
    assert look_at(tmp_path) == {"/etc": None, D: None}


def set_flag(flag: str, path: str) -> None:
    """Set a flag of a file, or skip the test where this is not possible."""
    if not shutil.which("chattr"):
        pytest.skip("needs chattr(1)")
    if subprocess.run(["chattr", f"+{flag}", path], check=False, capture_output=True).returncode:
        pytest.skip("needs a file system with the flags of chattr(1)")


@needs_root
@pytest.mark.parametrize("flag", ["i", "a"], ids=["immutable", "append-only"])
@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param(f"{D}/a.conf", "Operation not permitted", id="file"),
        pytest.param(D, f"{D}: operation not permitted", id="folder"),
    ],
)
def test_what_is_immutable_is_found_before_anything_is_written(
    tmp_path: Path, path: str, message: str, flag: str
) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"kept"})
    set_flag(flag, f"{tmp_path}{path}")
    try:
        with pytest.raises(FileError) as caught:
            files.require_writable(f"{D}/a.conf")
    finally:
        subprocess.run(["chattr", f"-{flag}", f"{tmp_path}{path}"], check=True)
    assert str(caught.value) == (
        f"{D}/a.conf cannot be written: {message}. It may be immutable or append-only: see lsattr(1)."
    )


# Root could not write it either.
@needs_root
@pytest.mark.parametrize("path", [f"{D}/a.conf", D], ids=["file", "folder"])
def test_a_user_is_told_what_is_immutable(tmp_path: Path, path: str) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"kept"})
    for owned in (D, f"{D}/a.conf"):
        os.chown(f"{tmp_path}{owned}", 65534, 65534)
    set_flag("i", f"{tmp_path}{path}")
    try:
        with unprivileged(tmp_path) as root, pytest.raises(FileError) as caught:
            WritableFiles(root).require_writable(f"{D}/a.conf")
    finally:
        subprocess.run(["chattr", "-i", f"{tmp_path}{path}"], check=True)
    assert str(caught.value).endswith("peration not permitted. It may be immutable or append-only: see lsattr(1).")


def test_a_restored_folder_is_gone_once_the_change_stands(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"new"})
    before = look_at(tmp_path)
    files.restore(f"{D}/a.conf", None, had_folder=False)()
    assert look_at(tmp_path) == before
    let_stand([files.restore(f"{D}/a.conf", None, had_folder=False)])
    assert look_at(tmp_path) == {"/etc": None}


def test_a_folder_is_restored_unless_another_program_uses_it(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"new", f"{D}/theirs.conf": b""})
    let_stand([files.restore(f"{D}/a.conf", None, had_folder=False)])
    assert look_at(tmp_path / "etc/sysctl.d") == {"/theirs.conf 100644": b""}
    assert not files.has_empty_folder(f"{D}/a.conf")
    (tmp_path / "etc/sysctl.d/theirs.conf").unlink()
    assert files.has_empty_folder(f"{D}/a.conf")


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES])
def test_a_folder_that_cannot_be_looked_at_is_not_taken_for_a_missing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    files = files_of(tmp_path, {D: None})
    assert files.has_folder(f"{D}/a.conf")
    monkeypatch.setattr(os, "open", Refusing(os.open, 1, code))
    with pytest.raises(FileError, match=rf"{D} cannot be read: "):
        files.has_folder(f"{D}/a.conf")


def test_a_folder_that_was_made_and_told_as_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {"/etc": None})
    mkdir = os.mkdir

    def told(*arguments: t.Any, **named: t.Any) -> None:
        mkdir(*arguments, **named)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "mkdir", told)
    undo = files.replace(f"{D}/a.conf", b"new", expected=None)
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == b"new"
    undo()
    assert look_at(tmp_path) == {"/etc": None}


@pytest.mark.parametrize(
    ("refused", "is_made", "was", "remedy"),
    [
        pytest.param("fchmod", True, "was", "Then remove it.", id="opened"),
        pytest.param("open", True, "may have been", "Then remove it if it is there and empty.", id="not-opened"),
        pytest.param("stat", False, "may have been", "Then remove it if it is there and empty.", id="not-made"),
    ],
)
def test_a_folder_that_a_failing_disk_made_or_may_have_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str, is_made: bool, was: str, remedy: str
) -> None:
    files = files_of(tmp_path, {"/etc": None})
    mkdir = os.mkdir

    def fail(*_arguments: object, **_named: object) -> t.NoReturn:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def make(*arguments: t.Any, **named: t.Any) -> None:
        for name in ("rmdir", refused):
            monkeypatch.setattr(os, name, fail)
        if not is_made:
            fail()
        mkdir(*arguments, **named)

    monkeypatch.setattr(os, "mkdir", make)
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=None)
    assert str(caught.value) == (
        f"{D}/a.conf cannot be written: Input/output error. {D} {was} made and cannot be removed: Input/output error. "
        f"{remedy}"
    )


def test_a_new_folder_is_removed_at_whichever_line_memory_runs_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder cannot be opened, and memory runs out at one line of what makes it, or of what takes that back."""
    files, earlier = files_of(tmp_path, {"/etc": None}), sys.gettrace()
    functions = {"make_folder", "_take", "_remove_made_folder"}
    lines: set[tuple[str, int]] = set()

    def run_out_at_a_new_line(frame: types.FrameType, event: str, _argument: object) -> t.Any:
        place = (frame.f_code.co_name, frame.f_lineno)
        if event == "line" and place not in lines:
            lines.add(place)
            sys.settrace(earlier)
            raise MemoryError
        return run_out_at_a_new_line

    def trace(frame: types.FrameType, _event: str, _argument: object) -> t.Any:
        return run_out_at_a_new_line if frame.f_code.co_name in functions else None

    for known in itertools.count():
        monkeypatch.setattr(Folder, "_folder", Refusing(print, 1, errno.EIO))
        sys.settrace(trace)
        try:
            with pytest.raises((FileError, MemoryError)):
                files.replace(f"{D}/a.conf", b"new", expected=None)
        finally:
            sys.settrace(earlier)
        assert look_at(tmp_path) == {"/etc": None}
        if len(lines) == known:
            break
    assert {name for name, _line in lines} == functions


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        pytest.param("rmdir", "Input/output error", id="folder"),
        pytest.param("unlink", "it has hidden files that cannot be removed", id="hidden-file"),
    ],
)
def test_a_folder_that_cannot_be_removed_after_a_restoration_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str, reason: str
) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"new"})
    undo = files.restore(f"{D}/a.conf", None, had_folder=False)
    monkeypatch.setattr(os, refused, Refusing(getattr(os, refused), 1, errno.EIO))
    undo.forget()
    message = f"{D} was not there before the rollout and cannot be removed: {reason}. Restore again, or remove it."
    assert files.not_removed == {D: message}
    assert not (tmp_path / "etc/sysctl.d/a.conf").exists()


def test_a_folder_that_is_removed_after_a_restoration_is_not_told(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"new"})
    files.restore(f"{D}/a.conf", None, had_folder=False).forget()
    assert (files.not_removed, look_at(tmp_path)) == ({}, {"/etc": None})


def test_a_folder_that_has_files_of_others_after_a_restoration_is_not_told(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"new", f"{D}/b.conf": b"theirs"})
    files.restore(f"{D}/a.conf", None, had_folder=False).forget()
    assert (files.not_removed, os.listdir(tmp_path / "etc/sysctl.d")) == ({}, ["b.conf"])


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    files = WritableFiles(str(tmp_path))
    files.replace("/most", b"x" * MOST_BYTES, expected=None)
    assert files.read("/most").kind == "file"
    with pytest.raises(FileError) as failed:
        files.replace("/more", b"x" * (MOST_BYTES + 1), expected=None)
    assert str(failed.value) == (
        "/more cannot be written: it would be larger than 4 MiB, and no later run could read it. "
        "Make it smaller, or give another path."
    )
    assert not (tmp_path / "more").exists()
