# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count what could not be read, by reason."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import PLURALS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason, What


class Unreadable:
    """Counts what could not be read, by reason, with what to do about it where that is known."""

    def __init__(self) -> None:
        self._counts: collections.Counter[tuple[What, Reason]] = collections.Counter()
        self._remedies: dict[Reason, str] = {}
        self._first: dict[tuple[What, Reason], str] = {}

    def add(self, what: What, reason: Reason, what_to_do: str = "", *, which: str = "") -> None:
        """Count one. The first of its kind is named as ``which`` says."""
        self._counts[what, reason] += 1
        self._first.setdefault((what, reason), which)
        if what_to_do:
            self._remedies[reason] = what_to_do

    def count(self, what: What, *reasons: Reason) -> int:
        """Return how many of a kind were counted for these reasons, or for any if none is given."""
        return sum(
            count for (one, reason), count in self._counts.items() if one == what and (not reasons or reason in reasons)
        )

    def reasons(self, what: What) -> str:
        """Return why those of a kind were counted, with how many for each reason."""
        counts = sorted((reason.message, count) for (one, reason), count in self._counts.items() if one == what)
        return "; ".join(f"{message} ({count})" for message, count in counts)

    def as_list(self) -> list[dict[str, t.Any]]:
        """Return the counts as the module returns them."""
        return [
            {"what": what, **reason._asdict(), "count": count} for (what, reason), count in sorted(self._counts.items())
        ]

    def warnings(self) -> list[str]:
        """Return a warning for each reason that has a remedy."""
        return [
            f"{count} {PLURALS[what]} could not be read{self._example(what, reason)}: {reason.message}. "
            f"{self._remedies[reason]}"
            for (what, reason), count in sorted(self._counts.items())
            if reason in self._remedies
        ]

    def _example(self, what: What, reason: Reason) -> str:
        which = self._first[what, reason]
        return which and f", such as {which}"
