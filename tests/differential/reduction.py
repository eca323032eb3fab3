# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reduce a tree to the smallest one for which a condition still holds."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.differential.layouts import Tree


def reduced(tree: Tree, shows: t.Callable[[Tree], bool]) -> Tree:
    """Return a tree for which ``shows`` holds, but not without any one of its files or lines."""
    while True:
        smaller = next(filter(shows, _smaller(tree)), None)
        if smaller is None:
            return tree
        tree = smaller


def _smaller(tree: Tree) -> t.Iterator[Tree]:
    for path in tree:
        yield {other: node for other, node in tree.items() if other != path}
    for path, node in tree.items():
        if not isinstance(node, bytes):
            continue
        rows = node.splitlines(keepends=True)
        for index in range(len(rows)):
            yield {**tree, path: b"".join(rows[:index] + rows[index + 1 :])}
        if node != node.rstrip():
            yield {**tree, path: node.rstrip()}
