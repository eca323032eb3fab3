# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of keepalive for connections and containers: which modules run, and what is made of it."""

from __future__ import annotations

import sys
import typing as t
from unittest import mock

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.action.keepalive import ActionModule
from ansible_collections.linux.tcp.plugins.plugin_utils._further.runs import (
    DEFAULTS_MODULE,
    NAMESPACES_MODULE,
    SOCKETS_MODULE,
)

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]
    Call = t.Tuple[t.Optional[str], bool, Result]

DEFAULTS = {"rearm": True, "listening": True, "summary_only": True}
NGINX, REDIS = {"units": ["nginx"]}, {"units": ["redis"], "rearm": False}
OK = {"changed": False, "totals": {"changed": 0}, "invocation": {}}
CHANGED = {**OK, "changed": True}
NOT_RUNNING = "root is /mnt, which is not the running system"
VALUES = {"changed": False, "before": {}, "after": {}}


def act(
    arguments: Result,
    monkeypatch: pytest.MonkeyPatch,
    *results: Result,
    check_mode: bool = False,
    async_val: int = 0,
    variables: Result | None = None,
) -> tuple[Result, list[Call]]:
    """Run the action where the host leaves a doubt, so that each result is that of a module."""
    calls: list[Call] = []
    left = iter(results)

    def execute(
        action: ActionModule, *, module_name: str | None = None, module_args: Result | None = None, **_more: object
    ) -> Result:
        task = action._task  # noqa: SLF001 -- what a module gets of the task
        calls.append((module_name, task.check_mode, module_args or dict(task.args)))
        return dict(next(left))

    monkeypatch.setattr(ActionModule, "_execute_module", execute)
    monkeypatch.setattr(ActionModule, "_probe", lambda *_: None)
    task = mock.MagicMock(args=arguments, check_mode=check_mode, async_val=async_val)
    action = ActionModule(task, *[mock.MagicMock()] * 5)
    output = action.run(task_vars=variables or {})
    assert task.args == arguments
    assert task.check_mode is check_mode
    assert next(left, None) is None
    return output, calls


@pytest.mark.parametrize("check_mode", [False, True])
def test_order(monkeypatch: pytest.MonkeyPatch, check_mode: bool) -> None:
    changed = {**CHANGED, "warnings": ["odd"], "diff": {"before": "x"}}
    look = {**changed, "warnings": ["said twice"]}
    values = {**VALUES, "diff": [{"before": "y"}]}
    arguments = {"time": 600, "sockets": [NGINX, REDIS]}
    output = (changed, OK, values) if check_mode else (look, OK, values, changed, OK)
    result, calls = act(arguments, monkeypatch, *output, check_mode=check_mode)
    nginx, redis = ({**DEFAULTS, **one} for one in (NGINX, REDIS))
    looked = [(SOCKETS_MODULE, True, nginx), (SOCKETS_MODULE, True, redis), (None, check_mode, {"time": 600})]
    assert calls == looked + ([] if check_mode else [(SOCKETS_MODULE, False, nginx), (SOCKETS_MODULE, False, redis)])
    assert result == {
        **VALUES,
        "changed": True,
        "warnings": ["sockets[0]: odd"],
        "diff": [{"before": "y"}, {"before": "x"}],
        "sockets": [{"changed": True, "totals": {"changed": 0}}, {"changed": False, "totals": {"changed": 0}}],
    }


@pytest.mark.parametrize(
    ("more", "warnings"),
    [
        pytest.param({"sockets": [], "root": "/mnt"}, [], id="none"),
        pytest.param(
            {"sockets": [NGINX], "state": "absent"},
            ["sockets has no effect: connections keep what they have with state=absent."],
            id="absent",
        ),
        pytest.param(
            {"sockets": [NGINX], "namespaces": True, "root": "/mnt"},
            [f"{name} has no effect: {NOT_RUNNING}." for name in ("namespaces", "sockets")],
            id="another root",
        ),
    ],
)
def test_left_alone(monkeypatch: pytest.MonkeyPatch, more: Result, warnings: list[str]) -> None:
    result, calls = act({"time": 600, **more}, monkeypatch, VALUES)
    assert result == {**VALUES, **({"warnings": warnings} if warnings else {})}
    assert [name for name, _check_mode, _arguments in calls] == [None]


@pytest.mark.parametrize("lost", [{"failed": True, "msg": "No."}, {"unreachable": True, "msg": "No."}], ids=str)
def test_refused_before_anything_is_set(monkeypatch: pytest.MonkeyPatch, lost: Result) -> None:
    result, calls = act({"sockets": [NGINX, REDIS]}, monkeypatch, OK, lost)
    assert result == {**lost, "changed": False, "msg": "sockets[1]: No. Nothing was changed."}
    assert all(check_mode for _name, check_mode, _arguments in calls)


def test_values_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    result, calls = act({"sockets": [NGINX]}, monkeypatch, OK, {"failed": True, "msg": "No."})
    assert result == {"failed": True, "msg": "No.", "changed": False, "sockets": []}
    assert len(calls) == 2


def test_sockets_fail_late(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {**VALUES, "changed": True}
    result, _calls = act({"sockets": [NGINX]}, monkeypatch, OK, values, {"failed": True, "msg": "No."})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == "The values are set, but sockets[0]: No."


def test_task_is_refused_or_not_once(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = mock.MagicMock(return_value=None)
    monkeypatch.setattr(ActionModule, "refusal", refusals)
    act({"time": 600}, monkeypatch, VALUES)
    refusals.assert_called_once_with({})


def test_containers_get_the_values_of_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = {"time": 600, "probes": 20, "namespaces": True, "container_defaults": ["podman"]}
    result, calls = act(arguments, monkeypatch, CHANGED, OK, VALUES, CHANGED, OK)
    values = {"time": 600, "probes": 20}
    runs = [(DEFAULTS_MODULE, {**values, "engines": ["podman"]}), (NAMESPACES_MODULE, {**values, "all": True})]
    assert calls == [
        *((module, True, given) for module, given in runs),
        (None, False, values),
        *((module, False, given) for module, given in runs),
    ]
    assert (result["changed"], result["container_defaults"]) == (True, {"changed": True})
    assert result["namespaces"] == [{"changed": False, "totals": {"changed": 0}}]


def test_absent_removes_defaults_and_restores_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = {"state": "absent", "time": 600, "namespaces": True, "container_defaults": True}
    result, calls = act(arguments, monkeypatch, CHANGED, CHANGED, VALUES, CHANGED, CHANGED)
    further = [DEFAULTS_MODULE, NAMESPACES_MODULE]
    assert [name for name, _check_mode, _arguments in calls] == [*further, None, *further]
    assert [arguments for _name, _check_mode, arguments in calls[:2]] == [
        {"state": "absent"},
        {"state": "absent", "time": 600, "all": True},
    ]
    assert "warnings" not in result


@pytest.mark.parametrize(
    ("variables", "question"),
    [
        ({}, ""),
        ({"time": 600, "probes": 20}, " Did you mean keepalive_time for time, and keepalive_probes for probes?"),
        ({"interval": 60, "intvl_": 5}, " Did you mean keepalive_interval for interval?"),
    ],
    ids=str,
)
def test_role_has_nothing_to_set(monkeypatch: pytest.MonkeyPatch, variables: Result, question: str) -> None:
    monkeypatch.setattr(ActionModule, "is_in_role", True)
    result, _calls = act({}, monkeypatch, VALUES, variables=variables)
    (warning,) = result["warnings"]
    assert warning == (
        "There is nothing to set, so the host is only reported. Give keepalive_time, keepalive_intvl or "
        f"keepalive_probes to set values.{question}"
    )


def test_facts_are_no_misspelt_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionModule, "is_in_role", True)
    facts = {f"kepalive_{number}": 1 for number in range(10)}
    variables = {"keepalive_tme": 60, **facts, "ansible_facts": facts}
    result, _calls = act({"time": 600}, monkeypatch, VALUES, variables=variables)
    (warning,) = result["warnings"]
    assert warning.startswith(
        "keepalive_tme is no variable of linux.tcp. Did you mean keepalive_time? Correct the name"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"namespaces": [{}]}, "namespaces[0]: No filter is given, so every network namespace would be selected. "),
        ({"container_defaults": ["docker"]}, "container_defaults: value of engines must be one or more of: podman, "),
        ({"sockets": [{"units": None}]}, "sockets[0] has no value for units. Give one, or leave it out"),
    ],
    ids=str,
)
def test_refused_on_the_controller(monkeypatch: pytest.MonkeyPatch, arguments: Result, message: str) -> None:
    result, calls = act({"time": 600, **arguments}, monkeypatch)
    assert result["failed"]
    assert result["msg"].startswith(message)
    assert calls == []
