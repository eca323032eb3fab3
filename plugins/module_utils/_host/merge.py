# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take one's own edit out of a file that another program has edited since: a merge of three texts by lines."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import difflib
import typing as t

_MOST_COMPARISONS = 4_000_000  # difflib may need one for each pair of lines: a second

Hunk = t.Tuple[int, int, t.List[bytes]]


def without_edit(before: bytes, after: bytes, found: bytes) -> bytes | None:
    """Return ``found``, which another program made of ``after``, without the edit that made that of ``before``.

    None where this is not certain: where both edits concern the same lines, or where two lines would
    come to the same place and nothing tells which one is first.
    """
    texts = [text.splitlines(keepends=True) for text in (before, after, found)]
    head = _common(texts)
    tail = _common([text[head:][::-1] for text in texts])
    old, own, new = (text[head : len(text) - tail] for text in texts)
    if len(own) * max(len(old), len(new)) > _MOST_COMPARISONS:
        return None
    # where both begin at the same line, the one that only adds lines is first
    hunks = sorted([*((*hunk, 0) for hunk in _hunks(own, old)), *((*hunk, 1) for hunk in _hunks(own, new))], key=_order)
    merged = texts[1][:head]
    place, adds_at = 0, -1
    for start, end, lines, _whose in hunks:
        if start < place or (start == end == adds_at and (tail or end < len(own))):
            return None
        merged += own[place:start] + lines
        place, adds_at = end, start if start == end else -1
    merged += own[place:] + texts[1][len(texts[1]) - tail :]
    # what was the last line may be without its end
    ended = [line if line.endswith((b"\n", b"\r")) else line + b"\n" for line in merged[:-1]]
    return b"".join([*ended, *merged[-1:]])


def _common(texts: list[list[bytes]]) -> int:
    """Return how many lines at the beginning are the same in all texts."""
    return next((number for number, lines in enumerate(zip(*texts)) if len(set(lines)) > 1), min(map(len, texts)))


def left_of_edit(before: bytes, after: bytes, found: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return the lines that an edit added and that are there, and those that it removed and that are missing.

    None are, if nothing of what the edit left is there: then the file was written anew.
    """
    old, own, new = (collections.Counter(filter(bytes.strip, text.splitlines())) for text in (before, after, found))
    if not own & new:
        return [], []
    added, removed = own - old, old - own
    return sorted((added & new).elements()), sorted((removed - new).elements())


def _hunks(own: list[bytes], other: list[bytes]) -> list[Hunk]:
    """Return what makes one text of another: first line, line after the last one, and the lines in their place."""
    matcher = difflib.SequenceMatcher(None, own, other, autojunk=False)
    return [(i, j, other[k:m]) for kind, i, j, k, m in matcher.get_opcodes() if kind != "equal"]


def _order(hunk: tuple[int, int, list[bytes], int]) -> tuple[int, int, int]:
    start, end, _lines, whose = hunk
    return start, end, whose
