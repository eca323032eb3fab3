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

from ansible_collections.linux.tcp.plugins.module_utils._errors import without_unchanged
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import message_about

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
# The reason codes, documented in RETURN of the module keepalive_rollout.
REASONS: tuple[str, ...] = (
    "unreachable",
    "checkpoint_failed",
    "checkpoint_invalid",
    "checkpoint_not_stored",
    "steering_facts",
    "connection_lost",
    "unreachable_after_change",
    "results_unreadable",
    "role_failed",
    "not_verified",
    "health_check_failed",
    "health_check_ended",
    "unreachable_after_health_check",
    "batch_failed",
    "not_rolled_back",
    "restore_failed",
    "changed_by_others",
)
# Below this name the results of a host have the facts that steer, where there are some.
STEERING = "steering_facts"
# The results of a host that cannot be read have only the cause, below this name.
UNREADABLE = "results_unreadable"
_MOST_NAMES = 8
_LONGEST_MESSAGE = 4000
_LEFT = "The health check ended the play before its last task (meta: end_host, end_batch or end_play)."


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why something is wrong with a host: one of :data:`REASONS`, and a message for people, which may be empty."""

    code: str
    message: str = ""


@dataclasses.dataclass(frozen=True)
class HostStatus:
    """What became of one host: a code, and the reason where something is wrong.

    ``would_change`` says that the host was not compliant before.
    """

    code: Code = "not_started"
    reason: Reason | None = None
    would_change: bool = False

    @property
    def message(self) -> str:
        """The message of the reason, an empty text where there is none."""
        return self.reason.message if self.reason else ""

    @classmethod
    def failed(cls, code: str, message: str) -> HostStatus:
        """Return the status of a host that failed."""
        return cls("failed", Reason(code, message))


def after_checkpoint(result: Json | None, *, must_change: bool) -> HostStatus:
    """Return the status of a host after its checkpoint was taken.

    ``must_change`` says that the host is changed even where it is compliant: it was left pending, or its connections
    are to be set.
    """
    result = result or {}
    if result.get("unreachable"):
        return HostStatus("unreachable", Reason("unreachable", text(result.get("msg"))))
    if result.get("failed") or not isinstance(result.get("would_change"), bool):
        return HostStatus.failed("checkpoint_failed", text(result.get("msg")) or "No checkpoint was taken.")
    would_change: bool = result["would_change"]
    return HostStatus("pending" if would_change or must_change else "already_compliant", would_change=would_change)


def distrust(results: Json) -> Reason | None:
    """Return why nothing that is registered for a host counts, None where it does.

    Its results cannot be read, or its facts have names that steer the playbook.
    """
    if UNREADABLE in results:
        return Reason(UNREADABLE, f"Its results cannot be read: {text(results[UNREADABLE])}")
    return Reason("steering_facts", message_about(results[STEERING])) if results.get(STEERING) else None


def shortfall(results: Json, *, is_checked: bool) -> Reason | None:
    """Return why a host that was changed cannot be committed; None where all results say that it can.

    ``is_checked`` says that a health check was run.
    """
    distrusted = distrust(results)
    if distrusted:
        return distrusted
    saved = results.get("__keepalive_reason")
    if saved:
        code, cause = text(saved["code"]), cause_of(saved)
        return Reason(code, f"The health check failed: {cause}" if code == "health_check_failed" else cause)
    if (results.get("keepalive_result") or {}).get("unreachable"):
        return Reason("connection_lost", "The connection was lost while the host was being changed.")
    if (results.get("__keepalive_checkpoint") or {}).get("unreachable"):
        return Reason("unreachable_after_change", "The host cannot be reached any more after it was changed.")
    verification = results.get("__keepalive_verification") or {}
    if verification.get("failed") is not False or verification.get("skipped"):
        return Reason("not_verified", f"The values did not hold. {text(verification.get('msg'))}".strip())
    if not is_checked:
        return None
    connection = results.get("__keepalive_connection") or {}
    if connection.get("unreachable"):
        return Reason("unreachable_after_health_check", "The host could not be reached after the health check.")
    return None if connection.get("rc") == 0 else Reason("health_check_ended", _LEFT)


def cause_of(failure: Json) -> str:
    """Return why a task failed: its name, the message of its result, and the last line that the host printed."""
    task, result = text(failure.get("task")), failure.get("result")
    result = result if isinstance(result, dict) else {}
    message = text(result.get("msg")) or "see the error above"
    outputs = (str(result.get(name) or "").strip() for name in ("stderr", "module_stderr", "module_stdout", "stdout"))
    last = text(next(filter(None, outputs), "").rpartition("\n")[2])
    more = f" ({last})" if last and last not in message else ""
    return f"{task}: {message}{more}" if task else f"{message}{more}"


def after_rollback(pending: HostStatus, result: Json | None, *, restore_command: str) -> HostStatus:
    """Return the status of a pending host after it was rolled back, or should have been."""
    result, why = result or {}, pending.reason
    message = without_unchanged(pending.message)  # a module said so of its own run; what follows is of the host
    parts = [f"{message}." if message and not message.endswith((".", "!", "?")) else message]
    is_rolled_back = False
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
        cause = without_unchanged(text(result.get("msg")))
        parts.append(f"It could not be rolled back: {cause}")
    else:
        is_rolled_back = True
        code = "failed" if why else "rolled_back"
        parts.append("It was rolled back." if why else "It was rolled back with its batch: another host failed.")
    why = why or Reason("batch_failed" if is_rolled_back else "not_rolled_back")
    return HostStatus(code, Reason(why.code, " ".join(filter(None, parts))))


def after_restoration(result: Json | None, *, check_mode: bool) -> HostStatus:
    """Return the status of a host that the playbook restore has restored, or should have."""
    result = result or {}
    message = text(result.get("msg"))
    if result.get("unreachable"):
        return HostStatus("unreachable", Reason("unreachable", message))
    if result.get("failed") and result.get("foreign"):
        return HostStatus("changed_by_others", Reason("changed_by_others", message))
    if result.get("failed") or not isinstance(result.get("found"), bool):
        return HostStatus.failed("restore_failed", message or "It was not restored.")
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
        found = {name: status.message for name, status in statuses.items() if status.code == code}
        if not found:
            continue
        if code in WRONG and code not in ("unreachable", "rolled_back"):
            summary[code] = found
        else:
            summary[code] = counted(found, most=len(found) if code == "unreachable" else _MOST_NAMES)
    return summary


def wrong(statuses: t.Mapping[str, HostStatus]) -> dict[str, dict[str, str | None]]:
    """Return what is wrong with hosts, by name: the status, the code of the reason, and a message.

    Where nothing is wrong, those that were not started have to be named.
    """
    found = {name: status for name, status in statuses.items() if status.code in WRONG}
    found = found or {name: status for name, status in statuses.items() if status.code == "not_started"}
    return {
        name: {
            "code": status.code,
            "reason": status.reason.code if status.reason else None,
            "message": status.message or f"The host is {status.code.replace('_', ' ')}.",
        }
        for name, status in found.items()
    }


def counted(names: t.Iterable[str], *, most: int = _MOST_NAMES) -> str:
    """Return how many names, and the first of them."""
    known = list(names)
    left = len(known) - most
    return f"{len(known)}: {', '.join(known[:most])}{f', and {left} more' if left > 0 else ''}"


def text(found: object) -> str:
    """Return a message as a printable text, whatever a task or a host made of it; a long one is cut."""
    joined = (
        " ".join(map(text, found)) if isinstance(found, (list, tuple)) else "" if found is None else str(found).strip()
    )
    return printable(joined if len(joined) <= _LONGEST_MESSAGE else f"{joined[:_LONGEST_MESSAGE]} ...")
