# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.braces import expanded, literal, marked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a", ["a"], id="none"),
        pytest.param("a{b,c}d", ["abd", "acd"], id="two words"),
        pytest.param("{a,b}{c,d}", ["ac", "ad", "bc", "bd"], id="two pairs"),
        pytest.param("a{b,c{d,e}}", ["ab", "acd", "ace"], id="a pair in another one"),
        pytest.param("a{.new,}", ["a.new", "a"], id="an empty part"),
        pytest.param("{,a}", ["a"], id="an empty word"),
        pytest.param("{,}", ["{,}"], id="only empty words"),
        pytest.param("{}", ["{}"], id="nothing between them"),
        pytest.param("{a}", ["{a}"], id="a single part"),
        pytest.param("{a,{b}}", ["a", "{b}"], id="a single part in another pair"),
        pytest.param("{a,{b,c}", ["{a,b", "{a,c"], id="one that does not end"),
        pytest.param("}a,b{", ["}a,b{"], id="not in this order"),
        pytest.param("{1..3}", ["{1..3}"], id="a sequence"),
        pytest.param("a={b,c}", ["a={b,c}"], id="an assignment"),
        pytest.param("a.b={c,d}", ["a.b=c", "a.b=d"], id="no name of a variable"),
        pytest.param("{a,b}" * 7, ["{a,b}" * 7], id="too many words"),
        pytest.param("{a,b}" + "{}" * 10, ["{a,b}" + "{}" * 10], id="too many braces"),
        pytest.param("{a,b}" + "c" * 1000, ["{a,b}" + "c" * 1000], id="too long"),
    ],
)
def test_expanded(text: str, words: list[str]) -> None:
    assert expanded(marked(text)) == words
    assert literal(marked(text)) == text


def test_braces_that_do_not_count() -> None:
    assert expanded("{a,b}" + marked("{c,d}") + "{}") == ["{a,b}c{}", "{a,b}d{}"]
