# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what loops set: what the rows of a text say that they read, and the files over which they go."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import commands_of, words_of
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.command_kinds import reads_pairs, sets_variable
from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import has_settings
from ansible_collections.linux.tcp.plugins.module_utils._writers.targets import is_kernels_file
from ansible_collections.linux.tcp.plugins.module_utils._writers.texts import rows

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Pipeline, Word
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import EffectLog
    from ansible_collections.linux.tcp.plugins.module_utils._writers.script_names import ScriptNames

_IN_ROW = re.compile(r"(?!#)[^#]*?keepalive_(?:time|intvl|probes)")


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


def set_files(log: EffectLog, words: t.Iterable[Word], body: list[Pipeline]) -> None:
    """Take the files of keys for written over which a loop goes that writes to a variable's file."""
    writes = any(
        one.takes_output and "$" in one.target.clean for command in commands_of(body) for one in command.redirections
    ) or any(word.clean == "tee" for word in words_of(body))
    for word in words:
        if writes and is_kernels_file(word.clean):
            log.sets(word.line, dict.fromkeys(KEYS))
