# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out the status of each host of a rollout or a restoration from the variables that its tasks registered.

A host counts as done only by what says so: an answer that is missing, because a task was left out,
skipped or lost, never makes a host done.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import json
import shlex
import typing as t

from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store as _records

if t.TYPE_CHECKING:
    from typing_extensions import Literal

    Json = t.Mapping[str, t.Any]
    Status = Literal[
        "would_change",
        "changed",
        "already_compliant",
        "failed",
        "rolled_back",
        "unknown",
        "unreachable",
        "not_started",
        "pending",
        "would_be_restored",
        "restored",
        "unchanged",
        "no_checkpoint",
        "changed_by_others",
    ]


ROLLOUT: tuple[Status, ...] = (
    "would_change",
    "changed",
    "already_compliant",
    "not_started",
    "rolled_back",
    "failed",
    "unknown",
    "unreachable",
)
RESTORATION: tuple[Status, ...] = (
    "would_be_restored",
    "restored",
    "unchanged",
    "no_checkpoint",
    "changed_by_others",
    "failed",
    "unreachable",
)
# These are told one by one, with the reason.
WRONG: tuple[Status, ...] = ("changed_by_others", "rolled_back", "failed", "unknown", "unreachable")
# One of these ends a rollout.
ENDS: tuple[Status, ...] = ("failed", "rolled_back", "unknown")
# What a record is made of, in the answer of keepalive_record.
NOTED = ("would_change", "unfinished", "desired", "before", "record")
_MOST_NAMES = 8
_LEFT = "The health check ended the play before its last task (meta: end_host, end_batch or end_play)."


@dataclasses.dataclass(frozen=True)
class HostStatus:
    """What became of one host: a code, and the reason where something is wrong."""

    code: Status
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Rollout:
    """What holds for all hosts: whether this is check mode, the records' folder, and where the inventory comes from."""

    check_mode: bool = False
    folder: str = "./keepalive-rollout"
    inventory: tuple[str, ...] = ()

    def status_of(self, name: str, facts: Json) -> HostStatus:
        """Judge one host by its variables. ``pending`` is one that was changed and not verified yet."""
        look = facts.get("__keepalive_look") or {}
        unwritten = facts.get("__keepalive_unwritten") or {}
        if not look:
            return HostStatus("not_started")
        if look.get("unreachable"):
            return HostStatus("unreachable", text(look.get("msg")))
        if look.get("failed") or "would_change" not in look:
            return HostStatus("failed", text(look.get("msg")) or "It could not be looked at.")
        if self.check_mode:
            return HostStatus("would_change" if look["would_change"] else "already_compliant")
        if name in unwritten:
            return HostStatus("failed", f"{text(unwritten[name])} Nothing was changed.")
        if name in (facts.get("__keepalive_done") or ()):
            done = facts.get("keepalive_result") or {}
            return HostStatus("changed" if look["would_change"] or done.get("changed") else "already_compliant")
        if name in (facts.get("__keepalive_begun") or ()):
            return self._status_of_pending(name, facts)
        return HostStatus("not_started" if needs_change(facts) else "already_compliant")

    def _status_of_pending(self, name: str, facts: Json) -> HostStatus:
        undo = facts.get("__keepalive_undo") or {}
        reason = self.shortfall(facts)
        if not undo:
            return HostStatus("pending", reason)
        parts = [f"{reason}." if reason and not reason.endswith((".", "!", "?")) else reason]
        if undo.get("unreachable") or undo.get("skipped"):
            parts.append(
                "It cannot be reached, so it is unknown whether it was changed. Once it answers, roll it back with "
                + self._restore_command(name)
            )
            return HostStatus("unknown", " ".join(filter(None, parts)))
        if undo.get("failed"):
            parts.append(f"It could not be rolled back: {text(undo.get('msg'))}")
            return HostStatus("failed", " ".join(filter(None, parts)))
        parts.append(
            "It was rolled back."
            if reason
            else "It was rolled back with its batch, because another host of that failed."
        )
        return HostStatus("failed" if reason else "rolled_back", " ".join(filter(None, parts)))

    def shortfall(self, facts: Json) -> str:
        """Return why a host that was begun is not good; an empty text where all answers say that it is."""
        reason = text(facts.get("__keepalive_reason"))
        if reason:
            return reason
        if (facts.get("keepalive_result") or {}).get("unreachable"):
            return "The connection was lost while the host was being changed."
        seen = facts.get("__keepalive_verification") or {}
        if seen.get("unreachable"):
            return "The host cannot be reached any more after it was changed."
        if seen.get("would_change") is not False or seen.get("misses") != []:
            return f"The values did not hold. {text(seen.get('misses'))}".strip()
        if not facts.get("keepalive_rollout_check") or facts.get("__keepalive_stage") != "health":
            return ""
        answer = facts.get("__keepalive_answer") or {}
        if answer.get("unreachable"):
            return "The host could not be reached after the health check."
        return "" if answer.get("rc") == 0 else _LEFT

    def told(self, name: str, status: HostStatus) -> HostStatus:
        """Return what users are told. An error of the controller left a host that is still pending in the end."""
        if status.code != "pending":
            return status
        left = f"It was changed, and neither verified nor rolled back. Roll it back with {self._restore_command(name)}"
        return HostStatus("unknown", " ".join(filter(None, [status.reason, left])))

    def _restore_command(self, name: str) -> str:
        given = json.dumps({"keepalive_hosts": name, "keepalive_rollout_folder": self.folder})
        sources = "".join(f" -i {shlex.quote(source)}" for source in self.inventory)
        return f"ansible-playbook linux.tcp.restore{sources} -e {shlex.quote(given)}"


def needs_change(facts: Json) -> bool:
    """Whether a host that was looked at is not right already, or was left in the middle by an earlier rollout."""
    look = facts["__keepalive_look"]
    return bool(look["would_change"] or look.get("unfinished") or facts.get("keepalive_sockets"))


@dataclasses.dataclass(frozen=True)
class Restoration:
    """What holds for all hosts: whether this is check mode."""

    check_mode: bool = False

    def status_of(self, _name: str, facts: Json) -> HostStatus:
        """Judge one host by its variables."""
        answer = facts.get("__keepalive_restored") or {}
        if answer.get("unreachable"):
            return HostStatus("unreachable", text(answer.get("msg")))
        if answer.get("failed") or "recorded" not in answer:
            reason = text(answer.get("msg")) or "It was not asked."
            return HostStatus("changed_by_others" if answer.get("foreign") else "failed", reason)
        if not answer["recorded"]:
            return HostStatus("no_checkpoint")
        if not answer.get("changed"):
            return HostStatus("unchanged")
        return HostStatus("would_be_restored" if self.check_mode else "restored")


def summarize(statuses: t.Mapping[str, HostStatus], order: t.Iterable[Status]) -> dict[str, t.Any]:
    """Return how many hosts and which, by status; where something is wrong, all of them with the reason.

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


def records_of_others(folder: str, *, hosts: t.Container[str], known: t.Container[str]) -> dict[str, str]:
    """Return of which hosts there are records that were not put back, and that nobody asked for.

    :raises FileError: when the folder cannot be read.
    """
    recorded = [name for name in _records.hosts_in(folder) if name not in hosts]
    left = [name for name in recorded if name in known]
    lost = [name for name in recorded if name not in known]
    found = {"not_selected": left, "not_in_inventory": lost}
    return {
        what: counted(names, most=len(names) if names is lost else _MOST_NAMES)
        for what, names in found.items()
        if names
    }


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
