# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether a variable says which key a command sets, as in a loop over the names of keys."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import itertools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import ASSIGNMENT
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.command_kinds import shows
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import (
    TEXT_RUNNERS,
    is_sysctl,
    place_of_program,
    speaks,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import name_of, runs_elsewhere
from ansible_collections.linux.tcp.plugins.module_utils._writers.texts import parts

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word

_MAY_SET_A_WORD = re.compile(r"-[a-zA-Z]*[wq]|--(?:write|quiet)")
_REFERRED = re.compile(r"\w+|\{[^}]*\}")
# How the names of keys and of their files begin, and names of these that are relative to a folder.
_KEY = ("net.ipv4.tcp_keepalive",)
_FILE = ("/proc/sys/net/ipv4/tcp_keepalive",)
_RELATIVE_FILE = ("net/ipv4/tcp_keepalive", "ipv4/tcp_keepalive", "tcp_keepalive")


def chooses_key(command: Command, expanded: t.Callable[[str], str | None], *, is_in_proc: bool) -> bool:
    """Whether a variable says which key a command sets here, and may say that it is one of keepalive.

    ``expanded`` gives a text the values of variables that are known. ``is_in_proc`` says that the folder of a file may
    be below ``/proc/sys``.
    """
    words = list(itertools.dropwhile(lambda word: ASSIGNMENT.match(word.clean), command.words))
    place = place_of_program(words)
    is_here = not runs_elsewhere([word.clean for word in words], place)
    program = [word.clean for word in words[place or 0 :] if is_here]
    name = name_of(program[0]) if program else ""
    files = [one.target.clean for one in command.redirections if one.takes_output]
    if name == "tee":
        files += program[1:]
    if any(_may_be_file(expanded(file) or "", is_in_proc=is_in_proc) for file in files if "$" in file):
        return True
    if is_sysctl(name):
        return any(_may_name(expanded(key) or "", _KEY) for key in _keys_set(program[1:]))
    return ((place is None and not speaks(name)) or name in TEXT_RUNNERS) and any(
        chooses_key(Command(parts(word)), expanded, is_in_proc=False)
        for word in words[1:]
        if is_here and _is_call(word)
    )


def names_proc(command: Command) -> bool:
    """Whether a command goes to a folder of ``/proc/sys``, or notes one."""
    words = [word.clean for word in command.words]
    noted = [word.partition("=")[2] for word in words if ASSIGNMENT.match(word)]
    return any(name.startswith("/proc/sys") for name in (words[1:2] if words[:1] in (["cd"], ["pushd"]) else noted))


def _is_call(word: Word) -> bool:
    return "sysctl" in word.clean and len(word.clean.split(None, 1)) > 1


def _keys_set(arguments: list[str]) -> t.Iterator[str]:
    """Yield the names of keys that a call of sysctl(8) may set; a variable may have the value, too."""
    if not shows(arguments):
        writes = any(map(_MAY_SET_A_WORD.match, arguments))
        for word in arguments:
            name, equals, _value = word.partition("=")
            if "$" in name and (equals or writes):
                yield name.replace("/", ".").lstrip("-.")


def _may_be_file(path: str, *, is_in_proc: bool) -> bool:
    return _may_name(path, _FILE if path.startswith("/proc/sys/") else _RELATIVE_FILE if is_in_proc else ())


def _may_name(name: str, begins: t.Iterable[str]) -> bool:
    """Whether a variable in a name may make it that of a key, of which the begin is one of these."""
    before = name.partition("$")[0]
    last = name.rpartition("$")[2]
    referred = _REFERRED.match(last)
    after = last[referred.end() :] if referred else last
    may_end = after[:1] in tuple("]}(") or any(f"_{key}".endswith(after) for key in KEYS)
    return "$" in name and may_end and any(begin.startswith(before) for begin in begins)
