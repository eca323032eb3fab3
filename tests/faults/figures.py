# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count what became of the cases, and choose which violations are printed."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.linux.tcp.tests.faults.modes import MODES

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.modes import Case

_MOST_EXAMPLES = 5  # of a kind of violation that are printed


class Verdict(t.NamedTuple):
    """What became of a case: whether its faults happened, and the rules that were broken."""

    case: Case
    happened: bool
    broken: list[str]


class Figures:
    """The figures of a run, by mode and by kind of violation."""

    def __init__(self, *, every: bool) -> None:
        """Begin to count; ``every`` violation is printed, or some of each kind."""
        self._every = every
        self._runs: collections.Counter[str] = collections.Counter()
        self._broken: collections.Counter[str] = collections.Counter()
        self._missed: collections.Counter[str] = collections.Counter()
        self._kinds: collections.Counter[str] = collections.Counter()

    def add(self, verdict: Verdict) -> t.Iterator[str]:
        """Count a verdict; yield a text for each violation that is to be printed."""
        mode = verdict.case.mode
        self._runs[mode] += 1
        self._broken[mode] += bool(verdict.broken)
        self._missed[mode] += not verdict.happened
        for text in verdict.broken:
            kind = text.partition(":")[0]
            self._kinds[kind] += 1
            if self._every or self._kinds[kind] <= _MOST_EXAMPLES:
                yield f"make faults ONLY='{verdict.case.text}'\n  {text}"

    def lines(self) -> t.Iterator[str]:
        """Yield the figures."""
        for kind, number in self._kinds.most_common():
            yield f"{number:>6} {kind}"
        for mode in (*(mode for mode in MODES if self._runs[mode]), "total"):
            runs, broken, missed = (
                sum(counter.values()) if mode == "total" else counter[mode]
                for counter in (self._runs, self._broken, self._missed)
            )
            yield f"{mode:<8} {runs:>6} runs, {broken} with violations, {missed} whose fault did not happen"

    @property
    def is_good(self) -> bool:
        """Whether no rule was broken, and the faults of at most a twentieth of the runs did not happen."""
        return not self._kinds and sum(self._missed.values()) <= sum(self._runs.values()) / 20
