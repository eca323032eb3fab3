# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what a job of cron does: crontab(5) on the percent sign."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import ShellError, Word
from ansible_collections.linux.tcp.plugins.module_utils._writers.commands import effects_of
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import loose_effects
from ansible_collections.linux.tcp.plugins.module_utils._writers.settled import parsed

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect

_WITH_INPUT = re.compile(r"((?:[^\\%]|\\.)*)%(.*)", re.DOTALL)
_PERCENT = re.compile(r"\\?%")
_END = ".%."  # of a here document


def effects_of_job(text: str, line: int) -> t.Iterator[Effect]:
    """Yield what a job does: behind the first ``%`` is what its command reads, with ``%`` for the ends of lines."""
    found = _WITH_INPUT.match(text)
    command = (found[1] if found else text).replace(r"\%", "%")
    if not found:
        yield from effects_of(command, line)
        return
    try:
        parsed(Word(command, line))
    except ShellError:
        yield from loose_effects(command, line)
        return
    given = _PERCENT.sub(lambda percent: "%" if len(percent.group()) == 2 else "\n", found[2])
    effects = effects_of(f"{{ {command}\n}} <<'{_END}'\n{given}\n{_END}\n", line)
    yield from (dataclasses.replace(effect, line=line) for effect in effects)
