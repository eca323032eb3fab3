# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of hosts, by the results of their tasks."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.linux.tcp.plugins.modules import keepalive_rollout
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import state
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import status as status_module
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.status import (
    REASONS,
    RESTORATION,
    ROLLOUT,
    HostStatus,
    Reason,
    after_checkpoint,
    after_restoration,
    after_rollback,
    cause_of,
    shortfall,
    summarize,
    wrong,
)

Facts = t.Dict[str, t.Any]
LOST = {"unreachable": True, "msg": "No route"}
FAILED = {"failed": True, "msg": "no"}
LEFT = "The health check ended the play before its last task (meta: end_host, end_batch or end_play)."
WHY = "health_check_failed"
UNKNOWN = "It cannot be reached, so it is unknown whether it was changed. Once it answers, roll it back with"
VERIFIED: Facts = {
    "keepalive_result": {"changed": True},
    "__keepalive_checkpoint": {"would_change": False},
    "__keepalive_verification": {"failed": False, "changed": False},
}


@pytest.mark.parametrize(
    ("result", "must_change", "status"),
    [
        pytest.param(None, False, HostStatus.failed("checkpoint_failed", "No checkpoint was taken."), id="none"),
        pytest.param(
            {"skipped": True}, True, HostStatus.failed("checkpoint_failed", "No checkpoint was taken."), id="skipped"
        ),
        pytest.param(
            {"would_change": "no"},
            True,
            HostStatus.failed("checkpoint_failed", "No checkpoint was taken."),
            id="no boolean",
        ),
        pytest.param(LOST, True, HostStatus("unreachable", Reason("unreachable", "No route")), id="unreachable"),
        pytest.param(
            {**FAILED, "would_change": False}, False, HostStatus.failed("checkpoint_failed", "no"), id="failed"
        ),
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
        pytest.param({}, False, None, id="verified"),
        pytest.param({"__keepalive_connection": {"rc": 0}}, True, None, id="healthy"),
        pytest.param(
            {"__keepalive_reason": {"code": "role_failed", "task": "Set", "result": {"msg": ["Why", "so?"]}}},
            False,
            ("role_failed", "Set: Why so?"),
            id="a reason",
        ),
        pytest.param(
            {"__keepalive_reason": {"code": "role_failed", "task": "", "result": ""}},
            False,
            ("role_failed", "see the error above"),
            id="no words",
        ),
        pytest.param(
            {"keepalive_result": LOST},
            False,
            ("connection_lost", "The connection was lost while the host was being changed."),
            id="lost",
        ),
        pytest.param(
            {"__keepalive_checkpoint": LOST},
            False,
            ("unreachable_after_change", "The host cannot be reached any more after it was changed."),
            id="lost before it was verified",
        ),
        pytest.param(
            {"__keepalive_verification": {}}, False, ("not_verified", "The values did not hold."), id="not verified"
        ),
        pytest.param(
            {"__keepalive_verification": {"failed": False, "skipped": True}},
            False,
            ("not_verified", "The values did not hold."),
            id="skipped",
        ),
        pytest.param(
            {"__keepalive_verification": {"failed": True, "msg": "time is 1."}},
            False,
            ("not_verified", "The values did not hold. time is 1."),
            id="deviates",
        ),
        pytest.param({}, True, ("health_check_ended", LEFT), id="no end of the health check"),
        pytest.param(
            {"__keepalive_connection": {"skipped": True}}, True, ("health_check_ended", LEFT), id="its end was skipped"
        ),
        pytest.param(
            {"__keepalive_connection": {**LOST, "rc": 0}},
            True,
            ("unreachable_after_health_check", "The host could not be reached after the health check."),
            id="lost in the health check",
        ),
        pytest.param(
            {"results_unreadable": "too\x1bdeep"},
            False,
            ("results_unreadable", "Its results cannot be read: too\\x1bdeep"),
            id="not readable",
        ),
    ],
)
def test_shortfall(facts: Facts, is_checked: bool, reason: tuple[str, str] | None) -> None:
    assert shortfall({**VERIFIED, **facts}, is_checked=is_checked) == (Reason(*reason) if reason else None)


def test_nothing_is_committed_without_results() -> None:
    assert shortfall({}, is_checked=False) == Reason("not_verified", "The values did not hold.")


@pytest.mark.parametrize(
    ("reason", "result", "code", "told"),
    [
        pytest.param(
            None,
            {"found": True},
            "rolled_back",
            ("batch_failed", "It was rolled back with its batch: another host failed."),
            id="all",
        ),
        pytest.param("Why", {"found": True}, "failed", (WHY, "Why. It was rolled back."), id="it failed"),
        pytest.param("", {"found": True}, "failed", (WHY, "It was rolled back."), id="it failed, no words"),
        pytest.param(
            "No. Nothing was changed.",
            {"found": True},
            "failed",
            (WHY, "No. It was rolled back."),
            id="it was verified",
        ),
        pytest.param(
            "Why?",
            {**FAILED, "found": True},
            "failed",
            (WHY, "Why? It could not be rolled back: no"),
            id="refused",
        ),
        pytest.param(
            None,
            {**FAILED, "found": True},
            "failed",
            ("not_rolled_back", "It could not be rolled back: no"),
            id="refused, with its batch",
        ),
        pytest.param(
            "No. Nothing was changed.",
            {"found": False, "msg": "Gone. Nothing was changed."},
            "failed",
            (WHY, "No. It could not be rolled back: Gone."),
            id="nothing was changed by the failed runs",
        ),
        pytest.param(
            "Why.",
            {"found": False, "msg": "none"},
            "failed",
            (WHY, "Why. It could not be rolled back: none"),
            id="no checkpoint",
        ),
        pytest.param("Why.", LOST, "unknown", (WHY, f"Why. {UNKNOWN} COMMAND"), id="unreachable"),
        pytest.param(
            None,
            None,
            "unknown",
            (
                "not_rolled_back",
                "It was changed, and neither verified nor rolled back. Roll it back with COMMAND",
            ),
            id="left",
        ),
    ],
)
def test_after_rollback(reason: str | None, result: Facts | None, code: str, told: tuple[str, str]) -> None:
    pending = HostStatus("pending", None if reason is None else Reason(WHY, reason))
    status = after_rollback(pending, result, restore_command="COMMAND")
    assert (status.code, status.reason) == (code, Reason(*told))


@pytest.mark.parametrize(
    ("result", "code", "told"),
    [
        ({}, "failed", ("restore_failed", "It was not restored.")),
        (LOST, "unreachable", ("unreachable", "No route")),
        (FAILED, "failed", ("restore_failed", "no")),
        ({"found": "yes", "changed": True}, "failed", ("restore_failed", "It was not restored.")),
        ({**FAILED, "foreign": [{"code": "link"}]}, "changed_by_others", ("changed_by_others", "no")),
        ({"failed": True, "foreign": [{"code": "link"}]}, "changed_by_others", ("changed_by_others", None)),
        ({"found": False, "changed": False}, "no_checkpoint", None),
        ({"found": True, "changed": False}, "unchanged", None),
        ({"found": True, "changed": True}, "restored", None),
    ],
)
def test_after_restoration(result: Facts, code: str, told: tuple[str, str | None] | None) -> None:
    statuses = {"a": after_restoration(result, check_mode=False)}
    assert list(summarize(statuses, RESTORATION)) == [code]
    if told:
        message = told[1] or f"The host is {code.replace('_', ' ')}."
        assert wrong(statuses) == {"a": {"code": code, "reason": told[0], "message": message}}
    else:
        assert wrong(statuses) == {}
    if code == "restored":
        assert after_restoration(result, check_mode=True).code == "would_be_restored"


def test_hosts_that_were_not_started_are_named_where_nothing_else_is_wrong() -> None:
    statuses = {"a": HostStatus(), "b": HostStatus("changed")}
    assert wrong(statuses) == {"a": {"code": "not_started", "reason": None, "message": "The host is not started."}}
    assert list(wrong({**statuses, "c": HostStatus.failed("role_failed", "x")})) == ["c"]


def test_long_message_is_cut() -> None:
    told = after_checkpoint({"failed": True, "msg": "x" * 10**6}, must_change=False).message
    assert (len(told), told[-6:]) == (4004, "xx ...")


def test_reasons_are_documented() -> None:
    known = set(re.findall(r"V\((\w+)\)", yaml.safe_load(keepalive_rollout.RETURN)["wrong"]["description"][1]))
    assert known - {"null"} == set(REASONS)
    code = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in (state, status_module))
    used = set(re.findall(r"(?:Reason|failed)\(\s*\"(\w+)\"", code)) | {"batch_failed", "not_rolled_back"}
    assert used <= set(REASONS)


def test_a_thousand_hosts_fit_on_a_screen() -> None:
    names = [f"host{number:04}" for number in range(1000)]
    assert summarize(dict.fromkeys(names, HostStatus("already_compliant")), ROLLOUT) == {
        "already_compliant": "1000: host0000, host0001, host0002, host0003, host0004, host0005, host0006, host0007, "
        "and 992 more"
    }
    unreachable = summarize(dict.fromkeys(names, HostStatus("unreachable", Reason("unreachable", "x"))), ROLLOUT)[
        "unreachable"
    ]
    assert all(name in unreachable for name in names)


RC = {"msg": "non-zero return code", "rc": 3}
NO_SUDO = {"msg": "deserialization failed", "module_stdout": "sudo: not found\r\n"}


@pytest.mark.parametrize(
    ("result", "cause"),
    [
        pytest.param({**RC, "stderr": "a\nrefused\n"}, "non-zero return code (refused)", id="stderr"),
        pytest.param({**RC, "stdout": "down\n"}, "non-zero return code (down)", id="stdout"),
        pytest.param({**RC, "stderr": "", "stdout": ""}, "non-zero return code", id="silence"),
        pytest.param(NO_SUDO, "deserialization failed (sudo: not found)", id="no sudo"),
        pytest.param({"msg": "x: refused", "stderr": "refused"}, "x: refused", id="said once"),
        pytest.param("no result", "see the error above", id="a text"),
        pytest.param({}, "see the error above", id="no result"),
    ],
)
def test_cause_of(result: object, cause: str) -> None:
    assert cause_of({"task": "Ask", "result": result}) == f"Ask: {cause}"
