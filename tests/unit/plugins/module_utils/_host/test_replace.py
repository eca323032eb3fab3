# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import re
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.tests.unit.host import Refusing, lay_out, look_at, needs_root, unprivileged
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.host import Layout

from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles

SCENARIOS = Path(__file__).with_name("scenarios")
D = "/etc/sysctl.d"


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
        f"{D}/a.conf cannot be written: Read-only file system.",
    ]
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == b"kept"


def test_a_file_that_is_a_mount(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"kept"})
    assert run_isolated(SCENARIOS / "file_that_is_a_mount.py", root=str(tmp_path))["error"] == (
        f"{D}/a.conf cannot be written: Device or resource busy. It is a mount of its own (a bind mount): "
        f"edit what is mounted there, or give another path."
    )
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
    assert look_at(tmp_path) == {"/etc": None, D: None, **expected}
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
        files.replace(f"{D}/a.conf", b"new", expected=b"old")
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
        pytest.param(
            "rename", errno.EPERM, "Operation not permitted. It may be immutable: see lsattr(1).", id="immutable"
        ),
        pytest.param("fchmod", errno.EPERM, "Operation not permitted. It may be immutable: see lsattr(1).", id="mode"),
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
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"new"}
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
