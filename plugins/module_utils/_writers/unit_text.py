# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the settings of a unit file: systemd.syntax(7)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED

_SECTION = re.compile(r"[ \t]*\[([^\]]*)\][ \t\r]*")
# What hides the end of a command, and this end: a word of its own.
_HIDES_END = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\\.|(?<=[\s\ue000]);(?=[\s\ue000]|\Z)", re.DOTALL)
# systemd.service(5): what a command may begin with; "+" gives it all rights, "!" those of root
_PREFIX = re.compile(r"[\s\ue000]*([@:|+!-]*)")
_SETTING = re.compile(r"[ \t]*([A-Za-z]\w*)[ \t]*=[ \t]*(.*)", re.DOTALL)


class UnitSetting(t.NamedTuple):
    """A setting: the line where it begins, its section, its name and its value, perhaps empty.

    :data:`CONTINUED` stands in a value where a line is continued.
    """

    line: int
    section: str
    name: str
    value: str


def settings_of(text: bytes) -> t.Iterator[UnitSetting]:
    """Yield the settings of a unit file, or of a drop-in of one; ``section`` is empty before the first section."""
    section = ""
    for number, row in _rows(text.decode("utf-8", "surrogateescape")):
        heading, setting = _SECTION.fullmatch(row), _SETTING.match(row)
        if heading:
            section = heading[1]
        elif setting:
            yield UnitSetting(number, section, setting[1], setting[2])


def commands_of(value: str, line: int) -> t.Iterator[tuple[int, str, str]]:
    """Yield the commands of a setting that begins at a line: the line of each, its prefix, and what follows that."""
    ends = [found.start() for found in _HIDES_END.finditer(value) if found.group() == ";"]
    counted = 0
    for begin, end in zip([0, *(end + 1 for end in ends)], [*ends, len(value)]):
        prefix = t.cast("t.Match[str]", _PREFIX.match(value, begin, end))
        line += value.count(CONTINUED, counted, prefix.end())
        counted = prefix.end()
        if counted < end:
            yield line, prefix[1], value[counted:end]


def _rows(text: str) -> t.Iterator[tuple[int, str]]:
    """Yield the lines with their numbers, continued ones as one line, remarks left out."""
    number, found = 0, ""
    for at, row in enumerate([*text.split("\n"), ""], start=1):
        if row.lstrip()[:1] in ("#", ";"):
            found += CONTINUED if number else ""
            continue
        number = number or at
        if row.endswith("\\"):
            found += row[:-1] + " " + CONTINUED
            continue
        yield number, found + row
        number, found = 0, ""
