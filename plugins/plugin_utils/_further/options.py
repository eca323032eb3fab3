# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options of keepalive for which further modules run: sockets, namespaces and container_defaults."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.specs import KEEPALIVE_NAMESPACES
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    Arguments = t.Dict[str, t.Any]

# What an element of namespaces may have. The values and the state are those of keepalive itself.
NAMESPACES_ELEMENT = {name: option for name, option in KEEPALIVE_NAMESPACES.items() if name not in (*KEYS, "state")}


def wanted_sockets(given: object) -> list[Arguments]:
    """Return what the option sockets selects: an element for each of its filters.

    :raises InvalidValueError: where it is no list of dictionaries, or an element has a null.
    """
    return _elements("sockets", given, needed="a list of dictionaries, such as [{units: [nginx]}]", selected="sockets")


def wanted_namespaces(given: object) -> list[Arguments]:
    """Return what the option namespaces selects: an element for each of its filters, none for false.

    :raises InvalidValueError: where it is neither a boolean nor a list of dictionaries, or an element has a null.
    """
    switch = _as_switch(given)
    if switch is not None:
        return [{"all": True}] if switch else []
    needed = "true, false, or a list of dictionaries, such as [{engines: [docker]}]"
    return _elements("namespaces", given, needed=needed, selected="network namespaces")


def wanted_defaults(given: object) -> Arguments | None:
    """Return what the option container_defaults adds to the arguments of its module; None for false.

    :raises InvalidValueError: where it is neither a boolean nor a list of names.
    """
    switch = _as_switch(given)
    if switch is not None:
        return {} if switch else None
    engines = [one.strip() for one in given.split(",")] if isinstance(given, str) else given
    if not isinstance(engines, list) or not all(isinstance(one, str) for one in engines):
        raise InvalidValueError(
            f"container_defaults is {given!r}: give true, false, or a list of engines, such as [podman]."
        )
    return {"engines": list(engines)}


def _elements(name: str, given: object, *, needed: str, selected: str) -> list[Arguments]:
    if not given:
        return []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise InvalidValueError(f"{name} is {given!r}: give {needed}.")
    for index, one in enumerate(given):
        nulls = sorted(option for option, value in one.items() if value is None)
        if nulls:  # as a template leaves it that finds nothing
            raise InvalidValueError(
                f"{name}[{index}] has no value for {', '.join(nulls)}. Give one, or leave it out: without it more "
                f"{selected} are selected."
            )
    return [dict(one) for one in given]


def _as_switch(given: object) -> bool | None:
    """Return a boolean, which --extra-vars has as a text; None for anything else. Nothing and an empty list are false.

    So what a template leaves empty never means all.
    """
    if given in (None, "", []):
        return False
    if not isinstance(given, (bool, str)):
        return None
    try:
        return bool(boolean(given))
    except TypeError:
        return None
