# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the calls of sysctl(8) that a script of the boot makes, among those that it prints or does not reach."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import itertools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.certainty import (
    CONDITIONS,
    ends_script,
    never_fails,
    status_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._shell.interpreters import is_of_other_language, is_of_shell
from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import ShellError, commands_of, words_of
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import (
    REFERENCE,
    assignments_in,
    without_assignments,
)
from ansible_collections.linux.tcp.plugins.module_utils._shell.wrappers import PLAIN_WRAPPERS, wrapped_command

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Pipeline

_MOST_NESTED = 60
_MOST_WORDS = 10_000  # of the commands that may call sysctl(8), with the values of their variables
_DEFINES = frozenset(("trap", "alias"))  # what is called later
_SYSCTL = re.compile(r"(?:.*/)?sysctl")
_SOURCES = frozenset((".", "source"))
# Functions that OpenRC, init-d-script(5) of Debian and rc.common of OpenWrt call at a boot.
_ENTRY = re.compile(r"(?:do_)?start(?:_\w+)?|boot")
_LEAVES_OF_LOOPS = frozenset(("break", "continue"))
_LEAVES = frozenset(("return", *_LEAVES_OF_LOOPS))
# Groups whose condition is in front. A loop over words may have none, and a case may have no pattern that fits.
_CONDITIONAL = frozenset(("if", "while", "until"))
_BRANCHES = frozenset(("then", "else", "elif", "do", ";;", ";&", ";;&"))
_SYSTEM = "--system"
# With these, all files are applied still.
_HARMLESS = re.compile(r"-[eqwnNb]+|--(?:quiet|ignore|write|values|names|binary|system)|.*\$.*", re.DOTALL)


def applies_files(script: bytes) -> bool:
    """Whether a script calls ``sysctl --system``, with options that leave out no file and no key."""
    return any(_SYSTEM in call and all(map(_HARMLESS.fullmatch, call)) for call in calls_of_sysctl(script))


def calls_of_sysctl(script: bytes) -> list[list[str]]:
    """Return the arguments of each call of sysctl(8) that a script makes when a boot starts it.

    Variables have the values that the script gives them. A call counts where no other program is given its text, and
    where no command above it always ends the script, the function or the branch. A call in a function counts where the
    script or the init system calls this. A script that is not understood makes none.
    """
    if b"sysctl" not in script:
        return []
    text = script.decode("utf-8", "surrogateescape")
    try:
        pipelines = [] if is_of_other_language(text) else parse_shell(text, is_strict=True)
        calls = _Calls(pipelines)
        calls.follow_all(pipelines, has_entries=not is_of_shell(text))  # a shell calls no function by itself
    except ShellError:
        return []
    return calls.found


def _sources(command: Command) -> bool:
    """Whether a command reads another script, which may call functions of this one."""
    words = without_assignments(word.clean for word in command.words)
    return bool(words) and words[0] in _SOURCES


def _is_run(group: Command) -> bool:
    """Whether the last branch of a group is certainly run, and not left for what stands behind the group."""
    if not group.words:
        return True
    body = group.body or []
    condition = list(itertools.takewhile(lambda pipeline: pipeline[0].mark not in _BRANCHES, body))
    is_constant = all(status_of(pipeline, is_negated=False) is not None for pipeline in condition)
    if group.words[0].text not in _CONDITIONAL or any(pipeline[0].mark == "elif" for pipeline in body):
        return False
    return is_constant and (group.words[0].text == "if" or not _has_leave_of_loop(group))


def _has_leave_of_loop(loop: Command) -> bool:
    return any(word.clean in _LEAVES_OF_LOOPS for word in words_of(loop.body or ()))


class _Variable(t.NamedTuple):
    """What the values of a variable say where a command has it as a word.

    ``program`` is the call of sysctl(8) that all values make, the first of them; empty where one makes none.
    ``options`` are those of all values but ``--system``, which another file may replace.
    """

    program: list[str]
    options: list[str]


def _variable(values: list[list[str]]) -> _Variable:
    are_calls = all(value and _SYSCTL.fullmatch(value[0]) for value in values)
    return _Variable(values[0] if are_calls else [], [part for value in values for part in value if part != _SYSTEM])


class _Calls:
    """Follows the commands of a script; ``found`` are the arguments of the calls of sysctl(8)."""

    def __init__(self, pipelines: list[Pipeline]) -> None:
        self.found: list[list[str]] = []
        self._functions = {one.function: one.body or [] for one in commands_of(pipelines) if one.function}
        self._entered: set[str] = set()
        self._depth = 0
        self._words = 0
        values: dict[str, list[list[str]]] = {}
        for assigned in assignments_in(pipelines):
            values.setdefault(assigned.name, []).append(assigned.value.split())
        self._variables = {name: _variable(given) for name, given in values.items()}

    def follow_all(self, pipelines: list[Pipeline], *, has_entries: bool) -> None:
        """Follow a script; it ``has_entries`` where its interpreter calls some of its functions."""
        self._follow(pipelines)
        if has_entries or any(map(_sources, commands_of(pipelines))):
            for name in filter(_ENTRY.fullmatch, self._functions):
                self._enter(name)

    def _enter(self, name: str) -> None:
        if name not in self._entered:
            self._entered.add(name)
            self._follow(self._functions[name])

    def _follow(self, pipelines: list[Pipeline]) -> bool:
        """Follow the commands of a group, and return whether its last branch is always left before its end."""
        if self._depth >= _MOST_NESTED:
            return False
        self._depth += 1
        is_left, is_constant = False, True
        for pipeline in pipelines:
            first = pipeline[0]
            is_left = is_left and first.mark not in _BRANCHES
            is_run = is_constant or first.mark not in CONDITIONS  # where the branch is
            if not is_left:
                leaves = [self._command(command) for command in pipeline]
                is_left = leaves == [True] and is_run and not first.runs_apart
            if not first.is_substituted:
                is_constant = is_run and status_of(pipeline, is_negated=False) is not None
        self._depth -= 1
        return is_left

    def _command(self, command: Command) -> bool:
        """Follow a command, and return whether nothing behind it in its branch is reached."""
        if command.function:
            return False
        is_left = self._simple(command) if command.body is None else self._follow(command.body) and _is_run(command)
        return is_left and all(map(never_fails, command.redirections))

    def _simple(self, command: Command) -> bool:
        words = without_assignments(word.clean for word in command.words)
        if not words:
            return False
        program = self._program(words[0])
        name, arguments = program[0], words[1:]
        if posixpath.basename(name) in PLAIN_WRAPPERS or name in _DEFINES or _SYSCTL.fullmatch(name):
            arguments = self._options(program[1:], arguments)
        if name in self._functions:
            self._enter(name)
        elif name == "trap" and arguments and arguments[0] in self._functions:
            self._enter(arguments[0])
        elif name == "alias" and any(word.startswith("sysctl=") for word in arguments):
            self._functions["sysctl"] = []
        else:
            called = wrapped_command([name, *arguments])
            if called and _SYSCTL.fullmatch(called[0]):
                self.found.append(called[1:])
        return name in _LEAVES or ends_script(command)

    def _program(self, word: str) -> list[str]:
        """Return a program by the value of its variable, where all values that this is given call sysctl(8)."""
        variable = self._variable_of(word)
        return (variable.program if variable else None) or [word]

    def _options(self, found: list[str], words: list[str]) -> list[str]:
        """Return options with all values of their variables but ``--system``, which another file may replace.

        They stand behind those that were ``found`` in the program's variable.

        :raises ShellError: where commands have too many, each time that a variable is used.
        """
        found = list(found)
        for word in words:
            variable = self._variable_of(word)
            found += variable.options if variable else [word]
            if self._words + len(found) > _MOST_WORDS:
                break
        self._words += len(found)
        if self._words > _MOST_WORDS:
            raise ShellError("commands have too many words")
        return found

    def _variable_of(self, word: str) -> _Variable | None:
        found = REFERENCE.fullmatch(word)
        return self._variables.get(found[1] or found[2]) if found else None
