# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of one host of a fleet, from the results that Ansible registered for it."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values, detection_time
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.results import (
    InvalidResultError,
    line_of,
    read_info,
    read_namespaces,
    read_sockets,
    text_of,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import message_about

if t.TYPE_CHECKING:
    Result = t.Mapping[str, t.Any]

# Why a host has no values.
TROUBLES = ("unreachable", "failed", "invalid_result")
# What the playbook registers the results as.
INFO, SOCKETS, NAMESPACES = "__keepalive_info", "__keepalive_sockets", "__keepalive_namespaces"


@dataclasses.dataclass(frozen=True)
class AuditedHost:
    """What is known of one host: its values, connections and network namespaces as the report has them, or None.

    ``trouble`` says why there are no values, as (code, message). ``sockets_trouble`` and ``namespaces_trouble`` say why
    there are none of the others, as a message. ``notes`` are what else is worth knowing. Where an earlier audit has
    asked the host, ``asked`` is when, in ISO 8601, ``age`` how many seconds before this audit, and ``report`` the path
    of its report; ``contradicted_by`` is the path of one with a newer and better result, which does not count.
    """

    name: str
    values: Result | None = None
    connections: Result | None = None
    trouble: tuple[str, str] | None = None
    sockets_trouble: str | None = None
    notes: tuple[str, ...] = ()
    asked: str = ""
    age: int = 0
    namespaces: Result | None = None
    namespaces_trouble: str | None = None
    report: str = ""
    contradicted_by: str = ""

    @classmethod
    def from_results(
        cls, name: str, info: object, sockets: object, facts: t.Collection[str] = (), namespaces: object = None
    ) -> AuditedHost:
        """Take the results that Ansible registered for a host, whatever became of the tasks and whatever it says.

        If one of them is not a valid result of its module, the others are dropped too: the host gave no answer.
        ``facts`` are the names of the host's facts. A result of such a name does not count: a fact takes the place
        of a result that was not registered.
        """
        name = text_of(name)
        if "omit" in facts:  # then the host chooses the options that the playbook leaves out
            return cls(name, trouble=("failed", message_about(["omit"])))
        info = {} if INFO in facts else info
        sockets = {} if INFO in facts or SOCKETS in facts else sockets
        namespaces = {} if INFO in facts or NAMESPACES in facts else namespaces
        trouble = _trouble(info)
        if not info or (isinstance(info, Mapping) and "boot" not in info):
            trouble = trouble or ("failed", "it gave no answer")
        try:
            values, cuts = (None, []) if trouble else read_info(info)
            connections, notes = _read(sockets, read_sockets)
            of_namespaces, more_notes = _read(namespaces, read_namespaces)
        except InvalidResultError as exc:
            return cls(name, trouble=("invalid_result", str(exc)))
        return cls(
            name,
            values and with_times(values),
            connections and with_share(connections),
            trouble,
            _message(sockets),
            (*notes, *more_notes, *cuts),
            namespaces=of_namespaces,
            namespaces_trouble=_message(namespaces),
        )


def _read(
    result: object, read: t.Callable[[object], tuple[dict[str, t.Any], list[str]]]
) -> tuple[Result | None, list[str]]:
    """Return what is read of a result, and the notes about it; None where the host was not asked or did not answer."""
    was_asked = bool(result) and not (isinstance(result, Mapping) and result.get("skipped"))
    if _trouble(result) or not was_asked:
        return None, []
    found, cuts = read(result)
    return found, [*found.pop("warnings"), *cuts]


def _message(result: object) -> str | None:
    """Return why a host did not answer."""
    trouble = _trouble(result)
    return trouble[1] if trouble else None


def _trouble(result: object) -> tuple[str, str] | None:
    if not isinstance(result, Mapping):
        return None
    for code in ("unreachable", "failed"):
        if result.get(code):
            # what kept a module from starting at all, such as a missing sudo, stands only there
            said = (line_of(result.get(key)) for key in ("msg", "module_stderr"))
            return code, " ".join(filter(None, said)) or "no message"
    return None


def with_times(values: Result) -> Result:
    """Return a host's values with what follows from them, whatever the host says of it."""
    running, planned = Values(**values["runtime"]), Values(**values["boot"]["values"])
    return {
        **values,
        "drift": [key for key, value in running.named().items() if planned[key] not in (None, value)],
        "detection_time": detection_time(running),
        "boot_detection_time": detection_time(planned),
    }


def with_share(connections: Result) -> Result:
    """Return a host's connections with the share of those that are covered."""
    return {**connections, "share": per_cent(connections["covered"], connections["sockets"])}


def per_cent(part: int, whole: int) -> float | None:
    """Return a share in per cent to one decimal, rounded down so that 100 means all; None of nothing."""
    return part * 1000 // whole / 10 if whole else None
