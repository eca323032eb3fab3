# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find where a shell script gives variables their values, and where a text refers to one: sh(1), bash(1)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import words_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Pipeline, Word

# The begin of a word that gives a value to a variable, or to an element of an array; ``+=`` appends it.
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*(?:\[[^\]]*\])?)(\+?)=")
REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_DEFAULT = re.compile(r"\$\{\w+:?[-=](.*)\}", re.DOTALL)
# These run a text in the shell itself, which may give any variable a value.
RUN_HERE = frozenset(("eval", ".", "source"))


class Assignment(t.NamedTuple):
    """A variable and the value that it is given; ``appends`` says that the value is added to the one that it has."""

    name: str
    value: str
    appends: bool


def assignments_in(pipelines: t.Iterable[Pipeline]) -> t.Iterator[Assignment]:
    """Yield what is assigned in the words of all commands, those of ``export`` and of groups too."""
    return _assigned_in(words_of(pipelines))


def assigned_by(command: Command) -> t.Iterator[Assignment]:
    """Yield what is assigned in the words of a command."""
    return _assigned_in(command.words)


def _assigned_in(words: t.Iterable[Word]) -> t.Iterator[Assignment]:
    for word in words:
        found = ASSIGNMENT.match(word.clean)
        if found:
            yield Assignment(found[1], word.clean[found.end() :], bool(found[2]))


def without_assignments(words: t.Iterable[str]) -> list[str]:
    """Return the words of a command without the assignments before its program."""
    return list(itertools.dropwhile(ASSIGNMENT.match, words))


def default_of(text: str) -> str:
    """Return what a variable is in a text that is nothing else, where it has no value; any other text as it stands."""
    found = _DEFAULT.fullmatch(text)
    return found[1] if found else text
