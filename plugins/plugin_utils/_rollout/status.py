# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each host of a rollout or a restoration, by the variables that its tasks registered.

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
    Outcome = Literal[
        "would change",
        "changed",
        "already right",
        "failed",
        "restored",
        "unknown",
        "unreachable",
        "not begun",
        "begun",
        "would be put back",
        "put back",
        "as it was",
        "without a record",
        "changed by others",
    ]


ROLLOUT: tuple[Outcome, ...] = (
    "would change",
    "changed",
    "already right",
    "not begun",
    "restored",
    "failed",
    "unknown",
    "unreachable",
)
RESTORATION: tuple[Outcome, ...] = (
    "would be put back",
    "put back",
    "as it was",
    "without a record",
    "changed by others",
    "failed",
    "unreachable",
)
# These are told one by one, with the reason.
WRONG: tuple[Outcome, ...] = ("changed by others", "restored", "failed", "unknown", "unreachable")
# One of these ends a rollout.
ENDS: tuple[Outcome, ...] = ("failed", "restored", "unknown")
# What a record is made of, in the answer of keepalive_record.
NOTED = ("would_change", "unfinished", "desired", "before", "record")
_MOST_NAMES = 8
_LEFT = "The health check ended the play before its last task (meta: end_host, end_batch or end_play)."


@dataclasses.dataclass(frozen=True)
class Fate:
    """What became of one host, and why where something is wrong."""

    outcome: Outcome
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Rollout:
    """What holds for all hosts: whether this is check mode, the records' folder, and where the inventory comes from."""

    check_mode: bool = False
    folder: str = "./keepalive-rollout"
    inventory: tuple[str, ...] = ()

    def fate(self, name: str, facts: Json) -> Fate:
        """Judge one host by its variables. ``begun`` is one that was changed and not found good yet."""
        look = facts.get("__keepalive_look") or {}
        unwritten = facts.get("__keepalive_unwritten") or {}
        if not look:
            return Fate("not begun")
        if look.get("unreachable"):
            return Fate("unreachable", text(look.get("msg")))
        if look.get("failed") or "would_change" not in look:
            return Fate("failed", text(look.get("msg")) or "It could not be looked at.")
        if self.check_mode:
            return Fate("would change" if look["would_change"] else "already right")
        if name in unwritten:
            return Fate("failed", f"{text(unwritten[name])} Nothing was changed.")
        if name in (facts.get("__keepalive_done") or ()):
            done = facts.get("keepalive_result") or {}
            return Fate("changed" if look["would_change"] or done.get("changed") else "already right")
        if name in (facts.get("__keepalive_begun") or ()):
            return self._fate_of_begun(name, facts)
        return Fate("not begun" if needs_change(facts) else "already right")

    def _fate_of_begun(self, name: str, facts: Json) -> Fate:
        undo = facts.get("__keepalive_undo") or {}
        reason = self.shortfall(facts)
        if not undo:
            return Fate("begun", reason)
        parts = [f"{reason}." if reason and not reason.endswith((".", "!", "?")) else reason]
        if undo.get("unreachable") or undo.get("skipped"):
            parts.append(
                "It cannot be reached, so it is unknown whether it was changed. Once it answers, put it back with "
                + self._way_back(name)
            )
            return Fate("unknown", " ".join(filter(None, parts)))
        if undo.get("failed"):
            parts.append(f"It could not be put back: {text(undo.get('msg'))}")
            return Fate("failed", " ".join(filter(None, parts)))
        parts.append("It was put back." if reason else "Nothing was wrong with it. It was put back with its batch.")
        return Fate("failed" if reason else "restored", " ".join(filter(None, parts)))

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

    def told(self, name: str, fate: Fate) -> Fate:
        """Return what users are told. A host that is still begun in the end was left by an error of the controller."""
        if fate.outcome != "begun":
            return fate
        left = f"It was changed, and neither found good nor put back. Put it back with {self._way_back(name)}"
        return Fate("unknown", " ".join(filter(None, [fate.reason, left])))

    def _way_back(self, name: str) -> str:
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

    def fate(self, _name: str, facts: Json) -> Fate:
        """Judge one host by its variables."""
        answer = facts.get("__keepalive_restored") or {}
        if answer.get("unreachable"):
            return Fate("unreachable", text(answer.get("msg")))
        if answer.get("failed") or "recorded" not in answer:
            reason = text(answer.get("msg")) or "It was not asked."
            return Fate("changed by others" if answer.get("foreign") else "failed", reason)
        if not answer["recorded"]:
            return Fate("without a record")
        if not answer.get("changed"):
            return Fate("as it was")
        return Fate("would be put back" if self.check_mode else "put back")


def summarize(fates: t.Mapping[str, Fate], order: t.Iterable[Outcome]) -> dict[str, t.Any]:
    """Return how many hosts and which, by outcome; where something is wrong, all of them with the reason.

    A fleet of a thousand that is right fits on one screen.
    """
    summary: dict[str, t.Any] = {}
    for outcome in order:
        found = {name: fate.reason for name, fate in fates.items() if fate.outcome == outcome}
        if not found:
            continue
        if outcome in WRONG and outcome not in ("unreachable", "restored"):
            summary[outcome] = found
        else:
            summary[outcome] = counted(found, most=len(found) if outcome == "unreachable" else _MOST_NAMES)
    return summary


def records_of_others(folder: str, *, hosts: t.Container[str], known: t.Container[str]) -> dict[str, str]:
    """Return of which hosts there are records that were not put back, and that nobody asked for.

    :raises FileError: when the folder cannot be read.
    """
    recorded = [name for name in _records.hosts_in(folder) if name not in hosts]
    left = [name for name in recorded if name in known]
    lost = [name for name in recorded if name not in known]
    found = {"recorded, but not asked for": left, "recorded, but not in the inventory": lost}
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
