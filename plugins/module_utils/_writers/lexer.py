# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cut the text of a shell script into commands, with their words, redirections and pipes: sh(1), bash(1).

Nothing is expanded. Each text is read once from its begin to its end, so that none takes long.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

# Stands in a text where a line is continued, so that lines can still be counted.
CONTINUED = "\ue000"
# Stands in a word for the output of a command.
OUTPUT = "$()"

STANDARD_INPUT = "/dev/stdin"

_MOST_NESTED = 40
_BLANKS = re.compile(r"[ \t\r\f\v\ue000]+")
_PLAIN = re.compile(r"[^ \t\r\f\v\n\"'\\$`;&|<>()\ue000]+")
_OPERATOR = re.compile(r";;&|;;|;&|;|&&|&|\|\||\|&|\||\(|\)|\n")
_REDIRECTION = re.compile(r"([0-9]*)(&>>|&>|<<<|<<-|<<|>>|>\||>&|<&|<>|>|<)")
_DOUBLE_QUOTED = re.compile(r"[^\"\\$`]+")
_ESCAPED_IN_QUOTES = '$`"\\'
_LINE_BREAKS = re.compile(r"[\n\ue000]")
# A group begins with one of these words, and ends with its partner.
_GROUPS = {"{": "}", "if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "case": "esac"}
_ENDS = frozenset(_GROUPS.values())
# After these a command begins.
_KEYWORDS = frozenset(("then", "else", "elif", "do", "!", "time", "if", "while", "until"))


class ShellError(ValueError):
    """A text ends within quotes, or is nested too deeply."""


@dataclasses.dataclass(frozen=True)
class Word:
    """A word without its quotes; ``line`` is where it begins, ``text`` may have :data:`CONTINUED` in it.

    ``body`` are the commands of ``<(...)``, whose output is the file that the word names.
    """

    text: str
    line: int
    body: tuple[Pipeline, ...] = ()

    @property
    def clean(self) -> str:
        """The word as the command gets it."""
        return self.text.replace(CONTINUED, "")

    def line_at(self, position: int) -> int:
        """Return the line of a position in ``text``."""
        return self.line + len(_LINE_BREAKS.findall(self.text, 0, position))


@dataclasses.dataclass(frozen=True)
class Redirection:
    """A redirection; ``target`` is a file, or the text itself where ``operator`` is ``<<`` or ``<<<``."""

    operator: str
    descriptor: str
    target: Word

    @property
    def writes(self) -> bool:
        """Whether a file is opened to be written."""
        return self.operator in (">", ">>", ">|", "&>", "&>>", "<>")

    @property
    def takes_output(self) -> bool:
        """Whether the standard output goes to a file."""
        return self.writes and self.operator != "<>" and self.descriptor in ("", "1")


@dataclasses.dataclass(eq=False)
class Command:
    """A simple command, or a group of pipelines; a group has the words of its first line, such as ``for x in a``."""

    words: list[Word] = dataclasses.field(default_factory=list)
    redirections: list[Redirection] = dataclasses.field(default_factory=list)
    body: list[Pipeline] | None = None


Pipeline = t.List[Command]


def parse_shell(text: str, line: int = 1) -> list[Pipeline]:
    """Return the pipelines of a text whose first line has this number; those of ``$(...)`` are among them.

    :raises ShellError: where the text ends within quotes, or is nested too deeply.
    """
    return _Parser(text, line).parse_all()


def plain_words(text: str, line: int = 1) -> list[Word]:
    """Return the words of a text that no shell reads: quotes and backslashes count, nothing else does.

    :raises ShellError: where the text ends within quotes.
    """
    return _Parser(text, line).parse_plain()


class _Parser:
    def __init__(self, text: str, line: int, depth: int = 0) -> None:
        self._text = text
        self._at = 0
        self._line = line
        self._depth = depth
        self._substituted: list[Pipeline] = []
        self._heredocs: list[tuple[Command, str, bool]] = []

    def parse_all(self) -> list[Pipeline]:
        found: list[Pipeline] = []
        while self._at < len(self._text):
            found += self._pipelines(frozenset())[0]
        return found + self._substituted

    def parse_plain(self) -> list[Word]:
        found = []
        while self._at < len(self._text):
            if self._text[self._at].isspace() or self._text[self._at] == CONTINUED:
                self._advance(1)
            else:
                found.append(self._plain_word())
        return found

    def _plain_word(self) -> Word:
        line, parts = self._line, []
        while self._at < len(self._text):
            character = self._text[self._at]
            if character.isspace() or character == CONTINUED:
                break
            if character in "'\"":
                parts.append(self._until(character, self._at + 1))
            elif character == "\\":
                parts.append(self._text[self._at + 1 : self._at + 2])
                self._advance(2)
            else:
                parts.append(character)
                self._advance(1)
        return Word("".join(parts), line)

    def _advance(self, count: int) -> None:
        end = min(self._at + count, len(self._text))
        self._line += self._text.count("\n", self._at, end) + self._text.count(CONTINUED, self._at, end)
        self._at = end

    def _until(self, mark: str, begin: int) -> str:
        """Return the text from ``begin`` up to a mark, and go on behind it."""
        end = self._text.find(mark, begin)
        if end < 0:
            raise ShellError(f"no {mark} ends what begins in line {self._line}")
        found = self._text[begin:end]
        self._advance(end + len(mark) - self._at)
        return found

    def _pipelines(self, ends: frozenset[str]) -> tuple[list[Pipeline], str]:
        """Return the pipelines up to one of the words that end a group, and that word; empty at the text's end."""
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise ShellError("groups are nested too deeply")
        try:
            return self._pipelines_within(ends)
        finally:
            self._depth -= 1

    def _pipelines_within(self, ends: frozenset[str]) -> tuple[list[Pipeline], str]:
        found: list[Pipeline] = []
        pipeline: Pipeline = []
        command = Command()
        awaits_pattern = "esac" in ends

        def finish(*, piped: bool = False) -> None:
            nonlocal command, pipeline
            if command.words or command.redirections or command.body is not None:
                pipeline.append(command)
            command = Command()
            if not piped and pipeline:
                found.append(pipeline)
                pipeline = []

        while True:
            self._skip_blanks()
            if self._at >= len(self._text):
                finish()
                return found, ""
            redirection = _REDIRECTION.match(self._text, self._at)
            if redirection and not self._text.startswith(("<(", ">("), redirection.start(2)):
                self._redirect(command, redirection)
                continue
            operator = _OPERATOR.match(self._text, self._at)
            if operator:
                mark = operator.group()
                self._advance(len(mark))
                if mark == ";" and self._begins_line() and not pipeline:
                    self._skip_line()  # it is an error there, and a remark in other formats
                elif mark == "(" and not command.words and command.body is None and not awaits_pattern:
                    command.body = self._pipelines(frozenset(")"))[0]
                elif mark == "(":
                    if self._text.startswith(")", self._at):  # of a function
                        self._advance(1)
                        command = Command()
                elif mark == ")" and ")" in ends:
                    finish()
                    return found, mark
                elif mark == ")" and awaits_pattern:
                    awaits_pattern, command, pipeline = False, Command(), []
                elif mark == ")":
                    finish()
                elif mark in (";;", ";;&", ";&"):
                    finish()
                    awaits_pattern = "esac" in ends
                elif mark in ("|", "|&"):
                    finish(piped=True)
                elif mark == "\n":
                    self._read_heredocs()
                    if command.words or command.body is not None or command.redirections or not pipeline:
                        finish()
                else:
                    finish()
                continue
            begins = self._at
            word = self._word()
            is_bare = self._text[begins : self._at] == word.text
            if is_bare and not command.words and command.body is None:
                if word.text in ends:
                    finish()
                    return found, word.text
                if word.text in _GROUPS:
                    command.words = [] if word.text == "{" else [word]
                    if word.text in ("for", "select", "case"):
                        self._rest_of_line(command)
                    command.body = self._pipelines(frozenset((_GROUPS[word.text],)))[0]
                    continue
                if word.text in _KEYWORDS or word.text in _ENDS:
                    continue
            if command.body is None:
                command.words.append(word)

    def _begins_line(self) -> bool:
        """Whether nothing but blanks stands before the mark that was read last in its line."""
        before = self._text[self._text.rfind("\n", 0, self._at - 1) + 1 : self._at - 1]
        return before.strip(" \t") == ""

    def _skip_line(self) -> None:
        end = self._text.find("\n", self._at)
        self._advance((len(self._text) if end < 0 else end) - self._at)

    def _rest_of_line(self, command: Command) -> None:
        """Read the words behind ``for`` or ``case``, up to the begin of their commands."""
        while self._at < len(self._text):
            self._skip_blanks()
            operator = _OPERATOR.match(self._text, self._at)
            if operator or self._at >= len(self._text) or self._text[self._at] in "<>":
                return
            begins = self._at
            word = self._word()
            if command.words[0].text == "case" and word.text == "in" and self._text[begins : self._at] == "in":
                return
            command.words.append(word)

    def _skip_blanks(self) -> None:
        blanks = _BLANKS.match(self._text, self._at)
        if blanks:
            self._advance(blanks.end() - self._at)
        while self._text.startswith("\\\n", self._at) or self._text.startswith("#", self._at):
            if self._text[self._at] == "#":
                self._skip_line()
            else:
                self._advance(2)
            blanks = _BLANKS.match(self._text, self._at)
            if blanks:
                self._advance(blanks.end() - self._at)

    def _redirect(self, command: Command, found: t.Match[str]) -> None:
        descriptor, operator = found.groups()
        self._advance(found.end() - self._at)
        self._skip_blanks()
        begins = self._at
        target = self._word()
        if operator in ("<<", "<<-"):
            is_stripped = operator == "<<-"
            self._heredocs.append((command, target.clean, is_stripped))
        elif operator == ">&" and not target.text.isdigit() and target.text != "-":
            command.redirections.append(Redirection("&>", descriptor, target))
        elif self._at > begins:
            command.redirections.append(Redirection(operator, descriptor, target))

    def _read_heredocs(self) -> None:
        """Read the texts that end at their own marks, right behind a line that announces them."""
        for command, mark, is_stripped in self._heredocs:
            line, rows = self._line, []
            while self._at < len(self._text):
                end = self._text.find("\n", self._at)
                row = self._text[self._at : len(self._text) if end < 0 else end]
                self._advance(len(row) + 1)
                row = row.lstrip("\t") if is_stripped else row
                if row.rstrip("\r") == mark:
                    break
                rows.append(row)
            command.redirections.append(Redirection("<<", "", Word("\n".join(rows), line)))
        self._heredocs = []

    def _word(self) -> Word:
        line, parts = self._line, []
        body: list[Pipeline] = []
        while self._at < len(self._text):
            plain = _PLAIN.match(self._text, self._at)
            if plain:
                parts.append(plain.group())
                self._advance(plain.end() - self._at)
                continue
            character = self._text[self._at]
            if character == "'":
                parts.append(self._until("'", self._at + 1))
            elif character == '"':
                self._advance(1)
                parts.append(self._double_quoted())
            elif character == "\\":
                parts.append(self._escaped())
            elif character in "$`":
                parts.append(self._dollar())
            elif self._text.startswith("<(", self._at):
                self._advance(1)
                body += self._parenthesis()
                parts.append(STANDARD_INPUT)
            elif self._text.startswith(">(", self._at):
                self._advance(1)
                self._substituted += self._parenthesis()
                parts.append(OUTPUT)
            elif character == CONTINUED:
                parts.append(character)
                self._advance(1)
            else:
                break
        return Word("".join(parts), line, tuple(body))

    def _escaped(self) -> str:
        following = self._text[self._at + 1 : self._at + 2]
        self._advance(2)
        return CONTINUED if following == "\n" else following

    def _double_quoted(self) -> str:
        parts = []
        while self._at < len(self._text):
            plain = _DOUBLE_QUOTED.match(self._text, self._at)
            if plain:
                parts.append(plain.group())
                self._advance(plain.end() - self._at)
                continue
            character = self._text[self._at]
            if character == '"':
                self._advance(1)
                return "".join(parts)
            if character == "\\":
                following = self._text[self._at + 1 : self._at + 2]
                parts.append(self._escaped() if following in _ESCAPED_IN_QUOTES + "\n" else self._take(1))
            else:
                parts.append(self._dollar())
        raise ShellError(f"no quote ends what begins before line {self._line}")

    def _take(self, count: int) -> str:
        taken = self._text[self._at : self._at + count]
        self._advance(count)
        return taken

    def _dollar(self) -> str:
        """Read what begins with a dollar sign or a backtick; commands in it are kept."""
        if self._text[self._at] == "`":
            line = self._line
            text = self._backticked()
            self._substituted += _Parser(text, line, self._depth + 1).parse_all()
            return OUTPUT
        if self._text.startswith("$((", self._at):
            self._until("))", self._at)
            return "$(())"
        if self._text.startswith("$(", self._at):
            self._advance(1)
            self._substituted += self._parenthesis()
            return OUTPUT
        if self._text.startswith("${", self._at):
            return self._until("}", self._at) + "}"
        if self._text.startswith("$'", self._at):
            self._advance(1)
            return self._until("'", self._at + 1)
        return self._take(1)

    def _parenthesis(self) -> list[Pipeline]:
        self._advance(1)
        heredocs, self._heredocs = self._heredocs, []
        found, end = self._pipelines(frozenset(")"))
        self._heredocs = heredocs
        if not end:
            raise ShellError(f"no parenthesis ends what begins before line {self._line}")
        return found

    def _backticked(self) -> str:
        parts: list[str] = []
        self._advance(1)
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == "`":
                self._advance(1)
                return "".join(parts)
            if character == "\\" and self._text[self._at + 1 : self._at + 2] in ("`", "$", "\\"):
                self._advance(1)
            parts.append(self._take(1))
        raise ShellError(f"no backtick ends what begins before line {self._line}")
