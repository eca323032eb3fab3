# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read whole numbers from the arguments of a task, as templates leave them: numbers, texts, or neither."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import decimal
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

# The options of the values, and their aliases.
NUMBERS = tuple(name for key in KEYS for name in (key, *KEEPALIVE[key].get("aliases", ())))


def with_whole_numbers(arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the arguments of a task with the values as whole numbers; 600.0 is one, and so is "600".

    :raises InvalidValueError: for the first value that is none. Releases of ansible-core differ in what they take.
    """
    return {
        name: _whole_number(name, given) if name in NUMBERS and given is not None else given
        for name, given in arguments.items()
    }


def _whole_number(name: str, given: object) -> int | bool:
    if isinstance(given, bool):  # for the module to refuse
        return given
    try:
        number = decimal.Decimal(str(given).strip()) if isinstance(given, (int, float, str)) else None
    except decimal.InvalidOperation:
        number = None
    # neither infinite, nor one whose digits would fill the memory
    if number is None or not number.is_finite() or number.adjusted() > 20 or number != number.to_integral_value():
        unit = "" if name == "probes" else " of seconds"
        raise InvalidValueError(f"{name} is {given!r}: give a whole number{unit}, or leave it out.")
    return int(number)
