# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import (
    ASSIGNMENT,
    REFERENCE,
    assignments_in,
    default_of,
    without_assignments,
)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        *(("a=b", "a"), ("a=", "a"), ("_a1+=b=c", "_a1"), ("a[0]=b", "a[0]"), ("a[$b]+=c", "a[$b]")),
        *(("a", None), ("=b", None), ("1a=b", None), ("a-b=c", None), ("-a=b", None), ("net.a=1", None)),
    ],
)
def test_names_of_what_is_assigned(word: str, name: str | None) -> None:
    found = ASSIGNMENT.match(word)
    assert (found and found[1]) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [("$a", ["a"]), ("${a_1}", ["a_1"]), ("a$b/${c}d", ["b", "c"]), ("${a:-b} $(c) $@ \\$", [])],
)
def test_names_of_what_is_referred_to(text: str, names: list[str]) -> None:
    assert [found[1] or found[2] for found in REFERENCE.finditer(text)] == names


def test_assignments_of_a_script() -> None:
    pipelines = parse_shell("a='b c'\nif d; then export a+=e f[1]=g=h; fi; i")
    assert list(assignments_in(pipelines)) == [("a", "b c", False), ("a", "e", True), ("f[1]", "g=h", False)]


@pytest.mark.parametrize(
    ("words", "rest"),
    [(["a=b", "c+=", "d", "e=f"], ["d", "e=f"]), (["a=b"], []), (["a", "b=c"], ["a", "b=c"]), ([], [])],
)
def test_without_assignments(words: list[str], rest: list[str]) -> None:
    assert without_assignments(words) == rest


@pytest.mark.parametrize(
    ("text", "default"),
    [
        ("${a:-b c}", "b c"),
        ("${a=b\nc}", "b\nc"),
        ("${a:---b ${c}}", "--b ${c}"),
        ("${a}", "${a}"),
        ("${a:+b}", "${a:+b}"),
        ("${a:-b} c", "${a:-b} c"),
    ],
)
def test_default_of_a_variable(text: str, default: str) -> None:
    assert default_of(text) == default
