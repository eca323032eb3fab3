# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which user has a subordinate user ID: subuid(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import bisect
import functools
import pwd
import re
import typing as t

SUBUID = "/etc/subuid"
_RANGE = re.compile(r"^([^:\n]+):([0-9]{1,10}):([0-9]{1,10})$", re.MULTILINE)
_NUMBER = re.compile(r"[0-9]{1,10}\Z")
_ROOT = frozenset(("root", "0"))


def _id_of(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except (KeyError, ValueError):
        return None


class SubordinateIds:
    """The user IDs that users have beside their own, as ``text`` of the file has them.

    Of ranges that overlap the first one counts. Those of root are left out: engines give them to containers, each of
    which is a user of its own.
    """

    def __init__(self, text: bytes, id_of: t.Callable[[str], int | None] = _id_of) -> None:
        self._id_of = functools.lru_cache(maxsize=None)(id_of)  # a directory of users may answer late
        self._starts: list[int] = []
        self._ranges: list[tuple[int, int, str]] = []  # of each start the range as the file has it
        end = 0
        for start, count, name in sorted(_ranges_in(text)):
            first, behind = max(start, end), start + count
            if name not in _ROOT and first < behind:
                self._starts.append(first)
                self._ranges.append((start, behind, name))
                end = behind

    def owner(self, user: int) -> int:
        """Return the ID of the user who has another user's ID; of a user who is not there the first one of the range.

        An ID that nobody has beside the own one is returned as it is.
        """
        place = bisect.bisect_right(self._starts, user) - 1
        if place < 0 or user >= self._ranges[place][1]:
            return user
        start, _behind, name = self._ranges[place]
        owner = int(name) if _NUMBER.match(name) else self._id_of(name)
        return start if owner is None else owner or user


def _ranges_in(text: bytes) -> t.Iterator[tuple[int, int, str]]:
    """Yield the first ID of each range, how many it has, and the name or number of the user who has it."""
    for name, start, count in _RANGE.findall(text.decode("utf-8", "surrogateescape")):
        yield int(start), int(count), name
