# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidPathError, remedy_of_denial
from ansible_collections.linux.tcp.plugins.module_utils._host.editable import require_editable
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.tests.unit.host import files_of, lay_out, needs_root, unprivileged

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

D = "/etc/sysctl.d"
USER = 4242


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"{D}/a.conf", id="regular file"),
        pytest.param(f"{D}/new.conf", id="new file"),
        pytest.param(f"{D}/link.conf", id="link"),
        pytest.param(f"{D}/dangling.conf", id="dangling link whose file can be made"),
        pytest.param("/opt/new/a.conf", id="new folder"),
    ],
)
def test_editable(tmp_path: Path, path: str) -> None:
    files = files_of(
        tmp_path,
        {f"{D}/a.conf": b"", f"{D}/link.conf": "a.conf", f"{D}/dangling.conf": "new.conf", "/opt": None},
    )
    require_editable(files, files.read(path))


NULL = "hides every file of its name from the boot and cannot hold values. Remove the link, or give another path."


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param(f"{D}/null.conf", f"{D}/null.conf (a link to /dev/null) {NULL}", id="link to /dev/null"),
        pytest.param("/dev/null", f"/dev/null {NULL}", id="/dev/null"),
        pytest.param(D, f"{D} cannot be edited: it is a folder. Give the path of a regular file.", id="folder"),
        pytest.param(
            "/pipe", "/pipe cannot be edited: it is not a regular file. Give the path of a regular file.", id="pipe"
        ),
        pytest.param(
            "/to-pipe",
            "/to-pipe (a link to /pipe) cannot be edited: it is not a regular file. Give the path of a regular file.",
            id="link to a pipe",
        ),
        pytest.param(
            f"{D}/loop.conf",
            f"{D}/loop.conf cannot be edited: it is a loop of links. Give the path of a regular file.",
            id="loop",
        ),
        pytest.param(
            "/a/b/c.conf",
            "/a/b/c.conf cannot be made: /a is not a folder. Make it first, or correct path.",
            id="no folder",
        ),
        pytest.param(
            f"{D}/far.conf",
            f"{D}/far.conf (a link to /a/b/c.conf) cannot be made: /a is not a folder. Make it first, or correct path.",
            id="link to where there is no folder",
        ),
        pytest.param(
            f"{D}/a.conf/b.conf",
            f"{D}/a.conf/b.conf cannot be made: {D}/a.conf is not a folder. Move it away, or correct path.",
            id="below a file",
        ),
    ],
)
def test_not_editable(tmp_path: Path, path: str, message: str) -> None:
    files = files_of(
        tmp_path,
        {
            f"{D}/a.conf": b"",
            f"{D}/null.conf": "/dev/null",
            f"{D}/loop.conf": "loop.conf",
            f"{D}/far.conf": "/a/b/c.conf",
            "/to-pipe": "pipe",
        },
    )
    os.mkfifo(str(tmp_path / "pipe"))
    with pytest.raises(InvalidPathError) as caught:
        require_editable(files, files.read(path))
    assert str(caught.value) == message


@needs_root
@pytest.mark.parametrize(
    ("path", "owners", "refused"),
    [
        pytest.param("home/a.conf", {}, None, id="link of root"),
        pytest.param("home/a.conf", {"home": USER}, None, id="link of root in a folder of a user"),
        pytest.param("home/a.conf", {"home/a.conf": USER}, None, id="link of a user in a folder of root"),
        pytest.param("home/a.conf", {"home": USER, "home/a.conf": USER}, "home/a.conf", id="link of a user"),
        pytest.param("home/a.conf", {"home": USER + 1, "home/a.conf": USER}, "home/a.conf", id="of another user"),
        pytest.param("home/etc/b.conf", {"home": USER, "home/etc": USER}, "home/etc", id="link to a folder"),
        pytest.param("open/a.conf", {"open/a.conf": USER}, "open/a.conf", id="in a folder that all may write to"),
        pytest.param("chain.conf", {"home": USER, "home/a.conf": USER}, "home/a.conf", id="in a chain"),
        pytest.param("home/own.conf", {"home": USER, "home/own.conf": USER}, None, id="file of a user"),
    ],
)
def test_links_of_others_are_not_followed_to_edit(
    tmp_path: Path, path: str, owners: dict[str, int], refused: str | None
) -> None:
    """A user could have root edit any file by a link: as fs.protected_symlinks, but in other folders, too."""
    layout: Layout = {"/etc/b.conf": b"", "/home/own.conf": b"", "/open/x": b"", "/chain.conf": "home/a.conf"}
    lay_out(
        tmp_path, {**layout, "/home/a.conf": "../etc/b.conf", "/home/etc": "../etc", "/open/a.conf": "../etc/b.conf"}
    )
    (tmp_path / "open").chmod(0o1777)
    for name, owner in owners.items():
        os.chown(tmp_path / name, owner, -1, follow_symlinks=False)
    files = Files()
    file = files.read(f"{tmp_path}/{path}")
    if refused is None:
        require_editable(files, file)
    else:
        with pytest.raises(InvalidPathError) as caught:
            require_editable(files, file)
        assert str(caught.value) == (
            f"{tmp_path}/{path} cannot be edited: {tmp_path}/{refused} is a link of the user with the ID {USER}, who "
            f"could have it lead to any file. Give the path of the file itself, or make root the owner of the link."
        )


@needs_root
def test_tree_of_a_user_may_have_links(tmp_path: Path) -> None:
    """They cannot lead out of the tree."""
    files = files_of(tmp_path, {f"{D}/a.conf": b"", f"{D}/link.conf": "a.conf"})
    for name in ("etc/sysctl.d", "etc/sysctl.d/link.conf"):
        os.chown(tmp_path / name, USER, -1, follow_symlinks=False)
    require_editable(files, files.read(f"{D}/link.conf"))


@needs_root
def test_link_that_is_replaced_after_the_file_was_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/a.conf": b"", "/b.conf": b"", "/link.conf": "a.conf"})
    files = Files()
    file = files.read(f"{tmp_path}/link.conf")
    (tmp_path / "link.conf").unlink()
    (tmp_path / "link.conf").symlink_to("b.conf")
    with pytest.raises(InvalidPathError) as caught:
        require_editable(files, file)
    assert str(caught.value) == (
        f"{tmp_path}/link.conf (a link to {tmp_path}/a.conf) leads to {tmp_path}/b.conf now. Run the task again."
    )


def test_a_file_of_root_only(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"a"})
    (tmp_path / "etc/sysctl.d/a.conf").chmod(0)
    with unprivileged(tmp_path) as root:
        files = Files(root)
        with pytest.raises(InvalidPathError) as caught:
            require_editable(files, files.read(f"{D}/a.conf"))
    assert str(caught.value) == f"{D}/a.conf cannot be edited: Permission denied. Run as root (become: true)."


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM], ids=errno.errorcode.get)
def test_a_file_that_is_denied_to_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"a"})

    def refuse(*_arguments: object) -> t.NoReturn:
        raise OSError(code, "No way")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(FileSystem, "open_file", refuse)
    file = files.read(f"{D}/a.conf")
    assert file == SysctlFile(f"{D}/a.conf", f"{D}/a.conf", "unreadable", reason="No way", denied="to_root")
    assert files.known(file.path) == file  # that is no failing disk
    with pytest.raises(InvalidPathError) as caught:
        require_editable(files, file)
    assert str(caught.value) == f"{D}/a.conf cannot be edited: No way. {remedy_of_denial('to_root')}"
