# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keepalive_rollout, which runs only where Ansible has not found the action plugin."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_ROLLOUT
from ansible_collections.linux.tcp.plugins.modules import keepalive_rollout
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.module import RunModule


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_rollout.main, monkeypatch, capsys)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize("step", KEEPALIVE_ROLLOUT["step"]["choices"])
def test_each_step_fails_without_the_action_plugin(run: RunModule, step: str, check_mode: bool) -> None:
    assert run(step=step, check_mode=check_mode) == {
        "failed": True,
        "msg": (
            "The state of a rollout is kept by the collection's action plugin, which Ansible has not found. Use the "
            "playbook linux.tcp.rollout."
        ),
    }


def test_no_such_step(run: RunModule) -> None:
    choices = ", ".join(KEEPALIVE_ROLLOUT["step"]["choices"])
    assert run(step="jump")["msg"] == f"value of step must be one of: {choices}, got: jump"
