# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell of what kind a command is: one that runs its arguments, one that runs or sets what another prints."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import OUTPUT
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import ASSIGNMENT, without_assignments
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import (
    BEFORE_MODULE,
    TEXT_RUNNERS,
    WRAPPERS,
    is_sysctl,
    only_reads,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import name_of
from ansible_collections.linux.tcp.plugins.module_utils._writers.targets import is_kernels_file

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Word

_ARGUMENTS = re.compile(r"\$\{?[@*1](?![0-9])")
_ALL_ARGUMENTS = re.compile(r"\$[@*]|\$\{[@*]\}")
# Options with which sysctl(8) sets no argument, and those that are for showing keys, but that set KEY=VALUE, too.
_SETS_NONE = re.compile(r"-[a-zA-Z]*[aAdfhpVX]|--(?!binary|ignore|names|quiet|values|write|\Z)")
_SHOWS = re.compile(r"-[a-zA-Z]*[bnN]|--(?:binary|names|values)")
_WRITES = re.compile(r"-[a-zA-Z]*w|--w")
_VARIABLE_SET = re.compile(r"\$\{?\w+\}?(?:=|\Z)")
_VALUE = re.compile(r"(?![/-])\S*[0-9$]")
# Programs that configure this host, and how their arguments say that they set a key.
_TOOLS = frozenset(("ansible", "salt-call", "puppet"))
_SETS_BY_TOOL = re.compile(
    r"(?:-m|--module-name=)?(?:ansible\.(?:posix|builtin)\.)?sysctl|(?:fun=)?sysctl\.(?:assign|persist|present)"
)
_SETS_NOTHING = frozenset(("state=absent", "ensure=absent", "--check", "-C", "--noop", "test=True"))
_MARKS = re.compile(r"[{}, \n]+")  # also of JSON


def runs_arguments(command: Command) -> bool:
    """Whether a command of a function runs what the function is given."""
    words = _words_of_call(command)
    if words and (name_of(words[0]) in WRAPPERS or name_of(words[0]) in TEXT_RUNNERS):
        return any(map(_ARGUMENTS.match, words))
    return bool(words) and _ARGUMENTS.match(words[0]) is not None


def runs_output(command: Command) -> bool:
    """Whether a command runs, or sets, what ``$(...)`` among its words prints."""
    words = _words_of_call(command)
    if not any(OUTPUT in word for word in words):
        return False
    name = name_of(words[0])
    return name in WRAPPERS or name in TEXT_RUNNERS or is_sysctl(name) or words[0].startswith(OUTPUT)


def hands_to_sysctl(command: Command) -> bool:
    """Whether a command of a function calls sysctl(8) with what the function is given, options and all."""
    return any(map(_ALL_ARGUMENTS.fullmatch, _arguments_of_sysctl(command)))


def _set_by_sysctl(command: Command) -> list[str]:
    """Return the arguments of a call of sysctl(8) that may set keys."""
    words = _arguments_of_sysctl(command)
    return [] if shows(words) else words


def _arguments_of_sysctl(command: Command) -> list[str]:
    return list(itertools.dropwhile(lambda word: not is_sysctl(name_of(word)), _words_of_call(command)))[1:]


def sets_output(command: Command) -> bool:
    """Whether a command sets what ``$(...)`` prints."""
    return OUTPUT in _set_by_sysctl(command)


def sets_variable(command: Command) -> bool:
    """Whether a command sets the key whose name, perhaps with the value, is in a variable."""
    return any(map(_VARIABLE_SET.match, _set_by_sysctl(command)))


def loops_over_output(command: Command) -> bool:
    """Whether a loop goes over the words that ``$(...)`` prints."""
    return command.body is not None and any(OUTPUT in word.clean for word in command.words[3:])


def reads_pairs(command: Command) -> bool:
    """Whether read(1) takes two words of a line apart at its blanks, so that these are no setting."""
    words = [word.clean for word in command.words]
    names = [word for word in without_assignments(words) if not word.startswith("-")]
    return names[:1] == ["read"] and len(names) == 3 and not any(word.startswith("IFS==") for word in words)


def is_given_file(words: t.Sequence[Word]) -> bool:
    """Whether a function is given a key's file and a value for it, as far as its name tells."""
    texts = [word.clean for word in words[1:] if not ASSIGNMENT.match(word.clean)]
    name = name_of(words[0].clean)
    is_given = any(map(is_kernels_file, texts)) and any(map(_VALUE.match, texts))
    return is_given and not only_reads(name)


def set_by_tool(words: t.Sequence[Word]) -> tuple[int, str] | None:
    """Return the line and the ``KEY=VALUE`` that a call of a configuration tool sets, None if it is no such call."""
    texts = [word.clean for word in words]
    modules = (index for index, text in enumerate(texts) if _SETS_BY_TOOL.fullmatch(text))
    place = next((at for at in modules if texts[at] != "sysctl" or texts[at - 1] in BEFORE_MODULE), 0)
    if _TOOLS.isdisjoint(map(name_of, texts[:place])):
        return None
    options = dict(word.partition("=")[::2] for word in _given(texts) if "=" in word)
    operands = [word for word in _given(texts[place + 1 :]) if "=" not in word and not word.startswith("-")]
    key, value = (*operands, "", "")[:2]
    key, value = options.get("name", key), options.get("value", options.get("val", value))
    line = next((word.line for word in words if key in word.clean), words[0].line)
    return line, f"{key}={value}" if value and _SETS_NOTHING.isdisjoint(_given(texts)) else ""


def _given(texts: t.Iterable[str]) -> list[str]:
    """Return the words of arguments, with what JSON has as ``"name": "value"`` as ``name=value``."""
    text = _MARKS.sub(" ", " ".join(texts)).replace('"', "").replace("'", "")
    return re.sub(r" ?: ", "=", text).split(" ")


def shows(arguments: t.Collection[str]) -> bool:
    """Whether sysctl(8) is called with an option with which it only shows its arguments, as far as these tell."""
    shows_keys = any(map(_SHOWS.match, arguments)) and not any(map(_WRITES.match, arguments))
    return shows_keys or any(map(_SETS_NONE.match, arguments))


def _words_of_call(command: Command) -> list[str]:
    return without_assignments(word.clean for word in command.words)
