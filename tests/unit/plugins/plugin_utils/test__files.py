# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.plugin_utils._files import as_write_error, rename, replace_file

if t.TYPE_CHECKING:
    from pathlib import Path


def replace(path: Path, mode: int = 0o644) -> None:
    replace_file(str(path), "new\n", mode=mode, variable="keepalive_x_folder")


@pytest.mark.parametrize("old", [None, 0o600, 0o444], ids=["no file", "a file", "a file that is read only"])
@pytest.mark.parametrize("mode", [0o600, 0o644], ids=oct)
def test_replace_file(tmp_path: Path, old: int | None, mode: int) -> None:
    path = tmp_path / "x"
    if old is not None:
        path.write_text("of an earlier run, which was longer", encoding="utf-8")
        path.chmod(old)
    replace(path, mode)
    assert (path.read_text(encoding="utf-8"), path.stat().st_mode & 0o777) == ("new\n", mode)
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize("call", ["fchmod", "fsync", "rename"])
def test_file_stays_as_it_was_where_a_call_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "x"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(FileError) as caught:
        replace(path)
    assert str(caught.value) == (
        f"{path} cannot be written: No space left on device. Make the folder {tmp_path} on the controller writable "
        f"for your user, and make room on its disk, or give another keepalive_x_folder."
    )
    assert (os.listdir(tmp_path), path.read_text(encoding="utf-8")) == (["x"], "old")


def test_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("old", encoding="utf-8")
    (tmp_path / "x").symlink_to("elsewhere")
    replace(tmp_path / "x")
    assert not (tmp_path / "x").is_symlink()
    assert (tmp_path / "elsewhere").read_text(encoding="utf-8") == "old"


def test_rename_that_is_done_and_reported_as_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a network file system does that loses the answer."""
    real = os.rename

    def reported(*arguments: t.Any) -> None:
        real(*arguments)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    (tmp_path / "x").write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "rename", reported)
    rename(str(tmp_path / "x"), str(tmp_path / "y"))
    assert os.listdir(tmp_path) == ["y"]


@pytest.mark.parametrize("other", [False, True], ids=["no file", "a file with the name"])
def test_rename_that_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, other: bool) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    (tmp_path / "x").write_text("old", encoding="utf-8")
    if other:
        (tmp_path / "y").write_text("other", encoding="utf-8")
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        rename(str(tmp_path / "x"), str(tmp_path / "y"))


def test_another_error_stays_as_it_is() -> None:
    with pytest.raises(ValueError, match="not of the system"), as_write_error("/x/y", "keepalive_x_folder"):
        raise ValueError("not of the system")
