# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read keepalive values from a mapping, and write them in the forms in which containers take sysctls."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values, sysctl_name, validate
from ansible_collections.linux.tcp.plugins.plugin_utils._input.numbers import with_whole_numbers

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

FILTER = "keepalive_sysctls"
_PREFIX = "keepalive_"
# The options of the modules and their aliases, by what they are called in a mapping.
_KEYS: dict[str, Key] = {
    f"{prefix}{name}": key
    for prefix in ("", _PREFIX)
    for key in KEYS
    for name in (key, *KEEPALIVE[key].get("aliases", ()))
}


def values_from(given: object) -> Values:
    """Narrow a mapping to values. Its names are those of the modules' options or of the role's variables.

    A value that is None is not given.

    :raises InvalidValueError: for no mapping, no value, an unknown name, a value given twice, or one that cannot be.
    """
    if not isinstance(given, t.Mapping):
        raise InvalidValueError(f"{FILTER} is given no mapping: give one with time, intvl or probes.")
    names: dict[Key, str] = {}
    numbers: dict[Key, t.Any] = {}
    for name, value in given.items():
        key = _key_of(name)
        if value is None:
            continue
        if key in names:
            raise InvalidValueError(f"{key} is given twice, as {names[key]!r} and as {str(name)!r}: give one of them.")
        names[key] = str(name)
        option = names[key].replace(_PREFIX, "", 1)
        numbers[key] = with_whole_numbers({option: value}, KEEPALIVE)[option]
    if not numbers:
        raise InvalidValueError(f"{FILTER} is given no value: give time, intvl or probes.")
    values = Values().updated(numbers)
    validate(values)
    return values


def as_mapping(values: Values) -> dict[str, str]:
    """Return the values as text by the full names of the sysctls. Some take no numbers."""
    return {sysctl_name(key): str(value) for key, value in values.named().items()}


def as_list(values: Values, *, name: str) -> list[dict[str, str]]:
    """Return a mapping for each value, with the sysctl's name behind ``name``."""
    return [{name: sysctl, "value": value} for sysctl, value in as_mapping(values).items()]


def as_options(values: Values, *, prefix: str) -> list[str]:
    """Return ``SYSCTL=VALUE`` for each value, with ``prefix`` before it."""
    return [f"{prefix}{sysctl}={value}" for sysctl, value in as_mapping(values).items()]


def _key_of(name: object) -> Key:
    text = str(name)
    if text in _KEYS:
        return _KEYS[text]
    near = difflib.get_close_matches(text, _KEYS, n=1)
    raise InvalidValueError(
        f"{text!r} is no value of keepalive. {f'Did you mean {near[0]!r}? ' if near else ''}Give time, intvl (or "
        f"interval) and probes, with or without {_PREFIX} before the name."
    )
