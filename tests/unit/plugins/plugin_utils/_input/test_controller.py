# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action that runs on the controller only."""

from __future__ import annotations

import sys
import typing as t
from unittest import mock

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._input.controller import ControllerAction

Result = t.Dict[str, t.Any]


class Steps(ControllerAction):
    """Refuse a value."""

    spec: t.ClassVar[Result] = {"step": {"type": "str", "choices": ["early", "late"]}, "refuses": {"type": "bool"}}
    late_steps = ("late",)

    def act(self, params: Result, variables: Result) -> Result:
        if params["refuses"]:
            raise InvalidValueError("That is odd.")
        return {"found": sorted(variables)}


def act(arguments: Result) -> Result:
    task = mock.MagicMock(args=arguments, check_mode=False, async_val=0)
    result: Result = Steps(task, *[mock.MagicMock()] * 5).run(task_vars={"b": 1, "a": 2})
    return result


def test_result() -> None:
    assert act({"step": "early"}) == {"changed": False, "found": ["a", "b"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"step": "early", "refuses": True}, "That is odd. Nothing was changed.", id="early"),
        pytest.param({"step": "late", "refuses": True}, "That is odd.", id="late"),
        pytest.param(
            {"step": "x"}, "value of step must be one of: early, late, got: x. Nothing was changed.", id="no such step"
        ),
    ],
)
def test_refused(arguments: Result, message: str) -> None:
    refused = act(arguments)
    assert (refused["failed"], refused["msg"]) == (True, message)


def test_rendered_with_the_variables_that_are_given_only() -> None:
    templar: t.Any = mock.MagicMock(available_variables="others")
    templar.template = lambda value: (value, templar.available_variables)
    task, connection, play_context, loader, shared_loader = [mock.MagicMock()] * 5
    action = Steps(task, connection, play_context, loader, templar, shared_loader)
    known = {"a": 1, "b": 2}
    assert action.rendered(known, ["a", "c"]) == {"a": (1, known)}
    assert templar.available_variables == "others"
