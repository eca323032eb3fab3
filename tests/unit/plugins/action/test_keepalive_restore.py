# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of keepalive_restore, with a module that only results."""

from __future__ import annotations

import os
import sys
import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import folder_lock, store

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.action import keepalive_restore
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.action import ROLE

if t.TYPE_CHECKING:
    from pathlib import Path

    Result = t.Dict[str, t.Any]

CHECKPOINT = {"runtime": {"time": {"before": 7200, "left": 600}}, "files": []}
LATER = {"runtime": {"time": {"before": 600, "left": 300}}, "files": []}


def act(result: Result, arguments: Result, monkeypatch: pytest.MonkeyPatch) -> tuple[Result, list[Result]]:
    """Run an action whose module gives ``result``; return what comes of it and what the module was given."""
    given: list[Result] = []

    def execute(_self: object, *, module_args: Result, task_vars: Result, **_more: object) -> Result:
        assert task_vars == {"inventory_hostname": "db1"}
        given.append(module_args)
        return dict(result)

    monkeypatch.setattr(keepalive_restore.ActionModule, "_execute_module", execute)
    task = mock.MagicMock(args=arguments, check_mode=False, async_val=0)
    action = keepalive_restore.ActionModule(task, *[mock.MagicMock()] * 5)
    return action.run(task_vars={"inventory_hostname": "db1"}), given


def load(folder: Path, host: str = "db1") -> Result:
    found = store.load(str(folder), host)
    assert found is not None
    return found


def save(folder: Path, checkpoint: Result | None = None, time: int = 600) -> None:
    store.save(str(folder), "db1", desired={"time": time}, before={}, checkpoint=checkpoint or CHECKPOINT, now="12:00")


@pytest.mark.parametrize("result", [{"changed": True}, {"failed": True}, {"unreachable": True}], ids=str)
def test_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: Result) -> None:
    nothing, given = act(result, {"folder": str(tmp_path)}, monkeypatch)
    assert (nothing["msg"], given) == ("There is no checkpoint of db1: it was not changed.", [])
    assert not nothing["found"]
    save(tmp_path)
    done, given = act(result, {"folder": str(tmp_path)}, monkeypatch)
    assert given == [{"checkpoint": CHECKPOINT, "path": DEFAULT_PATH}]
    assert done["found"]
    assert bool(load(tmp_path)["restored"]) == ("changed" in result)


@pytest.mark.parametrize("folder", ["store", "~/store"])
def test_folder_is_relative_or_that_of_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """The lock and the checkpoint are looked for in the same place."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder_lock.acquire(str(tmp_path / "store"), pid=os.getpid())
    save(tmp_path / "store")
    refused, given = act({"changed": True}, {"folder": folder}, monkeypatch)
    assert given == []
    assert refused["msg"].startswith(f"Another rollout uses {tmp_path / 'store'}: ")


def test_further_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rollouts, then restorations until nothing is left; the result says how many there are."""
    for old, new, now in ((7200, 600, "12:00"), (600, 300, "13:00")):
        checkpoint = {"runtime": {"time": {"before": old, "left": new}}, "files": []}
        store.save(str(tmp_path), "db1", desired={"time": new}, before={}, checkpoint=checkpoint, now=now)
        store.commit(str(tmp_path), "db1", now=now)
    arguments = {"folder": str(tmp_path)}
    found = [act({"changed": True}, arguments, monkeypatch) for _run in range(2)]
    assert [(result["saved"], result["older"]) for result, _given in found] == [("13:00", 1), ("12:00", 0)]
    assert [given[0]["checkpoint"]["runtime"]["time"]["before"] for _result, given in found] == [600, 7200]


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        pytest.param({}, {"found": True, "saved": "12:00", "older": 0}, id="of the folder"),
        pytest.param({"checkpoint": CHECKPOINT}, {"found": True}, id="of the task"),
    ],
)
def test_host_does_not_say_what_the_controller_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Result, known: Result
) -> None:
    save(tmp_path)
    forged = {"changed": True, "foreign": [], "found": False, "saved": "2031", "older": 9}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda *_, **_more: forged)
    task = mock.MagicMock(args={"folder": str(tmp_path), **arguments}, check_mode=False, async_val=0)
    action: t.Any = keepalive_restore.ActionModule(task, *[mock.MagicMock()] * 5)
    vars(action).update(_discovered_interpreter_key=None)
    assert action.run(task_vars={"inventory_hostname": "db1"}) == {"changed": True, "foreign": [], **known}


def test_to_the_first_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for old, new, now in ((7200, 600, "12:00"), (600, 300, "13:00")):
        checkpoint = {"runtime": {"time": {"before": old, "left": new}}, "files": []}
        store.save(str(tmp_path), "db1", desired={"time": new}, before={}, checkpoint=checkpoint, now=now)
        store.commit(str(tmp_path), "db1", now=now)
    result, given = act({"changed": True}, {"folder": str(tmp_path), "to": "first"}, monkeypatch)
    assert (result["saved"], result["older"]) == ("12:00", 0)
    assert given[0]["checkpoint"] == {"runtime": {"time": {"before": 7200, "left": 300}}, "files": []}
    assert load(tmp_path)["restored"]
    refused, given = act({"changed": True}, {"folder": str(tmp_path), "to": "middle"}, monkeypatch)
    assert (refused["failed"], given) == (True, [])
    assert refused["msg"] == "to is 'middle': give last or first. Nothing was changed."


def test_host_that_takes_the_name_of_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would get what is stored of that host."""
    save(tmp_path)
    before = load(tmp_path)
    monkeypatch.setattr(keepalive_restore.ActionModule, "_execute_module", None)
    task = mock.MagicMock(args={"folder": str(tmp_path)}, check_mode=False, async_val=0)
    action = keepalive_restore.ActionModule(task, *[mock.MagicMock()] * 5)
    facts = {"inventory_hostname": "db1"}
    refused = action.run(task_vars={**facts, "ansible_facts": facts})
    assert refused["failed"]
    assert refused["msg"].startswith("The host has a fact that stands for its name in the inventory")
    assert load(tmp_path) == before


def test_refusal_in_the_role_restores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path)
    before = load(tmp_path)
    sent: list[Result] = []

    def execute(_self: object, **given: object) -> Result:
        sent.append(given)
        return {"changed": True}

    monkeypatch.setattr(keepalive_restore.ActionModule, "_execute_module", execute)
    role = mock.MagicMock(**{"get_name.return_value": ROLE})
    task = mock.MagicMock(args={"folder": str(tmp_path)}, check_mode=False, async_val=0, _role=role)
    action = keepalive_restore.ActionModule(task, *[mock.MagicMock()] * 5)
    refused = action.run(task_vars={"inventory_hostname": "db1", "ansible_facts": {"keepalive_time": 60}})
    assert (refused["failed"], refused["changed"], sent) == (True, False, [])
    assert refused["msg"].startswith("'keepalive_time' is among the facts of the host")
    assert load(tmp_path) == before


@pytest.mark.parametrize(
    ("checkpoint", "message"),
    [
        pytest.param(
            {"runtime": {}, "files": [{"path": "/etc/shadow", "before": None, "left": None, "had_folder": True}]},
            "files[0] is '/etc/shadow': only sysctl files",
            id="another file",
        ),
        pytest.param(
            {"runtime": {}, "files": [], "evil": 1}, "checkpoint has the unknown key 'evil'", id="another key"
        ),
    ],
)
@pytest.mark.parametrize("pending", [True, False])
def test_checkpoint_that_is_not_ours_is_not_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkpoint: Result, message: str, pending: bool
) -> None:
    save(tmp_path, checkpoint)
    before = load(tmp_path)
    result, given = act({"changed": True}, {"folder": str(tmp_path), "pending": pending}, monkeypatch)
    assert (result["failed"], given) == (True, [])
    assert result["msg"].startswith(f"This is no checkpoint that a rollout made: {message}")
    assert load(tmp_path) == before


def test_pending_change_is_rolled_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path)
    store.commit(str(tmp_path), "db1", now="12:01")
    first = load(tmp_path)
    arguments = {"folder": str(tmp_path), "pending": True}
    assert act({"changed": True}, arguments, monkeypatch)[0]["found"] is False
    save(tmp_path, LATER, 300)
    assert act({"changed": True}, arguments, monkeypatch)[1] == [{"checkpoint": LATER, "path": DEFAULT_PATH}]
    assert load(tmp_path) == first


@pytest.mark.parametrize(
    ("path", "name", "is_taken"),
    [
        pytest.param("/srv/x", "/srv/x", True, id="the file that the host was changed with"),
        pytest.param("/srv/x", "/srv/y", False, id="another file"),
        pytest.param("/srv/x", "/etc/sysctl.d/y.conf", True, id="a sysctl file"),
    ],
)
def test_checkpoint_is_bound_to_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, name: str, is_taken: bool
) -> None:
    """The controller knows the path; what the host says of it does not count."""
    checkpoint = {"runtime": {}, "files": [{"path": name, "before": None, "left": None, "had_folder": True}]}
    store.save(str(tmp_path), "db1", desired={"path": path}, before={}, checkpoint=checkpoint, now="12:00")
    result, given = act({"changed": True}, {"folder": str(tmp_path)}, monkeypatch)
    assert given == ([{"checkpoint": checkpoint, "path": path}] if is_taken else [])
    assert ("files[0] is '/srv/y'" in result.get("msg", "")) is not is_taken


def test_host_is_restored_even_if_that_cannot_be_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "db1.json").mkdir()
    arguments = {"folder": str(tmp_path), "checkpoint": CHECKPOINT}
    result, _given = act({"changed": True}, arguments, monkeypatch)
    assert (result["changed"], result.get("failed")) == (True, None)


def test_restore_from_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "db1.json").write_text("{}")
    result, given = act({}, {"folder": str(tmp_path)}, monkeypatch)
    assert (result["failed"], given) == (True, [])
