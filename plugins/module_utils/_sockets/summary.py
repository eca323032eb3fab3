# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count sockets by what covers them."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import NOT_COVERED, UNTIL_ACCEPTED
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Result, Socket

    # sockets by whether they are covered
    _Count = t.Counter[t.Optional[bool]]


_MOST_NAMES = 1000  # of commands and of units; a user may give another name to each process


class CoverageSummary:
    """Counts sockets by what covers them: in all, by reason, by command and by unit.

    A listener whose program sets each connection itself counts by its reason only.
    """

    def __init__(self) -> None:
        self._processes: dict[int, Process] = {}
        self._counts: collections.Counter[tuple[bool | None, str | None, tuple[int, ...]]] = collections.Counter()

    def add(self, found: Socket) -> None:
        """Count a socket."""
        verdict = found.verdict
        pids = []
        for process, _descriptor in found.holders:
            self._processes[process.pid] = process
            pids.append(process.pid)
        self._counts[verdict.covered, verdict.code, tuple(pids)] += 1

    def as_dict(self) -> Result:
        """Return the counts as the module returns them: once for each command and unit that holds a socket.

        Of too many commands or units, those with the most sockets are named, and the others are counted.
        """
        total: _Count = collections.Counter()
        reasons: collections.Counter[str] = collections.Counter()
        commands: dict[str | None, _Count] = {}
        units: dict[str | None, _Count] = {}
        for (covered, code, pids), count in self._counts.items():
            if code is not None:
                reasons[code] += count
            if code == UNTIL_ACCEPTED.code:
                continue
            processes = [self._processes[pid] for pid in pids]
            total[covered] += count
            for command in {process.command for process in processes}:
                commands.setdefault(command, collections.Counter())[covered] += count
            for unit in {process.unit for process in processes}:
                units.setdefault(unit, collections.Counter())[covered] += count
        return {
            "totals": _shown(total),
            "reasons": [{**NOT_COVERED[code]._asdict(), "sockets": count} for code, count in sorted(reasons.items())],
            "by_command": _breakdown("command", commands),
            "by_unit": _breakdown("unit", units),
            "commands_left_out": max(len(commands) - _MOST_NAMES, 0),
            "units_left_out": max(len(units) - _MOST_NAMES, 0),
        }


def _shown(counts: _Count) -> Result:
    return {
        "sockets": sum(counts.values()),
        "covered": counts[True],
        "not_covered": counts[False],
        "unknown": counts[None],
    }


def _breakdown(key: str, counts: t.Mapping[str | None, _Count]) -> list[Result]:
    """Return the counts by name, those without a name last; of too many, those without a name and the largest."""
    by_size = sorted(counts, key=lambda name: (name is not None, -sum(counts[name].values()), name or ""))
    return [
        {key: None if name is None else printable(name), **_shown(counts[name])}
        for name in sorted(by_size[:_MOST_NAMES], key=lambda name: (name is None, name or ""))
    ]
