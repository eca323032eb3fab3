# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bound how much of the texts of a script is followed."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import EffectLog

_MOST_CHARACTERS = 1 << 19  # of all texts that a script runs and hands on, each time that it does


class TextBudget:
    """How many characters may still be looked at; where there are more, the script may do anything, as its log says."""

    def __init__(self, log: EffectLog) -> None:
        self._log = log
        self._left = _MOST_CHARACTERS

    @property
    def is_left(self) -> bool:
        """Whether anything may still be looked at."""
        return self._left > 0

    def spend(self, texts: t.Sequence[Word]) -> bool:
        """Whether texts may still be looked at; each counts for a character more, so that empty ones count, too."""
        return not texts or self.spend_characters(sum(len(text.text) + 1 for text in texts), texts[0].line)

    def spend_characters(self, count: int, line: int) -> bool:
        """Whether so many characters of a line may still be looked at."""
        if not self.is_left:
            return False
        if self._left <= count:
            self._log.sets(line, dict.fromkeys(KEYS))
        self._left -= count
        return self.is_left
