# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what loops set: what the rows of a text say that they read, and the names that they are handed on."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import commands_of, words_of
from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import (
    REFERENCE,
    assigned_by,
    without_assignments,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.command_kinds import reads_pairs, sets_variable
from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import has_settings
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import PRINTERS, is_sysctl
from ansible_collections.linux.tcp.plugins.module_utils._writers.scopes import name_of, runs_elsewhere
from ansible_collections.linux.tcp.plugins.module_utils._writers.texts import rows

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command, Pipeline, Word
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import EffectLog
    from ansible_collections.linux.tcp.plugins.module_utils._writers.script_names import ScriptNames

_IN_ROW = re.compile(r"(?!#)[^#]*?keepalive_(?:time|intvl|probes)")
_PART = "keepalive"  # of a key's name, of which a pattern may be the rest
_MAY_BE_FILE = re.compile(r"\$|/proc/")
_EXPANDS = re.compile(r"[$`]")
_FILL_VARIABLES = frozenset(("read", "mapfile", "readarray", "printf"))
_FOLDER = re.compile(r"/proc/+sys/+net/+ipv4")
# These run their words with those that they find or read, perhaps in the place of {}.
_RUN_WORDS = frozenset(("find", "xargs", "parallel"))
_WRITES_WORD = re.compile(r">\|?[ \t]*[\"']?(?:/proc/sys/[\w./]{0,60})?(?:\{\}|\$\{?[@*0-9a-z])")


def set_rows(log: EffectLog, names: ScriptNames, body: list[Pipeline], given: list[Word]) -> None:
    """Set what the rows of a text say that a loop reads, whose parts may be read into variables of their own."""
    commands = list(commands_of(body))
    sets_all = any(map(sets_variable, commands)) and not any(map(reads_pairs, commands))
    log.settings(given if sets_all else [text for text in given if not text.is_file])
    if names.chooses_key:
        for number, row in rows(given):
            if not log.variables.values_of(row) and _IN_ROW.match(row):
                log.sets(number, dict.fromkeys(KEYS))
    if not sets_all and any(map(names.chooses, commands)):
        for file in given:
            if file.is_file and has_settings(file.clean):
                log.sets(file.line, dict.fromkeys(KEYS))


def set_handed_on(log: EffectLog, names: ScriptNames, pipeline: t.Iterable[Command]) -> None:
    """Take keys for set whose names, or whose files, a pipeline hands on to a command that sets or writes these."""
    named: Word | None = None
    is_printed = is_file = False
    for command in pipeline:
        for word, is_of_printer in _handed_on_by(command):
            is_file = is_file or _FOLDER.search(word.clean) is not None
            if named is None and _PART in word.text:
                named, is_printed = word, is_of_printer
        if named and _takes(command, names, is_file=is_file, is_printed=is_printed):
            log.sets(named.line_at(named.text.index(_PART)), dict.fromkeys(KEYS))
            return


def _handed_on_by(command: Command) -> t.Iterator[tuple[Word, bool]]:
    """Yield the words of a command, and the texts that it is given to read.

    With each stands whether it is of a command of which it is not known what it prints.
    """
    prints_other = command.body is None and command.words[:1] != [] and command.words[0].clean not in PRINTERS
    yield from ((word, prints_other) for word in command.words)
    for one in command.redirections:
        if one.operator in ("<", "<<", "<<<"):
            yield from ((word, True) for word in words_of(one.target.body))
            yield one.target, False


def _takes(command: Command, names: ScriptNames, *, is_file: bool, is_printed: bool) -> bool:
    """Whether a command sets the keys, or writes the files, whose names it is given."""
    words = [word.clean for word in command.words]
    if command.body is None:
        runs_words = not _RUN_WORDS.isdisjoint(map(name_of, words)) and not runs_elsewhere(words)
        return runs_words and (
            (is_file and ("tee" in words or any(map(_WRITES_WORD.search, words))))
            or (any(map(is_sysctl, map(name_of, words))) and any(word.startswith("{}=") for word in words))
        )
    commands = list(commands_of(command.body))
    given = {*(words[1:2] if words[:1] == ["for"] else ())}
    for one in commands:
        given.update(assigned.name for assigned in assigned_by(one))
        read = without_assignments(word.clean for word in one.words)
        given.update(read[1:] if read[:1] and read[0] in _FILL_VARIABLES else ())
    files = [file for one in commands if is_file for file in _written_by(one) if _MAY_BE_FILE.match(file)]
    is_written = any(_may_be_of(file, given) for file in files)
    return is_written or (is_printed and any(map(names.chooses, commands)))


def _may_be_of(file: str, given: t.Container[str]) -> bool:
    """Whether a file may be one of those that variables name; another variable alone is certainly none."""
    other = REFERENCE.fullmatch(file)
    return _EXPANDS.search(file) is not None if other is None else _name(other) in given or _name(other).isdigit()


def _name(found: t.Match[str]) -> str:
    return found[1] or found[2]


def _written_by(command: Command) -> t.Iterator[str]:
    """Yield the files that a command may write."""
    yield from (one.target.clean for one in command.redirections if one.takes_output)
    if any(word.clean == "tee" for word in command.words):
        yield from (word.clean for word in command.words)
