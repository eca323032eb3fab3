# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import resource
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import ReplacedByLinkError
from ansible_collections.linux.tcp.plugins.module_utils._host import capabilities, filesystem
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem
from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import remedy_of
from ansible_collections.linux.tcp.tests.unit.host import lay_out, needs_root, unprivileged

if t.TYPE_CHECKING:
    from pathlib import Path

MOST = filesystem.MOST_BYTES


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a file, a folder, a pipe and links to them."""
    lay_out(tmp_path, {"file": b"x", "folder": None, "link": "file", "nowhere": "gone", "loop": "loop"})
    os.mkfifo(str(tmp_path / "pipe"))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("file", ("file", b"x", "")),
        ("folder", ("directory", b"", "it is a folder")),
        ("pipe", ("unreadable", b"", "it is not a regular file")),
        ("gone", ("missing", b"", "No such file or directory")),
        ("file/below", ("missing", b"", "Not a directory")),
    ],
    ids=repr,
)
def test_content(root: Path, name: str, expected: tuple[str, bytes, str]) -> None:
    assert FileSystem(str(root)).content(f"/{name}") == expected


def test_regular_file_that_would_have_to_be_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As /proc/kmsg, which only root may read, and each message only once: a pipe that looks like a regular file."""
    monkeypatch.setattr(filesystem, "refused", lambda *_found: None)
    writer = os.open(str(root / "pipe"), os.O_RDWR)
    try:
        assert FileSystem(str(root)).content("/pipe") == ("unreadable", b"", "it has nothing to read yet")
    finally:
        os.close(writer)


def test_file_of_the_kernel_is_not_read(root: Path) -> None:
    """A user may let a script that is called be a link to /proc/kmsg, which gives each message only once."""
    assert FileSystem().content("/proc/version") == ("unreadable", b"", "it is a file of the kernel")
    lay_out(root, {"empty": b""})
    assert FileSystem(str(root)).content("/empty") == ("file", b"", "")


def test_mounts_are_read_once_for_all_empty_files_of_a_device(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node of Kubernetes has thousands of mounts."""
    read: list[bytes] = []

    def mounts(text: bytes) -> Mounts:
        read.append(text)
        return Mounts(text)

    monkeypatch.setattr(filesystem, "Mounts", mounts)
    lay_out(root, {"empty": b"", "folder/empty": b""})
    found = FileSystem(str(root))
    assert [found.content(path) for path in ("/empty", "/folder/empty")] == [("file", b"", "")] * 2
    assert len(read) == 1


def test_mounts_that_cannot_be_read_are_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = FileSystem()
    monkeypatch.setattr(filesystem, "_MOUNTS", str(root / "gone"))
    assert found.content("/proc/version")[0] == "file"
    monkeypatch.undo()
    assert found.content("/proc/version") == ("unreadable", b"", "it is a file of the kernel")


@pytest.mark.parametrize("name", ["link", "nowhere", "loop", "folder-link/file"])
@pytest.mark.parametrize("ask", ["content", "exists", "isdir", "is_executable", "listdir"])
def test_no_link_is_followed(root: Path, ask: str, name: str) -> None:
    lay_out(root, {"folder-link": "folder", "/folder/file": b""})
    with pytest.raises(ReplacedByLinkError) as caught:
        getattr(FileSystem(str(root)), ask)(f"/{name}")
    assert str(caught.value) == (
        f"/{name.split('/', maxsplit=1)[0]} was replaced by a link while it was being used. The link was not followed. "
        f"Find the user or program that did this, and run again."
    )


def test_the_root_stays_the_same_folder(root: Path, tmp_path: Path) -> None:
    found = FileSystem(str(root / "folder"))
    lay_out(root, {"/folder/inside": b""})
    (root / "folder").rename(tmp_path / "moved")
    lay_out(root, {"/folder/outside": b""})
    assert found.listdir("/") == ["inside"]


@pytest.mark.parametrize("depth", [0, 60, 63, 64, 65, 66, 190])
def test_a_deep_folder_takes_few_descriptors(tmp_path: Path, depth: int) -> None:
    """A user may make folders below each other, and let a file that is read be a link to the last one."""
    path = "/a" * depth
    lay_out(tmp_path, {f"{path}/file": b"x"})
    found, before = FileSystem(str(tmp_path)), os.listdir("/proc/self/fd")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, before)) + 80, limits[1]))
    try:
        with found.folders_kept():
            for _time in range(2):
                assert found.content(f"{path}/file") == ("file", b"x", "")
                assert found.listdir(path) == ["file"]
                assert found.listdir("/") == ["a" if depth else "file"]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert os.listdir("/proc/self/fd") == before


def test_a_folder_that_is_kept_stays_the_same_when_those_above_are_closed(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{'/a' * 70}/file": b"x", "/b/file": b""})
    found = FileSystem(str(tmp_path))
    with found.folders_kept():
        assert found.exists(f"{'/a' * 70}/file")
        (tmp_path / "a").rename(tmp_path / "moved")
        (tmp_path / "a").symlink_to("b")
        assert found.content(f"{'/a' * 70}/file") == ("file", b"x", "")
        with pytest.raises(ReplacedByLinkError):
            found.exists("/a/file")


def test_content_of_what_cannot_be_a_name(root: Path) -> None:
    assert FileSystem(str(root)).content("/a\0b")[:2] == ("missing", b"")


@pytest.mark.parametrize(
    ("size", "kind", "reason"),
    [(MOST, "file", ""), (MOST + 1, "unreadable", "it is larger than 4 MiB")],
    ids=["as large as may be", "larger"],
)
def test_content_of_a_large_file(tmp_path: Path, size: int, kind: str, reason: str) -> None:
    with open(str(tmp_path / "large"), "wb") as file:
        file.truncate(size)
    found = FileSystem(str(tmp_path)).content("/large")
    assert (found[0], len(found[1]), found[2]) == (kind, size if kind == "file" else 0, reason)


def test_content_of_a_file_that_becomes_larger_once_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner may wait for that: inotify(7), IN_OPEN."""
    monkeypatch.setattr(filesystem, "refused", lambda *_found: None)
    with open(str(tmp_path / "large"), "wb") as file:
        file.truncate(MOST + 1)
    assert FileSystem(str(tmp_path)).content("/large") == ("unreadable", b"", "it is larger than 4 MiB")


def test_content_without_permission(root: Path) -> None:
    (root / "file").chmod(0)
    with unprivileged(root) as inside, pytest.raises(PermissionError) as caught:
        FileSystem(inside).content("/file")
    assert (caught.value.errno, caught.value.strerror) == (errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("name", "lexists", "exists", "isdir", "islink"),
    [
        ("file", True, True, False, False),
        ("folder", True, True, True, False),
        ("gone", False, False, False, False),
    ],
)
def test_kinds(root: Path, name: str, lexists: bool, exists: bool, isdir: bool, islink: bool) -> None:
    found, path = FileSystem(str(root)), f"/{name}"
    assert (found.lexists(path), found.exists(path)) == (lexists, exists)
    assert (found.isdir(path), found.islink(path)) == (isdir, islink)


def test_links_are_seen(root: Path) -> None:
    found = FileSystem(str(root))
    assert [(found.lexists(path), found.islink(path)) for path in ("/link", "/nowhere")] == [(True, True)] * 2


def test_a_folder_with_too_many_names_is_not_listed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user may fill a folder that this user owns."""
    system, found = FileSystem(str(root)), sorted(os.listdir(str(root)))
    monkeypatch.setattr(filesystem, "MOST_NAMES", len(found))
    assert sorted(system.listdir("/")) == found
    monkeypatch.setattr(filesystem, "MOST_NAMES", len(found) - 1)
    with pytest.raises(OSError, match=f"it has more than {len(found) - 1} names") as failed:
        system.listdir("/")
    assert failed.value.errno == errno.E2BIG
    assert remedy_of(failed.value) == " Remove what does not belong there."


def test_names_and_links(root: Path) -> None:
    found = FileSystem(str(root))
    assert sorted(found.listdir("/")) == ["file", "folder", "link", "loop", "nowhere", "pipe"]
    assert found.readlink("/nowhere") == "gone"
    for ask, name in ((found.listdir, "gone"), (found.listdir, "file"), (found.readlink, "file")):
        with pytest.raises(OSError, match=r"No such file|Not a directory|Invalid argument"):
            ask(f"/{name}")


@pytest.mark.parametrize(
    ("mode", "executable"), [(0o644, False), (0o100, True), (0o010, True), (0o001, True)], ids=["none", "u", "g", "o"]
)
def test_is_executable(root: Path, mode: int, executable: bool) -> None:
    (root / "file").chmod(mode)
    assert FileSystem(str(root)).is_executable("/file") is executable
    assert not FileSystem(str(root)).is_executable("/gone")


@needs_root
@pytest.mark.parametrize(
    ("status", "user", "owner"),
    [
        pytest.param("\nCapEff:\t0000000000000000\n", 1000, None, id="no capabilities"),
        pytest.param("\nCapEff:\t0000000000200000\n", 1000, 4242, id="a capability, and no root"),
        pytest.param("\nCapEff:\t0000000000200000\n", 4242, None, id="our own link"),
        pytest.param("\nCapEff:\t0000000000000000\n", 0, 4242, id="root without capabilities"),
        pytest.param(None, 1000, 4242, id="not known"),
    ],
)
def test_whose_link_leads_a_process_with_capabilities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str | None, user: int, owner: int | None
) -> None:
    lay_out(tmp_path, {"/tree/link": "/x", "/proc/self": None})
    os.chown(tmp_path / "tree/link", 4242, 4242, follow_symlinks=False)
    os.chown(tmp_path / "tree", 4242, 4242)
    if status is not None:
        (tmp_path / "proc/self/status").write_text(status)
    monkeypatch.setattr(capabilities, "PROC", str(tmp_path / "proc"))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert FileSystem(str(tmp_path)).untrusted_owner("/tree/link") == owner
