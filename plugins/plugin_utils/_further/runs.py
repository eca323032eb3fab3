# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the further modules that the options sockets, namespaces and container_defaults of keepalive ask for."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._state.options import NUMBERS
from ansible_collections.linux.tcp.plugins.plugin_utils._further.options import (
    wanted_defaults,
    wanted_namespaces,
    wanted_sockets,
)

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

SOCKETS_MODULE = "linux.tcp.keepalive_sockets"
NAMESPACES_MODULE = "linux.tcp.keepalive_namespaces"
DEFAULTS_MODULE = "linux.tcp.keepalive_container_defaults"
# What each element of the option sockets has where it does not say otherwise.
_SOCKETS_DEFAULTS = {"rearm": True, "listening": True, "summary_only": True}
# What is returned of the result of each module.
RETURNED = {
    SOCKETS_MODULE: (
        "changed",
        "changed_sockets",
        "left_sockets",
        "unreachable_sockets",
        "second_look",
        "left_out",
        "totals",
        "unreadable",
    ),
    NAMESPACES_MODULE: (
        "changed",
        "changed_namespaces",
        "left_namespaces",
        "failed_namespaces",
        "second_look",
        "left_out",
        "totals",
        "unreadable",
    ),
    DEFAULTS_MODULE: ("changed", "engines", "cautions", "overridden_by"),
}


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of another module; ``place`` is what asks for it, an option of keepalive or an element of one."""

    place: str
    module: str
    arguments: Result

    @property
    def option(self) -> str:
        """The option of keepalive."""
        return self.place.partition("[")[0]


def runs_of(arguments: Result) -> list[Run]:
    """Return the runs that the arguments of keepalive ask for, in order.

    New containers come first, so that one that starts meanwhile has the values. Connections come last, as their timers
    are armed with what their network namespaces have by then.

    :raises InvalidValueError: where an option has another form.
    """
    runs = _defaults(arguments)
    if _is_another_tree(arguments):
        return runs
    given = {**_values(arguments), **_given(arguments, "state")}
    for index, element in enumerate(wanted_namespaces(arguments.get("namespaces"))):
        runs.append(Run(f"namespaces[{index}]", NAMESPACES_MODULE, {**given, **element}))
    if arguments.get("state") == "absent":
        return runs
    for index, element in enumerate(wanted_sockets(arguments.get("sockets"))):
        runs.append(Run(f"sockets[{index}]", SOCKETS_MODULE, {**_SOCKETS_DEFAULTS, **element}))
    return runs


def left_out(arguments: Result) -> list[str]:
    """Return a sentence about each option that :func:`runs_of` leaves out.

    :raises InvalidValueError: where an option has another form.
    """
    if _is_another_tree(arguments):
        wanted = {
            "namespaces": wanted_namespaces(arguments.get("namespaces")),
            "sockets": wanted_sockets(arguments.get("sockets")),
        }
        why = f"root is {arguments['root']}, which is not the running system"
    else:
        wanted = {"sockets": wanted_sockets(arguments.get("sockets")) if arguments.get("state") == "absent" else []}
        why = "connections keep what they have with state=absent"
    return [f"{name} has no effect: {why}." for name, elements in wanted.items() if elements]


def _is_another_tree(arguments: Result) -> bool:
    return (arguments.get("root") or "/") != "/"


def _given(arguments: Result, *names: str) -> Result:
    return {name: arguments[name] for name in names if arguments.get(name)}


def _defaults(arguments: Result) -> list[Run]:
    wanted = wanted_defaults(arguments.get("container_defaults"))
    if wanted is None:
        return []
    place = _given(arguments, "state", "root")
    values = {} if arguments.get("state") == "absent" else _values(arguments)
    return [Run("container_defaults", DEFAULTS_MODULE, {**values, **place, **wanted})]


def _values(arguments: Result) -> Result:
    return {name: arguments[name] for name in NUMBERS if arguments.get(name) is not None}
