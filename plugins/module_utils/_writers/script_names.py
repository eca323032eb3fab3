# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Note what the names in a script mean: its functions, its aliases, and variables that name programs and keys."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word, commands_of
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import REFERENCE
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.command_kinds import hands_to_sysctl, runs_arguments
from ansible_collections.linux.tcp.plugins.module_utils._writers.key_choice import chooses_key, names_proc
from ansible_collections.linux.tcp.plugins.module_utils._writers.settled import NOTHING

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Pipeline
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.text_budget import TextBudget
    from ansible_collections.linux.tcp.plugins.module_utils._writers.variables import Variables

_ARGUMENT = re.compile(
    r"(?:\w*\[|\$\{\w+:?[-=])?(?:[^ \t\[=]*[./])?(?:tcp_)?keepalive_(?:(time|intvl|probes)[\]}]?(?:[=:,].*)?|[${].*)",
    re.DOTALL,
)
_SETS_ARGUMENTS = re.compile(
    r"(?i:sysctl)\b[^\n]{0,100}?[ \t\"']\$\{?\w+\}?[\"']*=|>[ \t]*[\"']?/proc/sys/[^ \t\n]{0,60}\$"
)


class ScriptNames:
    """What the names in the texts mean that a script runs.

    ``chooses_key`` says that a command sets the key that a variable names, and ``sets_arguments`` that a function calls
    sysctl with a key that it is given. ``settled`` is what is certain of the text that is run.
    """

    def __init__(self, variables: Variables, budget: TextBudget) -> None:
        self.aliases: dict[str, Word] = {}
        self.chooses_key = False
        self.sets_arguments = False
        self.settled = NOTHING
        self._variables = variables
        self._budget = budget
        self._is_in_proc = False  # a variable, or the folder, may be one below /proc/sys
        self._runners: set[str] = set()  # functions that run their arguments, whatever their names say
        self._callers: set[str] = set()  # functions that call sysctl with their arguments

    def note(self, text: str, pipelines: list[Pipeline]) -> None:
        """Note what the names in a text mean, whose pipelines these are."""
        self._variables.note(pipelines)
        for command in commands_of(pipelines):
            self._note_function(command)
            self._note_aliases(command)
        self.sets_arguments = self.sets_arguments or _SETS_ARGUMENTS.search(text) is not None
        self._is_in_proc = self._is_in_proc or any(map(names_proc, commands_of(pipelines)))
        self.chooses_key = self.chooses_key or any(map(self.chooses, commands_of(pipelines)))

    def _note_function(self, command: Command) -> None:
        if command.function and any(map(runs_arguments, commands_of(command.body or ()))):
            self._runners.add(command.function)
        if command.function and any(map(hands_to_sysctl, commands_of(command.body or ()))):
            self._callers.add(command.function)

    def _note_aliases(self, command: Command) -> None:
        """Note the aliases that a command defines: dash has these in scripts, too."""
        if command.words and command.words[0].clean == "alias":
            for word in command.words[1:]:
                name, _equals, text = word.text.partition("=")
                self.aliases[name] = Word(text, word.line)

    def chooses(self, command: Command) -> bool:
        """Whether a variable says which key a command sets."""
        words = command.words
        if words:
            words = [] if words[0].clean in self.settled.functions else self.with_program(words)
        return chooses_key(
            dataclasses.replace(command, words=words), self._variables.expanded, is_in_proc=self._is_in_proc
        )

    def keys_named(self, text: str) -> tuple[Key, ...]:
        """Return the keys one of which an argument may name."""
        found = _ARGUMENT.fullmatch(self._variables.expanded(text) or "")
        if found is None:
            return ()
        return (t.cast("Key", found[1]),) if found[1] else KEYS

    def with_program(self, words: list[Word]) -> list[Word]:
        """Return a command with the words of a variable in the place of its program, where its value is certain."""
        found = REFERENCE.fullmatch(words[0].clean)
        value = self._variables.expanded(self.settled.values.get(found[1] or found[2], "")) if found else ""
        if not value or not self._budget.spend_characters(len(value) + 1, words[0].line):
            return words
        return [*(Word(part, words[0].line) for part in value.split()), *words[1:]]

    def with_meaning(self, words: list[Word]) -> list[Word]:
        """Return a call of a function with a name that says what it does, if it runs what it is given."""
        if words[0].clean in self._runners:
            words = [Word("run", words[0].line), *words[1:]]
        if words[0].clean in self._callers:
            words = [Word("sysctl", words[0].line), *words[1:]]
        return words
