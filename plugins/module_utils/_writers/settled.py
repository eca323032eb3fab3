# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what is certain of the variables and functions of a script: values, and functions that set nothing.

Only what the outermost commands of a text give once, and without a condition, is certain.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.certainty import CONDITIONS, never_fails
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import ShellError, commands_of
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import (
    ASSIGNMENT,
    REFERENCE,
    RUN_HERE,
    without_assignments,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import PRINTERS
from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import (
    CONTAINERS,
    REMOTE_SHELLS,
    SCOPES,
    name_of,
    runs_elsewhere,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Pipeline, Place, Word

_REMARK = re.compile(r"^[ \t]*#.*", re.MULTILINE)
_NAME = re.compile(r"\w+")
_ARGUMENT = re.compile(r"\$\{?[@*1-9]")
_PLAIN = re.compile(r"[^\"'`\\*?\[\]{}()<>|;&\n\ue000]{1,200}")
# These may give any variable a value, and any name another meaning.
_RUN_ANYTHING = RUN_HERE | {"unset", "alias"}
# These give values to the variables that their arguments name.
_GIVE_VALUES = frozenset(
    ("export", "declare", "typeset", "readonly", "local", "read", "printf", "mapfile", "readarray")
)
_KEEP_ARGUMENTS = frozenset(("local", "shift", "[", "[[", "test", ":", "true", "return", "exit", *PRINTERS))
# Their arguments may choose the host after all.
_CHOOSE_HOSTS = frozenset(("ansible", "ansible-playbook", "ansible-console", "ansible-pull", "machinectl"))


class Settled(t.NamedTuple):
    """The variables that have the same value wherever they are used, and functions that do not run their arguments.

    These functions print them, or give them to commands that run elsewhere.
    """

    values: dict[str, str]
    functions: frozenset[str]


NOTHING = Settled({}, frozenset())


def parsed(text: Word) -> tuple[list[Pipeline], Settled]:
    """Return the pipelines of a text, and what is certain of its variables and functions.

    :raises ShellError: as :func:`parse_shell` does.
    """
    try:
        pipelines, _unreached = understood(text)
    except ShellError:
        return _parse(text), NOTHING
    return pipelines, settled(text.text, pipelines)


def understood(text: Word) -> tuple[list[Pipeline], list[Place]]:
    """Return the pipelines of a text, and the places in it that are never reached.

    :raises ShellError: where anything in it is not understood.
    """
    unreached: list[Place] = []
    return _parse(text, unreached), unreached


def _parse(text: Word, unreached: list[Place] | None = None) -> list[Pipeline]:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import (  # noqa: PLC0415 -- most hosts have no script to read
        parse_shell,
    )

    return parse_shell(text.text, text.line, is_strict=unreached is not None, unreached=unreached)


def settled(text: str, pipelines: t.Sequence[Pipeline]) -> Settled:
    """Return what is certain in a text, whose pipelines these are, all of them understood."""
    defined = collections.Counter(command.function for command in commands_of(pipelines) if command.function)
    if any(map(_may_change_anything, commands_of(pipelines))):
        return NOTHING
    text = _REMARK.sub("", text)
    named = collections.Counter(_NAME.findall(text))
    named.subtract(found[1] or found[2] for found in REFERENCE.finditer(text))
    values: dict[str, str] = {}
    functions: set[str] = set()
    used: set[str] = set()
    for pipeline in pipelines:
        first = pipeline[0]
        if not (pipeline[1:] or first.mark in CONDITIONS or first.runs_apart):
            if first.function:
                is_one = defined[first.function] == 1 and first.function not in used
                if is_one and all(map(never_fails, first.redirections)) and _only_hand_on(first.body, defined):
                    functions.add(first.function)
            elif first.body is None and _only_assigns(first):
                given = _assigned(first)
                values.update((name, value) for name, value in given if named[name] == 1 and name not in used)
        used.update(name for command in commands_of([pipeline]) for name in _used_by(command))
    return Settled(values, frozenset(functions))


def _only_assigns(command: Command) -> bool:
    words = [word.clean for word in command.words]
    return not without_assignments(words[1:] if words[:1] in (["export"], ["readonly"]) else words)


def _assigned(command: Command) -> t.Iterator[tuple[str, str]]:
    for word in command.words:
        found = ASSIGNMENT.match(word.clean)
        value = word.clean[found.end() :] if found else ""
        if found and not found[2] and _PLAIN.fullmatch(value):
            yield found[1], value


def _texts(command: Command) -> t.Iterator[str]:
    yield from (word.clean for word in command.words)
    yield from (redirection.target.clean for redirection in command.redirections)


def _used_by(command: Command) -> t.Iterator[str]:
    """Yield the variables that a command refers to, and the name of its program."""
    yield from (found[1] or found[2] for text in _texts(command) for found in REFERENCE.finditer(text))
    yield from without_assignments(word.clean for word in command.words)[:1]


def _may_change_anything(command: Command) -> bool:
    """Whether a command may give a variable a value whose name does not stand there, or redefine a function."""
    words = without_assignments(word.clean for word in command.words)
    if not _RUN_ANYTHING.isdisjoint(words[:2]):
        return True
    if words[:1] == ["printf"] and "-v" not in words:
        return False
    return bool(words) and words[0] in _GIVE_VALUES and any("$" in word.partition("=")[0] for word in words[1:])


def _only_hand_on(body: t.Sequence[Pipeline] | None, defined: t.Container[str]) -> bool:
    """Whether commands do not run what a function is given: they print it, or hand it on to what runs elsewhere.

    ``defined`` are the functions, whose names say nothing of what they do.
    """
    return body is not None and all(len(pipeline) == 1 and _only_hands_on(pipeline[0], defined) for pipeline in body)


def _only_hands_on(command: Command, defined: t.Container[str]) -> bool:
    if not all(map(never_fails, command.redirections)):
        return False
    if command.body is not None:
        return _only_hand_on(command.body, defined)
    words = [word.clean for word in command.words]
    if not words or "-v" in words or words[0] in defined or any(word.body for word in command.words):
        return False
    if words[0] in _KEEP_ARGUMENTS:
        return True
    before = list(itertools.takewhile(lambda word: not _ARGUMENT.search(word), words))
    name = name_of(words[0])
    if name not in SCOPES or name in _CHOOSE_HOSTS or not runs_elsewhere(before):
        return False
    if name in CONTAINERS:
        return "exec" in before
    # the host is none of the arguments, nor the value of an option
    return name not in REMOTE_SHELLS or (len(before) > 1 and not any(word.startswith("-") for word in before[-2:]))
