# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.lexer import plain_words
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED, ShellError


def test_words_that_no_shell_reads() -> None:
    assert [word.clean for word in plain_words("a 'b c' > $(d) \"e;f\" \\x ;")] == [
        *("a", "b c", ">", "$(d)", "e;f", "x", ";"),
    ]


@pytest.mark.parametrize("text", ["a 'b", 'a "b'])
def test_quotes_that_do_not_end(text: str) -> None:
    with pytest.raises(ShellError):
        plain_words(text)


def test_lines_are_counted_among_words_that_no_shell_reads() -> None:
    words = plain_words(f"a 'b\nc' {CONTINUED} d\n\ne", line=3)
    assert [(word.clean, word.line) for word in words] == [("a", 3), ("b\nc", 3), ("d", 5), ("e", 7)]
