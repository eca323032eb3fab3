# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import errno
import os
import re
import resource
import stat
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, ForeignChangeError
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import Folder, StoredFile
from ansible_collections.linux.tcp.tests.unit.host import Refusing, lay_out, look_at, needs_root, unprivileged
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.host import Layout

from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles, let_stand

SCENARIOS = Path(__file__).with_name("scenarios")
D = "/etc/sysctl.d"
NOT_PERMITTED = "Operation not permitted. " + (
    "Run as root (become: true)." if os.geteuid() else "It may be immutable or append-only: see lsattr(1)."
)
HIDDEN = re.compile(rf"{D}/\.linux\.tcp\.[0-9a-f]+\.tmp 100\d+")


def files_of(root: Path, layout: Layout | None = None) -> WritableFiles:
    lay_out(root, layout or {})
    return WritableFiles(str(root))


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


@needs_root
def test_replace_keeps_the_owner(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = str(tmp_path / "etc/sysctl.d/a.conf")
    os.chown(path, 1234, 2345)
    os.chmod(path, 0o4604)
    before = os.stat(path)
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    after = os.stat(path)
    undo()
    undone = os.stat(path)
    for found in (before, after, undone):
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o4604)


def set_attribute(path: str, name: str, value: bytes) -> None:
    """Set an extended attribute; where the file system of the test has none, skip the test."""
    try:
        os.setxattr(path, name, value)
    except OSError as exc:
        pytest.skip(f"needs a file system that takes {name}: {exc.strerror}")


def test_replace_keeps_extended_attributes(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = str(tmp_path / "etc/sysctl.d/a.conf")
    set_attribute(path, "user.note", b"\x00\xff")
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.getxattr(path, "user.note") == b"\x00\xff"
    undo()
    assert os.getxattr(path, "user.note") == b"\x00\xff"


@needs_root
def test_replace_leaves_signatures_behind(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = str(tmp_path / "etc/sysctl.d/a.conf")
    set_attribute(path, "trusted.signature", b"of the old content")
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.listxattr(path) == []


def access_control_list(entries: list[tuple[int, int, int]]) -> bytes:
    """Return what linux/posix_acl_xattr.h says: version 2, then tag, rights and id of each entry."""
    return b"\x02\0\0\0" + b"".join(
        tag.to_bytes(2, "little") + rights.to_bytes(2, "little") + number.to_bytes(4, "little", signed=True)
        for tag, rights, number in entries
    )


# the owner, user 1234, the group, the mask, and all others
ENTRIES = [(0x01, 6, -1), (0x02, 4, 1234), (0x04, 4, -1), (0x10, 4, -1), (0x20, 0, -1)]


def test_replace_keeps_an_access_control_list(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = str(tmp_path / "etc/sysctl.d/a.conf")
    set_attribute(path, "system.posix_acl_access", access_control_list(ENTRIES))
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.getxattr(path, "system.posix_acl_access") == access_control_list(ENTRIES)


def test_replace_keeps_what_a_file_has_from_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {D: None})
    set_attribute(f"{tmp_path}{D}", "system.posix_acl_default", access_control_list(ENTRIES))
    files.replace(f"{D}/a.conf", b"old", expected=None)
    path = f"{tmp_path}{D}/a.conf"
    before = os.getxattr(path, "system.posix_acl_access")
    # such as a label that only the policy may set
    monkeypatch.setattr(os, "setxattr", Refusing(os.setxattr, 1, errno.EPERM))
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.getxattr(path, "system.posix_acl_access") == before


def test_replace_adds_no_access_control_list(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    set_attribute(f"{tmp_path}{D}", "system.posix_acl_default", access_control_list(ENTRIES))
    path = f"{tmp_path}{D}/a.conf"
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.listxattr(path) == []
    assert os.stat(path).st_mode & 0o777 == 0o644
    undo()
    assert os.listxattr(path) == []


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


@pytest.mark.parametrize(
    "theirs",
    [pytest.param(b"theirs", id="another content"), pytest.param("/dev/null", id="a link in its place")],
)
def test_undo_leaves_what_another_program_wrote(tmp_path: Path, theirs: bytes | str) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    lay_out(tmp_path, {f"{D}/a.conf": theirs})
    with pytest.raises(FileError) as caught:
        undo()
    assert str(caught.value) == f"{D}/a.conf was changed by another program, and is left as it is now."


def test_undo_of_what_is_gone(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    (tmp_path / "etc").mkdir()
    undo = files.replace(f"{D}/a.conf", b"new", expected=None)
    (tmp_path / "etc/sysctl.d/a.conf").unlink()
    undo()
    assert look_at(tmp_path) == {"/etc": None}


def test_extended_attributes_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    monkeypatch.setattr(os, "listxattr", Refusing(os.listxattr, 1, errno.EIO))
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert str(caught.value) == f"{D}/a.conf cannot be written: Input/output error."
    monkeypatch.setattr(os, "listxattr", Refusing(os.listxattr, 1, errno.ENOTSUP))
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == b"new"


def test_backup_and_remove(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    (tmp_path / "etc/sysctl.d/a.conf").chmod(0o600)
    copy = files.backup(f"{D}/a.conf")
    assert re.fullmatch(rf"{D}/a\.conf\.{os.getpid()}\.\d{{4}}-\d\d-\d\d@\d\d:\d\d:\d\d~", copy)
    assert look_at(tmp_path / "etc/sysctl.d") == {
        "/a.conf 100600": b"old",
        f"{copy[len(D) :]} 100600": b"old",
    }
    files.remove(copy)
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100600": b"old"}


def test_backup_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 1, errno.ENOSPC))
    with pytest.raises(FileError) as caught:
        files.backup(f"{D}/a.conf")
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
        pytest.param(lambda files: files.backup(f"{D}/a.conf"), id="backup"),
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
        for number in range(500):
            with contextlib.suppress(FileError):
                let_stand([files.replace(f"{D}/{number}.conf", b"secret", expected=None)])
        turns = int(racer.communicate("")[0])
    assert turns > 10
    assert os.listdir(tmp_path / "outside") == []
    assert list((tmp_path / "tree/etc").rglob("*.conf"))


def test_undo_brings_back_the_very_same_file(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = tmp_path / "etc/sysctl.d/a.conf"
    os.link(path, tmp_path / "etc/another-name")
    os.utime(path, (1, 2))
    before = path.stat()
    for text in (b"new", None):
        files.replace(f"{D}/a.conf", text, expected=b"old")()
        found = path.stat()
        assert (found.st_ino, found.st_nlink, found.st_mtime) == (before.st_ino, 2, 2)
    assert sorted(os.listdir(tmp_path / "etc/sysctl.d")) == ["a.conf"]


def test_an_undo_takes_no_room(tmp_path: Path) -> None:
    found = run_isolated(SCENARIOS / "full_file_system.py", root=str(tmp_path))
    assert found == {"error": "No space left on device", "text": "old"}


class FaultyFolder(Folder):
    """A folder whose renames are counted, refused from a number on, and refused although they happen."""

    refused_from = 1000
    done_all_the_same = False
    without_links = False

    def __init__(self, descriptor: int, path: str) -> None:
        super().__init__(descriptor, path)
        self.renames = 0

    def rename(self, name: str, to: str) -> None:
        self.renames += 1
        self.before_rename(name, to)
        is_refused = self.renames >= self.refused_from
        if self.done_all_the_same or not is_refused:
            super().rename(name, to)
        if is_refused:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    @staticmethod
    def before_rename(name: str, to: str) -> None:
        """Do what another program does a moment before."""

    def link(self, name: str) -> str | None:
        return None if self.without_links else super().link(name)


def faulty_files(root: Path, layout: Layout, **faults: object) -> WritableFiles:
    """Return files that are replaced in a :class:`FaultyFolder` with these attributes."""
    files = files_of(root, layout)
    files.folder_type = t.cast("type[Folder]", type("OneFaultyFolder", (FaultyFolder,), faults))
    return files


@pytest.mark.parametrize("without_links", [False, True], ids=["links", "no links"])
@pytest.mark.parametrize("text", [b"new", None], ids=["changed", "removed"])
def test_a_rename_that_happened_and_was_told_as_an_error(
    tmp_path: Path, text: bytes | None, without_links: bool
) -> None:
    files = faulty_files(
        tmp_path, {f"{D}/a.conf": b"old"}, refused_from=1, done_all_the_same=True, without_links=without_links
    )
    undo = files.replace(f"{D}/a.conf", text, expected=b"old")
    assert files.read(f"{D}/a.conf").text == (text or b"")
    undo()
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"old"}


def test_files_without_links_are_undone_too(tmp_path: Path) -> None:
    files = faulty_files(tmp_path, {f"{D}/a.conf": b"old"}, without_links=True)
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"new"}
    undo()
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"old"}


@pytest.mark.parametrize(
    ("layout", "text", "message"),
    [
        pytest.param(
            {f"{D}/a.conf": b"old"},
            b"new",
            rf"{D}/a.conf was changed and cannot be restored: Input/output error. Then rename {D}/(\S+) to a.conf: "
            rf"it is what was there.",
            id="changed",
        ),
        pytest.param(
            {f"{D}/a.conf": b"old"},
            None,
            rf"{D}/a.conf was removed and cannot be restored: Input/output error. Then rename {D}/(\S+) to a.conf: "
            rf"it is what was there.",
            id="removed",
        ),
    ],
)
def test_an_undo_that_fails_names_what_is_left(
    tmp_path: Path, layout: Layout, text: bytes | None, message: str
) -> None:
    files = faulty_files(tmp_path, layout, refused_from=2)
    undo = files.replace(f"{D}/a.conf", text, expected=t.cast("bytes | None", layout.get(f"{D}/a.conf")))
    with pytest.raises(FileError) as caught:
        undo()
    found = re.fullmatch(message, str(caught.value))
    assert found, str(caught.value)
    assert (tmp_path / f"etc/sysctl.d/{found[1]}").read_bytes() == b"old"


class WithoutRemoval(Folder):
    """A folder in which no file and no folder can be removed."""

    def unlink(self, name: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), name)

    def remove_folder(self, name: str, identity: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), (name, identity))


def test_an_undo_that_cannot_remove_a_new_file_says_so(tmp_path: Path) -> None:
    files = files_of(tmp_path, {D: None})
    files.folder_type = WithoutRemoval
    undo = files.replace(f"{D}/a.conf", b"new", expected=None)
    with pytest.raises(FileError) as caught:
        undo()
    assert str(caught.value) == (
        f"{D}/a.conf was made and cannot be restored: Input/output error. Then remove it: there was no such file."
    )
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"new"}


def test_a_new_folder_that_cannot_be_removed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {"/etc": None})
    files.folder_type = WithoutRemoval
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 2, errno.ENOSPC))  # the first one is of the folder
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=None)
    assert str(caught.value) == (
        f"{D}/a.conf cannot be written: No space left on device. Make room on that file system. "
        f"{D} was made and cannot be removed: Input/output error. Then remove it."
    )


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        pytest.param({f"{D}/a.conf": b"old"}, b"new", id="changed"),
        pytest.param({f"{D}/a.conf": b"old"}, None, id="removed"),
        pytest.param({D: None}, b"new", id="made"),
        pytest.param({"/etc": None}, b"new", id="made with its folder"),
    ],
)
def test_an_undo_opens_no_file_where_that_is_not_possible(tmp_path: Path, layout: Layout, text: bytes | None) -> None:
    files = files_of(tmp_path, layout)
    before = look_at(tmp_path)
    undo = files.replace(f"{D}/a.conf", text, expected=t.cast("bytes | None", layout.get(f"{D}/a.conf")))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        undo()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert look_at(tmp_path) == before


def test_an_undo_that_can_open_no_file_leaves_what_another_program_wrote(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": OLD})
    undo = files.replace(f"{D}/a.conf", NEW, expected=OLD)
    append(tmp_path / "etc/sysctl.d/a.conf", b"theirs = 3\n")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(FileError) as caught:
            undo()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert str(caught.value).startswith(f"{D}/a.conf was changed and cannot be restored: Too many open files. ")
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == NEW + b"theirs = 3\n"


def append(path: Path, text: bytes) -> None:
    with open(path, "ab") as file:
        file.write(text)


OLD, NEW = b"# old\na = 1\n", b"# old\na = 1\nours = 2\n"
TAKEN_OUT = f"{D}/a.conf was changed by another program: that is left, and what this run changed is taken out."


@pytest.mark.parametrize("before", [OLD, None], ids=["old file", "new file"])
def test_undo_takes_its_own_lines_out_of_what_another_program_wrote(tmp_path: Path, before: bytes | None) -> None:
    files = files_of(tmp_path, {D: None, **({f"{D}/a.conf": before} if before else {})})
    undo = files.replace(f"{D}/a.conf", (before or b"") + b"ours = 2\n", expected=before)
    append(tmp_path / "etc/sysctl.d/a.conf", b"theirs = 3\n")
    with pytest.raises(ForeignChangeError) as caught:
        undo()
    assert str(caught.value) == TAKEN_OUT
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": (before or b"") + b"theirs = 3\n"}


def test_undo_names_its_lines_where_they_cannot_be_taken_out(tmp_path: Path) -> None:
    files = faulty_files(tmp_path, {f"{D}/a.conf": OLD}, refused_from=2)
    undo = files.replace(f"{D}/a.conf", NEW, expected=OLD)
    append(tmp_path / "etc/sysctl.d/a.conf", b"theirs = 3\n")
    with pytest.raises(FileError) as caught:
        undo()
    assert str(caught.value) == (
        f"{D}/a.conf was changed by another program, and is left as it is now: Input/output error. It has lines of "
        f"this run: 'ours = 2'. Remove them."
    )
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": NEW + b"theirs = 3\n"}


def test_undo_leaves_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": OLD})
    undo = files.replace(f"{D}/a.conf", None, expected=OLD)
    lay_out(tmp_path, {f"{D}/a.conf": None})
    with pytest.raises(ForeignChangeError):
        undo()
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf": None}


def test_undo_says_which_of_its_lines_are_left(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"a = 1\nb = 1\n"})
    undo = files.replace(f"{D}/a.conf", b"a = 1\nours = 2\n\tours = 3\n", expected=b"a = 1\nb = 1\n")
    theirs = b"a = 1\nours = 2\ntheirs = 3\n"
    (tmp_path / "etc/sysctl.d/a.conf").write_bytes(theirs)
    with pytest.raises(FileError) as caught:
        undo()
    assert str(caught.value) == (
        f"{D}/a.conf was changed by another program, and is left as it is now. It has lines of this run: 'ours = 2'. "
        f"Remove them. It lacks lines that this run removed: 'b = 1'. Add them."
    )
    assert not isinstance(caught.value, ForeignChangeError)  # which says that nothing of this run is left
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": theirs}


@pytest.mark.parametrize("text", [NEW, None], ids=["change", "remove"])
def test_what_is_appended_while_the_file_is_replaced_is_not_lost(tmp_path: Path, text: bytes | None) -> None:
    path = tmp_path / "etc/sysctl.d/a.conf"
    files = faulty_files(
        tmp_path, {f"{D}/a.conf": OLD}, before_rename=staticmethod(lambda *_names: append(path, b"theirs\n"))
    )
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", text, expected=OLD)
    assert str(caught.value) == f"{D}/a.conf was changed by another program a moment ago. Run again."
    assert path.read_bytes().startswith(OLD + b"theirs\n")
    assert os.listdir(path.parent) == ["a.conf"]


@pytest.mark.parametrize("before", [OLD, None], ids=["another file of the same content", "a new file"])
def test_a_file_that_another_program_puts_there_meanwhile_is_not_replaced(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "etc/sysctl.d/a.conf"

    class PutMeanwhile(Folder):
        def write(self, file: StoredFile) -> str:
            name = super().write(file)
            path.with_name("theirs").write_bytes(before or b"theirs")
            path.with_name("theirs").rename(path)
            return name

    files = files_of(tmp_path, {D: None, **({f"{D}/a.conf": before} if before else {})})
    files.folder_type = PutMeanwhile
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", NEW, expected=before)
    assert str(caught.value) == f"{D}/a.conf was changed by another program a moment ago. Run again."
    assert look_at(path.parent) == {"/a.conf 100644": before or b"theirs"}


def test_a_change_to_the_file_that_was_there_does_not_stand(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": OLD})
    path = tmp_path / "etc/sysctl.d/a.conf"
    with open(path, "ab") as file:  # another program has it open
        undo = files.replace(f"{D}/a.conf", NEW, expected=OLD)
        file.write(b"theirs\n")
    with pytest.raises(FileError) as caught:
        let_stand([undo])
    assert str(caught.value) == f"{D}/a.conf was changed by another program a moment ago. Run again."
    undo()
    assert look_at(path.parent) == {"/a.conf 100644": OLD + b"theirs\n"}


def test_what_is_appended_while_a_change_is_undone_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "etc/sysctl.d/a.conf"
    texts = iter([b"", b"theirs\n", b""])  # nothing while it is replaced, something while that is undone
    files = faulty_files(
        tmp_path, {f"{D}/a.conf": OLD}, before_rename=staticmethod(lambda *_names: append(path, next(texts)))
    )
    undo = files.replace(f"{D}/a.conf", NEW, expected=OLD)
    with pytest.raises(ForeignChangeError) as caught:
        undo()
    assert str(caught.value) == TAKEN_OUT
    assert look_at(path.parent) == {"/a.conf 100644": OLD + b"theirs\n"}


def test_no_line_of_this_run_is_left_beside_a_program_that_appends(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": OLD})
    path = tmp_path / "etc/sysctl.d/a.conf"
    command = [sys.executable, str(SCENARIOS / "append_lines.py"), str(path)]
    changes = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        for _once in range(50):
            found = path.read_bytes()
            with contextlib.suppress(FileError):
                undo = files.replace(f"{D}/a.conf", found + b"ours = 2\n", expected=found)
                changes += 1
                undo()
        program.communicate("")
    assert set(path.read_bytes().splitlines()) == {*OLD.splitlines(), b"theirs"}
    assert path.read_bytes().startswith(OLD)


class MadeMeanwhile(Folder):
    """A folder in which another program makes what this one is about to make, and in which nothing can be written."""

    def make_folder(self, name: str) -> tuple[Folder, bool]:
        os.mkdir(name, dir_fd=self._descriptor)
        return super().make_folder(name)

    def write(self, file: StoredFile) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO), file)


def test_a_folder_that_another_program_made_a_moment_before_is_left(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/etc": None})
    files.folder_type = MadeMeanwhile
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=None)
    assert str(caught.value) == f"{D}/a.conf cannot be written: Input/output error."
    assert look_at(tmp_path) == {"/etc": None, D: None}


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
    if subprocess.run(["chattr", f"+{flag}", f"{tmp_path}{path}"], check=False, capture_output=True).returncode:
        pytest.skip("needs a file system with the flags of chattr(1)")
    try:
        with pytest.raises(FileError) as caught:
            files.require_writable(f"{D}/a.conf")
    finally:
        subprocess.run(["chattr", f"-{flag}", f"{tmp_path}{path}"], check=True)
    assert str(caught.value) == (
        f"{D}/a.conf cannot be written: {message}. It may be immutable or append-only: see lsattr(1)."
    )


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
