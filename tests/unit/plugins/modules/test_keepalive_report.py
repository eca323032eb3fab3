# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keepalive_report, which runs only where Ansible has not found the action plugin."""

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.modules import keepalive_report
from ansible_collections.linux.tcp.tests.unit.module import runner


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_fails_without_the_action_plugin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], check_mode: bool
) -> None:
    run = runner(keepalive_report.main, monkeypatch, capsys)
    assert run(hosts=["a"], folder="/x", created="x", check_mode=check_mode) == {
        "failed": True,
        "msg": (
            "The reports of an audit are written by the collection's action plugin, which Ansible has not found. Use "
            "the playbooks of linux.tcp."
        ),
    }
    assert run(hosts=["a"])["msg"] == "missing required arguments: created, folder"
