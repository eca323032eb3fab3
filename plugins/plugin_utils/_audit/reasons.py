# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say why a host is not compliant: each reason with its code, a sentence, and the key or line that it is about."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import ENDED, NO_TABLE, PLURALS
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import HIDDEN_HOLDER, LATE, SILENT
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values, detection_time, sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import consequence_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
    from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import AuditedHost, Result

# The code of each reason, with its heading, in the order in which a host's reasons are given.
CODES = {
    "unreachable": "could not be reached",
    "failed": "could not be asked",
    "invalid_result": "gave a result that is not valid",
    "outdated": "the result is too old",
    "reported_twice": "reports disagree",
    "unknown": "a value is not known",
    "harmful": "a value does harm",
    "drift": "other values after a reboot",
    "doubt": "the next boot is uncertain",
    "other_writer": "others may set the values",
    "detection_time": "a dead peer may be noticed too late",
    "idle_timeout": "idle connections may reach the idle timeout",
    "coverage": "too few connections known to be covered",
    "namespaces": "network namespaces may have other values than the host",
}


# How many network namespaces a sentence names.
_MOST_NAMED = 5
# Doubts about what sets nothing on every plain host: a note, unless the audit is strict. The latter makes values null.
_COPY = "copy_in_initramfs"
_HARMLESS = {"hidden_credential", "hidden_place", _COPY}


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why a host is not compliant; ``code`` is one of :data:`CODES`, ``message`` a sentence for people.

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


def reasons_of(host: AuditedHost, criteria: Criteria) -> t.Iterator[Reason]:
    """Yield why a host is not compliant, in the order of :data:`CODES`."""
    if host.trouble:
        code, message = host.trouble
        yield Reason(code, f"It {CODES[code]}: {message}")
    if criteria.max_age is not None and host.age > criteria.max_age:
        yield Reason(
            "outdated",
            f"It was asked at {host.asked}, {host.age} s before this audit, and {criteria.max_age} s are allowed "
            "(keepalive_audit_max_age).",
        )
    if host.contradicted_by:
        yield Reason(
            "reported_twice",
            f"It is compliant in {host.contradicted_by}, and not compliant in {host.report}, which is older. The worse "
            "result counts. Ask the host again, or delete the report that is wrong.",
        )
    if host.values is not None:
        yield from _unknown(host.values, criteria)
        yield from _harmful(host.values)
        yield from _drift(host.values)
        yield from _doubts(host.values, criteria)
        yield from _other_writers(host.values)
        yield from _too_late(host.values, criteria)
        yield from _noticed_too_late(host, criteria)
        yield from _too_silent(host.values, criteria)
        yield from _silent_too_long(host, criteria)
        yield from _too_few(host, criteria)
        yield from _other_namespaces(host, criteria)


def _unknown(values: Result, criteria: Criteria) -> t.Iterator[Reason]:
    # another doubt that makes a value null is a reason of its own
    is_harmless_copy = any(
        doubt["code"] == _COPY and is_harmless(doubt, criteria) for doubt in values["boot"]["doubts"]
    )
    for key in KEYS:
        if values["runtime"][key] is None:
            yield Reason("unknown", f"The running kernel's {sysctl_name(key)} could not be read.", key=key)
        if values["boot"]["values"][key] is None and not is_harmless_copy:
            yield Reason("unknown", f"What {sysctl_name(key)} will be at the next boot is not known.", key=key)


def _harmful(values: Result) -> t.Iterator[Reason]:
    """Yield what the kernel accepts and the module refuses."""
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


def is_harmless(doubt: Result, criteria: Criteria) -> bool:
    """Whether a doubt about the next boot is a note and no reason."""
    return doubt["code"] in _HARMLESS and not criteria.strict


def _doubts(values: Result, criteria: Criteria) -> t.Iterator[Reason]:
    for doubt in values["boot"]["doubts"]:
        if not is_harmless(doubt, criteria):
            yield Reason("doubt", doubt["message"], path=doubt["path"], line=doubt["line"])


def _other_writers(values: Result) -> t.Iterator[Reason]:
    for writer in values["other_writers"]:
        yield Reason(
            "other_writer",
            f"{writer['path']} line {writer['line']} {consequence_of(writer['code'])}: {writer['text']}",
            path=writer["path"],
            line=writer["line"],
        )


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


def _condemned(host: AuditedHost, criteria: Criteria, code: str) -> int:
    """Return how many connections do not keep to a criterion; 0 where their share is judged."""
    if host.connections is None or criteria.covered is not None:
        return 0
    return sum(one["sockets"] for one in host.connections["reasons"] if one["code"] == code)


def _noticed_too_late(host: AuditedHost, criteria: Criteria) -> t.Iterator[Reason]:
    """Yield where connections have values of their own, or of another namespace."""
    late = 0 if criteria.limit is None else _condemned(host, criteria, LATE.code)
    if host.connections and late:
        yield Reason(
            "detection_time",
            f"On {late} of {host.connections['sockets']} connections a dead peer is noticed after more than "
            f"{criteria.limit} s.",
        )


def _silent_too_long(host: AuditedHost, criteria: Criteria) -> t.Iterator[Reason]:
    silent = 0 if criteria.idle_timeout is None else _condemned(host, criteria, SILENT.code)
    if host.connections and silent:
        yield Reason(
            "idle_timeout",
            f"{silent} of {host.connections['sockets']} connections are silent for {criteria.idle_timeout} s or "
            f"longer, and the path forgets them then.",
        )


def _too_few(host: AuditedHost, criteria: Criteria) -> t.Iterator[Reason]:
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


def _other_namespaces(host: AuditedHost, criteria: Criteria) -> t.Iterator[Reason]:
    found = host.namespaces
    if not criteria.namespaces:
        return
    if found is None:
        cause = host.namespaces_trouble or "it was not asked for"
        yield Reason("namespaces", f"The network namespaces could not be read: {cause}")
        return
    hidden = [
        f"{one['count']} {PLURALS[one['what']]}: {one['message']}"
        for one in found["unreadable"]
        if one["code"] not in (ENDED.code, NO_TABLE.code)
    ]
    if hidden:
        yield Reason("namespaces", f"Not all network namespaces could be read: {'; '.join(hidden)}.")
    if found["unknown"]:
        yield Reason(
            "namespaces",
            f"The values of {found['unknown']} of {found['namespaces']} network namespaces could not be read.",
        )
    if found["differ"]:
        named = [one["label"] for one in found["different"][:_MOST_NAMED]]
        left = found["differ"] - len(named)
        yield Reason(
            "namespaces",
            f"{found['differ']} of {found['namespaces']} network namespaces have other values than the host: "
            f"{', '.join(named)}{f' and {left} more' if left else ''}.",
        )
