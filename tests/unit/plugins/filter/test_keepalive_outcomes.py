# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of hosts in the eyes of the playbooks, by the variables that tasks registered."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.linux.tcp.plugins.filter.keepalive_outcomes import FilterModule
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store as _records

if t.TYPE_CHECKING:
    from pathlib import Path

    Facts = t.Dict[str, t.Any]

outcomes = FilterModule().filters()["keepalive_outcomes"]
LOST = {"unreachable": True, "msg": "No route"}
FAILED = {"failed": True, "msg": "no"}
OTHER = {"would_change": True, "record": {}, "before": {}, "desired": {}}
RIGHT = {"would_change": False, "misses": []}
BEGUN = {
    "__keepalive_look": OTHER,
    "__keepalive_begun": ["a"],
    "keepalive_result": {"changed": True},
    "__keepalive_verification": RIGHT,
    "__keepalive_stage": "health",
}
HEALTHY = {"__keepalive_answer": {"rc": 0}}
BACK = {"__keepalive_undo": {"changed": True}}
GONE = "The connection was lost while the host was being changed."
WAY_BACK = """ansible-playbook linux.tcp.restore -e \
'{"keepalive_hosts": "a", "keepalive_rollout_folder": "/my folder"}'"""
UNKNOWN = "It cannot be reached, so it is unknown whether it was changed. Once it answers, roll it back with"
LEFT = "The health check ended the play before its last task (meta: end_host, end_batch or end_play)."


def judge(facts: Facts, **options: t.Any) -> t.Any:
    return outcomes({"a": facts}, ["a"], **options)


@pytest.mark.parametrize(
    ("facts", "outcome", "wrong"),
    [
        ({}, "not_started", None),
        ({"__keepalive_look": LOST}, "unreachable", "Unreachable. No route"),
        ({"__keepalive_look": FAILED}, "failed", "Failed. no"),
        ({"__keepalive_look": {"skipped": True}}, "failed", "Failed. It could not be looked at."),
        ({"__keepalive_look": RIGHT}, "already_compliant", None),
        ({"__keepalive_look": RIGHT, "keepalive_sockets": [{}]}, "not_started", None),
        ({"__keepalive_look": {**RIGHT, "unfinished": True}}, "not_started", None),
        ({"__keepalive_look": OTHER}, "not_started", None),
        (
            {"__keepalive_look": OTHER, "__keepalive_unwritten": {"a": "full."}},
            "failed",
            "Failed. full. Nothing was changed.",
        ),
        ({"__keepalive_look": OTHER, "__keepalive_unwritten": {"b": "full."}}, "not_started", None),
        ({**BEGUN, "__keepalive_done": ["a"]}, "changed", None),
        (
            {**BEGUN, "__keepalive_look": RIGHT, "__keepalive_done": ["a"], "keepalive_result": {"changed": False}},
            "already_compliant",
            None,
        ),
        ({**BEGUN, "__keepalive_look": RIGHT, "__keepalive_done": ["a"]}, "changed", None),  # its connections
        (
            {**BEGUN, **BACK},
            "rolled_back",
            "Rolled back. It was rolled back with its batch, because another host of that failed.",
        ),
        ({**BEGUN, **BACK, "__keepalive_reason": "Why"}, "failed", "Failed. Why. It was rolled back."),
        ({**BEGUN, **BACK, "__keepalive_reason": ["Why?"]}, "failed", "Failed. Why? It was rolled back."),
        (
            {**BEGUN, "__keepalive_undo": FAILED, "__keepalive_reason": "Why."},
            "failed",
            "Failed. Why. It could not be rolled back: no",
        ),
        (
            {**BEGUN, "__keepalive_undo": LOST, "keepalive_result": LOST},
            "unknown",
            f"Unknown. {GONE} {UNKNOWN} {WAY_BACK}",
        ),
    ],
)
def test_rollout(facts: Facts, outcome: str, wrong: str | None) -> None:
    found = judge(facts, folder="/my folder")
    assert list(found["summary"]) == [outcome]
    wrong = "Not started." if outcome == "not_started" else wrong  # when nobody else is to blame
    assert found["wrong"] == ({"a": wrong} if wrong else {})
    assert found["stop"] == (outcome in ("failed", "unknown", "rolled_back"))
    assert found["unsettled"] == []


@pytest.mark.parametrize(
    ("facts", "checked", "stop"),
    [
        ({}, False, False),
        (HEALTHY, True, False),
        ({}, True, True),
        ({"__keepalive_stage": "change"}, True, False),
        ({"__keepalive_answer": {**LOST, "rc": 0}}, True, True),
        ({"__keepalive_answer": {"skipped": True}}, True, True),
        ({**HEALTHY, "__keepalive_reason": "ill"}, True, True),
        ({"keepalive_result": LOST}, False, True),
        ({"__keepalive_verification": LOST}, False, True),
        ({"__keepalive_verification": {}}, False, True),
        ({"__keepalive_verification": {**RIGHT, "would_change": True}}, False, True),
        ({"__keepalive_verification": {**RIGHT, "misses": ["time is 1"]}}, False, True),
    ],
)
def test_host_is_good_only_when_all_answers_say_so(facts: Facts, checked: bool, stop: bool) -> None:
    check = {"keepalive_rollout_check": "health.yml"} if checked else {}
    found = judge({**BEGUN, **check, **facts})
    assert (found["stop"], found["unsettled"], found["good"]) == (stop, ["a"], [] if stop else ["a"])
    assert list(found["summary"]) == ["unknown"]
    assert "It was changed, and neither verified nor rolled back. Roll it back with ansible-play" in found["wrong"]["a"]
    put_back = judge({**BEGUN, **check, **facts, **BACK})
    assert list(put_back["summary"]) == ["failed" if stop else "rolled_back"]


def test_reasons() -> None:
    lost = judge({**BEGUN, **BACK, "__keepalive_verification": {**RIGHT, "misses": ["time is 1."]}})
    assert lost["wrong"] == {"a": "Failed. The values did not hold. time is 1. It was rolled back."}
    lost = judge({**BEGUN, **BACK, "__keepalive_verification": LOST})
    assert lost["wrong"] == {
        "a": "Failed. The host cannot be reached any more after it was changed. It was rolled back."
    }
    checked = {**BEGUN, **BACK, "keepalive_rollout_check": "health.yml"}
    lost = judge(checked)
    assert lost["wrong"] == {"a": f"Failed. {LEFT} It was rolled back."}
    lost = judge({**checked, "__keepalive_answer": LOST})
    assert lost["wrong"] == {"a": "Failed. The host could not be reached after the health check. It was rolled back."}


def test_check_mode() -> None:
    assert judge({"__keepalive_look": OTHER}, check_mode=True)["summary"] == {"would_change": "1: a"}
    right = {"__keepalive_look": RIGHT, "keepalive_sockets": [{}]}
    assert judge(right, check_mode=True)["summary"] == {"already_compliant": "1: a"}


def test_one_bad_host_makes_none_of_its_batch_good_and_what_is_found_is_noted() -> None:
    found = outcomes({"a": BEGUN, "b": {"__keepalive_look": FAILED}, "c": {"__keepalive_look": OTHER}}, ["a", "b", "c"])
    assert (found["stop"], found["good"], found["unsettled"]) == (True, [], ["a"])
    assert found["found"] == {"c": OTHER}
    assert "c" not in found["wrong"]


def test_a_thousand_hosts_fit_on_a_screen() -> None:
    names = [f"host{number:04}" for number in range(1000)]
    hosts: dict[str, Facts] = {name: {"__keepalive_look": RIGHT} for name in names}
    assert outcomes(hosts, names)["summary"] == {
        "already_compliant": "1000: host0000, host0001, host0002, host0003, host0004, host0005, host0006, host0007, "
        "and 992 more"
    }
    hosts = {name: {"__keepalive_look": LOST} for name in names}
    unreachable = outcomes(hosts, names)["summary"]["unreachable"]
    assert all(name in unreachable for name in names)


@pytest.mark.parametrize(
    ("answer", "outcome", "wrong"),
    [
        ({}, "failed", "Failed. It was not asked."),
        (LOST, "unreachable", "Unreachable. No route"),
        (FAILED, "failed", "Failed. no"),
        ({**FAILED, "foreign": ["x"]}, "changed_by_others", "Changed by others. no"),
        ({"recorded": False, "changed": False}, "no_checkpoint", None),
        ({"recorded": True, "changed": False}, "unchanged", None),
        ({"recorded": True, "changed": True}, "restored", None),
    ],
)
def test_restore(tmp_path: Path, answer: Facts, outcome: str, wrong: str | None) -> None:
    found = judge({"__keepalive_restored": answer}, restore=True, folder=str(tmp_path))
    assert list(found["summary"]) == [outcome]
    assert found["wrong"] == ({"a": wrong} if wrong else {})


def test_restore_tells_of_records_that_nobody_asked_for(tmp_path: Path) -> None:
    for name in ("a", "b", "gone"):
        record: Facts = {"runtime": {}, "files": []}
        _records.keep(str(tmp_path), name, want={}, before={}, record=record, now="12:00")
    facts = {"__keepalive_restored": {"recorded": True, "changed": True}}
    found = judge(facts, restore=True, check_mode=True, folder=str(tmp_path), known=["a", "b"])
    assert found["summary"] == {
        "would_be_restored": "1: a",
        "not_selected": "1: b",
        "not_in_inventory": "1: gone",
    }
    with pytest.raises(AnsibleFilterError, match="none cannot be read"):
        judge(facts, restore=True, folder=str(tmp_path / "none"))
