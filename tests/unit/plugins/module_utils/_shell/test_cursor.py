# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.cursor import Cursor
from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED, ShellError


class Reader(Cursor):
    """A cursor that tells where it is."""

    @property
    def rest(self) -> tuple[int, str]:
        """The line of the cursor, and what stands behind it."""
        return self._line, self._text[self._at :]


def test_lines_are_counted() -> None:
    reader = Reader(f"a\nb{CONTINUED}c\nd", 10)
    assert reader.take(2) == "a\n"
    assert reader.rest == (11, f"b{CONTINUED}c\nd")
    reader.advance(2)
    assert reader.rest == (12, "c\nd")
    reader.skip_line()
    assert reader.rest == (12, "\nd")
    reader.advance(100)
    assert reader.rest == (13, "")
    assert reader.is_at_end()


def test_a_text_up_to_a_mark() -> None:
    reader = Reader("'a\nb' c", 1)
    assert reader.until("'", 1) == "a\nb"
    assert reader.rest == (2, " c")
    with pytest.raises(ShellError):
        reader.until("'", 6)


@pytest.mark.parametrize(
    ("before", "expected"),
    [("a\n \t;", True), (";", True), ("a\n b;", False), ("a;", False)],
    ids=["behind blanks", "first line", "behind a word", "behind a word of the first line"],
)
def test_a_mark_that_begins_a_line(before: str, expected: bool) -> None:
    reader = Reader(f"{before} c", 1)
    reader.advance(len(before))
    assert reader.begins_line() is expected


def test_a_mark_behind_many_others() -> None:
    parse_shell(" " * 60_000 + "a ; " * 15_000)
