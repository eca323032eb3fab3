# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.outcome import NONE_SELECTED
from ansible_collections.linux.tcp.plugins.modules import keepalive_namespaces_info
from ansible_collections.linux.tcp.tests.unit.host import needs_root
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.module import RunModule

SCENARIOS = Path(__file__).parent / "scenarios" / "keepalive_namespaces_info"
ID = "0123456789abcdef" * 4
UID = "0f9b4f0e-8b6f-4c0c-9d0e-6f2a4b0d1c55"
AS_ROOT = "It takes CAP_SYS_ADMIN and CAP_SYS_PTRACE: run as root (become: true)."


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_namespaces_info.main, monkeypatch, capsys)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_nothing_selected(run: RunModule, check_mode: bool) -> None:
    # a process cannot have this number: include/linux/threads.h, PID_MAX_LIMIT
    found = run(pids=[4194305], check_mode=check_mode)
    assert found["namespaces"] == []
    assert found["totals"] == {"namespaces": 0, "differ": 0, "unknown": 0}


def test_refused_parameters(run: RunModule) -> None:
    message = "names is empty, so no network namespace is selected. Name some, or leave names out."
    assert run(names=[]) == {"failed": True, "msg": message}


def test_containers() -> None:
    found = run_isolated(SCENARIOS / "containers.py", own_pids=True)
    docker = {"id": ID, "name": "web", "engine": "docker", "pod": None, "user": 0}
    pod = {"id": UID, "name": None, "namespace": None}
    set_by = {
        "code": "container_settings",
        "message": "the settings of its container set it at each start",
        "path": f"/var/lib/docker/containers/{ID}/hostconfig.json",
        "values": {"time": 60, "intvl": 75, "probes": 9},
    }
    assert found == {
        "totals": {"namespaces": 6, "differ": 1, "unknown": 0},
        "host": True,
        "containers": {
            "docker": [docker],
            "kubernetes": [{"id": ID.replace("0", "1"), "name": None, "engine": None, "pod": pod, "user": 0}],
            "lxc": [{"id": "db", "name": "db", "engine": "lxc", "pod": None, "user": 0}],
        },
        "pods": {"kubernetes": [UID]},
        "units": {"docker": [f"docker-{ID}.scope"], "unit": ["web.service"]},
        "names": {"named": ["/run/netns/blue"]},
        "docker": [{"time": 60, "intvl": 75, "probes": 9}, False, True, set_by],
        "by_container": ["docker"],
        "by_id": ["docker"],
        "by_engine": ["lxc"],
        "by_unit": ["unit"],
        "by_name": ["named"],
        "by_pid": ["lxc", "unit"],
        "by_values": [["docker", "lxc"], ["host", "kubernetes", "named", "unit"]],  # LXC's was changed
        "by_two": [],
        "changed": ["lxc"],
        "header": ["net:[N] (db)"],
        "left": [["docker", "chosen_by_others", True]],
        "values": {"docker": 60, "kubernetes": 7200, "lxc": 600, "unit": 7200, "named": 7200},
        "own": [7200, 75, 9],
        "none": [
            False,
            [NONE_SELECTED],
            {"matched": 0, "changed": 0, "left": 0, "failed": 0},
        ],
        "only_host": [
            (
                "Only the host's own network namespace matches these filters, and it is left alone. Set it with "
                "linux.tcp.keepalive, or name a container."
            )
        ],
    }


@needs_root
def test_unprivileged() -> None:
    refused = f"Not permitted to enter the network namespaces of other processes. {AS_ROOT} Nothing was changed."
    assert run_isolated(SCENARIOS / "unprivileged.py", own_pids=True) == {
        "found": {"own": [True, 7200, True, 0], "mine": [False, None, None, None]},
        "host_values": 7200,
        "totals": {"namespaces": 2, "differ": 0, "unknown": 1},
        "unreadable": [["namespace", "permission_denied", 1], ["process", "permission_denied", 2]],
        "warnings": [
            f"1 network namespace(s) could not be read: permission denied. {AS_ROOT}",
            f"2 process(es) could not be read, such as process 1: permission denied. {AS_ROOT}",
        ],
        "refused": refused,
        "checked": refused,
    }
