# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import gc
import os
import stat
import time
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, ReplacedByLinkError
from ansible_collections.linux.tcp.plugins.module_utils._host import folder as folders
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import Folder, is_of_this_run
from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import Metadata, StoredFile
from ansible_collections.linux.tcp.tests.unit.host import Refusing, lay_out, look_at, needs_root

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


def folder_of(path: Path, layout: Layout | None = None) -> Folder:
    lay_out(path, layout or {})
    return Folder(os.open(str(path), os.O_PATH | os.O_DIRECTORY), "/etc")


def test_a_file_is_written_read_and_moved(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    name = folder.write(StoredFile(b"text", Metadata(0o640)))
    assert look_at(tmp_path) == {f"/{name} 100640": b"text"}
    folder.move(name, "a")
    assert folder.read(name) is None
    assert folder.read("a") == StoredFile(b"text", Metadata(0o640, (os.geteuid(), os.getegid())))
    folder.remove("a")
    assert look_at(tmp_path) == {}


def test_a_folder_stays_open_under_another_name(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "folder", {"a": b"inside"})
    (tmp_path / "folder").rename(tmp_path / "moved")
    lay_out(tmp_path, {"/folder/a": b"outside"})
    found = folder.read("a")
    assert found
    assert found.text == b"inside"


def test_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"folder": None})
    folder = folder_of(tmp_path / "folder")
    (tmp_path / "folder").rename(tmp_path / "moved")
    assert not folder.is_gone()
    (tmp_path / "moved").rmdir()
    assert folder.is_gone()
    monkeypatch.setattr(os, "fstat", Refusing(os.fstat, 1, errno.EIO))
    assert not folder.is_gone()


def test_owner(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"file": b""})
    assert folder.owner("file") == ((tmp_path / "file").stat().st_uid, (tmp_path / "file").stat().st_gid)
    assert folder.owner("gone") is None


def test_a_folder_is_closed_when_nothing_uses_it(tmp_path: Path) -> None:
    gc.collect()  # what other tests have left open is not closed in between
    before = os.listdir("/proc/self/fd")
    folder = folder_of(tmp_path, {"a": b""})
    folder.read("a")
    assert len(os.listdir("/proc/self/fd")) == len(before) + 1
    del folder
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        pytest.param("link", ReplacedByLinkError, "/etc/link was replaced by a link while", id="link"),
        pytest.param("folder", FileError, "/etc/folder cannot be read: it is a folder.", id="folder"),
        pytest.param("pipe", FileError, "/etc/pipe cannot be read: it is not a regular file.", id="pipe"),
        pytest.param("huge", FileError, "/etc/huge cannot be read: it is larger than 4 MiB.", id="huge"),
    ],
)
def test_what_is_no_regular_file_is_not_read(tmp_path: Path, name: str, error: type[FileError], message: str) -> None:
    folder = folder_of(tmp_path, {"/link": "file", "/file": b"", "/folder": None, "/huge": b""})
    os.mkfifo(str(tmp_path / "pipe"))
    os.truncate(str(tmp_path / "huge"), (4 << 20) + 1)
    with pytest.raises(error) as caught:
        folder.read(name)
    assert str(caught.value).startswith(message)


def test_a_file_that_becomes_larger_once_it_is_opened_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner may wait for that: inotify(7), IN_OPEN."""
    monkeypatch.setattr(folders, "refused", lambda *_found: None)
    folder = folder_of(tmp_path, {"most": b"", "huge": b""})
    os.truncate(str(tmp_path / "most"), 4 << 20)
    os.truncate(str(tmp_path / "huge"), (4 << 20) + 1)
    found = folder.read("most")
    assert found
    assert len(found.text) == 4 << 20
    with pytest.raises(FileError) as caught:
        folder.read("huge")
    assert str(caught.value) == (
        "/etc/huge cannot be read: it is larger than 4 MiB. Make it smaller, or give another path."
    )


def test_a_link_is_another_name_of_the_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a": b"", "link": "a"})
    hidden = folder.link("a")
    assert hidden
    assert folder.identity(hidden) == folder.identity("a")
    assert folder.link("gone") is None


def test_a_folder_is_made_and_removed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    new: list[Folder | None] = []
    first, second = folder.make_folder("sysctl.d", new), folder.make_folder("sysctl.d", new)
    assert new == [first]
    made = first.identity()
    assert second.identity() == made
    lay_out(tmp_path, {"/sysctl.d/theirs": b""})
    folder.remove_folder("sysctl.d", made)
    assert look_at(tmp_path) == {"/sysctl.d": None, "/sysctl.d/theirs 100644": b""}
    (tmp_path / "sysctl.d/theirs").unlink()
    folder.remove_folder("sysctl.d", folder.identity())  # that of another folder
    assert look_at(tmp_path) == {"/sysctl.d": None}
    folder.remove_folder("sysctl.d", made)
    assert look_at(tmp_path) == {}


def test_a_folder_that_is_not_opened_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tmp_path)
    made: list[Folder | None] = []
    monkeypatch.setattr(Folder, "_folder", Refusing(print, 1, errno.EIO))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        folder.make_folder("sub", made)
    assert (made, look_at(tmp_path)) == ([None], {"/sub": None})


@pytest.mark.parametrize(
    "kept", [pytest.param({"/secret/key": b"x"}, id="with files"), pytest.param({"/secret": None}, id="empty")]
)
def test_no_other_folder_is_opened_to_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, bytes | None]
) -> None:
    """A user who may write in the folder above can give the name to another folder at once."""
    folder, mkdir = folder_of(tmp_path, kept), os.mkdir
    (tmp_path / "secret").chmod(0o700)

    def exchanged(*args: t.Any, **options: t.Any) -> None:
        mkdir(*args, **options)
        (tmp_path / "sub").rename(tmp_path / "made")
        (tmp_path / "secret").rename(tmp_path / "sub")

    monkeypatch.setattr(os, "mkdir", exchanged)
    made = folder.make_folder("sub", [])
    assert made.identity() == folder.identity("sub")
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("sub", "made")] == [0o700, 0o755]


def test_the_umask_is_as_before_where_no_folder_can_be_made(tmp_path: Path) -> None:
    folder, old = folder_of(tmp_path), os.umask(0o077)
    try:
        with pytest.raises(FileNotFoundError):
            folder.make_folder("gone/sub", [])
        assert os.umask(0o077) == 0o077
    finally:
        os.umask(old)


LEFTOVER = ".linux.tcp.0123.tmp"


def test_leftovers_of_runs_that_were_killed_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"/.linux.tcp.folder.tmp": None, "/.linux.tcp.link.tmp": "a", "/.linux.tcp.swp": b"", "/a.tmp": b""}
    folder = folder_of(tmp_path, {LEFTOVER: b"", **kept})
    os.utime(tmp_path / LEFTOVER, (1, 1))  # a link to an old file has its times
    folder.discard_leftovers()
    assert LEFTOVER in os.listdir(tmp_path)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3700)
    folder.discard_leftovers()
    assert sorted(os.listdir(tmp_path)) == sorted(path[1:] for path in kept)


@needs_root
@pytest.mark.parametrize(("user", "left"), [(0, []), (1234, [LEFTOVER])], ids=["root", "another user"])
def test_a_leftover_with_an_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, left: list[str]) -> None:
    """Root's temporary files have the owner of the file that they were to replace."""
    folder = folder_of(tmp_path, {LEFTOVER: b""})
    os.chown(tmp_path / LEFTOVER, 4321, 4321)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3700)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    folder.discard_leftovers()
    assert os.listdir(tmp_path) == left
    assert folder.is_empty() is not bool(left)


def test_a_hidden_file_of_this_run_is_no_leftover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tmp_path, {"a.conf": b""})
    aside = folder.link("a.conf")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3700)  # the clock is set
    folder.discard_leftovers()
    assert sorted(os.listdir(tmp_path)) == [aside, "a.conf"]


def test_files_of_this_run_are_known_by_name() -> None:
    assert is_of_this_run(Folder.hidden_name())
    assert not is_of_this_run(".linux.tcp.1.tmp")


def test_of_very_many_names_the_first_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user may fill a folder that this user owns."""
    monkeypatch.setattr(folders, "MOST_NAMES", 3)
    folder = folder_of(tmp_path, {str(number): b"" for number in range(5)})
    assert len(folder.names()) == 3


def test_a_folder_with_leftovers_only_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tmp_path)
    assert folder.is_empty()
    lay_out(tmp_path, {LEFTOVER: b""})
    assert not folder.is_empty()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3700)
    assert folder.is_empty()
