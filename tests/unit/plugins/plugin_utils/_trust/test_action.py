# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action whose module returns what a test says."""

from __future__ import annotations

import sys
import time
import typing as t
from unittest import mock

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.action import keepalive_sockets

Result = t.Dict[str, t.Any]
FACTS: Result = {"ansible_facts": {"keepalive_time": 5}}
FINE: Result = {"changed": False, "totals": {}}
STARTED: Result = {"changed": True, "ansible_job_id": "j1", "results_file": "/root/.ansible_async/j1", "started": 1}


def act(
    monkeypatch: pytest.MonkeyPatch,
    *results: Result,
    arguments: Result | None = None,
    variables: Result | None = None,
    role: str | None = None,
    discovered: str | None = None,
    async_val: int = 0,
    poll: int = 1,
    python: str = "",
    name: str = "linux.tcp.keepalive_sockets",
) -> tuple[Result, list[Result | None]]:
    """Run the action; return the result, and the arguments of each module that was run.

    ``python`` is the release of the host's Python, which is asked for where it is given.
    """
    left = iter(results)
    calls: list[Result | None] = []

    def execute(*_: object, **more: t.Any) -> Result:
        calls.append(more.get("module_args"))
        return dict(next(left))

    monkeypatch.setattr(ActionBase, "_execute_module", execute)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    task = mock.MagicMock(args={"all": True, **(arguments or {})}, check_mode=False, async_val=async_val, poll=poll)
    task.action = name
    task.configure_mock(_role=role and mock.MagicMock(**{"get_name.return_value": role}))
    action: t.Any = keepalive_sockets.ActionModule(task, *[mock.MagicMock()] * 5)
    key = discovered and "discovered_interpreter_python"
    vars(action).update(_discovered_interpreter_key=key, _discovered_interpreter=discovered)
    vars(action)["_used_interpreter"] = "/usr/bin/python3" if python else None
    asked = mock.MagicMock(return_value={"stdout": f"{python}\n"})
    monkeypatch.setattr(ActionBase, "_low_level_execute_command", asked)
    found: Result = action.run(task_vars=variables or {})
    assert next(left, None) is None
    assert task.async_val == (0 if poll else async_val)
    assert asked.call_count == bool(python)
    return found, calls


def test_result_is_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert act(monkeypatch, {**FINE, "extra": 1})[0] == FINE
    assert act(monkeypatch, {**FINE, **FACTS})[0]["failed"]


def test_result_is_reduced_where_another_name_leads_to_the_action(monkeypatch: pytest.MonkeyPatch) -> None:
    assert act(monkeypatch, {**FINE, **FACTS}, name="our.own.idle_connections")[0]["failed"]


def test_interpreter_that_the_controller_has_found_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"ansible_facts": {"discovered_interpreter_python": "/usr/bin/python3"}}
    assert act(monkeypatch, {**FINE, **own}, discovered="/usr/bin/python3")[0] == {**FINE, **own}
    assert act(monkeypatch, {**FINE, **own})[0]["failed"]
    more = {"ansible_facts": {**own["ansible_facts"], **FACTS["ansible_facts"]}}
    assert act(monkeypatch, {**FINE, **more}, discovered="/usr/bin/python3")[0]["failed"]


@pytest.mark.parametrize(
    ("role", "facts", "is_refused"),
    [
        pytest.param("linux.tcp.keepalive", {"keepalive_time": 5}, True, id="in the role"),
        pytest.param("linux.tcp.keepalive", {"distribution": "Debian"}, False, id="other facts"),
        pytest.param(None, {"keepalive_time": 5}, False, id="in no role"),
        pytest.param("other.role", {"keepalive_time": 5}, False, id="in another role"),
    ],
)
def test_facts_are_refused_in_the_role(
    monkeypatch: pytest.MonkeyPatch, role: str | None, facts: Result, is_refused: bool
) -> None:
    results = [] if is_refused else [FINE]
    found, calls = act(monkeypatch, *results, variables={"ansible_facts": facts}, role=role)
    assert len(calls) == len(results)
    if is_refused:
        assert found["failed"]
        assert found["msg"].startswith("'keepalive_time' is among the facts of the host")
        assert found["msg"].endswith("Nothing was changed.")
    else:
        assert found == FINE


@pytest.mark.parametrize(("role", "prefix"), [("linux.tcp.keepalive", "keepalive_"), (None, "")], ids=str)
def test_options_have_the_names_that_the_user_gave(
    monkeypatch: pytest.MonkeyPatch, role: str | None, prefix: str
) -> None:
    said = {**FINE, "msg": "Give overrides: ignore.", "warnings": ["path is odd."]}
    found, _calls = act(monkeypatch, said, role=role)
    assert (found["msg"], found["warnings"]) == (f"Give {prefix}overrides: ignore.", [f"{prefix}path is odd."])


def test_unknown_option_is_refused_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    found, calls = act(monkeypatch, arguments={"unit": "nginx"})
    message = "unit is no option of linux.tcp.keepalive_sockets. Did you mean units? Nothing was changed."
    assert (found, calls) == ({"failed": True, "changed": False, "msg": message}, [])


JOB = {"jid": "j1", "_async_dir": "/root/.ansible_async"}
RUNS = {"started": 1, "finished": 0, "ansible_job_id": "j1"}


@pytest.mark.parametrize("hostile", [False, True])
def test_job_is_waited_for(monkeypatch: pytest.MonkeyPatch, hostile: bool) -> None:
    done = {**RUNS, **FINE, "finished": 1, **(FACTS if hostile else {"extra": 1})}
    found, calls = act(monkeypatch, STARTED, RUNS, done, {"erased": "x"}, async_val=60)
    status, cleanup = ({**JOB, "mode": mode} for mode in ("status", "cleanup"))
    assert calls == [None, status, status, cleanup]
    assert found.get("failed") if hostile else found == FINE


def test_job_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 61.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    found, _calls = act(monkeypatch, STARTED, RUNS, async_val=60)
    assert found == {
        "failed": True,
        "changed": True,
        "msg": "The module did not end within 60 seconds (async).",
    }


TOO_OLD = (
    "/usr/bin/python3 on the host is Python 3.6, and linux.tcp needs 3.8 or newer. Install a newer Python beside it, "
    "python3.12 on RHEL 8 or python311 on SLES 15, and name it: ansible_python_interpreter=/usr/bin/python3.12. "
    "Nothing was changed."
)
NO_JSON = "Traceback (most recent call last):\n  ...\nValueError: No start of json char found\n"


@pytest.mark.parametrize("output", ["data", "outdata"])
@pytest.mark.parametrize(
    ("python", "stderr", "message"),
    [
        pytest.param("3.6", "SyntaxError: future feature annotations is not defined", TOO_OLD, id="old Python"),
        pytest.param("3.8", "x\nMemoryError\n", "The module returned no result: MemoryError", id="an exception"),
    ],
)
def test_job_that_returns_no_result(
    monkeypatch: pytest.MonkeyPatch, output: str, python: str, stderr: str, message: str
) -> None:
    ended = {"failed": True, "cmd": "/x/AnsiballZ.py", output: "", "stderr": stderr, "msg": NO_JSON, "finished": 1}
    found, _calls = act(monkeypatch, STARTED, ended, {"erased": "x"}, async_val=60, python=python)
    assert (found["failed"], found["msg"]) == (True, message)


def test_job_that_a_host_makes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = {"failed": True, "msg": "It is full.", "stderr": "x", "finished": 1}
    found, _calls = act(monkeypatch, STARTED, ended, {"erased": "x"}, async_val=60)
    assert found == {"failed": True, "msg": "It is full."}


@pytest.mark.parametrize("python", ["3.6", "3.8", "odd"])
def test_job_that_nobody_waits_for(monkeypatch: pytest.MonkeyPatch, python: str) -> None:
    found, _calls = act(monkeypatch, STARTED, async_val=60, poll=0, python=python)
    assert found == ({"failed": True, "changed": False, "msg": TOO_OLD} if python == "3.6" else STARTED)


@pytest.mark.parametrize("asked", [False, True, "yes"])
def test_summary_is_small(monkeypatch: pytest.MonkeyPatch, asked: object) -> None:
    found, _calls = act(
        monkeypatch, {"changed": False, "left_sockets": [0] * 1_100_000}, arguments={"summary_only": asked}
    )
    assert bool(found.get("failed")) is bool(asked)
