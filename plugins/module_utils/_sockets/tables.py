# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the kernel's tables of sockets in the network namespaces of a host, and select among their lines."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import os
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import GoneError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import ENDED, NO_TABLE
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.unreadable import Unreadable
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Entry, Socket

    # of each inode the namespace and the lines of its table
    Selected = t.Dict[int, t.Tuple[int, t.List[Entry]]]
    # a namespace and a port on which a process listens there
    ListeningPort = t.Tuple[int, int]
    # a namespace and a line of its table
    Line = t.Tuple[int, Entry]
    ReadTable = t.Callable[[str, int, t.Collection[int]], t.List[Entry]]


class Tables:
    """The tables of the namespaces that were added, each read by ``table``; ``unreadable`` counts those that cannot be.

    ``table`` takes the path by which a namespace is entered, its number, and the states that are wanted.
    """

    def __init__(self, table: ReadTable, unreadable: Unreadable) -> None:
        self._table = table
        self._unreadable = unreadable
        self._namespaces: dict[int, list[str]] = {}
        self._named: set[str] = set()

    def add(self, namespace: int, folder: str) -> None:
        """Add a namespace by the folder in /proc of a process in it."""
        self._namespaces.setdefault(namespace, []).append(folder)

    def add_named(self, namespace: int, path: str) -> None:
        """Add a namespace by the path at which it has a name."""
        self.add(namespace, path)
        self._named.add(path)

    def select(self, filters: Filters) -> tuple[Selected, list[Line]]:
        """Return the selected sockets, as far as the tables tell: those with an inode, and those without.

        The former come by their inode, with the namespace and their lines there.
        """
        selected: Selected = {}
        unheld: list[Line] = []
        for namespace in self._selected_namespaces(filters):
            lines: dict[int, list[Entry]] = {}
            for entry in self._read(namespace, filters.states):
                lines.setdefault(entry.inode, []).append(entry)
            unheld.extend((namespace, entry) for entry in lines.pop(0, []) if filters.take_entry(entry))
            for inode, entries in lines.items():
                if filters.concern_processes_only or any(map(filters.take_entry, entries)):
                    selected[inode] = (namespace, sorted(entries) if len(entries) > 1 else entries)
        return selected, unheld

    def listeners(self, filters: Filters) -> dict[int, ListeningPort]:
        """Return where each listener listens, whatever states are selected: connections may wait there."""
        return {
            entry.inode: (namespace, entry.local_port)
            for namespace in self._selected_namespaces(filters)
            for entry in self._read(namespace, [STATES["listening"]])
        }

    def entries(self, found: t.Iterable[Socket]) -> dict[int, tuple[Entry, ...]]:
        """Return what the kernel's tables say now of sockets that were found, by inode; nothing of those that ended."""
        wanted: dict[int, set[int]] = {}
        for one in found:
            wanted.setdefault(one.namespace, set()).add(one.inode)
        lines: dict[int, list[Entry]] = {}
        for namespace, inodes in wanted.items():
            for entry in self._read(namespace, STATES.values()):
                if entry.inode in inodes:
                    lines.setdefault(entry.inode, []).append(entry)
        return {inode: tuple(sorted(entries)) for inode, entries in lines.items()}

    def still_there(self, inodes: t.Collection[int], namespaces: t.Iterable[int]) -> set[int]:
        """Return which sockets have not ended since the tables were read."""
        present = {entry.inode for one in namespaces for entry in self._read(one, STATES.values())}
        return present & set(inodes)

    def _selected_namespaces(self, filters: Filters) -> list[int]:
        """Return the namespaces whose sockets may be selected."""
        return [
            namespace
            for namespace, places in self._namespaces.items()
            if filters.take_namespace(namespace, [place for place in places if place in self._named])
        ]

    def _read(self, namespace: int, states: t.Collection[int]) -> list[Entry]:
        """Read a namespace's table by the first of its processes that is still there."""
        reason, cause = ENDED, ""
        for place in self._namespaces.get(namespace, ()):
            try:
                return self._table(place, namespace, states)
            except GoneError:  # noqa: PERF203 -- the next process may be there still
                pass
            except KeepaliveError as exc:
                # what to do is known only where a process lives
                reason, cause = NO_TABLE, str(exc) if os.path.isdir(place) else ""
        self._unreadable.add("namespace", reason, cause)
        return []
