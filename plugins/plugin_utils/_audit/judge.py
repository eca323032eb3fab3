# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge a fleet: take the results of the modules for each host, return a report as plain data.

A host is compliant only if everything that was asked is known and right. What could not be read counts
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


def judge_host(host: AuditedHost, criteria: Criteria, *, created: str = "") -> dict[str, t.Any]:
    """Return the report of one host; ``created`` is when it was asked, if no earlier audit has asked it."""
    reasons = list(reasons_of(host, criteria))
    notes = [*notes_of_values(host.values, criteria), *host.notes]
    if host.sockets_trouble and criteria.covered is None:
        notes.append(note_of_connections(host.sockets_trouble))
    if host.namespaces_trouble and not criteria.namespaces:
        notes.append(note_of_namespaces(host.namespaces_trouble))
    verdict: Verdict = "no_answer" if host.trouble else "not_in_order" if reasons else "in_order"
    return {
        "name": host.name,
        "asked": host.asked or created,
        "report": host.report or None,
        "verdict": verdict,
        "reasons": [reason.as_dict() for reason in reasons],
        "notes": list(dict.fromkeys(notes)),
        "trouble": dict(zip(("code", "message"), host.trouble)) if host.trouble else None,
        **(host.values or _no_values()),
        "connections": host.connections,
        "connections_trouble": host.sockets_trouble,
        "namespaces": host.namespaces,
        "namespaces_trouble": host.namespaces_trouble,
    }


def notes_of_values(values: Result | None, criteria: Criteria | None = None) -> list[str]:
    """Return the notes that follow from the values of a host: with criteria, or whatever these might be."""
    if values is None:
        return []
    boot = values["boot"]
    doubts = [doubt for doubt in boot["doubts"] if criteria is None or is_harmless(doubt, criteria)]
    return [one["message"] for one in (*doubts, *boot["notes"])]


def note_of_connections(trouble: str) -> str:
    """Return the note of a host whose connections could not be read and are not judged."""
    return f"The connections could not be read: {trouble}"


def note_of_namespaces(trouble: str) -> str:
    """Return the note of a host whose network namespaces could not be read and are not judged."""
    return f"The network namespaces could not be read: {trouble}"


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


def judge(
    hosts: t.Iterable[AuditedHost], criteria: Criteria, *, created: str, earlier: t.Sequence[Result] = ()
) -> dict[str, t.Any]:
    """Return the report of a fleet, its hosts ordered by name. ``created`` is the moment of asking, in ISO 8601.

    ``earlier`` has for each report of an earlier audit its path, the number of its hosts and its problems. A problem
    counts against the fleet, as the hosts that cannot be read are not known.
    """
    ordered = sorted(hosts, key=lambda host: host.name)
    judged = [judge_host(host, criteria, created=created) for host in ordered]
    verdicts = collections.Counter(host["verdict"] for host in judged)
    codes = collections.Counter(code for host in judged for code in {reason["code"] for reason in host["reasons"]})
    totals: dict[str, t.Any] = {
        "hosts": len(judged),
        **{verdict: verdicts[verdict] for verdict in ("in_order", "not_in_order", "no_answer")},
        "reasons": {code: codes[code] for code in CODES if codes[code]},
        "connections": _connections(judged),
        "namespaces": _namespaces(judged),
        "earlier": _earlier(ordered, earlier),
    }
    return {
        "version": VERSION,
        "created": created,
        "in_order": bool(judged) and verdicts["in_order"] == len(judged) and not totals["earlier"]["problems"],
        "summary": _summary(totals, criteria),
        "criteria": dataclasses.asdict(criteria),
        "totals": totals,
        "earlier": list(earlier),
        "hosts": judged,
    }


def _connections(judged: t.Sequence[Result]) -> dict[str, t.Any]:
    counts = {
        key: sum(host["connections"][key] for host in judged if host["connections"])
        for key in ("sockets", "covered", "not_covered", "unknown")
    }
    return {**counts, "share": per_cent(counts["covered"], counts["sockets"])}


def _namespaces(judged: t.Sequence[Result]) -> dict[str, int]:
    return {
        key: sum(host["namespaces"][key] for host in judged if host["namespaces"])
        for key in ("namespaces", "differ", "unknown")
    }


def _earlier(hosts: t.Iterable[AuditedHost], reports: t.Sequence[Result]) -> dict[str, t.Any]:
    times = [host.asked for host in hosts if host.asked]
    return {
        "hosts": len(times),
        "oldest": min(times, default=None),
        "reports": len(reports),
        "problems": sum(bool(report["problems"]) for report in reports),
    }


def _summary(totals: Result, criteria: Criteria) -> str:
    """Return the verdict in one sentence, with what was judged: a criterion that was misspelt is missing there."""
    earlier, hosts = totals["earlier"], _count(totals["hosts"])
    wrong = totals["hosts"] - totals["in_order"]
    known = f" Of earlier audits: {_count(earlier['hosts'])}, the oldest of {earlier['oldest']}."
    age = known if earlier["hosts"] else ""
    parts = []
    if wrong:
        what = ", ".join(f"{CODES[code]}: {count}" for code, count in totals["reasons"].items())
        parts.append(f"{wrong} of {hosts} ({what})")
    if earlier["problems"]:
        parts.append(f"{earlier['problems']} of {earlier['reports']} earlier reports cannot be read in full")
    if not totals["hosts"]:
        return f"Not compliant: {', '.join(['there is no host', *parts])}."
    if not parts:
        return f"Compliant: {hosts}. Judged: {criteria}.{age}"
    return f"Not compliant: {', '.join(parts)}. Judged: {criteria}.{age}"


def _count(hosts: int) -> str:
    return f"{hosts} host{'' if hosts == 1 else 's'}"
