# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How further modules run around one that sets values; the action of keepalive has tests of both together."""

from __future__ import annotations

import sys
import typing as t
from unittest import mock

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.plugin_utils._further.action import FurtherAction
from ansible_collections.linux.tcp.plugins.plugin_utils._further.runs import (
    DEFAULTS_MODULE,
    NAMESPACES_MODULE,
    SOCKETS_MODULE,
    Run,
)

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

NGINX = Run("sockets[0]", SOCKETS_MODULE, {"units": ["nginx"]})
OK = {"changed": False, "totals": {"changed": 0}}
SET = {"changed": True, "totals": {"changed": 1}}
VALUES = {"changed": False, "before": {}, "after": {}}
BLUE = "net:[7] (blue) could not be set: no."
PARTLY = {"failed": True, "changed": True, "msg": BLUE, "totals": {"changed": 1, "failed": 1}}
LOST = {"failed": True, "msg": "\x1b]0;x\x07\u202e"}


class Action(FurtherAction):
    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        raise NotImplementedError


def act(
    runs: list[Run], monkeypatch: pytest.MonkeyPatch, *results: Result, async_val: int = 0, check_mode: bool = False
) -> tuple[Result, list[str]]:
    """Run modules around setting values; return the result and what was done."""
    done: list[str] = []
    left = iter(results)
    task = mock.MagicMock(check_mode=check_mode, async_val=async_val)

    def execute(_self: object, **_given: object) -> Result:
        done.append("look" if task.check_mode else "set")
        return dict(next(left))

    def set_values() -> Result:
        done.append("values")
        return dict(VALUES)

    monkeypatch.setattr(Action, "_execute_module", execute)
    result = Action(task, *[mock.MagicMock()] * 5).run_with_further(runs, set_values, {})
    assert next(left, None) is None
    return result, done


@pytest.mark.parametrize(
    ("results", "done", "message"),
    [
        pytest.param([OK], ["look", "values"], None, id="nothing to do"),
        pytest.param([SET, SET], ["look", "values", "set"], None, id="nothing lost"),
        pytest.param(
            [LOST], ["look"], "sockets[0]: \\x1b]0;x\\x07\\u202e. Nothing was changed.", id="before the change"
        ),
        pytest.param(
            [SET, LOST],
            ["look", "values", "set"],
            "The values are set, but sockets[0]: \\x1b]0;x\\x07\\u202e",
            id="after it",
        ),
    ],
)
def test_order_and_message(
    monkeypatch: pytest.MonkeyPatch, results: list[Result], done: list[str], message: str | None
) -> None:
    result, found = act([NGINX], monkeypatch, *results)
    assert found == done
    assert (result.get("msg"), bool(result.get("failed"))) == (message, message is not None)


@pytest.mark.parametrize(
    ("results", "message"),
    [
        pytest.param([PARTLY, OK, PARTLY, OK], f"The values are set, but namespaces[0]: {BLUE}", id="at both looks"),
        pytest.param([SET, OK, PARTLY, OK], f"The values are set, but namespaces[0]: {BLUE}", id="afterwards"),
        pytest.param([PARTLY, OK, SET, OK], None, id="no longer"),
        pytest.param(
            [SET, OK, PARTLY, LOST],
            f"The values are set, but namespaces[0]: {BLUE} sockets[0]: \\x1b]0;x\\x07\\u202e",
            id="both",
        ),
    ],
)
def test_one_that_fails_stops_nothing_else(
    monkeypatch: pytest.MonkeyPatch, results: list[Result], message: str | None
) -> None:
    runs = [Run("namespaces[0]", NAMESPACES_MODULE, {}), NGINX]
    result, done = act(runs, monkeypatch, *results)
    assert done == ["look", "look", "values", "set", "set"]
    assert (result.get("msg"), result.get("failed", False)) == (message, message is not None)
    assert result["namespaces"] == [{name: one for name, one in results[2].items() if name in ("changed", "totals")}]


def test_one_that_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [Run("namespaces[0]", NAMESPACES_MODULE, {}), NGINX]
    result, done = act(runs, monkeypatch, PARTLY, OK, check_mode=True)
    assert done == ["look", "look", "values"]
    assert (result["msg"], result["failed"]) == (f"The values would be set, but namespaces[0]: {BLUE}", True)


def test_values_that_fail_beside_a_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VALUES, "failed", True)
    runs = [Run("namespaces[0]", NAMESPACES_MODULE, {})]
    result, done = act(runs, monkeypatch, PARTLY)
    assert (done, result) == (["look", "values"], {**VALUES, "namespaces": []})


@pytest.mark.parametrize(
    ("changed", "results", "done"),
    [
        pytest.param(False, [OK, OK], [], id="nothing"),
        pytest.param(True, [OK, OK, OK, OK], ["set", "set"], id="the values"),
        pytest.param(False, [SET, OK, SET, OK], ["set", "set"], id="the first"),
        pytest.param(False, [OK, SET, SET], ["set"], id="the second"),
    ],
)
def test_what_is_right_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch, changed: bool, results: list[Result], done: list[str]
) -> None:
    monkeypatch.setitem(VALUES, "changed", changed)
    result, found = act([Run("namespaces[0]", NAMESPACES_MODULE, {}), NGINX], monkeypatch, *results)
    assert found == ["look", "look", "values", *done]
    assert result["changed"] is (SET in results or changed)
    assert [len(result["namespaces"]), len(result["sockets"])] == [1, 1]


def test_a_warning_names_the_option_whose_run_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    advice = "Give overrides: take_over to set them, too."
    runs = [Run("container_defaults", DEFAULTS_MODULE, {}), Run("namespaces[1]", NAMESPACES_MODULE, {})]
    result, _done = act(runs, monkeypatch, {**OK, "warnings": ["No."]}, {**OK, "warnings": [advice, advice]})
    named = f"namespaces[1]: {advice}"
    assert result["warnings"] == ["container_defaults: No.", named, named]


def test_no_async(monkeypatch: pytest.MonkeyPatch) -> None:
    result, done = act([NGINX], monkeypatch, async_val=60)
    message = "sockets cannot be given with async: leave one of them out. Nothing was changed."
    assert (result, done) == ({"failed": True, "msg": message}, [])


def test_results_are_below_their_options(monkeypatch: pytest.MonkeyPatch) -> None:
    """What actions return of a module has a list of differences."""
    set_files = {"changed": True, "engines": ["x"], "diff": [{"before": "a"}], "warnings": ["docker has none"]}
    enter = {"changed": False, "totals": {}, "invocation": {}}
    runs = [Run("container_defaults", DEFAULTS_MODULE, {}), Run("namespaces[0]", NAMESPACES_MODULE, {})]
    result, _done = act(runs, monkeypatch, SET, OK, set_files, enter)
    assert result == {
        **VALUES,
        "changed": True,
        "warnings": ["container_defaults: docker has none"],
        "diff": [{"before": "a"}],
        "container_defaults": {"changed": True, "engines": ["x"]},
        "namespaces": [{"changed": False, "totals": {}}],
    }
