# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import unchanged
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.plugins.modules import keepalive_namespaces
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated
from ansible_collections.linux.tcp.tests.unit.module import runner
from ansible_collections.linux.tcp.tests.unit.namespace_host import make_namespace_host

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.module import RunModule

SCENARIOS = Path(__file__).parent / "scenarios" / "keepalive_namespaces"
DEFAULTS, WANT = [7200, 75, 9], [600, 60, 20]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_namespaces.main, monkeypatch, capsys)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param(
            {"time": 600},
            (
                "No filter is given, so every network namespace would be selected. Give one of containers, engines, "
                "units, names, pids, or all: true."
            ),
            id="no filter",
        ),
        pytest.param(
            {"time": 600, "all": True, "pids": [1]},
            "all: true means every network namespace, and a filter is given. Leave one out.",
            id="all and a filter",
        ),
        pytest.param(
            {"all": True}, "None of time, intvl and probes is given. Give at least one of them.", id="no values"
        ),
        pytest.param(
            {"all": True, "probes": 256},
            (
                "probes is 256: not every kernel takes more than 255. Give a whole number between 1 and 255, or leave "
                "probes out to keep what is set."
            ),
            id="a value that is too high",
        ),
    ],
)
def test_refused_parameters(run: RunModule, params: dict[str, t.Any], message: str, check_mode: bool) -> None:
    assert run(check_mode=check_mode, **params) == {"failed": True, "msg": unchanged(message)}


def test_set_and_leave() -> None:
    found = run_isolated(SCENARIOS / "set_and_leave.py", own_pids=True)
    before = "".join(f"net.ipv4.tcp_keepalive_{line}\n" for line in ("time = 7200", "intvl = 75", "probes = 9"))
    after = "".join(f"net.ipv4.tcp_keepalive_{line}\n" for line in ("time = 600", "intvl = 60", "probes = 20"))
    left = {"chosen": "chosen_by_others", "compliant": "already_compliant", "host": "host_namespace"}
    assert found == {
        "same_in_check_mode": True,
        "untouched": [DEFAULTS, False],
        "changed": [
            "fresh",
            {"time": 7200, "intvl": 75, "probes": 9},
            {"time": 600, "intvl": 60, "probes": 20},
            False,
            "set_while_running",
        ],
        "diff": [[before, after]],
        "totals": {"matched": 4, "changed": 1, "left": 3, "failed": 0},
        "left": left,
        "after": [WANT, [60, 75, 9], WANT],
        "again": [False, [], {**left, "fresh": "already_compliant"}, 1],
        "ours": [["fresh", "set_while_running", False]],
        "ours_left": {"chosen": "chosen_by_others", "compliant": "chosen_by_others", "host": "host_namespace"},
        "moved": [[300, 60, 20], [60, 75, 9], WANT],
        "taken": ["chosen", "fresh"],
        "final": [WANT, WANT, WANT],
        "absent": [
            True,
            {"fresh": True, "chosen": True},
            {"compliant": "changed_since", "host": "host_namespace"},
            1,
            [DEFAULTS, [60, 75, 9], [90, 60, 20]],
        ],
        "absent_again": [
            False,
            {
                "fresh": "nothing_to_restore",
                "chosen": "nothing_to_restore",
                "compliant": "changed_since",
                "host": "host_namespace",
            },
            True,
        ],
        "host": DEFAULTS,
    }


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
def test_result(run: RunModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check_mode: bool) -> None:
    host, kernel = make_namespace_host(tmp_path)
    monkeypatch.setattr(NamespaceHost, "local", lambda: host)
    found = run(names=["blue"], time=600, check_mode=check_mode, diff=True)
    assert (found["changed"], found["totals"]) == (True, {"matched": 1, "changed": 1, "left": 0, "failed": 0})
    assert found["second_look"] is None
    assert found["diff"][0]["before_header"] == "net:[7] (/run/netns/blue)"
    assert kernel.written == ([] if check_mode else [("time", 600)])


def test_failure(run: RunModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host, kernel = make_namespace_host(tmp_path)
    kernel.refused = {("time", 600)}
    monkeypatch.setattr(NamespaceHost, "local", lambda: host)
    found = run(names=["blue"], time=600)
    assert found["failed"]
    assert found["msg"] == "net:[7] (/run/netns/blue) could not be set: the kernel refused: no time of 600."
    assert (found["changed"], found["totals"]["failed"]) == (False, 1)
    assert found["failed_namespaces"][0]["values"] == {"time": 7200, "intvl": 75, "probes": 9}
