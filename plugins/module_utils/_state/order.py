# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the order in which the files of a change are written, so that a boot in between does the least harm.

Each file is replaced in one step, but a change of several files is not: a run may be killed between
two of them. Where one file takes precedence for each key before and after the change, an order exists in which a
boot always gives the old or the new value of each key: what takes precedence is commented out after
the value that replaces it was written, and brought back before that value is removed. The three keys
may still change one after the other, because no order changes two files at once.

No order at all may do where one key moves from a file to another and a second key moves the other
way, as when files are restored that others have changed since. Then the order is chosen in which a
boot gives the fewest values that are neither old nor new.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot

    # of the boots between two steps: how many values are neither old nor new, how many boots give some of each
    Harm = t.Tuple[int, int]
    Targets = t.Tuple[str, ...]

# Of so many files all orders are compared, by at most 30 predictions; of more files the next one is chosen each time,
# by half as many predictions as their square. Of still more, a few orders are compared by a few of their steps.
_MOST_COMPARED = 5
_MOST_CHOSEN = 16


def safest_order(before: Snapshot, after: Snapshot, targets: Targets) -> Targets:
    """Return the files that a change writes in the order in which it should; of equal ones the order given.

    ``before`` and ``after`` are the host without the change and with it, ``targets`` what their trees differ in.
    """

    @functools.lru_cache(maxsize=None)
    def harm(done: frozenset[str]) -> Harm:
        files = (
            file
            for tree, is_done in ((before.tree, False), (after.tree, True))
            for file in tree.files
            if (file.target in done) is is_done
        )
        return _harm(before, after, dataclasses.replace(before, tree=Tree(tuple(files))))

    @functools.lru_cache(maxsize=None)
    def best(done: frozenset[str]) -> tuple[Harm, Targets]:
        left = [target for target in targets if target not in done]
        if not left[1:]:
            return (0, 0), tuple(left)
        if len(left) > _MOST_COMPARED:
            left = [min(left, key=lambda target: harm(done | {target}))]
        ways = []
        for target in left:
            now, (later, order) = harm(done | {target}), best(done | {target})
            ways.append(((now[0] + later[0], now[1] + later[1]), (target, *order)))
        return min(ways, key=lambda way: way[0])

    def harm_of_some(order: Targets) -> Harm:
        steps = (1, 2, len(order) // 2, len(order) - 1)
        found = [harm(frozenset(order[:step])) for step in steps]
        return sum(one for one, _other in found), sum(other for _one, other in found)

    if len(targets) > _MOST_CHOSEN:
        first, *others, last = targets
        back = others[::-1]
        orders = (targets, (first, last, *back), (*back, first, last), targets[::-1])
        return min(orders, key=harm_of_some)
    return best(frozenset())[1]


def _harm(before: Snapshot, after: Snapshot, between: Snapshot) -> Harm:
    old, new, given = before.boot.values, after.boot.values, between.boot.values
    neither = sum(given[key] not in (old[key], new[key]) for key in KEYS)
    return neither, int(given not in (old, new))
