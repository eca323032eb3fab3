# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import errno
import os
import resource
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    ExhaustedError,
    FileError,
    InvalidPathError,
    ReplacedByLinkError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host import file_budget
from ansible_collections.linux.tcp.plugins.module_utils._host.file_budget import FileBudget
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.tests.unit.host import Refusing, lay_out, unprivileged
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.host import Layout

SCENARIOS = Path(__file__).with_name("scenarios")
D = "/etc/sysctl.d"
USER = 4242


def files_of(root: Path, layout: Layout | None = None) -> Files:
    lay_out(root, layout or {})
    return Files(str(root))


def test_root_must_be_a_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, {"file": b""})
    for root in (f"{tmp_path}/nowhere", f"{tmp_path}/file", ""):
        with pytest.raises(InvalidPathError) as caught:
            Files(root)
        assert str(caught.value) == f"root is {root!r}, which is not a folder. Give the root folder of a system tree."


@pytest.mark.parametrize(
    ("root", "runs"),
    [
        pytest.param("/", True, id="root"),
        pytest.param("//", True, id="two slashes"),
        pytest.param("/etc/..", True, id="a way around"),
        pytest.param("/etc", False, id="another folder"),
    ],
)
def test_is_running_system(root: str, runs: bool) -> None:
    assert Files(root).is_running_system is runs


def test_a_link_to_the_root_is_the_running_system(tmp_path: Path) -> None:
    lay_out(tmp_path, {"link": "/"})
    assert Files(str(tmp_path / "link")).is_running_system


def test_the_root_of_a_container_is_not_the_running_system(tmp_path: Path) -> None:
    result = run_isolated(SCENARIOS / "another_root.py", root=str(tmp_path))
    assert result == {"is_running_system": False, "is_below_link": True}


@pytest.mark.parametrize(
    ("path", "resolved"),
    [
        pytest.param("/", "/", id="root"),
        pytest.param("/etc/a", "/etc/a", id="plain"),
        pytest.param("//etc/./a/", "/etc/a", id="superfluous parts"),
        pytest.param("/etc/nowhere/b", "/etc/nowhere/b", id="missing"),
        pytest.param("/absolute", "/etc/a", id="absolute link stays in the root"),
        pytest.param("/etc/relative", "/etc/a", id="relative link"),
        pytest.param("/folder/relative", "/etc/a", id="link to a folder"),
        pytest.param("/twice", "/etc/a", id="link to a link"),
        pytest.param("/dangling", "/nowhere/else", id="dangling link"),
        pytest.param("/folder/..", "/", id="parent of a link's target"),
        pytest.param("/../../etc/a", "/etc/a", id="above the root is the root"),
        pytest.param("/outside", "/outside-of-it", id="link that leads above the root"),
        pytest.param("/etc/a/b", "/etc/a/b", id="below a file"),
    ],
)
def test_resolve(tmp_path: Path, path: str, resolved: str) -> None:
    files = files_of(
        tmp_path,
        {
            "/etc/a": b"",
            "/absolute": "/etc/a",
            "/etc/relative": "../etc/a",
            "/folder": "etc",
            "/twice": "/absolute",
            "/dangling": "/nowhere/else",
            "/outside": "../../../outside-of-it",
        },
    )
    assert files.resolve(path) == resolved
    assert files.on_host(resolved) == f"{tmp_path}{resolved}"


DEEP = "/a" * 200
TO_AND_FRO = "/".join(["z/.."] * 30)
TOO_DEEP = "its path has more than 200 parts, or more than 2000 with those of the links on it"


def too_deep(path: str) -> str:
    return f"{path} cannot be read: {TOO_DEEP}. Correct this path, or the links on it."


@pytest.mark.parametrize(
    ("path", "is_too_deep"),
    [
        pytest.param(DEEP, False, id="as deep as may be"),
        pytest.param(f"{DEEP}/file", True, id="deeper"),
        pytest.param("/missing" * 201, True, id="deeper, and not there"),
        pytest.param("/link/file", True, id="behind a link"),
        pytest.param("/link/../file", False, id="in the folder above a deep one"),
        pytest.param("/from1", False, id="as many parts as may be"),
        pytest.param("/from0", True, id="more parts"),
    ],
)
def test_resolve_a_deep_path(tmp_path: Path, path: str, is_too_deep: bool) -> None:
    """A user who owns a folder may make any number of folders and links there."""
    # each link has 61 parts, and the last one leads to a file
    links = {f"/from{number}": f"{TO_AND_FRO}/from{number + 1}" for number in range(33)}
    files = files_of(tmp_path, {f"{DEEP}/file": b"", "/link": DEEP, "/z": None, **links})
    if is_too_deep:
        with pytest.raises(FileError) as caught:
            files.resolve(path)
        assert str(caught.value) == too_deep(path)
    else:
        assert files.resolve(path).count("/") <= 200


def test_going_up_and_down_opens_no_folder_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = "/a" * 190
    links = {f"{folder}/from{number}": f"{TO_AND_FRO}/from{number + 1}" for number in range(25)}
    files = files_of(tmp_path, {f"{folder}/z": None, **links})
    opened: list[str] = []
    real = os.open

    def note(path: str, *arguments: t.Any, **named: t.Any) -> int:
        opened.append(path)
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", note)
    assert files.resolve(f"{folder}/from0") == f"{folder}/from25"
    assert len(opened) == 190


def test_what_is_too_deep_is_unreadable_and_not_missing(tmp_path: Path) -> None:
    files = files_of(
        tmp_path, {f"{DEEP}/x/a.conf": b"", f"{D}/a.conf": f"{DEEP}/x/a.conf", "/run/sysctl.d": f"{DEEP}/x"}
    )
    file, folder = f"{D}/a.conf", "/run/sysctl.d"
    unreadable = SysctlFile(file, file, kind="unreadable", reason=TOO_DEEP)
    assert files.read(file) == unreadable
    assert files.read(f"{folder}/a.conf") == SysctlFile(
        f"{folder}/a.conf", f"{folder}/a.conf", kind="unreadable", reason=TOO_DEEP
    )
    assert files.read_tree().files == (unreadable, SysctlFile(folder, folder, kind="unreadable", reason=TOO_DEEP))


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        pytest.param(lambda files: files.known("/link"), "/link", id="file"),
        pytest.param(lambda files: files.text("/folder/a"), "/folder", id="content"),
        pytest.param(lambda files: files.matching("/d/lin?"), "/d/link", id="file of a pattern"),
        pytest.param(lambda files: files.matching("/fold?r/*"), "/folder", id="folder of a pattern"),
        pytest.param(lambda files: files.paths("/folder/*/a"), "/folder", id="paths of a pattern"),
        pytest.param(lambda files: files.names("/folder"), "/folder", id="names"),
        pytest.param(lambda files: files.exists("/link"), "/link", id="existence"),
        pytest.param(lambda files: files.isdir("/folder"), "/folder", id="folder"),
    ],
)
def test_what_is_too_deep_is_not_taken_for_nothing(tmp_path: Path, ask: t.Callable[[Files], object], path: str) -> None:
    files = files_of(tmp_path, {f"{DEEP}/x/a": b"", "/link": f"{DEEP}/x/a", "/d/link": "/link", "/folder": f"{DEEP}/x"})
    with pytest.raises(FileError) as caught:
        ask(files)
    assert str(caught.value) == too_deep(path)


def test_read_tree(tmp_path: Path) -> None:
    files = files_of(
        tmp_path,
        {
            "/etc/sysctl.conf": b"conf",
            f"{D}/99-sysctl.conf": "../sysctl.conf",
            f"{D}/b.conf": b"b",
            f"{D}/a.conf": b"a",
            f"{D}/.hidden.conf": b"hidden",
            f"{D}/README": b"no",
            f"{D}/a.conf~": b"no",
            f"{D}/dir.conf": None,
            f"{D}/null.conf": "/dev/null",
            f"{D}/gone.conf": "nowhere",
            f"{D}/loop.conf": "loop.conf",
            "/run/sysctl.d/a.conf": b"run",
            "/usr/local/lib/sysctl.d/c.conf": b"c",
            "/usr/lib/sysctl.d/d.conf": b"d",
            "/lib": "usr/lib",
            "/opt/sysctl.d/e.conf": b"no",
        },
    )
    assert files.read_tree().files == (
        SysctlFile(f"{D}/.hidden.conf", f"{D}/.hidden.conf", text=b"hidden"),
        SysctlFile(f"{D}/99-sysctl.conf", "/etc/sysctl.conf", text=b"conf", is_link=True),
        SysctlFile(f"{D}/a.conf", f"{D}/a.conf", text=b"a"),
        SysctlFile(f"{D}/b.conf", f"{D}/b.conf", text=b"b"),
        SysctlFile(f"{D}/dir.conf", f"{D}/dir.conf", kind="directory", reason="it is a folder"),
        SysctlFile(f"{D}/gone.conf", f"{D}/nowhere", kind="missing", reason="No such file or directory", is_link=True),
        SysctlFile(f"{D}/loop.conf", f"{D}/loop.conf", kind="missing", reason="it is a loop of links", is_link=True),
        SysctlFile(f"{D}/null.conf", "/dev/null", is_link=True),
        SysctlFile("/run/sysctl.d/a.conf", "/run/sysctl.d/a.conf", text=b"run"),
        SysctlFile("/usr/local/lib/sysctl.d/c.conf", "/usr/local/lib/sysctl.d/c.conf", text=b"c"),
        # once, although /lib leads there as well
        SysctlFile("/usr/lib/sysctl.d/d.conf", "/usr/lib/sysctl.d/d.conf", text=b"d"),
        SysctlFile("/etc/sysctl.conf", "/etc/sysctl.conf", text=b"conf"),
    )


@pytest.mark.parametrize(
    ("layout", "found"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({D: None}, [], id="empty folder"),
        pytest.param({"/lib/sysctl.d/a.conf": b""}, ["/lib/sysctl.d/a.conf"], id="lib apart from usr"),
        pytest.param({D: "/opt/d", "/opt/d/a.conf": b""}, [f"{D}/a.conf"], id="the folder is a link"),
        pytest.param({D: "/nowhere"}, [], id="the folder is a dangling link"),
        pytest.param({"/etc/sysctl.conf": "nowhere"}, ["/etc/sysctl.conf"], id="sysctl.conf is a dangling link"),
    ],
)
def test_read_tree_finds(tmp_path: Path, layout: Layout, found: list[str]) -> None:
    assert [file.path for file in files_of(tmp_path, layout).read_tree().files] == found


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        pytest.param({D: b"a file"}, "Not a directory", id="a file"),
        pytest.param(
            {D: "sysctl.d"},
            "/etc/sysctl.d is a loop of links. Remove the link that leads back to itself.",
            id="a loop of links",
        ),
    ],
)
def test_read_tree_with_a_folder_that_is_none(tmp_path: Path, folder: Layout, reason: str) -> None:
    assert files_of(tmp_path, folder).read_tree().files == (SysctlFile(D, D, kind="unreadable", reason=reason),)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(f"{D}/a.conf", SysctlFile(f"{D}/a.conf", f"{D}/a.conf", text=b"a"), id="plain"),
        pytest.param(
            "/etc/./sysctl.d//a.conf", SysctlFile(f"{D}/a.conf", f"{D}/a.conf", text=b"a"), id="spelled oddly"
        ),
        pytest.param(
            "/known/a.conf", SysctlFile(f"{D}/a.conf", f"{D}/a.conf", text=b"a"), id="by a link to the folder"
        ),
        pytest.param(
            "/lib/sysctl.d/new.conf",
            SysctlFile(
                "/usr/lib/sysctl.d/new.conf",
                "/usr/lib/sysctl.d/new.conf",
                kind="missing",
                reason="No such file or directory",
            ),
            id="by the name the loader uses",
        ),
        pytest.param(f"{D}/l.conf", SysctlFile(f"{D}/l.conf", "/opt/x", text=b"x", is_link=True), id="link"),
        pytest.param("/opt/x", SysctlFile("/opt/x", "/opt/x", text=b"x"), id="elsewhere"),
        pytest.param(
            "/opt/new",
            SysctlFile("/opt/new", "/opt/new", kind="missing", reason="No such file or directory"),
            id="missing",
        ),
        pytest.param(
            "/opt/x/y",
            SysctlFile("/opt/x/y", "/opt/x/y", kind="missing", reason="Not a directory"),
            id="below a file",
        ),
        pytest.param("/opt", SysctlFile("/opt", "/opt", kind="directory", reason="it is a folder"), id="folder"),
    ],
)
def test_read(tmp_path: Path, path: str, expected: SysctlFile) -> None:
    files = files_of(
        tmp_path,
        {
            f"{D}/a.conf": b"a",
            f"{D}/l.conf": "/opt/x",
            "/opt/x": b"x",
            "/known": "/etc/sysctl.d",
            "/usr/lib/sysctl.d": None,
            "/lib": "usr/lib",
        },
    )
    assert files.read(path) == expected


def test_read_what_is_no_regular_file(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    os.mkfifo(str(tmp_path / "pipe"))
    assert files.read("/pipe") == SysctlFile("/pipe", "/pipe", kind="unreadable", reason="it is not a regular file")


def test_read_a_huge_file(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/huge": b""})
    os.truncate(str(tmp_path / "huge"), (64 << 20) + 1)
    assert files.read("/huge") == SysctlFile(
        "/huge", "/huge", kind="unreadable", reason="it is larger than 4 MiB", is_too_large=True
    )


def test_read_without_permission(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"secret", "/run/sysctl.d/b.conf": b""})
    (tmp_path / "etc/sysctl.d/a.conf").chmod(0)
    (tmp_path / "run/sysctl.d").chmod(0)
    with unprivileged(tmp_path) as root:
        found = Files(root).read_tree().files
    (tmp_path / "run/sysctl.d").chmod(0o755)
    assert found == (
        SysctlFile(f"{D}/a.conf", f"{D}/a.conf", "unreadable", reason="Permission denied", denied="to_user"),
        SysctlFile("/run/sysctl.d", "/run/sysctl.d", "unreadable", reason="Permission denied", denied="to_user"),
    )


def test_what_is_denied_is_told(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/a/x.conf": b"", "/a/y.conf": b"", "/b/x.conf": b""})
    (tmp_path / "a/x.conf").chmod(0)
    (tmp_path / "b").chmod(0)
    denied: list[SysctlFile] = []
    with unprivileged(tmp_path) as root:
        files = Files(root)
        found = files.matching("/[ab]/*.conf", on_unreadable=denied.append)
        assert files.matching("/[ab]/*.conf") == found
        assert files.paths("/b/*", on_unreadable=denied.append) == []
    (tmp_path / "b").chmod(0o755)
    assert [file.path for file in found] == ["/a/y.conf"]
    assert [(file.path, file.reason, file.denied) for file in denied] == [
        (path, "Permission denied", "to_user") for path in ("/a/x.conf", "/b", "/b")
    ]


@pytest.mark.parametrize("path", ["/etc/./sysctl.conf", "//etc/sysctl.conf", "/alias/sysctl.conf"])
def test_sysctl_conf_by_another_name(tmp_path: Path, path: str) -> None:
    files = files_of(tmp_path, {"/etc": None, "/alias": "etc"})
    assert files.read(path).path == "/etc/sysctl.conf"


@pytest.mark.parametrize(
    ("layout", "suffix", "found"),
    [
        pytest.param({}, "", [], id="no folder"),
        pytest.param({"/x": b""}, "", [("/x", "unreadable")], id="a file in its place"),
        pytest.param(
            {"/x/b.conf": b"", "/x/.a.conf": b"", "/x/c.conf": None, "/x/d": b""},
            ".conf",
            [("/x/.a.conf", "file"), ("/x/b.conf", "file"), ("/x/c.conf", "directory")],
            id="hidden ones and folders too",
        ),
        pytest.param({"/x": "y", "/y/a": b""}, "", [("/x/a", "file")], id="behind a link"),
    ],
)
def test_read_folder(tmp_path: Path, layout: Layout, suffix: str, found: list[tuple[str, str]]) -> None:
    files = files_of(tmp_path, layout)
    assert [(file.path, file.kind) for file in files.read_folder("/x", suffix=suffix)] == found


def test_no_more_is_read_than_a_budget_has(tmp_path: Path) -> None:
    files, budget = files_of(tmp_path, {"/x/a": b"x" * (1 << 20), "/y/a": b""}), FileBudget(2 << 20)
    for name in "bcd":
        os.link(tmp_path / "x/a", tmp_path / "x" / name)
    too_much = "the files are larger than 2 MiB in all"
    found = [(file.path, file.reason) for file in files.read_folder("/x", suffix="", budget=budget)]
    assert found == [("/x/a", ""), ("/x/b", ""), ("/x/c", ""), ("/x", too_much)]
    assert [(file.path, file.reason) for file in files.read_folder("/y", suffix="", budget=budget)] == [
        ("/y", too_much)
    ]


def test_no_more_files_are_read_than_are_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_budget, "_MOST_FILES", 2)
    files = files_of(tmp_path, {f"{D}/{name}.conf": b"x" for name in "abcd"})
    found = [(file.path, file.reason) for file in files.read_tree().files]
    assert found == [(f"{D}/a.conf", ""), (f"{D}/b.conf", ""), (D, "there are more than 2 files")]
    with pytest.raises(FileError) as failed:
        files.matching(f"{D}/?.con[f]")
    assert str(failed.value) == (
        f"{D}/?.con[f] cannot be read: there are more than 2 files. Remove what does not belong there."
    )


@pytest.mark.parametrize("ask", [Files.matching, Files.paths], ids=["files", "paths"])
def test_names_of_folders_count(tmp_path: Path, ask: t.Callable[..., list[t.Any]]) -> None:
    files, budget = files_of(tmp_path, {f"/x/{number}/{name}": b"" for number in "12" for name in "ab"}), FileBudget(0)
    with pytest.raises(FileError) as failed:
        ask(files, "/x/*/z*", budget=budget)
    assert str(failed.value) == (
        "/x/1/z* cannot be read: there are too many: each file or folder counts for 4 KiB at least, and all may have 0 "
        "MiB. Remove what does not belong there."
    )


def test_name_of_a_file_is_told_without_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {"/x/a": b"", "/y": "etc/sysctl.d", "/etc/sysctl.d/a.conf": b"", "/loop": "loop"})
    monkeypatch.setattr(FileSystem, "content", None)
    names = {"/x/a": "/x/a", "/y/a.conf": "/etc/sysctl.d/a.conf", "/loop/a": "/loop/a", "/a" * 2000: "/a" * 2000}
    assert {path: files.name_of(path) for path in names} == names


@pytest.mark.parametrize("ask", [Files.matching, Files.paths], ids=["files", "paths"])
def test_what_is_left_out_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: t.Callable[[Files, str], list[t.Any]]
) -> None:
    monkeypatch.setattr(file_budget, "_MOST_FILES", 2)
    files = files_of(tmp_path, {f"{D}/{name}": b"" for name in (".a", ".b", ".c", "a~", "b~", "c.bak", "y", "z")})
    assert len(ask(files, f"{D}/*")) == 2


@pytest.mark.parametrize("pattern", ["/x/*", "/x/?/a", "/x/*/*/a"])
@pytest.mark.parametrize("ask", [Files.matching, Files.paths], ids=["files", "paths"])
def test_more_than_can_be_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: t.Callable[[Files, str], list[t.Any]], pattern: str
) -> None:
    monkeypatch.setattr(file_budget, "_MOST_FILES", 2)
    files = files_of(tmp_path, {f"/x/{name}/{name}/a": b"" for name in "abc"})
    with pytest.raises(FileError) as failed:
        ask(files, pattern)
    assert str(failed.value) == (
        f"{pattern} cannot be read: there are more than 2 files. Remove what does not belong there."
    )


def test_matching(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "/etc/cron.d/b": b"b",
            "/etc/cron.d/a": b"a",
            "/etc/cron.d/.hidden": b"",
            "/etc/cron.d/c~": b"",
            "/etc/cron.d/d.dpkg-dist": b"",
            "/etc/cron.d/folder": None,
            "/etc/cron.d/link": "/opt/x",
            "/etc/cron.d/nowhere": "/gone",
            "/opt/x": b"x",
            "/etc/loop": "loop",
            "/srv": "/etc",
        },
    )
    files = Files(str(tmp_path))

    def found(pattern: str) -> list[tuple[str, str, bytes]]:
        return [(file.path, file.target, file.text) for file in files.matching(pattern)]

    assert found("/etc/cron.d/*") == [
        ("/etc/cron.d/a", "/etc/cron.d/a", b"a"),
        ("/etc/cron.d/b", "/etc/cron.d/b", b"b"),
        ("/etc/cron.d/link", "/opt/x", b"x"),
    ]
    assert found("/srv/cron.*/[ab]") == [
        ("/srv/cron.d/a", "/etc/cron.d/a", b"a"),
        ("/srv/cron.d/b", "/etc/cron.d/b", b"b"),
    ]
    assert found("/opt/x") == [("/opt/x", "/opt/x", b"x")]
    for nothing in ("/opt/y", "/opt/x/*", "/gone/*", "/etc/loop/x", "/etc/loop/*", "/etc/cron.d/folder"):
        assert found(nothing) == []


def test_is_executable(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/a": b"", "/b": b""})
    (tmp_path / "b").chmod(0o700)
    files = Files(str(tmp_path))
    assert [files.is_executable(path) for path in ("/a", "/b", "/c")] == [False, True, False]


def test_no_more_credentials_are_read_than_the_tree_may_have(tmp_path: Path) -> None:
    """The tree of another system may be of a user, who can have any number of them."""
    folder = "/run/credentials/@system"
    files = files_of(tmp_path, {f"{folder}/sysctl.a": b"", "/etc/credstore/sysctl.z": b"z", "/etc/sysctl.conf": b"1"})
    os.truncate(str(tmp_path / f"{folder[1:]}/sysctl.a"), 4 << 20)
    for name in "bcdefg":
        os.link(tmp_path / f"{folder[1:]}/sysctl.a", tmp_path / f"{folder[1:]}/sysctl.{name}")
    found = [(file.path, file.kind, file.reason) for file in files.read_tree().files]
    assert found == [
        ("/etc/sysctl.conf", "file", ""),
        *((f"{folder}/sysctl.{name}", "file", "") for name in "abcde"),
        (f"{folder}/sysctl.extra", "unreadable", "the files are larger than 16 MiB in all"),
    ]


def test_credentials_are_read(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "/run/credentials/@system/sysctl.extra": b"1",
            "/etc/credstore/sysctl.extra": "/gone",
            "/usr/lib/credstore/sysctl.extra": None,
            "/etc/credstore.encrypted/sysctl.extra": b"secret",
            "/usr/lib/credstore.encrypted/sysctl.extra": None,
            "/run/credentials/@encrypted/sysctl.extra": b"secret",
            "/etc/credstore/sysctl.other": b"2",
            "/etc/credstore/other": b"3",
        },
    )
    found = [(file.path, file.kind, file.text, file.reason) for file in Files(str(tmp_path)).read_tree().files]
    assert found == [
        ("/run/credentials/@system/sysctl.extra", "file", b"1", ""),
        ("/etc/credstore/sysctl.extra", "missing", b"", "No such file or directory"),
        ("/etc/credstore/sysctl.other", "file", b"2", ""),
        ("/usr/lib/credstore/sysctl.extra", "directory", b"", "it is a folder"),
        ("/run/credentials/@encrypted/sysctl.extra", "unreadable", b"", "it is encrypted"),
        ("/etc/credstore.encrypted/sysctl.extra", "unreadable", b"", "it is encrypted"),
        ("/usr/lib/credstore.encrypted/sysctl.extra", "directory", b"", "it is a folder"),
    ]


def test_what_the_machine_hands_in_lasts(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/run/credentials/@system/sysctl.extra": b"1", "/run/credstore/sysctl.extra": b"2"})
    found = [file.path for file in Files(str(tmp_path)).read_tree().lasting().files]
    assert found == ["/run/credentials/@system/sysctl.extra"]


@pytest.mark.parametrize("path", ["/a\0b", "/etc/a\0b/c", "/\ud800"])
def test_what_cannot_be_a_name_is_not_there(tmp_path: Path, path: str) -> None:
    files = Files(str(tmp_path))
    assert files.read(path).kind == "missing"
    assert files.matching(path) == []


def test_devices_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {D: None})
    os.mkfifo(f"{tmp_path}{D}/pipe")
    opened: list[str] = []
    real = os.open

    def note(path: str, *arguments: t.Any, **named: t.Any) -> int:
        opened.append(path)
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", note)
    found = files.read(f"{D}/pipe")
    assert (found.kind, found.reason) == ("unreadable", "it is not a regular file")
    assert "sysctl.d" in opened
    assert "pipe" not in opened


class Swapping(FileSystem):
    """A file system in which another user puts a link in place of ``folder`` after a number of looks for links."""

    def __init__(self, root: Path, folder: str, target: Path, looks: int) -> None:
        super().__init__(str(root))
        self.place, self.target, self.looks = Path(f"{root}{folder}"), target, looks

    def readlink(self, path: str) -> str:
        try:
            return super().readlink(path)
        finally:
            self.looks -= 1
            if not self.looks:
                self.place.rename(self.place.with_name("moved"))
                self.place.symlink_to(self.target)


@pytest.mark.parametrize("looks", range(1, 9))
@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda files: [files.read(f"{D}/a.conf").text], id="a file"),
        pytest.param(lambda files: [file.text for file in files.read_tree().files], id="the tree"),
        pytest.param(lambda files: [file.text for file in files.matching(f"{D}/*.conf")], id="by a pattern"),
        pytest.param(lambda files: [name.encode() for name in files.names(D)], id="names"),
    ],
)
def test_nothing_outside_is_read_when_a_folder_becomes_a_link(
    tmp_path: Path, read: t.Callable[[Files], list[bytes]], looks: int
) -> None:
    lay_out(tmp_path, {f"/tree{D}/a.conf": b"inside", "/outside/a.conf": b"secret", "/outside/secret": b"secret"})
    files = Files(file_system=Swapping(tmp_path / "tree", D, tmp_path / "outside", looks))
    with contextlib.suppress(ReplacedByLinkError):
        # within the tree the link leads nowhere
        assert read(files) in ([b"inside"], [b"a.conf"], [], [b""])


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))
    files = files_of(tmp_path, {f"{D}/a.conf": b"a", f"{D}/b.conf": "../b", "/loop": "loop"})
    files.read_tree()
    files.matching(f"{D}/*")
    for path in ("/loop/x", "/nowhere/x", f"{D}/a.conf/x", "/a\0b/c"):
        files.read(path)
    assert len(set(os.listdir("/proc/self/fd")) - before) == 1  # the root
    files.close()
    assert set(os.listdir("/proc/self/fd")) == before
    files.close()  # it closes nothing of another one


def test_a_root_without_users_is_not_left_open(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    files_of(tmp_path, {})
    assert os.listdir("/proc/self/fd") == before


def test_nothing_is_read_after_the_end(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/x": b"x"})
    files.close()
    with open(tmp_path / "x", "rb"):  # its descriptor has the number that the root had
        assert files.read("/x").reason == os.strerror(errno.EBADF)


def test_a_folder_that_may_be_searched_and_not_listed(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"a"})
    (tmp_path / "etc").chmod(0o711)
    with unprivileged(tmp_path) as root:
        assert Files(root).read(f"{D}/a.conf").text == b"a"


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(lambda files: files.read(f"{D}/a.conf"), id="read"),
        pytest.param(lambda files: files.read_tree(), id="read the tree"),
        pytest.param(lambda files: files.names(D), id="names"),
        pytest.param(lambda files: files.exists(f"{D}/a.conf"), id="exists"),
        pytest.param(lambda files: files.matching(f"{D}/*"), id="by a pattern"),
    ],
)
def test_too_many_open_files(tmp_path: Path, step: t.Callable[[Files], object]) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"a"})
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(ExhaustedError) as caught:
            step(files)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert str(caught.value) == (
        "/etc cannot be opened: Too many open files. Raise the limit of this process (ulimit -n), or close files "
        "before the task runs."
    )


def test_a_root_that_may_not_be_entered(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/closed/root": None})
    (tmp_path / "closed").chmod(0)
    with unprivileged(tmp_path) as root, pytest.raises(InvalidPathError) as caught:
        Files(f"{root.rstrip('/')}/closed/root")
    assert str(caught.value).endswith(
        "/closed/root', which cannot be opened: Permission denied. Run as root (become: true)."
    )


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES], ids=["unknown", "hidden"])
def test_what_the_system_does_not_tell_is_not_taken_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    files = files_of(tmp_path, {"/etc": None})
    monkeypatch.setattr(os, "stat", Refusing(os.stat, 1, code))
    for ask in (files.exists, files.isdir, files.is_executable):
        if code == errno.EACCES:
            assert not ask("/etc")
            continue
        with pytest.raises(FileError, match=r"/etc cannot be read: Input/output error\."):
            ask("/etc")


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOENT], ids=errno.errorcode.get)
@pytest.mark.parametrize(
    ("function", "ask"),
    [
        pytest.param("scandir", lambda files: files.names("/etc"), id="names"),
        pytest.param("scandir", lambda files: files.matching("/etc/*.conf"), id="files of a pattern"),
        pytest.param("scandir", lambda files: files.paths("/*/a.conf"), id="paths of a pattern"),
        pytest.param("open", lambda files: files.matching("/etc/a.conf"), id="content of a pattern"),
        pytest.param("open", lambda files: files.text("/etc/a.conf"), id="content"),
        pytest.param("stat", lambda files: files.text("/etc/a.conf"), id="look"),
    ],
)
def test_what_cannot_be_read_is_not_taken_for_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    ask: t.Callable[[Files], t.Sequence[t.Any]],
    code: int,
) -> None:
    files = files_of(tmp_path, {"/etc/a.conf": b"a"})
    assert len(ask(files)) == 1
    monkeypatch.setattr(os, function, Refusing(getattr(os, function), 1, code))
    if code in (errno.EACCES, errno.ENOENT):
        assert not ask(files)
        return
    with pytest.raises(FileError, match=rf"/.* cannot be read: {os.strerror(code)}\."):
        ask(files)


def test_what_to_do_about_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {"/etc/a.conf": b"a"})
    monkeypatch.setattr(os, "open", Refusing(os.open, 1, errno.EIO))
    with pytest.raises(FileError) as failed:
        files.text("/etc/a.conf")
    assert str(failed.value) == (
        "/etc/a.conf cannot be read: Input/output error. Look for what fails in the kernel's log, dmesg(1), and run "
        "again."
    )


def test_hard_links_that_the_system_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = WritableFiles(str(tmp_path))
    monkeypatch.setattr(os, "stat", Refusing(os.stat, 1, errno.EIO))
    with pytest.raises(FileError, match=r"/a cannot be read: Input/output error\."):
        files.has_other_names("/a")
