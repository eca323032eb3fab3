# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of keepalive_record and keepalive_restore, with a module that only answers."""

from __future__ import annotations

import sys
import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils import _records

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.action import (
    keepalive_record,
    keepalive_restore,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    Answer = t.Dict[str, t.Any]

RECORD = {"runtime": {"time": {"before": 7200, "left": 600}}, "files": []}
FOUND = {"changed": False, "would_change": True, "before": {"drift": []}, "record": RECORD}


def act(
    plugin: t.Any, answer: Answer, arguments: Answer, monkeypatch: pytest.MonkeyPatch, *, check_mode: bool = False
) -> tuple[Answer, list[Answer]]:
    """Run an action whose module gives ``answer``; return what comes of it and what the module was given."""
    given: list[Answer] = []

    def execute(_self: object, *, module_name: str, module_args: Answer, task_vars: Answer) -> Answer:
        assert module_name == f"linux.tcp.{plugin.__name__.rpartition('.')[2]}"
        assert task_vars == {"inventory_hostname": "db1"}
        given.append(module_args)
        return dict(answer)

    monkeypatch.setattr(plugin.ActionModule, "_execute_module", execute)
    task = mock.MagicMock(args=arguments, check_mode=check_mode, async_val=0)
    action = plugin.ActionModule(task, *[mock.MagicMock() for _ in range(5)])
    return action.run(task_vars={"inventory_hostname": "db1"}), given


def test_record_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, given = act(keepalive_record, FOUND, {"folder": str(tmp_path), "time": 600}, monkeypatch)
    assert given == [{"folder": str(tmp_path), "time": 600}]
    assert answer["record_file"] == str(tmp_path / "db1.json")
    found = _records.load(str(tmp_path), "db1")
    assert found is not None
    assert (found["wish"], found["record"]) == ({"time": "600"}, RECORD)


@pytest.mark.parametrize(
    ("answer", "check_mode"),
    [({"failed": True}, False), ({**FOUND, "would_change": False}, False), (FOUND, True)],
    ids=["failed", "right already", "check mode"],
)
def test_nothing_to_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, check_mode: bool) -> None:
    act(keepalive_record, answer, {"folder": str(tmp_path)}, monkeypatch, check_mode=check_mode)
    assert list(tmp_path.iterdir()) == []


def test_record_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    answer, _ = act(keepalive_record, FOUND, {"folder": str(tmp_path / "file")}, monkeypatch)
    assert (answer["failed"], answer["msg"]) == (True, f"{tmp_path}/file/db1.json cannot be read: Not a directory.")


@pytest.mark.parametrize("answer", [{"changed": True}, {"failed": True}, {"unreachable": True}], ids=str)
def test_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    arguments = {"folder": str(tmp_path)}
    nothing, given = act(keepalive_restore, answer, arguments, monkeypatch)
    assert (nothing["msg"], given) == ("There is no record of db1: it was not changed.", [])
    act(keepalive_record, FOUND, arguments, monkeypatch)
    _, given = act(keepalive_restore, answer, arguments, monkeypatch)
    assert given == [{**arguments, "record": RECORD}]
    found = _records.load(str(tmp_path), "db1")
    assert found is not None
    assert bool(found["restored"]) == ("changed" in answer)


def test_restore_from_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "db1.json").write_text("{}")
    answer, given = act(keepalive_restore, {}, {"folder": str(tmp_path)}, monkeypatch)
    assert (answer["failed"], given) == (True, [])
