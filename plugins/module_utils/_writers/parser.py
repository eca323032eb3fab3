# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse the text of a shell script into pipelines of commands, with groups and here-documents: sh(1), bash(1)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers.lexer import Lexer
from ansible_collections.linux.tcp.plugins.module_utils._writers.shell_tree import (
    Command,
    Redirection,
    ShellError,
    Word,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.shell_tree import Pipeline

_MOST_NESTED = 40
_OPERATOR = re.compile(r";;&|;;|;&|;|&&|&|\|\||\|&|\||\(|\)|\n")
_REDIRECTION = re.compile(r"([0-9]*)(&>>|&>|<<<|<<-|<<|>>|>\||>&|<&|<>|>|<)")
# A group begins with one of these words, and ends with its partner.
_GROUPS = {"{": "}", "if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "case": "esac"}
_ENDS = frozenset(_GROUPS.values())
# After these a command begins.
_KEYWORDS = frozenset(("then", "else", "elif", "do", "!", "time", "if", "while", "until"))
_BRANCHES = ("then", "else", "elif", "do")
_CONDITIONS = ("&&", "||")
_ALWAYS = {"true": True, ":": True, "false": False}


def parse_shell(text: str, line: int = 1) -> list[Pipeline]:
    """Return the pipelines of a text whose first line has this number; those of ``$(...)`` are among them.

    :raises ShellError: where the text ends within quotes, or is nested too deeply.
    """
    return _Parser(text, line).parse_all()


class _Group:
    """The pipelines of a group that is being read, up to one of the words that ``end`` it."""

    def __init__(self, ends: frozenset[str], opener: str = "") -> None:
        self.found: list[Pipeline] = []
        self.ends = ends
        self.pipeline: Pipeline = []
        self.command = Command()
        self.awaits_pattern = self.is_case
        self.mark = ""  # before the pipeline
        self.is_negated = False
        self.status: bool | None = None  # of the last pipeline that runs: whether it succeeds, None where that depends
        self.opener = opener
        self.is_dead = False  # the branch is never taken
        self.was_taken = False  # one before it always is
        self.has_exited = False

    @property
    def is_case(self) -> bool:
        """Whether the commands stand behind patterns."""
        return "esac" in self.ends

    @property
    def awaits_command(self) -> bool:
        """Whether a command may begin here; redirections may stand before it."""
        return not self.command.words and self.command.body is None

    def finish(self, mark: str = "") -> None:
        """End a command at an operator, and its pipeline unless the output goes to the next command."""
        if self.command.words or self.command.redirections or self.command.body is not None:
            self.pipeline.append(self.command)
        self.command = Command()
        if mark not in ("|", "|&") and self.pipeline:
            is_bare = (
                not (self.ends or self.mark in _CONDITIONS or mark in ("&", *_CONDITIONS)) and len(self.pipeline) == 1
            )
            self.has_exited = is_bare and _ends_script(self.pipeline[0])
            if not self.is_dead and (self.mark, self.status) not in (("&&", False), ("||", True)):
                status = _status_of(self.pipeline, is_negated=self.is_negated)
                self.status = _joined(self.status, self.mark, status)
                self.found.append(self.pipeline)
            if mark == "&":  # the shell does not wait for the list
                self.status = None
            self.mark, self.is_negated, self.pipeline = mark, False, []

    def note(self, keyword: str) -> None:
        """Note what a keyword says of the commands behind it."""
        if keyword == "!":
            self.is_negated = not self.is_negated
        elif keyword in _BRANCHES:
            holds = (
                None if keyword in ("else", "elif") or self.status is None else self.status is (self.opener != "until")
            )
            self.is_dead = self.was_taken or holds is False
            self.was_taken = self.was_taken or holds is True
            self.mark, self.status = "", None

    def drop(self) -> None:
        """Forget what was read of a pipeline: the pattern of a case."""
        self.command, self.pipeline, self.awaits_pattern = Command(), [], False


def _ends_script(command: Command) -> bool:
    """Whether nothing behind a command is reached; ``exec`` without a program only redirects."""
    words = [word.text for word in command.words]
    return words[:1] == ["exit"] or (words[:1] == ["exec"] and len(words) > 1)


def _status_of(pipeline: Pipeline, *, is_negated: bool) -> bool | None:
    """Return whether a pipeline always succeeds, or never; None where that depends."""
    words = [] if pipeline[1:] or pipeline[0].redirections else pipeline[0].words
    status = _ALWAYS.get(words[0].text) if words and pipeline[0].body is None else None
    return status if status is None else status is not is_negated


def _joined(before: bool | None, mark: str, status: bool | None) -> bool | None:
    """Return the status of what ``mark`` joins: a command that may not run decides only where both cases agree."""
    if mark not in _CONDITIONS or before is (mark == "&&"):
        return status
    return status if status is (mark == "||") else None


class _Parser(Lexer):
    def __init__(self, text: str, line: int, depth: int = 0) -> None:
        super().__init__(text, line)
        self._depth = depth
        self._heredocs: list[tuple[Command, str, bool]] = []

    def parse_all(self) -> list[Pipeline]:
        return self._pipelines(frozenset())[0] + self._substituted

    def _pipelines(self, ends: frozenset[str], opener: str = "") -> tuple[list[Pipeline], str]:
        """Return the pipelines up to one of the words that end a group, and that word; empty at the text's end."""
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise ShellError("groups are nested too deeply")
        try:
            return self._read_group(_Group(ends, opener))
        finally:
            self._depth -= 1

    def _read_group(self, group: _Group) -> tuple[list[Pipeline], str]:
        end: str | None = None
        while end is None:
            self._skip_blanks()
            # nothing behind an exit that stands on the outside of all groups is reached
            end = "" if self.is_at_end() or group.has_exited else self._read_part(group)
        group.finish()
        return group.found, end

    def _read_part(self, group: _Group) -> str | None:
        """Read a redirection, an operator or a word, and return it if it ends the group."""
        redirection = _REDIRECTION.match(self._text, self._at)
        if redirection and not self._text.startswith(("<(", ">("), redirection.start(2)):
            self._redirect(group.command, redirection)
            return None
        operator = _OPERATOR.match(self._text, self._at)
        if operator:
            self.advance(len(operator.group()))
            return self._read_operator(group, operator.group())
        return self._read_word(group)

    def _read_operator(self, group: _Group, mark: str) -> str | None:
        if mark == "(":
            self._open_parenthesis(group)
        elif mark == ")":
            if mark in group.ends:
                return mark
            if group.awaits_pattern:
                group.drop()
            else:
                group.finish()
        elif mark == ";" and self.begins_line() and not group.pipeline:
            self.skip_line()  # it is an error there, and a remark in other formats
        elif mark in (";;", ";;&", ";&"):
            group.finish()
            group.awaits_pattern = group.is_case
        elif mark == "\n":
            self._read_heredocs()
            if not group.awaits_command or group.command.redirections or not group.pipeline:
                group.finish()
        else:
            group.finish(mark)
        return None

    def _open_parenthesis(self, group: _Group) -> None:
        if group.awaits_command and not group.awaits_pattern:
            group.command.body = self._pipelines(frozenset(")"))[0]
        elif self._text.startswith(")", self._at):  # of a function
            self.advance(1)
            group.command = Command()

    def _read_word(self, group: _Group) -> str | None:
        begins = self._at
        word = self._word()
        is_bare = self._text[begins : self._at] == word.text
        if is_bare and group.awaits_command:
            if word.text in group.ends:
                return word.text
            if word.text in _GROUPS:
                self._read_inner_group(group.command, word)
                return None
            if word.text in _KEYWORDS or word.text in _ENDS:
                group.note(word.text)
                return None
        if group.command.body is None:
            group.command.words.append(word)
        return None

    def _read_inner_group(self, command: Command, word: Word) -> None:
        """Read a group behind the word that begins it."""
        command.words = [] if word.text == "{" else [word]
        if word.text in ("for", "select", "case"):
            self._rest_of_line(command)
        command.body = self._pipelines(frozenset((_GROUPS[word.text],)), word.text)[0]

    def _rest_of_line(self, command: Command) -> None:
        """Read the words behind ``for`` or ``case``, up to the begin of their commands."""
        while not self.is_at_end():
            self._skip_blanks()
            operator = _OPERATOR.match(self._text, self._at)
            if operator or self.is_at_end() or self._text[self._at] in "<>":
                return
            begins = self._at
            word = self._word()
            if command.words[0].text == "case" and word.text == "in" and self._text[begins : self._at] == "in":
                return
            command.words.append(word)

    def _redirect(self, command: Command, found: t.Match[str]) -> None:
        descriptor, operator = found.groups()
        self.advance(found.end() - self._at)
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
            while not self.is_at_end():
                end = self._text.find("\n", self._at)
                row = self._text[self._at : len(self._text) if end < 0 else end]
                self.advance(len(row) + 1)
                row = row.lstrip("\t") if is_stripped else row
                if row.rstrip("\r") == mark:
                    break
                rows.append(row)
            command.redirections.append(Redirection("<<", "", Word("\n".join(rows), line)))
        self._heredocs = []

    def _parenthesis(self) -> list[Pipeline]:
        self.advance(1)
        heredocs, self._heredocs = self._heredocs, []
        found, end = self._pipelines(frozenset(")"))
        self._heredocs = heredocs
        if not end:
            raise ShellError(f"no parenthesis ends what begins before line {self._line}")
        return found

    def _commands_of(self, text: str, line: int) -> list[Pipeline]:
        return _Parser(text, line, self._depth + 1).parse_all()
