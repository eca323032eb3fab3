# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read whole numbers from the arguments of a task, as templates leave them: numbers, texts, or neither."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import decimal
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError

if t.TYPE_CHECKING:
    Spec = t.Mapping[str, t.Mapping[str, t.Any]]

_LEADING_ZERO = re.compile(r"\s*[+-]?0[0-9_]")


def with_whole_numbers(arguments: t.Mapping[str, t.Any], spec: Spec) -> dict[str, t.Any]:
    """Return the arguments of a task with whole numbers where its options take them; 600.0 is one, and so is "600".

    :raises InvalidValueError: for the first value that is none. Releases of ansible-core differ in what they take.
    """
    options = {name: one for option, one in spec.items() for name in (option, *one.get("aliases", ()))}
    return {name: _with_whole_numbers(name, given, options.get(name, {})) for name, given in arguments.items()}


def require_no_leading_zero(name: str, given: str) -> None:
    """Check that a number is the same for all that read it.

    :raises InvalidValueError: where it is not.
    """
    if _LEADING_ZERO.match(given):
        raise InvalidValueError(
            f"{name} is {given!r}, and a number that begins with 0 is octal in YAML and for the kernel, and decimal "
            f"elsewhere: write it without the zero."
        )


def _with_whole_numbers(name: str, given: t.Any, option: t.Mapping[str, t.Any]) -> t.Any:
    if option.get("elements") == "int" and isinstance(given, str):
        given = given.split(",")  # as Ansible makes a list of it
    if option.get("elements") == "int" and isinstance(given, (list, tuple)):
        return [_whole_number(name, one, "") for one in given]
    if option.get("type") == "int" and given is not None:
        return _whole_number(name, given, "" if name == "probes" else " of seconds")
    return given


def _whole_number(name: str, given: object, unit: str) -> int | bool:
    if isinstance(given, bool):  # for the module to refuse
        return given
    if isinstance(given, str):
        require_no_leading_zero(name, given)
    try:
        number = decimal.Decimal(str(given).strip()) if isinstance(given, (int, float, str)) else None
    except decimal.InvalidOperation:
        number = None
    # neither infinite, nor one whose digits would fill the memory
    if number is None or not number.is_finite() or number.adjusted() > 20 or number != number.to_integral_value():
        raise InvalidValueError(f"{name} is {given!r}: give a whole number{unit}, or leave it out.")
    return int(number)
