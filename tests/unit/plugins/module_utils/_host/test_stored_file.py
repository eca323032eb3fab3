# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What another file gets of one, seen in files that are replaced."""

from __future__ import annotations

import errno
import os
import stat
import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import stored
from ansible_collections.linux.tcp.tests.unit.host import (
    Refusing,
    files_of,
    needs_root,
)

if t.TYPE_CHECKING:
    from pathlib import Path

D = "/etc/sysctl.d"


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


def test_extended_attributes_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    monkeypatch.setattr(os, "listxattr", Refusing(os.listxattr, 1, errno.EIO))
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert str(caught.value) == f"{D}/a.conf cannot be written: Input/output error."
    monkeypatch.setattr(os, "listxattr", Refusing(os.listxattr, 1, errno.ENOTSUP))
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == b"new"


def test_no_more_extended_attributes_are_read_than_a_checkpoint_may_have(tmp_path: Path) -> None:
    """A user may give as many to a file as there is room, with 64 KiB each."""
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = str(tmp_path / "etc/sysctl.d/a.conf")
    for number in range(32):
        set_attribute(path, f"user.{number}", b"x")
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert len(os.listxattr(path)) == 32
    os.setxattr(path, "user.one-more", b"x")
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"newer", expected=b"new")
    assert str(caught.value) == (
        f"{D}/a.conf cannot be read: it has more than 32 extended attributes that would be kept. Remove some with "
        f"setfattr(1), or give another path."
    )


def test_a_file_that_would_have_to_be_waited_for(tmp_path: Path) -> None:
    """A file system of a user may answer so."""
    (tmp_path / "a").touch()
    with open(str(tmp_path / "a"), "rb") as file, pytest.raises(BlockingIOError) as caught:
        stored(mock.Mock(fileno=file.fileno, read=mock.Mock(return_value=None)), "/a")
    assert caught.value.errno == errno.EAGAIN
