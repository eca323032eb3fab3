# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of keepalive_record and keepalive_restore, with a module that only answers."""

from __future__ import annotations

import sys
import typing as t
from unittest import mock

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_RECORD
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store as _records
from ansible_collections.linux.tcp.tests.unit.host import make_host

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.action import (
    keepalive_record,
    keepalive_restore,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot

    Answer = t.Dict[str, t.Any]

RECORD = {"runtime": {"time": {"before": 7200, "left": 600}}, "files": []}
DESIRED = {"time": 600}
FOUND = {"changed": False, "would_change": True, "before": {"drift": []}, "record": RECORD, "desired": DESIRED}


def act(
    plugin: t.Any, answer: Answer, arguments: Answer, monkeypatch: pytest.MonkeyPatch, *, check_mode: bool = False
) -> tuple[Answer, list[Answer]]:
    """Run an action whose module gives ``answer``; return what comes of it and what the module was given."""
    given: list[Answer] = []

    def execute(_self: object, *, module_args: Answer, task_vars: Answer, **_more: object) -> Answer:
        assert task_vars == {"inventory_hostname": "db1"}
        given.append(module_args)
        return dict(answer)

    monkeypatch.setattr(plugin.ActionModule, "_execute_module", execute)
    task = mock.MagicMock(args=arguments, check_mode=check_mode, async_val=0)
    action = plugin.ActionModule(task, *[mock.MagicMock()] * 5)
    return action.run(task_vars={"inventory_hostname": "db1"}), given


def load(folder: Path, host: str = "db1") -> Answer:
    found = _records.load(str(folder), host)
    assert found is not None
    return found


def test_record_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, given = act(keepalive_record, FOUND, {"folder": str(tmp_path), "time": 600}, monkeypatch)
    assert given == [{"time": 600}]
    assert (answer["record_file"], answer["unfinished"]) == (str(tmp_path / "db1.json"), False)
    assert (load(tmp_path)["desired"], load(tmp_path)["record"]) == (DESIRED, RECORD)
    answer, _given = act(keepalive_record, FOUND, {"folder": str(tmp_path), "write": False}, monkeypatch)
    assert answer["unfinished"]


@pytest.mark.parametrize(
    ("answer", "write", "check_mode"),
    [
        ({"failed": True}, True, False),
        ({**FOUND, "would_change": False}, True, False),
        (FOUND, True, True),
        (FOUND, "no", False),
    ],
    ids=["failed", "right already", "check mode", "write: false"],
)
def test_nothing_to_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, write: object, check_mode: bool
) -> None:
    act(keepalive_record, answer, {"folder": str(tmp_path), "write": write}, monkeypatch, check_mode=check_mode)
    assert list(tmp_path.iterdir()) == []


def test_record_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    answer, given = act(keepalive_record, FOUND, {"folder": str(tmp_path / "file")}, monkeypatch)
    message = f"{tmp_path}/file/db1.json cannot be read: Not a directory. Nothing was changed."
    assert (answer["failed"], answer["msg"], given) == (True, message, [])


def test_a_batch_is_recorded_and_concluded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = {**FOUND, "would_change": False, "record": {"runtime": {}, "files": []}}
    arguments = {"folder": str(tmp_path), "found": {"db1": FOUND, "db2": FOUND, "db3": right}}
    answer, given = act(keepalive_record, {}, arguments, monkeypatch, check_mode=True)
    assert (given, list(tmp_path.iterdir())) == ([], [])
    answer, given = act(keepalive_record, {}, arguments, monkeypatch)
    assert given == []
    assert answer["ways_back"] == {"db1": RECORD, "db2": RECORD, "db3": right["record"]}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db1.json", "db2.json"]
    assert load(tmp_path)["attempt"] == RECORD
    act(keepalive_record, {}, {"folder": str(tmp_path), "conclude": ["db1", "db3"]}, monkeypatch)
    assert (load(tmp_path)["attempt"], load(tmp_path, "db2")["attempt"]) == (None, RECORD)


def test_conclusion_that_cannot_be_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host is right all the same; the next rollout only checks it again."""
    (tmp_path / "db1.json").mkdir()
    answer, _given = act(keepalive_record, {}, {"folder": str(tmp_path), "conclude": ["db1"]}, monkeypatch)
    assert (answer.get("failed"), answer["changed"]) == (None, False)


def test_a_batch_is_recorded_wholly_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "db2.json").mkdir()
    arguments = {"folder": str(tmp_path), "found": {"db1": FOUND, "db2": FOUND}}
    answer, _given = act(keepalive_record, {}, arguments, monkeypatch)
    why = f"{tmp_path}/db2.json cannot be read: Is a directory."
    assert (answer["failed"], answer["msg"]) == (True, f"db2: {why} Nothing was changed.")
    assert answer["unwritten"] == {"db2": why}
    assert load(tmp_path)["attempt"] is None


@pytest.mark.parametrize(
    ("want", "answered"), [({"time": 7200, "persistent": False}, True), ({"time": 600}, False)], ids=["right", "wrong"]
)
def test_host_that_is_right_is_only_asked(tmp_path: Path, want: Answer, answered: bool) -> None:
    host = make_host(tmp_path)
    seen: list[Snapshot] = []
    asked: t.Any = host
    asked.require_certain = seen.append
    action = keepalive_record.ActionModule(*[mock.MagicMock()] * 6)
    params = ArgumentSpecValidator(KEEPALIVE_RECORD).validate(want).validated_parameters
    found = action.answer(params, asked)
    assert len(seen) == 1
    assert (found is not None) == answered
    if found:
        answer, _warnings = found
        assert (answer["would_change"], answer["misses"]) == (False, [])
        assert answer["record"] == {"runtime": {}, "files": []}
        assert answer["desired"]["time"] == 7200
    with pytest.raises(InconclusiveProbeError, match="only the host can read"):
        action.answer({**params, "path": "keepalive.conf"}, asked)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"found": {}}, "found and conclude need the folder of the records."),
        ({"write": "what"}, "'what' is not a valid"),
    ],
)
def test_arguments_that_cannot_be(monkeypatch: pytest.MonkeyPatch, arguments: Answer, message: str) -> None:
    answer, given = act(keepalive_record, FOUND, arguments, monkeypatch)
    assert answer["failed"]
    assert message in answer["msg"]
    assert given == []


@pytest.mark.parametrize("answer", [{"changed": True}, {"failed": True}, {"unreachable": True}], ids=str)
def test_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    arguments = {"folder": str(tmp_path)}
    nothing, given = act(keepalive_restore, answer, arguments, monkeypatch)
    assert (nothing["msg"], given) == ("There is no record of db1: it was not changed.", [])
    assert not nothing["recorded"]
    act(keepalive_record, FOUND, arguments, monkeypatch)
    done, given = act(keepalive_restore, answer, arguments, monkeypatch)
    assert given == [{"record": RECORD}]
    assert done["recorded"]
    assert bool(load(tmp_path)["restored"]) == ("changed" in answer)


def test_attempt_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = {"folder": str(tmp_path)}
    act(keepalive_record, FOUND, arguments, monkeypatch)
    act(keepalive_record, {}, {**arguments, "conclude": ["db1"]}, monkeypatch)
    first = load(tmp_path)
    act(keepalive_record, {**FOUND, "desired": {"time": 300}}, arguments, monkeypatch)
    assert load(tmp_path) != first
    act(keepalive_restore, {"changed": True}, {**arguments, "record": RECORD}, monkeypatch)
    assert load(tmp_path) == first


def test_host_is_put_back_even_if_that_cannot_be_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "db1.json").mkdir()
    answer, _given = act(keepalive_restore, {"changed": True}, {"folder": str(tmp_path), "record": RECORD}, monkeypatch)
    assert (answer["changed"], answer.get("failed")) == (True, None)


def test_restore_from_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "db1.json").write_text("{}")
    answer, given = act(keepalive_restore, {}, {"folder": str(tmp_path)}, monkeypatch)
    assert (answer["failed"], given) == (True, [])
