# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a text from its begin to its end, and count its lines."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED, ShellError


class Cursor:
    """A place in a text; ``line`` is the number of the text's first line."""

    def __init__(self, text: str, line: int) -> None:
        self._text = text
        self._at = 0
        self._line = line

    def is_at_end(self) -> bool:
        """Whether nothing is left to be read."""
        return self._at >= len(self._text)

    def advance(self, count: int) -> None:
        """Go on by so many characters, at most to the end."""
        end = min(self._at + count, len(self._text))
        self._line += self._text.count("\n", self._at, end) + self._text.count(CONTINUED, self._at, end)
        self._at = end

    def take(self, count: int) -> str:
        """Return so many characters, and go on behind them."""
        taken = self._text[self._at : self._at + count]
        self.advance(count)
        return taken

    def until(self, mark: str, begin: int) -> str:
        """Return the text from ``begin`` up to a mark, and go on behind it.

        :raises ShellError: where the mark is missing.
        """
        end = self._text.find(mark, begin)
        if end < 0:
            raise ShellError(f"no {mark} ends what begins in line {self._line}")
        found = self._text[begin:end]
        self.advance(end + len(mark) - self._at)
        return found

    def begins_line(self) -> bool:
        """Whether nothing but blanks stands before the mark that was read last in its line."""
        at = self._at - 2
        while at >= 0 and self._text[at] in " \t":
            at -= 1
        return at < 0 or self._text[at] == "\n"

    def skip_line(self) -> None:
        """Go on to the line break that ends this line."""
        end = self._text.find("\n", self._at)
        self.advance((len(self._text) if end < 0 else end) - self._at)
