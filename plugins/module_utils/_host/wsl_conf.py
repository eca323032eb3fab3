# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the settings of a wsl.conf as WSL does: src/shared/configfile/configfile.cpp of WSL has the syntax."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

_NAME = r"[A-Za-z][A-Za-z0-9]*"
_ESCAPE = r'\\[\\"bnt\r\n]'
_VALUE = rf'(?:"(?:[^"\\\r\n]|{_ESCAPE})*"|[^"\\#\r\n]|{_ESCAPE})*'
_READ = rf"[ \t]*(?:\[({_NAME})\][ \t]*|({_NAME})[ \t]*=({_VALUE}))?(?:#[^\r\n]*)?"
_END = r"(?:\r?\n|\r|\Z)"
_LINE = re.compile(rf"{_READ}{_END}|([^\r\n]*){_END}")
_QUOTE_OR_ESCAPE = re.compile(r'"|\\(.)', re.DOTALL)
_ESCAPED = {"b": "\b", "n": "\n", "t": "\t", "\r": "", "\n": ""}


class WslSetting(t.NamedTuple):
    """A setting in a wsl.conf, and the line where it begins; section and key are in small letters.

    The key is empty for a line that WSL cannot read, and ``value`` is that line then. WSL reads nothing behind it.
    """

    line: int
    section: str
    key: str
    value: str


def settings_of(text: str) -> t.Iterator[WslSetting]:
    """Yield the settings of a wsl.conf, also those behind a line that WSL cannot read.

    A value goes on in the next line where its line ends in a backslash. The ends of lines, of sections and of comments
    may be those of Windows, but a carriage return ends a value behind such a backslash, too.
    """
    section, number = "", 1
    for found in _LINE.finditer(text):
        heading, key, value, line = found.groups()
        if line is not None:
            yield WslSetting(number, section, "", line.strip())
        elif key:
            yield WslSetting(number, section, key.lower(), _unquoted(value.strip(" \t")))
        elif heading:
            section = heading.lower()
        number += found.group().count("\n")


def _unquoted(value: str) -> str:
    return _QUOTE_OR_ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]) if found[1] else "", value)
