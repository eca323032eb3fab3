# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, KeepaliveError, RecordError
from ansible_collections.linux.tcp.plugins.plugin_utils import _records

if t.TYPE_CHECKING:
    from pathlib import Path

WISH = {"time": "600"}
FILE = {"path": "/a", "before": None, "left": {"content": "YQ=="}, "had_folder": True}
RECORD = {"runtime": {"time": {"before": 7200, "left": 600}}, "files": [FILE]}


def keep(folder: Path, *, host: str = "db1", wish: t.Any = WISH, record: t.Any = RECORD, now: str = "12:00") -> str:
    return _records.keep(str(folder), host, wish=wish, before={"drift": []}, record=record, now=now)


def load(folder: Path) -> dict[str, t.Any]:
    found = _records.load(str(folder), "db1")
    assert found is not None
    return found


def test_record_is_for_one_user(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    path = keep(folder)
    assert path == str(folder / "db1.json")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(str(folder)).st_mode & 0o777 == 0o700
    assert load(folder) == {
        "format": 1,
        "host": "db1",
        "time": "12:00",
        "wish": WISH,
        "before": {"drift": []},
        "record": RECORD,
        "restored": None,
    }
    assert os.listdir(str(folder)) == ["db1.json"]


@pytest.mark.parametrize(
    ("host", "name"),
    [("db1.example.com", "db1.example.com.json"), ("../x", "%2E.%2Fx.json"), ("::1", "%3A%3A1.json")],
)
def test_name(host: str, name: str) -> None:
    assert _records.path_of("/folder", host) == f"/folder/{name}"


def test_same_wish_keeps_the_first_state(tmp_path: Path) -> None:
    keep(tmp_path)
    other = {**FILE, "path": "/b"}
    later = {
        "runtime": {"time": {"before": 900, "left": 600}, "intvl": {"before": 75, "left": 60}},
        "files": [{**FILE, "before": {"content": "Yg=="}, "left": {"content": "Yw=="}}, other],
    }
    keep(tmp_path, record=later, now="13:00")
    found = load(tmp_path)
    assert found["time"] == "12:00"
    assert found["record"] == {
        "runtime": {"time": {"before": 7200, "left": 600}, "intvl": {"before": 75, "left": 60}},
        "files": [{**FILE, "left": {"content": "Yw=="}}, other],
    }


@pytest.mark.parametrize("restored", [True, False])
def test_another_wish_or_a_way_back_makes_a_new_record(tmp_path: Path, restored: bool) -> None:
    keep(tmp_path)
    if restored:
        _records.mark_restored(str(tmp_path), "db1", record=RECORD, now="12:30")
        assert load(tmp_path)["restored"] == "12:30"
    keep(tmp_path, wish=WISH if restored else {"time": "300"}, now="13:00")
    assert load(tmp_path)["time"] == "13:00"
    assert sorted(os.listdir(str(tmp_path))) == ["db1.1200.json", "db1.json"]


def test_way_back_to_another_record_is_not_noted(tmp_path: Path) -> None:
    keep(tmp_path)
    _records.mark_restored(str(tmp_path), "db1", record={"runtime": {}, "files": []}, now="12:30")
    assert load(tmp_path)["restored"] is None
    _records.mark_restored(str(tmp_path), "db2", record=RECORD, now="12:30")
    assert os.listdir(str(tmp_path)) == ["db1.json"]


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "host": "db1"}', '{"format": 1, "host": "db2"}'])
def test_what_is_no_record_is_not_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "db1.json").write_text(text)
    with pytest.raises(RecordError, match="is no record"):
        keep(tmp_path)
    assert (tmp_path / "db1.json").read_text() == text


def test_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError) as refused:
        keep(tmp_path / "file")
    assert str(refused.value) == f"{tmp_path}/file/db1.json cannot be read: Not a directory."
    os.mkdir(str(tmp_path / "db1.json"))
    with pytest.raises(FileError, match="cannot be read: Is a directory"):
        keep(tmp_path)


def test_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    keep(tmp_path)
    before = load(tmp_path)
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(KeepaliveError, match=r"cannot be written: No space left on device\. Nothing was changed\."):
        keep(tmp_path)
    with pytest.raises(KeepaliveError, match="cannot be renamed to"):
        keep(tmp_path, wish={})
    assert load(tmp_path) == before
    assert os.listdir(str(tmp_path)) == ["db1.json"]
