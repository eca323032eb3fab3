# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge a fleet: take the results of the modules for each host, return a report as plain data.

A host is in order only if everything that was asked is known and right. What could not be read counts
against it, so that silence is never taken for health.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import AuditedHost, per_cent
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.reasons import CODES, is_harmless, reasons_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
    from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import Result

    Verdict = t.Literal["in_order", "not_in_order", "no_answer"]

# The layout of the report; a key that goes or changes its meaning makes it a new one.
VERSION = 2


def judge_host(host: AuditedHost, criteria: Criteria) -> dict[str, t.Any]:
    """Return the report of one host."""
    reasons = list(reasons_of(host, criteria))
    values = host.values
    notes: list[str] = []
    if values is not None:
        notes.extend(doubt["message"] for doubt in values["boot"]["doubts"] if is_harmless(doubt, criteria))
        notes.extend(note["message"] for note in values["boot"]["notes"])
    notes.extend(host.notes)
    if host.sockets_trouble and criteria.covered is None:
        notes.append(f"The connections could not be read: {host.sockets_trouble}")
    verdict: Verdict = "no_answer" if host.trouble else "not_in_order" if reasons else "in_order"
    return {
        "name": host.name,
        "verdict": verdict,
        "reasons": [reason.as_dict() for reason in reasons],
        "notes": list(dict.fromkeys(notes)),
        **(values or _no_values()),
        "connections": host.connections,
    }


def _no_values() -> dict[str, t.Any]:
    empty = Values().as_dict()
    return {
        "runtime": empty,
        "boot": {"loader": None, "values": dict(empty), "sources": dict(empty), "doubts": [], "notes": []},
        "drift": [],
        "detection_time": None,
        "boot_detection_time": None,
        "settings": [],
        "other_writers": [],
    }


def judge(hosts: t.Iterable[AuditedHost], criteria: Criteria, *, created: str) -> dict[str, t.Any]:
    """Return the report of a fleet, its hosts ordered by name. ``created`` is the moment of asking, in ISO 8601."""
    judged = [judge_host(host, criteria) for host in sorted(hosts, key=lambda host: host.name)]
    verdicts = collections.Counter(host["verdict"] for host in judged)
    codes = collections.Counter(code for host in judged for code in {reason["code"] for reason in host["reasons"]})
    connections = {
        key: sum(host["connections"][key] for host in judged if host["connections"])
        for key in ("sockets", "covered", "not_covered", "unknown")
    }
    in_order = bool(judged) and verdicts["in_order"] == len(judged)
    return {
        "version": VERSION,
        "created": created,
        "in_order": in_order,
        "summary": _summary(judged, codes, criteria),
        "criteria": dataclasses.asdict(criteria),
        "totals": {
            "hosts": len(judged),
            **{verdict: verdicts[verdict] for verdict in ("in_order", "not_in_order", "no_answer")},
            "reasons": {code: codes[code] for code in CODES if codes[code]},
            "connections": {**connections, "share": per_cent(connections["covered"], connections["sockets"])},
        },
        "hosts": judged,
    }


def _summary(judged: t.Sequence[Result], codes: t.Mapping[str, int], criteria: Criteria) -> str:
    """Return the verdict in one sentence, with what was judged: a criterion that was misspelt is missing there."""
    wrong = sum(host["verdict"] != "in_order" for host in judged)
    if not judged:
        return "Not in order: there is no host."
    if not wrong:
        return f"In order: {criteria}: {_count(len(judged))} compliant."
    what = ", ".join(f"{CODES[code]}: {codes[code]}" for code in CODES if codes[code])
    return f"Not in order: {wrong} of {_count(len(judged))} ({what}). Judged: {criteria}."


def _count(hosts: int) -> str:
    return f"{hosts} host{'' if hosts == 1 else 's'}"
