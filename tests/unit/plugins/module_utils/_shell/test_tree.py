# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import (
    CONTINUED,
    Redirection,
    Word,
    commands_of,
    words_of,
)


def test_a_word_that_is_continued_in_another_line() -> None:
    word = Word(f"a{CONTINUED}b\nc", 5)
    assert word.clean == "ab\nc"
    assert [word.line_at(word.text.index(letter)) for letter in "abc"] == [5, 6, 7]


@pytest.mark.parametrize(
    ("operator", "descriptor", "writes", "takes_output"),
    [
        (">", "", True, True),
        (">>", "1", True, True),
        (">", "2", True, False),
        ("&>", "", True, True),
        ("<>", "", True, False),
        ("<", "", False, False),
        ("<<", "", False, False),
        (">&", "2", False, False),
    ],
)
def test_redirections(operator: str, descriptor: str, writes: bool, takes_output: bool) -> None:
    redirection = Redirection(operator, descriptor, Word("a", 1))
    assert (redirection.writes, redirection.takes_output) == (writes, takes_output)


def test_commands_and_words_of_groups() -> None:
    pipelines = parse_shell("a b | c; for x in 1; do { d; } done")
    assert [[word.clean for word in command.words] for command in commands_of(pipelines)] == [
        *(["a", "b"], ["c"], ["for", "x", "in", "1"], [], ["d"]),
    ]
    assert [word.clean for word in words_of(pipelines)] == ["a", "b", "c", "for", "x", "in", "1", "d"]
