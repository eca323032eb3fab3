# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import errno
import os
import re
import resource
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, ForeignChangeError, StuckFileError
from ansible_collections.linux.tcp.plugins.module_utils._host import folder
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import Folder
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import let_stand
from ansible_collections.linux.tcp.tests.unit.host import (
    files_of,
    lay_out,
    look_at,
)
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
    from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import StoredFile
    from ansible_collections.linux.tcp.tests.unit.host import Layout

SCENARIOS = Path(__file__).with_name("scenarios")
D = "/etc/sysctl.d"
OLD, NEW = b"# old\na = 1\n", b"# old\na = 1\nours = 2\n"
TAKEN_OUT = f"{D}/a.conf was changed by another program. That change is kept, and the change of this run is removed."


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


@pytest.mark.parametrize("code", [0, errno.EIO], ids=["renamed", "renamed-and-told-as-an-error"])
@pytest.mark.parametrize("new", [None, NEW], ids=["removed", "replaced"])
def test_a_disk_that_does_not_tell_is_no_proof_that_nothing_was_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: bytes | None, code: int
) -> None:
    """The file that was there must not be given up then."""
    files = files_of(tmp_path, {f"{D}/a.conf": OLD})
    before, stat, rename = look_at(tmp_path), os.stat, os.rename
    failing: list[int] = []

    def fail_once_renamed(*arguments: t.Any, **options: t.Any) -> None:
        rename(*arguments, **options)
        if not failing:
            failing.extend([errno.EIO, errno.EIO, 0])
            if code:
                raise OSError(code, os.strerror(code))

    def look(*arguments: t.Any, **options: t.Any) -> os.stat_result:
        if failing and failing[0]:
            code = failing.pop(0)
            raise OSError(code, os.strerror(code))
        return stat(*arguments, **options)

    monkeypatch.setattr(os, "rename", fail_once_renamed)
    monkeypatch.setattr(os, "stat", look)
    with pytest.raises(FileError, match="Input/output error"):
        files.replace(f"{D}/a.conf", new, expected=OLD)
    assert failing == [0]
    monkeypatch.undo()
    assert look_at(tmp_path) == before


@pytest.mark.parametrize("is_renamed", [True, False], ids=["renamed", "not-renamed"])
@pytest.mark.parametrize(("new", "done"), [(None, "removed"), (NEW, "changed")], ids=["removed", "replaced"])
def test_a_file_is_kept_and_named_where_a_disk_never_tells_whether_it_was_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: bytes | None, done: str, is_renamed: bool
) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": OLD})
    rename = os.rename

    def fail(*_arguments: object, **_options: object) -> t.NoReturn:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def fail_from_here(*arguments: t.Any, **options: t.Any) -> None:
        monkeypatch.setattr(os, "stat", fail)
        if is_renamed:
            rename(*arguments, **options)
        fail()

    monkeypatch.setattr(os, "rename", fail_from_here)
    with pytest.raises(StuckFileError) as caught:
        files.replace(f"{D}/a.conf", new, expected=OLD)
    monkeypatch.undo()
    message = (
        rf"{D}/a.conf cannot be written: Input/output error. {D}/a.conf may have been {done} and cannot be restored: "
        rf"Input/output error. Then rename {D}/(\S+) to a.conf: it is what was there."
    )
    found = re.fullmatch(message, str(caught.value))
    assert found, str(caught.value)
    assert (tmp_path / "etc/sysctl.d" / (found[1] if is_renamed or new else "a.conf")).read_bytes() == OLD


def test_undo_of_what_is_gone(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    (tmp_path / "etc").mkdir()
    undo = files.replace(f"{D}/a.conf", b"new", expected=None)
    (tmp_path / "etc/sysctl.d/a.conf").unlink()
    undo()
    assert look_at(tmp_path) == {"/etc": None}


@pytest.mark.parametrize("text", [b"new", None], ids=["changed", "removed"])
def test_undo_in_a_folder_that_is_gone(tmp_path: Path, text: bytes | None) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    undo = files.replace(f"{D}/a.conf", text, expected=b"old")
    shutil.rmtree(tmp_path / "etc/sysctl.d")
    with pytest.raises(ForeignChangeError) as caught:
        undo()
    assert str(caught.value) == f"{D}/a.conf was changed by another program, and is left as it is now."


def test_undo_where_another_program_removed_the_file_that_was_kept(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    undo = files.replace(f"{D}/a.conf", None, expected=b"old")
    for name in os.listdir(tmp_path / "etc/sysctl.d"):
        (tmp_path / "etc/sysctl.d" / name).unlink()
    undo()
    assert look_at(tmp_path) == {"/etc": None, D: None, f"{D}/a.conf 100644": b"old"}


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
    """A folder in which no file can be removed."""

    def unlink(self, name: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), name)


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


@pytest.mark.parametrize("is_seen", [True, False], ids=["before it is opened", "once it is opened"])
def test_undo_leaves_a_file_that_became_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_seen: bool
) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": OLD})
    undo = files.replace(f"{D}/a.conf", NEW, expected=OLD)
    os.truncate(str(tmp_path / "etc/sysctl.d/a.conf"), (4 << 20) + 1)
    if not is_seen:
        monkeypatch.setattr(folder, "refused", lambda *_found: None)
    with pytest.raises(ForeignChangeError) as caught:
        undo()
    assert str(caught.value) == f"{D}/a.conf was changed by another program, and is left as it is now."
    assert os.listdir(str(tmp_path / "etc/sysctl.d")) == ["a.conf"]


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
    """All lines have 8 or 16 bytes, so that none crosses a page: the kernel lets such a one be read before its end."""
    old, ours, theirs = b"# the old\na = 1\n", b"ours = 2 # more\n", b"theirs."
    files = files_of(tmp_path, {f"{D}/a.conf": old})
    path = tmp_path / "etc/sysctl.d/a.conf"
    command = [sys.executable, str(SCENARIOS / "append_lines.py"), str(path), theirs.decode()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        changes = 0
        for _try in range(100_000):
            found = path.read_bytes()
            with contextlib.suppress(FileError):
                undo = files.replace(f"{D}/a.conf", found + ours, expected=found)
                changes += 1
                undo()
            if changes >= 30 and found.count(theirs) >= 10:
                break
        program.communicate("")
    assert changes >= 30
    assert set(path.read_bytes().splitlines()) == {*old.splitlines(), theirs}
    assert path.read_bytes().startswith(old)


class WithoutMemory(Folder):
    """A folder in which memory runs out once a file has its new name."""

    def sync(self) -> None:
        raise MemoryError


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        pytest.param({f"{D}/a.conf": b"old"}, b"new", id="changed"),
        pytest.param({f"{D}/a.conf": b"old"}, None, id="removed"),
        pytest.param({D: None}, b"new", id="made"),
        pytest.param({"/etc": None}, b"new", id="made-with-its-folder"),
    ],
)
def test_what_is_replaced_when_memory_runs_out_is_brought_back(
    tmp_path: Path, layout: Layout, text: bytes | None
) -> None:
    files = files_of(tmp_path, layout)
    before = look_at(tmp_path)
    files.folder_type = WithoutMemory
    with pytest.raises(MemoryError):
        files.replace(f"{D}/a.conf", text, expected=b"old" if f"{D}/a.conf" in layout else None)
    assert look_at(tmp_path) == before
