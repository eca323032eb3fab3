# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fnmatch
import itertools

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.wildcards import name_pattern

NAMES = ["".join(name) for length in range(4) for name in itertools.product("ab]!\n", repeat=length)]


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "a", "ab", "*", "**", "?", "a*", "*a", "*a*", "a*b", "*a*b*", "?*", "*?a", "a**b", "*ab*b"),
        *(
            "[]*",
            "[!]*",
            "[][",
            "[]a[",
            "[][a]",
            "[]*]",
            "[!]*]",
            "[[",
            "[[]",
            "[[a]",
            "[a][",
            "a[*[",
            "[]]",
            "![a",
            "[!!]",
        ),
        *("[ab]", "[!a]", "[]a]", "[!]a]*", "*[a", "[", "[!", "[]", "[*]", "*[*]*", "[a]*[b]", "*[!b]?", "]", "*]*a"),
    ],
)
def test_name_pattern_is_that_of_python(pattern: str) -> None:
    found = [name for name in NAMES if name_pattern(pattern).fullmatch(name)]
    assert found == [name for name in NAMES if fnmatch.fnmatchcase(name, pattern)]


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 120 + "b", "*" * 4000 + "b", "*?" * 120 + "b", "[" * 60_000],
    ids=["a", "stars", "any", "brackets"],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    assert name_pattern(pattern).fullmatch("a" * 255) is None
