# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bound results, whose lists are as long as the users of a host make them."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

MOST_ELEMENTS = 100  # of what is returned of one thing: its names, its processes
_MOST_CHARACTERS = 20_000_000  # fifty thousand network namespaces, as containers have them
# Some 80,000 sockets; of any sockets fewer than the 10 million values that the controller takes of a result.
MOST_CHARACTERS_OF_SOCKETS = 60_000_000


class ResultBudget:
    """How much a result may still hold; ``left_out`` counts what did not go in."""

    def __init__(self, most_characters: int = _MOST_CHARACTERS) -> None:
        self.left_out = 0
        self._characters = most_characters

    def take(self, found: t.Iterable[Result]) -> list[Result]:
        """Return the first of these dictionaries, as many as the result may hold; each is used up when it is taken."""
        taken = []
        for one in found:
            self._characters -= 0 if self.left_out else _size(one)
            if self._characters < 0:
                self.left_out += 1
            else:
                taken.append(one)
        return taken


def cut(**lists: t.Sequence[t.Any]) -> tuple[dict[str, t.Sequence[t.Any]], dict[str, int]]:
    """Return the first elements of each list, and how many are left out of those that have more."""
    left_out = {name: len(found) - MOST_ELEMENTS for name, found in lists.items() if len(found) > MOST_ELEMENTS}
    return {name: found[:MOST_ELEMENTS] for name, found in lists.items()}, left_out


def _size(value: object) -> int:
    """Return about how many characters a value has in JSON."""
    if isinstance(value, str):
        return len(value) + 4
    if isinstance(value, dict):
        return sum(len(key) + 6 + _size(one) for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return 2 + sum(map(_size, value))
    return 6
