# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts the playbook reports to the rulebook, by what the role found on each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "drift.yml"
FOUND: dict[str, dict[str, t.Any]] = {
    "right": {"changed": False, "after": {}},
    "drifted": {"changed": True, "after": {}},
    "partly": {"changed": True, "failed": True, "after": {}, "msg": "The values would be set, but namespaces[0]: no."},
    "cannot": {"changed": False, "failed": True, "after": {}, "msg": "namespaces[0]: no."},
    "refused": {"changed": False, "failed": True, "msg": "time is 0"},
    "broken": {"changed": True, "failed": True, "msg": "The result of the host has a number."},
    "away": {"changed": False, "unreachable": True, "msg": "no route"},
}


def test_which_hosts_are_reported(tmp_path: Path) -> None:
    report = yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8"))[-1]
    report.update(hosts="all", vars={"__keepalive_own": {"hosts": [*FOUND, "silent"]}})
    (tmp_path / "play.yml").write_text(json.dumps([report]), encoding="utf-8")
    hosts = {"silent": {}, **{name: {"keepalive_result": found} for name, found in FOUND.items()}}
    inventory = {"all": {"hosts": hosts, "vars": {"ansible_connection": "local"}}}
    (tmp_path / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-i", "hosts.json", "play.yml"],
        cwd=tmp_path,
        env={**os.environ, "ANSIBLE_SHOW_CUSTOM_STATS": "1", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCAL_TEMP": "tmp"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    stats = json.loads(done.stdout.partition("RUN: ")[2])
    assert stats["meta"] == {"hosts": ["drifted", "partly"]}
    drift = stats["drift"]
    assert sorted(drift.pop("failed")) == ["away", "broken", "cannot", "partly", "refused", "silent"]
    assert drift == {"hosts": ["drifted", "partly"], "count": 2, "failed_count": 6}
