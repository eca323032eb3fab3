# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of hosts, by the results of their tasks."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.status import (
    RESTORATION,
    ROLLOUT,
    HostStatus,
    after_checkpoint,
    after_restoration,
    after_rollback,
    shortfall,
    summarize,
    wrong,
)

Facts = t.Dict[str, t.Any]
LOST = {"unreachable": True, "msg": "No route"}
FAILED = {"failed": True, "msg": "no"}
LEFT = "The health check ended the play before its last task (meta: end_host, end_batch or end_play)."
UNKNOWN = "It cannot be reached, so it is unknown whether it was changed. Once it answers, roll it back with"
VERIFIED: Facts = {
    "keepalive_result": {"changed": True},
    "keepalive_checkpoint": {"would_change": False},
    "__keepalive_verification": {"failed": False, "changed": False},
}


@pytest.mark.parametrize(
    ("result", "must_change", "status"),
    [
        pytest.param(None, False, HostStatus("failed", "No checkpoint was taken."), id="none"),
        pytest.param({"skipped": True}, True, HostStatus("failed", "No checkpoint was taken."), id="skipped"),
        pytest.param({"would_change": "no"}, True, HostStatus("failed", "No checkpoint was taken."), id="no boolean"),
        pytest.param(LOST, True, HostStatus("unreachable", "No route"), id="unreachable"),
        pytest.param({**FAILED, "would_change": False}, False, HostStatus("failed", "no"), id="failed"),
        pytest.param({"would_change": False}, False, HostStatus("already_compliant"), id="compliant"),
        pytest.param({"would_change": False}, True, HostStatus("pending"), id="compliant, with connections"),
        pytest.param({"would_change": True}, False, HostStatus("pending", would_change=True), id="to change"),
    ],
)
def test_after_checkpoint(result: Facts | None, must_change: bool, status: HostStatus) -> None:
    assert after_checkpoint(result, must_change=must_change) == status


@pytest.mark.parametrize(
    ("facts", "is_checked", "reason"),
    [
        pytest.param({}, False, "", id="verified"),
        pytest.param({"__keepalive_connection": {"rc": 0}}, True, "", id="healthy"),
        pytest.param({"__keepalive_reason": ["Why", "so?"]}, False, "Why so?", id="a reason"),
        pytest.param(
            {"keepalive_result": LOST}, False, "The connection was lost while the host was being changed.", id="lost"
        ),
        pytest.param(
            {"keepalive_checkpoint": LOST},
            False,
            "The host cannot be reached any more after it was changed.",
            id="lost before it was verified",
        ),
        pytest.param({"__keepalive_verification": {}}, False, "The values did not hold.", id="not verified"),
        pytest.param(
            {"__keepalive_verification": {"failed": False, "skipped": True}},
            False,
            "The values did not hold.",
            id="skipped",
        ),
        pytest.param(
            {"__keepalive_verification": {"failed": True, "msg": "time is 1."}},
            False,
            "The values did not hold. time is 1.",
            id="deviates",
        ),
        pytest.param({}, True, LEFT, id="no end of the health check"),
        pytest.param({"__keepalive_connection": {"skipped": True}}, True, LEFT, id="its end was skipped"),
        pytest.param(
            {"__keepalive_connection": {**LOST, "rc": 0}},
            True,
            "The host could not be reached after the health check.",
            id="lost in the health check",
        ),
    ],
)
def test_shortfall(facts: Facts, is_checked: bool, reason: str) -> None:
    assert shortfall({**VERIFIED, **facts}, is_checked=is_checked) == reason


def test_nothing_is_committed_without_results() -> None:
    assert shortfall({}, is_checked=False) == "The values did not hold."


@pytest.mark.parametrize(
    ("reason", "result", "code", "told"),
    [
        pytest.param(
            "", {"found": True}, "rolled_back", "It was rolled back with its batch: another host failed.", id="all"
        ),
        pytest.param("Why", {"found": True}, "failed", "Why. It was rolled back.", id="it failed"),
        pytest.param("Why?", {**FAILED, "found": True}, "failed", "Why? It could not be rolled back: no", id="refused"),
        pytest.param(
            "Why.",
            {"found": False, "msg": "none"},
            "failed",
            "Why. It could not be rolled back: none",
            id="no checkpoint",
        ),
        pytest.param(
            "Why.",
            LOST,
            "unknown",
            f"Why. {UNKNOWN} COMMAND",
            id="unreachable",
        ),
        pytest.param(
            "",
            None,
            "unknown",
            "It was changed, and neither verified nor rolled back. Roll it back with COMMAND",
            id="left",
        ),
    ],
)
def test_after_rollback(reason: str, result: Facts | None, code: str, told: str) -> None:
    status = after_rollback(HostStatus("pending", reason), result, restore_command="COMMAND")
    assert (status.code, status.reason) == (code, told)


@pytest.mark.parametrize(
    ("result", "code", "told"),
    [
        ({}, "failed", "Failed. It was not restored."),
        (LOST, "unreachable", "Unreachable. No route"),
        (FAILED, "failed", "Failed. no"),
        ({**FAILED, "foreign": ["x"]}, "changed_by_others", "Changed by others. no"),
        ({"found": False, "changed": False}, "no_checkpoint", None),
        ({"found": True, "changed": False}, "unchanged", None),
        ({"found": True, "changed": True}, "restored", None),
    ],
)
def test_after_restoration(result: Facts, code: str, told: str | None) -> None:
    statuses = {"a": after_restoration(result, check_mode=False)}
    assert list(summarize(statuses, RESTORATION)) == [code]
    assert wrong(statuses) == ({"a": told} if told else {})
    if code == "restored":
        assert after_restoration(result, check_mode=True).code == "would_be_restored"


def test_hosts_that_were_not_started_are_named_where_nothing_else_is_wrong() -> None:
    statuses = {"a": HostStatus(), "b": HostStatus("changed")}
    assert wrong(statuses) == {"a": "Not started."}
    assert wrong({**statuses, "c": HostStatus("failed", "x")}) == {"c": "Failed. x"}


def test_a_thousand_hosts_fit_on_a_screen() -> None:
    names = [f"host{number:04}" for number in range(1000)]
    assert summarize(dict.fromkeys(names, HostStatus("already_compliant")), ROLLOUT) == {
        "already_compliant": "1000: host0000, host0001, host0002, host0003, host0004, host0005, host0006, host0007, "
        "and 992 more"
    }
    unreachable = summarize(dict.fromkeys(names, HostStatus("unreachable", "x")), ROLLOUT)["unreachable"]
    assert all(name in unreachable for name in names)
