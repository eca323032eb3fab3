# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what programs write into sysctl files that take file, key and value as arguments: crudini(1), augtool(1).

A program that is not known counts where its command line has a sysctl file, a key and a value: many a script has a
function of its own for this, and Ansible has modules such as ini_file and lineinfile.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Fills
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import appends, only_reads
from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import name_of
from ansible_collections.linux.tcp.plugins.module_utils._writers.targets import is_sysctl_file
from ansible_collections.linux.tcp.plugins.module_utils._writers.texts import rows

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
    from ansible_collections.linux.tcp.plugins.module_utils._writers.variables import Variables

_OPTION = re.compile(r"\A(?!net[./])[A-Za-z]\w*=")
_VALUE = re.compile(r"[0-9]+|.*\$.*", re.DOTALL)
# With one of these words a program only reads, or removes a key.
_SETS_NOTHING = frozenset(
    ("--get", "--del", "--delete", "get", "del", "delete", "rm", "remove", "absent", "state=absent")
)
_AUGTOOL = re.compile(
    r"\bset[ \t]+[\"']?/files(/etc/sysctl\.d/[^\s\"'/]+\.conf|/etc/sysctl\.conf)/([^\s\"']+)[\"']?[ \t]+(\S+)"
)


def edits_by_arguments(words: t.Sequence[Word], variables: Variables) -> list[Fills]:
    """Return what a program writes into a sysctl file that its arguments name; nothing where they name none."""
    name = name_of(words[0].clean)
    parts = [(part, word.line) for word in words[1:] for part in _parts(word.clean)]
    texts = [(_OPTION.sub("", part, count=1), line) for part, line in parts]
    if only_reads(name) or any(part in _SETS_NOTHING for part, _line in parts):
        return []
    if not any("$" not in text and is_sysctl_file(text) for text, _line in texts):
        return []
    found = []
    for index, (text, line) in enumerate(texts):
        value = texts[index + 1][0] if index + 1 < len(texts) else ""
        values = variables.values_of(text)
        if not values and "=" not in text and _VALUE.fullmatch(value):
            values = variables.values_of(f"{text}={value}")
        if values:
            found.append(Fills(line, tuple(values.items()), appends=appends(name)))
    return found


def _parts(word: str) -> list[str]:
    """Return the options in a word that has nothing else, as ``path=FILE line=TEXT``; any other word as it stands."""
    options = word.split()
    return options if all(map(_OPTION.match, options)) else [word]


def edits_by_augtool(arguments: t.Sequence[Word], given: t.Iterable[Word], variables: Variables) -> list[Fills]:
    """Return what augtool(1) sets in sysctl files, by its arguments or by the commands that it is given to read."""
    lines = [*rows(given), *([(arguments[0].line, " ".join(word.clean for word in arguments))] if arguments else [])]
    return [
        Fills(number, tuple(values.items()), appends=False)
        for number, row in lines
        for found in _AUGTOOL.finditer(row)
        for values in [variables.values_of(f"{found[2]}={found[3]}")]
        if values
    ]
