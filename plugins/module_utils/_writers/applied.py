# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the sysctl files that calls of sysctl(8) apply, within bounds."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import MOST_STATEMENTS, count_statements
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import AppliedFile, Applier, Setter

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


def with_applied(files: Reader, candidates: t.Iterable[Candidate], tree: Tree) -> tuple[list[Candidate], Tree]:
    """Return candidates, and a tree to which the sysctl files are added that they apply.

    A call may apply anything if its files, with those of the calls before it, are more than are looked at.
    """
    applied = _Applied(files, {file.path: file for file in tree.files})
    kept: list[Candidate] = []
    for candidate in candidates:
        if isinstance(candidate, Applier) and not applied.add(candidate.application.names or ()):
            kept.append(Setter(candidate.writer, tuple((key, None) for key in KEYS)))
            continue
        if isinstance(candidate, AppliedFile) and not applied.add((candidate.path,)):
            path = printable(candidate.path)
            files.note_lead(candidate.path, f"{path} has too much to be read with the other files that are applied.")
            continue
        kept.append(candidate)
    return kept, Tree(tuple(applied.known.values()))


@dataclasses.dataclass
class _Applied:
    """The files that calls apply, with all that are ``known``, by path.

    Each call compares its names with all files, and parses those that it applies. ``left`` says for how many
    files, KiB and statements this is still done.
    """

    files: Reader
    known: dict[str, SysctlFile]
    left: int = MOST_STATEMENTS
    judged: dict[tuple[str, ...], bool] = dataclasses.field(default_factory=dict)
    costs: dict[str, int] = dataclasses.field(default_factory=dict)

    def add(self, names: tuple[str, ...]) -> bool:
        """Read the files that a call names, and return whether it can be judged."""
        if names not in self.judged:
            self.judged[names] = all(map(self._add, names))
        return self.judged[names]

    def _add(self, name: str) -> bool:
        if self.left > 0 and name not in self.costs:
            found = self.files.matching(name)
            cost = sum((len(file.text) >> 10) + count_statements(file.text, MOST_STATEMENTS) for file in found)
            self.costs[name] = cost
            if cost < self.left:
                self.known.update((file.path, file) for file in found if file.path not in self.known)
        self.left -= len(self.known) + self.costs.get(name, 0)
        return self.left > 0
