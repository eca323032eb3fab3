# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cut a text into words as a shell does: quotes, backslashes, dollar signs and backticks: sh(1), bash(1).

Nothing is expanded but braces. Each text is read once from its begin to its end, so that none takes long.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import abc
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell import braces
from ansible_collections.linux.tcp.plugins.module_utils._shell.cursor import Cursor
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import (
    CONTINUED,
    OUTPUT,
    STANDARD_INPUT,
    ShellError,
    Word,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Pipeline

_BLANKS = re.compile(r"[ \t\r\f\v\ue000]+")
_PLAIN = re.compile(r"[^ \t\r\f\v\n\"'\\$`;&|<>()\ue000]+")
_DOUBLE_QUOTED = re.compile(r"[^\"\\$`]+")
_ESCAPED_IN_QUOTES = '$`"\\'
_ANSI_QUOTED = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_IN_BRACES = re.compile(r"[^}\"'\\$`]+")
_NOT_EXPANDED = re.compile(r"[^\\$`]+")
_PARENTHESIS = re.compile(r"[()]")
MOST_NESTED = 40


def plain_words(text: str, line: int = 1) -> list[Word]:
    """Return the words of a text that no shell reads: quotes and backslashes count, nothing else does.

    :raises ShellError: where the text ends within quotes.
    """
    return _PlainLexer(text, line).words()


class _PlainLexer(Cursor):
    def words(self) -> list[Word]:
        found = []
        while not self.is_at_end():
            if self._text[self._at].isspace() or self._text[self._at] == CONTINUED:
                self.advance(1)
            else:
                found.append(self._word())
        return found

    def _word(self) -> Word:
        line, parts = self._line, []
        while not self.is_at_end():
            character = self._text[self._at]
            if character.isspace() or character == CONTINUED:
                break
            if character in "'\"":
                parts.append(self.until(character, self._at + 1))
            elif character == "\\":
                parts.append(self._text[self._at + 1 : self._at + 2])
                self.advance(2)
            else:
                parts.append(character)
                self.advance(1)
        return Word("".join(parts), line)


class Lexer(Cursor, abc.ABC):
    """Reads the words of a shell script; a subclass parses the commands in them."""

    def __init__(self, text: str, line: int, depth: int = 0) -> None:
        super().__init__(text, line)
        self._depth = depth
        self._substituted: list[Pipeline] = []  # the commands of $(...), `...` and >(...)
        self._pairs: dict[int, int] | None = None  # where the parentheses end that begin at these places

    @abc.abstractmethod
    def _parenthesis(self) -> list[Pipeline]:
        """Parse the commands from a parenthesis up to the one that ends it, and go on behind that.

        :raises ShellError: where none ends it.
        """

    @abc.abstractmethod
    def _commands_of(self, text: str, line: int) -> list[Pipeline]:
        """Parse the commands of a text that stood between backticks."""

    def _skip_blanks(self) -> None:
        blanks = _BLANKS.match(self._text, self._at)
        if blanks:
            self.advance(blanks.end() - self._at)
        while self._text.startswith("\\\n", self._at) or self._text.startswith("#", self._at):
            if self._text[self._at] == "#":
                self.skip_line()
            else:
                self.advance(2)
            blanks = _BLANKS.match(self._text, self._at)
            if blanks:
                self.advance(blanks.end() - self._at)

    def _word(self) -> Word:
        """Read a word in which braces stay as they are."""
        text, line, body = self._marked_word()
        return Word(braces.literal(text), line, body)

    def _words(self) -> list[Word]:
        """Read a word, and return those that its braces make of it."""
        marked, line, body = self._marked_word()
        return [Word(text, line, body) for text in braces.expanded(marked)]

    def _marked_word(self) -> tuple[str, int, tuple[Pipeline, ...]]:
        line, parts = self._line, []
        body: list[Pipeline] = []
        while not self.is_at_end():
            plain = _PLAIN.match(self._text, self._at)
            if plain:
                parts.append(braces.marked(plain.group()))
                self.advance(plain.end() - self._at)
                continue
            character = self._text[self._at]
            if character == "'":
                parts.append(self.until("'", self._at + 1))
            elif character == '"':
                self.advance(1)
                parts.append(self._double_quoted())
            elif character == "\\":
                parts.append(self._escaped())
            elif character in "$`":
                parts.append(self._dollar(in_quotes=False))
            elif self._text.startswith("<(", self._at):
                self.advance(1)
                body += self._parenthesis()
                parts.append(STANDARD_INPUT)
            elif self._text.startswith(">(", self._at):
                self.advance(1)
                self._substituted += self._parenthesis()
                parts.append(OUTPUT)
            elif character == CONTINUED:
                parts.append(character)
                self.advance(1)
            else:
                break
        return "".join(parts), line, tuple(body)

    def _escaped(self) -> str:
        following = self._text[self._at + 1 : self._at + 2]
        self.advance(2)
        return CONTINUED if following == "\n" else following

    def _double_quoted(self) -> str:
        parts = []
        while not self.is_at_end():
            plain = _DOUBLE_QUOTED.match(self._text, self._at)
            if plain:
                parts.append(plain.group())
                self.advance(plain.end() - self._at)
                continue
            character = self._text[self._at]
            if character == '"':
                self.advance(1)
                return "".join(parts)
            if character == "\\":
                following = self._text[self._at + 1 : self._at + 2]
                parts.append(self._escaped() if following in _ESCAPED_IN_QUOTES + "\n" else self.take(1))
            else:
                parts.append(self._dollar(in_quotes=True))
        raise ShellError(f"no quote ends what begins before line {self._line}")

    def _dollar(self, *, in_quotes: bool) -> str:
        """Read what begins with a dollar sign or a backtick; commands in it are kept."""
        if self._text[self._at] == "`":
            line = self._line
            text = self._backticked()
            self._substituted += self._commands_of(text, line)
            return OUTPUT
        if self._text.startswith("$((", self._at):
            end = self._end_of_arithmetic(self._at + 1)
            if end is not None:
                self._read_arithmetic(self._at + 1, end)
                return "$(())"
        if self._text.startswith("$(", self._at):
            self.advance(1)
            self._substituted += self._parenthesis()
            return OUTPUT
        if self._text.startswith("${", self._at):
            return self._braced(in_quotes=in_quotes)
        if self._text.startswith("$'", self._at) and not in_quotes:
            found = _ANSI_QUOTED.match(self._text, self._at)
            if found is None:
                raise ShellError(f"no ' ends what begins in line {self._line}")
            self.advance(found.end() - self._at)
            return found[1].replace("\\'", "'")
        return self.take(1)

    def _enter(self) -> None:
        """Count what is nested. The caller counts it back.

        :raises ShellError: where it is nested too deeply.
        """
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise ShellError("groups are nested too deeply")

    def _braced(self, *, in_quotes: bool) -> str:
        """Read ``${...}``; an apostrophe quotes in it only where no quotes stand around it."""
        begins, line = self._at, self._line
        self._enter()
        self.advance(2)
        while not self.is_at_end():
            plain = _IN_BRACES.match(self._text, self._at)
            character = self._text[self._at]
            if plain:
                self.advance(plain.end() - self._at)
            elif character == "}":
                self.advance(1)
                self._depth -= 1
                return self._text[begins : self._at]
            elif character == "\\":
                self.advance(2)
            elif character == '"':
                self.advance(1)
                self._double_quoted()
            elif character == "'":
                if in_quotes:
                    self.advance(1)
                else:
                    self.until("'", self._at + 1)
            else:
                self._dollar(in_quotes=in_quotes)
        raise ShellError(f"no }} ends what begins in line {line}")

    def _end_of_arithmetic(self, begins: int) -> int | None:
        """Return where the ``))`` stands that ends the ``((`` at a place, None where these are parentheses of commands.

        All pairs are found at once, so that no text takes long.
        """
        if self._pairs is None:
            self._pairs = {}
            opened: list[int] = []
            for found in _PARENTHESIS.finditer(self._text):
                if found.group() == "(":
                    opened.append(found.start())
                elif opened:
                    self._pairs[opened.pop()] = found.start()
        end = self._pairs.get(begins + 1)
        return end if end is not None and self._pairs.get(begins) == end + 1 else None

    def _read_arithmetic(self, begins: int, end: int) -> None:
        """Read ``((...))``, whose begin and end are known; commands in it are kept."""
        self._enter()
        self.advance(begins + 2 - self._at)
        self._read_expansions(end)
        self.advance(max(end + 2 - self._at, 0))
        self._depth -= 1

    def _read_expansions(self, end: int) -> None:
        """Read a text up to a place in which nothing but ``$`` and backticks counts; commands in it are kept."""
        while self._at < end:
            plain = _NOT_EXPANDED.match(self._text, self._at, end)
            if plain:
                self.advance(plain.end() - self._at)
            elif self._text[self._at] == "\\":
                self.advance(2)
            else:
                self._dollar(in_quotes=True)

    def _backticked(self) -> str:
        parts: list[str] = []
        self.advance(1)
        while not self.is_at_end():
            character = self._text[self._at]
            if character == "`":
                self.advance(1)
                return "".join(parts)
            if character == "\\" and self._text[self._at + 1 : self._at + 2] in ("`", "$", "\\"):
                self.advance(1)
            parts.append(self.take(1))
        raise ShellError(f"no backtick ends what begins before line {self._line}")
