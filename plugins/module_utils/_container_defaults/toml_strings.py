# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the characters of a TOML document: blanks, comments, ends of lines and the four kinds of strings.

Source: https://toml.io/en/v1.0.0
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re

from ansible_collections.linux.tcp.plugins.module_utils._errors import ConfigurationSyntaxError

STRING_STARTS = ("'", '"')
_BLANKS = re.compile(r"[ \t]*")
# The classes list the characters that are not allowed. Python compiles these much faster than classes of all others.
_CONTROL = r"\x00-\x08\n-\x1f\x7f"
_CONTROL_IN_LINES = r"\x00-\x08\x0b-\x1f\x7f"
_COMMENT = re.compile(rf"#[^{_CONTROL}]*")
_LITERAL = re.compile(rf"[^{_CONTROL}]*?(?=')")
_PLAIN = re.compile(rf'[^{_CONTROL}"\\]*')
_LITERAL_LINES = re.compile(rf"(?:[^{_CONTROL_IN_LINES}]|\r\n)*?(?=''')")
_PLAIN_LINES = re.compile(rf'(?:[^{_CONTROL_IN_LINES}"\\]|\r\n|"(?!""))*')
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_HEX = re.compile(r"u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})")
_CONTINUATION = re.compile(r"[ \t]*\r?\n(?:[ \t\n]|\r\n)*")


class Scanner:
    """A position in a text that moves forward over what is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._counted, self._line = 0, 1

    @property
    def line(self) -> int:
        """The number of the line of the position, from 1."""
        self._line += self.text.count("\n", self._counted, self.position)
        self._counted = self.position
        return self._line

    def error(self, what: str) -> ConfigurationSyntaxError:
        """Return the error that says what is wrong at the position."""
        return ConfigurationSyntaxError(what, line=self.line)

    def peek(self, length: int = 1) -> str:
        """Return the next characters."""
        return self.text[self.position : self.position + length]

    def expect(self, what: str) -> None:
        """Move over these characters, and blanks before them.

        :raises ConfigurationSyntaxError: where there are others.
        """
        self.skip_blanks()
        if self.peek(len(what)) != what:
            raise self.error(f"there is no '{what}'")
        self.position += len(what)

    def skip_blanks(self) -> None:
        """Move over blanks and tabs."""
        found = _BLANKS.match(self.text, self.position)
        self.position = found.end() if found else self.position

    def skip_to_expression(self) -> bool:
        """Move over blanks, comments and empty lines; return whether there is more."""
        self.skip_lines()
        return self.position < len(self.text)

    def skip_lines(self) -> None:
        """Move over blanks, comments and ends of lines."""
        while True:
            self.skip_blanks()
            self._skip_comment()
            if not self._skip_end():
                return

    def end_of_line(self) -> None:
        """Move over the end of a line, and a comment before it.

        :raises ConfigurationSyntaxError: where there is more on the line.
        """
        self.skip_blanks()
        self._skip_comment()
        if self.position < len(self.text) and not self._skip_end():
            raise self.error("there is more on the line than a key and its value")

    def _skip_comment(self) -> None:
        found = _COMMENT.match(self.text, self.position)
        self.position = found.end() if found else self.position

    def _skip_end(self) -> bool:
        end = "\r\n" if self.peek() == "\r" else "\n"
        if self.peek(len(end)) != end:
            return False
        self.position += len(end)
        return True

    def string(self) -> str:
        """Return the string that begins here.

        :raises ConfigurationSyntaxError: where it does not end, or has what a string cannot have.
        """
        quote = self.peek()
        is_long = self.peek(3) == quote * 3
        self.position += 3 if is_long else 1
        if is_long:
            self._skip_end()
        text = self._literal(is_long=is_long) if quote == "'" else self._basic(is_long=is_long)
        end = quote * 3 if is_long else quote
        if self.peek(len(end)) != end:
            raise self.error("a string does not end")
        self.position += len(end)
        # up to two quotation marks may stand before the three that end it
        while is_long and self.peek() == quote and not text.endswith(quote * 2):
            self.position += 1
            text += quote
        return text

    def _literal(self, *, is_long: bool) -> str:
        found = (_LITERAL_LINES if is_long else _LITERAL).match(self.text, self.position)
        if found is None:
            raise self.error("a string does not end")
        self.position = found.end()
        return found.group().replace("\r\n", "\n")

    def _basic(self, *, is_long: bool) -> str:
        parts = []
        while True:
            found = (_PLAIN_LINES if is_long else _PLAIN).match(self.text, self.position)
            if found:
                parts.append(found.group().replace("\r\n", "\n"))
                self.position = found.end()
            if self.peek() != "\\":
                return "".join(parts)
            self.position += 1
            parts.append(self._escape(is_long=is_long))

    def _escape(self, *, is_long: bool) -> str:
        continuation = _CONTINUATION.match(self.text, self.position)
        if is_long and continuation:
            self.position = continuation.end()
            return ""
        number = _HEX.match(self.text, self.position)
        if number:
            code = int(number[1] or number[2], 16)
            if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                raise self.error("a string has an escape that stands for no character")
            self.position = number.end()
            return chr(code)
        if self.peek() not in _ESCAPES:
            raise self.error("a string has an unknown escape")
        self.position += 1
        return _ESCAPES[self.text[self.position - 1]]
