# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the variables of a script that are given one value only, in the names of keys and files."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import commands_of
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import (
    REFERENCE,
    RUN_HERE,
    assigned_by,
    without_assignments,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.roots import is_this_root
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import values_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Pipeline
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

_MOST_CHARACTERS = 1 << 19  # of all texts with the values of their variables, each time that they are read
# A folder that such a variable names is the root of another system, unless a value may be that of this one.
_FOLDER = re.compile(r"\$\{?(\w+)\}?/")
_OTHER_ROOT = re.compile(r"rootfs|chroot|sysroot", re.IGNORECASE)
_ELEMENT = re.compile(r"\w*\[(.*)\]", re.DOTALL)
_READ = frozenset(("read", "mapfile", "readarray", "select", "getopts"))


def _read_by(command: Command) -> list[str]:
    """Return the variables to which a command such as read(1) gives values; other arguments do no harm."""
    words = without_assignments(word.clean for word in command.words)
    return words[1:] if words and words[0] in _READ else []


def _looped_by(command: Command) -> list[str]:
    """Return the variable of a loop over words."""
    words = [word.clean for word in command.words]
    return words[1:2] if words[:1] == ["for"] else []


def _runs_here(command: Command) -> bool:
    """Whether a command runs what may give any variable another value."""
    words = without_assignments(word.clean for word in command.words)
    return not RUN_HERE.isdisjoint(words[:2])  # the first may be command(1) or builtin


class Variables:
    """The variables of a script whose value is known."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._roots: set[str] = set()  # variables that may be empty, or the root folder
        self._looped: dict[str, list[str]] = {}
        self._otherwise: set[str] = set()  # variables to which not only loops give values
        self._left = _MOST_CHARACTERS

    def note_loop(self, name: str, words: t.Sequence[str]) -> None:
        """Note the words that ``for NAME in WORDS`` gives a variable, one after the other."""
        expanded = self.expanded(" ".join(words))
        self._looped[name] = [f"${name}"] if expanded is None else expanded.split()

    def files_of(self, name: str) -> list[str]:
        """Return the files that a name means: those of a loop where it is the variable of one."""
        found = REFERENCE.fullmatch(name)
        variable = found[1] or found[2] if found else ""
        names = None if variable in self._otherwise else self._looped.get(variable)
        self._left -= len(names or ())
        if names is None or self._left < 0:
            return [name]
        return names

    def note(self, pipelines: t.Iterable[Pipeline]) -> None:
        """Note the variables that are given one value only, to be read in the names of keys and files."""
        values: dict[str, set[str]] = {}
        unknown: set[str] = set()
        looped: set[str] = set()
        for command in commands_of(pipelines):
            if _runs_here(command):
                unknown.update(values)
            unknown.update(_read_by(command))
            looped.update(_looped_by(command))
            for assigned in assigned_by(command):
                if assigned.appends:
                    unknown.add(assigned.name)
                values.setdefault(assigned.name, set()).add(assigned.value)
        self._roots.update(name for name, given in values.items() if any(map(is_this_root, given)))
        self._otherwise.update(unknown, values)
        unknown |= looped
        for name, given in values.items():
            if len(given) == 1 and "$" not in "".join(given):
                self._values[name] = next(iter(given))
        for name in unknown:
            self._values.pop(name, None)

    def expanded(self, text: str) -> str | None:
        """Return a text with the values of its variables, those that are not known as they stand.

        None where this would be too long, with all that was asked for before.
        """
        names = [found[1] or found[2] for found in REFERENCE.finditer(text)]
        size = sum(len(self._values[name]) for name in names if name in self._values)
        if size > self._left:
            return None
        self._left -= size
        return REFERENCE.sub(lambda found: self._values.get(found[1] or found[2], found.group()), text)

    def has_word(self, name: str) -> bool:
        """Whether the value of a variable is known, and a single word; an array may have more than one."""
        return "[" not in name and len(self._values.get(name, "").split()) == 1

    def names_other_root(self, path: str) -> bool:
        """Whether a path begins with a variable whose name says that it is the root folder of another system."""
        found = _FOLDER.match(path)
        return found is not None and _OTHER_ROOT.search(found[1]) is not None and found[1] not in self._roots

    def values_of(self, setting: str) -> dict[Key, int | None]:
        """Return what a setting gives; variables are read in the name of its key, and not in its value.

        A name that is too long may be that of any key.
        """
        name, equals, value = setting.partition("=")
        element = _ELEMENT.fullmatch(name)  # of an array that has the keys as names
        expanded = self.expanded(element[1] if element else name)
        return dict.fromkeys(KEYS) if expanded is None else values_of(f"{expanded}{equals}{value}")
