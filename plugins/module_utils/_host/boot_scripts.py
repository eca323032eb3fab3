# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which loader the scripts of a boot are: by their calls of sysctl(8), without those printed or not reached."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import dataclasses
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
from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import LONGEST, parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import (
    Command,
    ShellError,
    commands_of,
    words_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import (
    REFERENCE,
    assignments_in,
    without_assignments,
)
from ansible_collections.linux.tcp.plugins.module_utils._shell.wrappers import PLAIN_WRAPPERS, wrapped_command

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Pipeline
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import BootLoader, Loader

_MOST_NESTED = 60
_MOST_WORDS = 10_000  # of the commands that may call sysctl(8), with the values of their variables
_DEFINES = frozenset(("trap", "alias"))  # what is called later
_SYSCTL = re.compile(r"(?:.*/)?sysctl")
_SOURCES = frozenset((".", "source"))
# Functions that OpenRC, init-d-script(5) of Debian and rc.common of OpenWrt call at a boot.
_ENTRY = re.compile(r"(?:do_)?start(?:_\w+)?|boot")
_LEAVES_OF_LOOPS = frozenset(("break", "continue"))
_LEAVES = frozenset(("return", *_LEAVES_OF_LOOPS))
_CONDITIONAL = frozenset(("if", "while", "until"))  # these have a condition in front
_BEHIND_CONDITIONS = frozenset(("then", "else", "do"))
_BRANCHES = frozenset((*_BEHIND_CONDITIONS, "elif", ";;", ";&", ";;&"))
# These may leave a function before its end; in BusyBox's shell, a break also leaves a loop around the call.
_MAY_RETURN = re.compile("|".join(sorted(_LEAVES)))
# With one of these in a script, the name of a function may get another meaning.
_REDEFINES = frozenset((*_SOURCES, "eval", "unset", "alias"))
_SYSTEM = "--system"
# With these, all files are applied still.
_HARMLESS = re.compile(r"-[eqwnNb]+|--(?:quiet|ignore|write|values|names|binary|system)|.*\$.*", re.DOTALL)
# What the scripts of Alpine (main/openrc/sysctl.initd) and OpenWrt (package/base-files) name: the files, in their
# order, and what they hand to BusyBox's "sysctl -p".
_REMARK = re.compile(rb"(^|\s)#.*")
_PATTERN = re.compile(rb"(?<![\w/])(/[\w/]*sysctl\.d/\*\.conf|/etc/sysctl\.conf)")
_CALL_ON_A_FILE = re.compile(rb"\bsysctl\s[^\n;|&]{0,200}?-p\s+([^\s;|&]+)")
_IN_LIB = (b"/lib/sysctl.d/*.conf", b"/usr/lib/sysctl.d/*.conf")
_IN_ETC = (b"/etc/sysctl.d/*.conf", b"/etc/sysctl.conf")
# The script of the distribution has none of these. A script that has one was edited.
_CHANGED = re.compile(rb"\b(?:break|return|exit|case|eval|false|(?:echo|printf)[ \t]+\S*sysctl)\b")
_LOOPS: dict[Loader, tuple[tuple[bytes, ...], set[bytes]]] = {
    "alpine": ((*_IN_LIB, *_IN_ETC, b"/run/sysctl.d/*.conf"), {b'"$f"', b"/etc/sysctl.conf"}),
    "openwrt": (_IN_ETC, {b'"$CONF"'}),
}


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


def loader_of(scripts: tuple[bytes, ...], *, is_busybox: bool) -> BootLoader | None:
    """Return the loader that scripts are, whose sysctl(8) is BusyBox's or the one of procps.

    None where nothing applies files, because BusyBox's sysctl does not know ``--system``.
    """
    if any(map(applies_files, scripts)):
        if not is_busybox:
            return "procps"
        calls = (call for script in scripts for call in calls_of_sysctl(script))
        return None if all("--system" in call for call in calls) else "unknown"  # OpenRC's script has other calls then
    loops = map(_loop_of, scripts if is_busybox else ())
    return next(filter(None, loops), "unknown")


def _loop_of(script: bytes) -> Loader | None:
    """Return whose script it is that applies one file after the other; None for one that does more, or otherwise."""
    if len(script) > LONGEST:  # its calls are not read
        return None
    code = b"\n".join(_REMARK.sub(b"", line) for line in script.split(b"\n"))
    patterns = tuple(dict.fromkeys(_PATTERN.findall(code)))
    calls = _CALL_ON_A_FILE.findall(code)
    if len(calls) != sum("-p" in call for call in calls_of_sysctl(script)):  # one is printed only, or not reached
        return None
    for loader, known in _LOOPS.items():
        if (patterns, set(calls)) == known and not _CHANGED.search(code):
            return loader
    return None


def _sources(command: Command) -> bool:
    """Whether a command reads another script, which may call functions of this one."""
    words = without_assignments(word.clean for word in command.words)
    return bool(words) and words[0] in _SOURCES


@dataclasses.dataclass
class _Branch:
    """A branch of a group, or its condition; ``mark`` stands before it, such as ``then``.

    ``is_left`` says that its end is never reached, ``is_constant`` that the status of its last pipeline is certain.
    """

    mark: str
    is_left: bool = False
    is_constant: bool = True


def _is_left(group: Command, branches: list[_Branch]) -> bool:
    """Whether what stands behind a group is never reached: one of its branches is taken, and each is left."""
    opener = group.words[0].text if group.words else ""
    lefts = [branch.is_left for branch in branches if opener not in _CONDITIONAL or branch.mark in _BEHIND_CONDITIONS]
    if not lefts or not all(lefts):
        return False
    is_constant = len(branches) == 2 and branches[0].is_constant
    if opener == "if":
        return is_constant or branches[-1].mark == "else"
    if opener in _CONDITIONAL:
        return is_constant and not _has_leave_of_loop(group)
    return not opener or len(lefts) == group.branches


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
        functions = [one for one in commands_of(pipelines) if one.function]
        self._functions = {one.function: one for one in functions}
        counted = collections.Counter(one.function for one in functions)
        is_lasting = _REDEFINES.isdisjoint(word.clean for word in words_of(pipelines))
        self._lasting = {name for name, count in counted.items() if is_lasting and count == 1}
        self._defined: set[str] = set()  # functions whose definition was run
        self._ends: dict[str, bool] = {}  # whether a function, once defined, always ends the script
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

    def _enter(self, name: str) -> bool:
        """Follow a function, and return whether it always ends the script."""
        if name not in self._ends:
            self._ends[name] = False  # where it calls itself
            function = self._functions[name]
            may_return = any(_MAY_RETURN.search(word.clean) for word in words_of(function.body or ()))
            self._ends[name] = self._leaves(function) and not may_return and name in self._lasting
        return self._ends[name] and name in self._defined

    def _follow(self, pipelines: list[Pipeline]) -> list[_Branch]:
        """Follow the commands of a group, and return its branches.

        :raises ShellError: where groups and functions are nested too deeply.
        """
        if self._depth >= _MOST_NESTED:
            raise ShellError("commands are nested too deeply")
        branches: list[_Branch] = []
        self._depth += 1
        for pipeline in pipelines:
            first = pipeline[0]
            if not branches or first.mark in _BRANCHES:
                branches.append(_Branch(first.mark))
            branch = branches[-1]
            is_run = branch.is_constant or first.mark not in CONDITIONS  # where the branch is
            if not branch.is_left:
                leaves = [not command.function and self._leaves(command) for command in pipeline]
                is_here = len(leaves) == 1 and is_run and not first.runs_apart
                branch.is_left = is_here and leaves[0]
                if first.function and is_here and self._depth == 1:
                    self._defined.add(first.function)
            if not first.is_substituted:
                branch.is_constant = is_run and status_of(pipeline, is_negated=False) is not None
        self._depth -= 1
        return branches

    def _leaves(self, command: Command) -> bool:
        """Follow a command or a function's body, and return whether nothing behind it in its branch is reached."""
        if command.body is None:
            is_left = self._simple(command)
        else:
            is_left = _is_left(command, self._follow(command.body)) and not command.is_subshell
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
            return self._enter(name)
        if name == "trap" and arguments and arguments[0] in self._functions:
            self._enter(arguments[0])
        elif name == "alias" and any(word.startswith("sysctl=") for word in arguments):
            self._functions["sysctl"] = Command(body=[])
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
