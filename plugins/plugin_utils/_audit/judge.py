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
from collections.abc import Mapping

from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import ENDED, HIDDEN_HOLDER
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values, detection_time, sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import consequence_of
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.results import (
    PLURALS,
    InvalidResultError,
    line_of,
    read_info,
    read_sockets,
    text_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria

    Verdict = t.Literal["in_order", "not_in_order", "no_answer"]
    Result = t.Mapping[str, t.Any]


# The layout of the report; a key that goes or changes its meaning makes it a new one.
VERSION = 2

# The code of each reason, with its heading, in the order in which a host's reasons are given.
CODES = {
    "unreachable": "could not be reached",
    "failed": "could not be asked",
    "invalid_result": "gave a result that is not valid",
    "unknown": "a value could not be read",
    "harmful": "a value does harm",
    "drift": "other values after a reboot",
    "doubt": "the next boot is uncertain",
    "other_writer": "others may set the values",
    "detection_time": "a dead peer is noticed too late",
    "idle_timeout": "silent for longer than the path remembers",
    "coverage": "too few connections known to be covered",
}

# Doubts about what is empty on every plain host: a note, unless the audit is strict.
_HARMLESS = {"hidden_credential"}


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why a host is not in order; ``code`` is one of :data:`CODES`, ``message`` a sentence for people.

    ``key``, ``path`` and ``line`` are there where the reason is about one of the three values, or a line of a file.
    """

    code: str
    message: str
    key: str | None = None
    path: str | None = None
    line: int | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """Return the reason as the report has it."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Host:
    """What is known of one host: ``values`` and ``connections`` as the report has them; None where there are none.

    ``trouble`` and ``sockets_trouble`` say why there are none: as (code, message), and as a message. ``notes`` are
    what else is worth knowing.
    """

    name: str
    values: Result | None = None
    connections: Result | None = None
    trouble: tuple[str, str] | None = None
    sockets_trouble: str | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def from_results(cls, name: str, info: object, sockets: object) -> Host:
        """Take the results that Ansible registered for a host, whatever became of the tasks and whatever it says.

        Where one of them is no result of its module, the host gave no answer: it is as good as its worst word.
        """
        name = text_of(name)
        trouble, sockets_trouble = _trouble(info), _trouble(sockets)
        if not info or (isinstance(info, Mapping) and "boot" not in info):
            trouble = trouble or ("failed", "it gave no answer")
        was_asked = bool(sockets) and not (isinstance(sockets, Mapping) and sockets.get("skipped"))
        try:
            values, cuts = (None, []) if trouble else read_info(info)
            connections, more_cuts = (None, []) if sockets_trouble or not was_asked else read_sockets(sockets)
        except InvalidResultError as exc:
            return cls(name, trouble=("invalid_result", str(exc)))
        warnings = connections.pop("warnings") if connections else []
        return cls(
            name,
            values and _with_times(values),
            connections and {**connections, "share": _per_cent(connections["covered"], connections["sockets"])},
            trouble,
            sockets_trouble[1] if sockets_trouble else None,
            (*warnings, *cuts, *more_cuts),
        )


def _trouble(result: object) -> tuple[str, str] | None:
    if not isinstance(result, Mapping):
        return None
    for code in ("unreachable", "failed"):
        if result.get(code):
            # what kept a module from starting at all, such as a missing sudo, stands only there
            said = (line_of(result.get(key)) for key in ("msg", "module_stderr"))
            return code, " ".join(filter(None, said)) or "no message"
    return None


def _with_times(values: Result) -> Result:
    """Return a host's values with what follows from them, whatever the host says of it."""
    running, planned = Values(**values["runtime"]), Values(**values["boot"]["values"])
    return {
        **values,
        "drift": [key for key, value in running.named().items() if value != planned[key]],
        "detection_time": detection_time(running),
        "boot_detection_time": detection_time(planned),
    }


def judge_host(host: Host, criteria: Criteria) -> dict[str, t.Any]:
    """Return the report of one host."""
    reasons: list[Reason] = []
    notes: list[str] = []
    if host.trouble:
        code, message = host.trouble
        reasons.append(Reason(code, f"It {CODES[code]}: {message}"))
    values = host.values
    if values is not None:
        reasons.extend(_unknown(values))
        reasons.extend(_harmful(values))
        reasons.extend(_drift(values))
        for doubt in values["boot"]["doubts"]:
            if doubt["code"] in _HARMLESS and not criteria.strict:
                notes.append(doubt["message"])
            else:
                reasons.append(Reason("doubt", doubt["message"], path=doubt["path"], line=doubt["line"]))
        notes.extend(note["message"] for note in values["boot"]["notes"])
        reasons.extend(
            Reason(
                "other_writer",
                f"{writer['path']} line {writer['line']} {consequence_of(writer['code'])}: {writer['text']}",
                path=writer["path"],
                line=writer["line"],
            )
            for writer in values["other_writers"]
        )
        reasons.extend(_too_late(values, criteria))
        reasons.extend(_too_silent(values, criteria))
        reasons.extend(_too_few(host, criteria))
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


def _unknown(values: Result) -> t.Iterator[Reason]:
    for key in KEYS:
        if values["runtime"][key] is None:
            yield Reason("unknown", f"The running kernel's {sysctl_name(key)} could not be read.", key=key)
        if values["boot"]["values"][key] is None:
            yield Reason("unknown", f"What {sysctl_name(key)} will be at the next boot is not known.", key=key)


def _harmful(values: Result) -> t.Iterator[Reason]:
    """Yield what the kernel accepts and the module refuses, see :mod:`._values`."""
    for moment, of in _moments(values):
        for key in KEYS:
            if of[key] is not None and of[key] < 1:
                harm = (
                    "that kills healthy connections or floods them with probes"
                    if of[key] == 0
                    else "that switches keepalive off"
                )
                yield Reason("harmful", f"{moment} {sysctl_name(key)} is {of[key]}: {harm}.", key=key)


def _drift(values: Result) -> t.Iterator[Reason]:
    for key in values["drift"]:
        if values["boot"]["values"][key] is None:
            continue  # that it is not known is a reason of its own
        source = values["boot"]["sources"][key]
        text = (
            f"{sysctl_name(key)} is {values['runtime'][key]}, and at the next boot it would be "
            f"{values['boot']['values'][key]}: "
        )
        if source:
            yield Reason("drift", f"{text}{source['path']} line {source['line']} takes precedence.", key=key, **source)
        elif values["boot"]["loader"] is None:
            yield Reason("drift", f"{text}nothing applies sysctl files when this host boots.", key=key)
        else:
            yield Reason("drift", f"{text}no file sets it, so the kernel's default counts.", key=key)


def _moments(values: Result) -> list[tuple[str, Result]]:
    """Return the running values, and the next boot's where they differ, each with how a sentence begins."""
    running, planned = values["runtime"], values["boot"]["values"]
    return [("Now", running), *([] if running == planned else [("After a reboot", planned)])]


def _too_late(values: Result, criteria: Criteria) -> t.Iterator[Reason]:
    if criteria.limit is None:
        return
    for moment, of in _moments(values):
        seconds = detection_time(Values(**of))
        if seconds is None:
            yield Reason("detection_time", f"{moment} it is not known after how long a dead peer is noticed.")
        elif seconds > criteria.limit:
            yield Reason(
                "detection_time",
                f"{moment} a dead peer is noticed after {seconds} s, and the limit is {criteria.limit} s.",
            )


def _too_silent(values: Result, criteria: Criteria) -> t.Iterator[Reason]:
    """Compare the longest silence of a healthy idle connection with what the path allows.

    That is ``time``, or ``intvl`` where this is longer: after each probe, answered or not, the kernel waits for
    it (net/ipv4/tcp_timer.c, tcp_keepalive_timer()).
    """
    if criteria.idle_timeout is None:
        return
    for moment, of in _moments(values):
        time, intvl = of["time"], of["intvl"]
        if time is None or intvl is None or min(time, intvl) < 0:
            yield Reason("idle_timeout", f"{moment} it is not known how long an idle connection is silent.")
            continue
        key: Key = "intvl" if intvl > time else "time"
        if of[key] >= criteria.idle_timeout:
            yield Reason(
                "idle_timeout",
                f"{moment} an idle connection is silent for {of[key]} s ({sysctl_name(key)}), and the path forgets it "
                f"after {criteria.idle_timeout} s.",
                key=key,
            )


def _per_cent(part: int, whole: int) -> float | None:
    """Return a share in per cent to one decimal, rounded down so that 100 means all; None of nothing."""
    return part * 1000 // whole / 10 if whole else None


def _too_few(host: Host, criteria: Criteria) -> t.Iterator[Reason]:
    connections = host.connections
    if criteria.covered is None:
        return
    if connections is None:
        cause = host.sockets_trouble or "it was not asked for"
        yield Reason("coverage", f"The connections could not be read: {cause}")
        return
    hidden = [
        f"{one['count']} {PLURALS[one['what']]}: {one['message']}"
        for one in connections["unreadable"]
        if one["code"] == HIDDEN_HOLDER.code or (one["what"] != "socket" and one["code"] != ENDED.code)
    ]
    if hidden:
        yield Reason("coverage", f"Not all connections could be read: {'; '.join(hidden)}.")
    covered, sockets = connections["covered"], connections["sockets"]
    if covered * 100 < criteria.covered * sockets:
        why = "; ".join(f"{one['message']}: {one['sockets']}" for one in connections["reasons"])
        yield Reason(
            "coverage",
            f"{covered} of {sockets} connections are covered ({connections['share']:g} %), and {criteria.covered:g} % "
            f"are wanted{f' ({why})' if why else ''}.",
        )


def judge(hosts: t.Iterable[Host], criteria: Criteria, *, created: str) -> dict[str, t.Any]:
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
            "connections": {**connections, "share": _per_cent(connections["covered"], connections["sockets"])},
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
