# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._sockets.specs import KEEPALIVE_SOCKETS
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE
from ansible_collections.linux.tcp.plugins.plugin_utils._input.numbers import with_whole_numbers


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (600, 600),
        ("600", 600),
        (" 600\n", 600),
        (600.0, 600),
        ("600.0", 600),
        ("6e2", 600),
        ("+600", 600),
        ("1_000", 1000),
        ("0", 0),
        ("-1", -1),
        (0, 0),
        (True, True),
        (None, None),
        (10**19, 10**19),
    ],
    ids=repr,
)
def test_whole_number(given: object, number: object) -> None:
    found = with_whole_numbers({"time": given, "path": "1.5"}, KEEPALIVE)
    assert found == {"time": number, "path": "1.5"}
    assert type(found["time"]) is type(number)


@pytest.mark.parametrize(
    "given",
    [*("inf", "-Infinity", "nan", "600.5", "600s", "", "0x258", "1e999999999", "10 m"), 600.5, float("inf"), [600], {}],
    ids=repr,
)
@pytest.mark.parametrize(("name", "unit"), [("time", " of seconds"), ("interval", " of seconds"), ("probes", "")])
def test_no_whole_number(given: object, name: str, unit: str) -> None:
    message = f"{name} is {given!r}: give a whole number{unit}, or leave it out."
    with pytest.raises(InvalidValueError, match=re.escape(message)):
        with_whole_numbers({name: given}, KEEPALIVE)


@pytest.mark.parametrize("given", ["0600", " 00600\n", "-010", "00", "0600.0", "0_600"])
def test_a_leading_zero_is_octal_for_some(given: str) -> None:
    message = (
        f"time is {given!r}, and a number that begins with 0 is octal in YAML and for the kernel, and decimal "
        f"elsewhere: write it without the zero."
    )
    with pytest.raises(InvalidValueError, match=re.escape(message)):
        with_whole_numbers({"time": given}, KEEPALIVE)


@pytest.mark.parametrize(
    ("given", "numbers"), [([22, "443"], [22, 443]), ("22, 443", [22, 443]), ("443", [443]), (443, 443), (None, None)]
)
def test_lists_of_numbers(given: object, numbers: object) -> None:
    assert with_whole_numbers({"local_ports": given}, KEEPALIVE_SOCKETS) == {"local_ports": numbers}


@pytest.mark.parametrize("given", [[22, "0443"], "22,0443", "22, 0443", "0443"], ids=repr)
def test_a_leading_zero_in_a_list(given: object) -> None:
    with pytest.raises(InvalidValueError, match=r"local_ports is ' ?0443', and a number that begins with 0"):
        with_whole_numbers({"local_ports": given}, KEEPALIVE_SOCKETS)
