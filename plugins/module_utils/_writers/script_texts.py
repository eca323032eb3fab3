# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follow the texts that a script runs, one in another, within bounds."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import abc
import dataclasses
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import ShellError, Word, commands_of
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import REFERENCE
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.command_kinds import hands_to_sysctl, runs_arguments
from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import EffectLog
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import RELEVANT_TEXT, loose_effects
from ansible_collections.linux.tcp.plugins.module_utils._writers.key_choice import chooses_key, names_proc
from ansible_collections.linux.tcp.plugins.module_utils._writers.settled import NOTHING, Settled, settled

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Pipeline

_MOST_NESTED = 6
_MOST_CHARACTERS = 1 << 19  # of all texts that a script runs and hands on, each time that it does
_SETS_ARGUMENTS = re.compile(
    r"(?i:sysctl)\b[^\n]{0,100}?[ \t\"']\$\{?\w+\}?[\"']*=|>[ \t]*[\"']?/proc/sys/[^ \t\n]{0,60}\$"
)


class ScriptTexts(abc.ABC):
    """The texts that a script runs; ``log`` has what they do. A subclass follows their commands."""

    def __init__(self) -> None:
        self.log = EffectLog()
        self._depth = 0
        self._left = _MOST_CHARACTERS
        self._sets_arguments = False  # a function calls sysctl with a key that it is given
        self._chooses_key = False  # a command sets the key that a variable names
        self._is_in_proc = False  # a variable, or the folder, may be one below /proc/sys
        self._runners: set[str] = set()  # functions that run their arguments, whatever their names say
        self._callers: set[str] = set()  # functions that call sysctl with their arguments
        self._aliases: dict[str, Word] = {}
        self._settled = NOTHING

    def run_text(self, text: Word) -> list[Word]:
        """Follow a text that a shell runs, and return what it prints."""
        if not self._spend([text]) or not RELEVANT_TEXT.search(text.clean):
            return []
        if self._depth >= _MOST_NESTED:
            self.log.sets(text.line, dict.fromkeys(KEYS))
            return []
        try:
            pipelines, certain = self._parsed(text)
        except ShellError:
            self.log.found += loose_effects(text.text, text.line)
            return []
        outer, self._settled = self._settled, certain
        self._depth += 1
        self.log.has_shell = True
        self.log.variables.note(pipelines)
        self._note_names(pipelines)
        self._sets_arguments = self._sets_arguments or _SETS_ARGUMENTS.search(text.text) is not None
        self._is_in_proc = self._is_in_proc or any(map(names_proc, commands_of(pipelines)))
        self._chooses_key = self._chooses_key or any(map(self._chooses, commands_of(pipelines)))
        printed = self.run(pipelines)
        self._depth -= 1
        self._settled = outer
        return printed

    def _parsed(self, text: Word) -> tuple[list[Pipeline], Settled]:
        """Return the pipelines of a text, and what is certain of its variables and functions.

        :raises ShellError: as :func:`parse_shell` does.
        """
        from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import (  # noqa: PLC0415 -- most hosts have no script to read
            parse_shell,
        )

        try:
            pipelines = parse_shell(text.text, text.line, is_strict=True)
        except ShellError:
            return parse_shell(text.text, text.line), NOTHING
        return pipelines, settled(text.text, pipelines)

    def _note_names(self, pipelines: list[Pipeline]) -> None:
        """Note the functions that run their arguments, and the aliases: dash has these in scripts, too."""
        for command in commands_of(pipelines):
            if command.function and any(map(runs_arguments, commands_of(command.body or ()))):
                self._runners.add(command.function)
            if command.function and any(map(hands_to_sysctl, commands_of(command.body or ()))):
                self._callers.add(command.function)
            if command.words and command.words[0].clean == "alias":
                for word in command.words[1:]:
                    name, _equals, text = word.text.partition("=")
                    self._aliases[name] = Word(text, word.line)

    def _spend(self, texts: t.Sequence[Word]) -> bool:
        """Whether texts may still be looked at; each counts for a character more, so that empty ones count, too."""
        return not texts or self._spend_characters(sum(len(text.text) + 1 for text in texts), texts[0].line)

    def _spend_characters(self, count: int, line: int) -> bool:
        """Whether so many characters may still be looked at; where too many were, the script may do anything."""
        if self._left <= 0:
            return False
        if self._left <= count:
            self.log.sets(line, dict.fromkeys(KEYS))
        self._left -= count
        return self._left > 0

    def _run_printed(self, texts: t.Iterable[Word]) -> list[Word]:
        """Follow texts that a command has printed and a shell runs; ``\\n`` ends a line there."""
        printed = []
        for text in texts:
            if self._left > 0 and not text.is_file:
                printed += self.run_text(Word(text.text.replace("\\n", " ; "), text.line))
        return printed

    def _chooses(self, command: Command) -> bool:
        words = command.words
        if words:
            words = [] if words[0].clean in self._settled.functions else self._with_program(words)
        return chooses_key(
            dataclasses.replace(command, words=words), self.log.variables.expanded, is_in_proc=self._is_in_proc
        )

    def _with_program(self, words: list[Word]) -> list[Word]:
        """Return a command with the words of a variable in the place of its program, where its value is certain."""
        found = REFERENCE.fullmatch(words[0].clean)
        value = self.log.variables.expanded(self._settled.values.get(found[1] or found[2], "")) if found else ""
        if not value or not self._spend_characters(len(value) + 1, words[0].line):
            return words
        return [*(Word(part, words[0].line) for part in value.split()), *words[1:]]

    @abc.abstractmethod
    def run(self, pipelines: t.Iterable[Pipeline], given: t.Sequence[Word] = ()) -> list[Word]:
        """Follow commands that are given a text to read, and return what they print."""
