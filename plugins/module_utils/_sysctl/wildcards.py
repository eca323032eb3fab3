# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Match names by the patterns of Python's fnmatch, none of which takes long."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import fnmatch
import functools
import itertools
import re
import typing as t

_TOKEN = re.compile(r"(?P<star>\*+)|\[!?\]?[^\]]*\]|[^*\[]+")
_TOKEN_BEHIND_BRACKETS = re.compile(r"(?P<star>\*+)|\[|[^*\[]+")
_LITERAL = ("[", "[]", "[!]")  # where no bracket ends them
# fnmatch.translate() puts a piece without stars between these.
_BEFORE, _BEHIND = "(?s:", r")\Z"


@functools.lru_cache(maxsize=128)
def name_pattern(pattern: str) -> t.Pattern[str]:
    """Return what matches the names that ``fnmatch.fnmatchcase`` matches.

    What stands between two stars is matched where it is found first, once and for all, as Python does from 3.9 on:
    trying other places would help nothing and could take forever.

    :raises re.error: for a range such as ``[z-a]``, by Python before 3.9.
    """
    pieces = [""]
    end = pattern.rfind("]") + 1
    for token in itertools.chain(_TOKEN.finditer(pattern, 0, end), _TOKEN_BEHIND_BRACKETS.finditer(pattern, end)):
        text = token.group()
        if token["star"]:
            pieces.append("")
        else:
            pieces[-1] += f"[[]{text[1:]}" if text in _LITERAL else text
    first, *others = (fnmatch.translate(piece)[len(_BEFORE) : -len(_BEHIND)] for piece in pieces)
    if not others:
        return re.compile(first, re.DOTALL)
    middle = [f"(?=(?P<p{number}>.*?{piece}))(?P=p{number})" for number, piece in enumerate(others[:-1])]
    return re.compile("".join([first, *middle, ".*", others[-1]]), re.DOTALL)
