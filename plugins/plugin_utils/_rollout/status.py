# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out the status of each host of a rollout or a restoration from the results of its tasks.

A host is compliant or changed only where a result says so: one that is missing, because a task was left
out, skipped or lost, never counts for it.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    Json = t.Mapping[str, t.Any]
    Code = t.Literal[
        "would_change",
        "changed",
        "already_compliant",
        "not_started",
        "pending",
        "rolled_back",
        "failed",
        "unknown",
        "unreachable",
        "would_be_restored",
        "restored",
        "unchanged",
        "no_checkpoint",
        "changed_by_others",
    ]

# In the order in which a summary has them. A pending host was changed, and neither committed nor rolled back.
ROLLOUT: tuple[Code, ...] = (
    "would_change",
    "changed",
    "already_compliant",
    "not_started",
    "rolled_back",
    "failed",
    "unknown",
    "unreachable",
)
RESTORATION: tuple[Code, ...] = (
    "would_be_restored",
    "restored",
    "unchanged",
    "no_checkpoint",
    "changed_by_others",
    "failed",
    "unreachable",
)
# These have a reason.
WRONG: tuple[Code, ...] = ("changed_by_others", "rolled_back", "failed", "unknown", "unreachable")
# One of these ends a rollout.
ENDS: tuple[Code, ...] = ("failed", "unknown")
_MOST_NAMES = 8
_LEFT = "The health check ended the play before its last task (meta: end_host, end_batch or end_play)."


@dataclasses.dataclass(frozen=True)
class HostStatus:
    """What became of one host: a code, and the reason where something is wrong.

    ``would_change`` says that the host was not compliant before.
    """

    code: Code = "not_started"
    reason: str = ""
    would_change: bool = False


def after_checkpoint(result: Json | None, *, must_change: bool) -> HostStatus:
    """Return the status of a host after its checkpoint was taken.

    ``must_change`` says that the host is changed even where it is compliant: it was left pending, or its connections
    are to be set.
    """
    result = result or {}
    if result.get("unreachable"):
        return HostStatus("unreachable", text(result.get("msg")))
    if result.get("failed") or not isinstance(result.get("would_change"), bool):
        return HostStatus("failed", text(result.get("msg")) or "No checkpoint was taken.")
    would_change: bool = result["would_change"]
    return HostStatus("pending" if would_change or must_change else "already_compliant", would_change=would_change)


def shortfall(facts: Json, *, is_checked: bool) -> str:
    """Return why a host that was changed cannot be committed; an empty text where all results say that it can.

    ``is_checked`` says that a health check was run.
    """
    reason = text(facts.get("__keepalive_reason"))
    if reason:
        return reason
    if (facts.get("keepalive_result") or {}).get("unreachable"):
        return "The connection was lost while the host was being changed."
    if (facts.get("keepalive_checkpoint") or {}).get("unreachable"):
        return "The host cannot be reached any more after it was changed."
    verification = facts.get("__keepalive_verification") or {}
    if verification.get("failed") is not False or verification.get("skipped"):
        return f"The values did not hold. {text(verification.get('msg'))}".strip()
    if not is_checked:
        return ""
    connection = facts.get("__keepalive_connection") or {}
    if connection.get("unreachable"):
        return "The host could not be reached after the health check."
    return "" if connection.get("rc") == 0 else _LEFT


def after_rollback(pending: HostStatus, result: Json | None, *, restore_command: str) -> HostStatus:
    """Return the status of a pending host after it was rolled back, or should have been."""
    result, reason = result or {}, pending.reason
    parts = [f"{reason}." if reason and not reason.endswith((".", "!", "?")) else reason]
    if not result:  # an error of the controller left it so
        code: Code = "unknown"
        parts.append(f"It was changed, and neither verified nor rolled back. Roll it back with {restore_command}")
    elif result.get("unreachable") or result.get("skipped"):
        code = "unknown"
        parts.append(
            f"It cannot be reached, so it is unknown whether it was changed. Once it answers, roll it back with "
            f"{restore_command}"
        )
    elif result.get("failed") or not result.get("found"):
        code = "failed"
        parts.append(f"It could not be rolled back: {text(result.get('msg'))}")
    else:
        code = "failed" if reason else "rolled_back"
        parts.append("It was rolled back." if reason else "It was rolled back with its batch: another host failed.")
    return HostStatus(code, " ".join(filter(None, parts)))


def after_restoration(result: Json | None, *, check_mode: bool) -> HostStatus:
    """Return the status of a host that the playbook restore has restored, or should have."""
    result = result or {}
    if result.get("unreachable"):
        return HostStatus("unreachable", text(result.get("msg")))
    if result.get("failed") or "found" not in result:
        reason = text(result.get("msg")) or "It was not restored."
        return HostStatus("changed_by_others" if result.get("foreign") else "failed", reason)
    if not result["found"]:
        return HostStatus("no_checkpoint")
    if not result.get("changed"):
        return HostStatus("unchanged")
    return HostStatus("would_be_restored" if check_mode else "restored")


def summarize(statuses: t.Mapping[str, HostStatus], order: t.Iterable[Code]) -> dict[str, t.Any]:
    """Return how many hosts and which, by code; where something is wrong, all of them with the reason.

    A fleet of a thousand that is right fits on one screen.
    """
    summary: dict[str, t.Any] = {}
    for code in order:
        found = {name: status.reason for name, status in statuses.items() if status.code == code}
        if not found:
            continue
        if code in WRONG and code not in ("unreachable", "rolled_back"):
            summary[code] = found
        else:
            summary[code] = counted(found, most=len(found) if code == "unreachable" else _MOST_NAMES)
    return summary


def wrong(statuses: t.Mapping[str, HostStatus]) -> dict[str, str]:
    """Return what is wrong with hosts, by name; where nothing is, those that were not started have to be named."""
    found = {
        name: f"{status.code.replace('_', ' ').capitalize()}. {status.reason}".strip()
        for name, status in statuses.items()
        if status.code in WRONG
    }
    return found or {name: "Not started." for name, status in statuses.items() if status.code == "not_started"}


def counted(names: t.Iterable[str], *, most: int = _MOST_NAMES) -> str:
    """Return how many names, and the first of them."""
    known = list(names)
    left = len(known) - most
    return f"{len(known)}: {', '.join(known[:most])}{f', and {left} more' if left > 0 else ''}"


def text(found: object) -> str:
    """Return a message as a text, whatever a task or a host made of it."""
    return (
        " ".join(map(text, found)) if isinstance(found, (list, tuple)) else "" if found is None else str(found).strip()
    )
