# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of keepalive_namespaces: the module runs, and only what it documents is returned."""

from __future__ import annotations

import sys
import typing as t
from unittest import mock

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.action import keepalive_namespaces


@pytest.mark.parametrize(
    "name", ["linux.tcp.keepalive_namespaces", "keepalive_namespaces"], ids=["full name", "short name"]
)
def test_result_has_what_the_module_documents(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    fine: dict[str, t.Any] = {"changed": False, "left_namespaces": [], "totals": {"matched": 0}}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda *_, **_more: {**fine, "backup_files": []})
    task = mock.MagicMock(args={"all": True, "time": 600}, action=name, check_mode=True, async_val=0, _role=None)
    action: t.Any = keepalive_namespaces.ActionModule(task, *[mock.MagicMock()] * 5)
    vars(action).update(_discovered_interpreter_key=None)
    assert action.run(task_vars={}) == fine
