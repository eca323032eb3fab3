# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Expand the braces in a word, as bash(1) does: ``a{b,c}`` are the words ``ab`` and ``ac``."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re

from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import ASSIGNMENT

# These stand in a word for braces and commas that no quotes are around.
_OPEN, _COMMA, _CLOSE = "\ue001", "\ue002", "\ue003"
_MARKED = str.maketrans("{,}", _OPEN + _COMMA + _CLOSE)
_LITERAL = str.maketrans(_OPEN + _COMMA + _CLOSE, "{,}")
_INNERMOST = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_LONGEST, _MOST_BRACES, _MOST_WORDS = 1000, 10, 64  # another word stays as it is


def marked(text: str) -> str:
    """Return a part of a word in which braces and commas count."""
    return text.translate(_MARKED)


def literal(text: str) -> str:
    """Return a word in which nothing is expanded."""
    return text.translate(_LITERAL)


def expanded(text: str) -> list[str]:
    """Return the words that a word with marks is expanded to; an assignment stays one."""
    if not 0 < text.count(_OPEN) <= _MOST_BRACES or len(text) > _LONGEST or ASSIGNMENT.match(text):
        return [literal(text)]
    finished: list[str] = []
    pending = [text]
    while pending:
        one = pending.pop()
        group = _INNERMOST.search(one)
        if group is None:
            finished.append(literal(one))
            continue
        parts = group[1].split(_COMMA) if _COMMA in group[1] else ["{" + group[1] + "}"]
        pending += [one[: group.start()] + part + one[group.end() :] for part in reversed(parts)]
        if len(pending) + len(finished) > _MOST_WORDS:
            return [literal(text)]
    return [word for word in dict.fromkeys(finished) if word] or [literal(text)]
