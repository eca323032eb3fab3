# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the sockets that the filters select and read each one's options.

The order saves work: the tables of all namespaces are cheap, so the selected sockets are known
before a process's descriptors are read; and only the sockets that are found there are duplicated.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    GoneError,
    KeepaliveError,
    KernelTooOldError,
    NotPermittedError,
    TooDeepError,
    TooManyDescriptorsError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import (
    ENDED,
    HIDDEN,
    PERMISSION,
    REFUSED,
    TOO_DEEP,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.unreadable import Unreadable
from ansible_collections.linux.tcp.plugins.module_utils._sockets.listeners import AcceptedConnections, accepts
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES, Socket
from ansible_collections.linux.tcp.plugins.module_utils._sockets.netlink import read_table
from ansible_collections.linux.tcp.plugins.module_utils._sockets.options import read_options
from ansible_collections.linux.tcp.plugins.module_utils._sockets.pidfd import TOO_OLD_REMEDY, Duplicator, remedy
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import (
    CLOSED,
    FIRST_THREAD_ENDED,
    HALF_OPEN,
    HIDDEN_HOLDER,
    NO_HOLDER,
    NO_TIMER,
    NOT_ACCEPTED,
    TOO_MANY,
    TOO_OLD,
    UNITS_UNKNOWN,
)
from ansible_collections.linux.tcp.plugins.module_utils._sockets.socket_units import listening_ends
from ansible_collections.linux.tcp.plugins.module_utils._sockets.tables import Tables

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
    from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import End, Filters
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Criteria, Entry, Options
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.tables import (
        Line,
        ListeningPort,
        ReadTable,
        Selected,
    )

    # process and number of the descriptor
    Holder = t.Tuple[Process, int]


# what the state of a socket tells that no process holds; all other states are those of closed ones
_WITHOUT_HOLDER = {
    STATES["established"]: NOT_ACCEPTED,
    STATES["close_wait"]: NOT_ACCEPTED,
    STATES["syn_recv"]: HALF_OPEN,
}
_SELECT_FEWER = "Select other processes, by pids, units or users, or let these ones close some"


class SocketScanner:
    """Finds sockets among the processes of a host; ``unreadable`` counts what could not be read.

    ``tables`` has the network namespaces of the processes that were seen, and of those with a name.
    ``denied`` tells whether permission was denied to read something that may be selected, ``too_old``
    whether the kernel cannot look into anything.
    """

    def __init__(self, processes: Processes, *, table: ReadTable = read_table) -> None:
        self.unreadable = Unreadable()
        self.denied = False
        self.too_old = False
        self._processes = processes
        self._table = table
        self.tables = Tables(table, self.unreadable)
        self._seen: set[int] = set()
        self._refused = 0
        self._left_out = 0

    def sockets(
        self, filters: Filters, *, whole: bool = True, compare: bool = True, known: t.Collection[int] = ()
    ) -> t.Iterator[Socket]:
        """Find the sockets that the filters take, one by one and each once, and look at them.

        Those whose inodes are ``known`` are left out.

        Unless the ``whole`` of their options is wanted, only those that tell whether keepalive covers them are read.
        Listeners come last. Unless asked to ``compare`` them with the connections that they have accepted, they are
        judged by their own options alone.
        A socket whose options cannot be read comes without them; one that has ended does not come.
        With filters of processes, only the processes that these take are named as holders, and
        sockets without a holder are not counted, because it is not known whether they are selected.
        """
        self._processes.look_anew()
        chosen = self._choose(filters)
        for number, path in self._processes.named_namespaces():
            self.tables.add_named(number, path)
        selected, unheld = self.tables.select(filters)
        selected = {inode: lines for inode, lines in selected.items() if inode not in known}
        holders = self._held(chosen, filters, selected, unheld)
        accepted, unsettled = AcceptedConnections(), []
        whole = whole or filters.idle_longer_than is not None
        for found in self._look_at_all(selected, holders, filters.criteria, whole=whole):
            if found.is_listening or found.verdict.code == NO_TIMER.code:
                unsettled.append(found)
                continue
            accepted.add(found)
            if filters.take_socket(found):
                yield found
        if compare:
            self._note_left_out(unsettled, filters, accepted)
        for found in self._settled(unsettled, accepted, compare=compare):
            if filters.take_socket(found):
                yield found

    def _note_left_out(self, unsettled: list[Socket], filters: Filters, accepted: AcceptedConnections) -> None:
        """Note the connections that would tell of a listener, and that filters of states or addresses leave out."""
        judged = [one for one in unsettled if one.is_listening and one.verdict.covered is False]
        others = filters.of_accepted(one.entries[0].local_port for one in judged)
        if judged and others:
            for found in SocketScanner(self._processes, table=self._table).sockets(others, whole=False, compare=False):
                accepted.add(found)

    def _held(
        self, chosen: list[Process], filters: Filters, selected: Selected, unheld: list[Line]
    ) -> dict[int, list[Holder]]:
        """Return who holds the selected sockets, by inode, and count those that nobody holds."""
        ports = self.tables.listeners(filters) if filters.concern_processes else {}
        holders: dict[int, list[Holder]] = {}
        listening: dict[int, list[Holder]] = {}
        self._find_holders(chosen, (selected, holders), (ports, listening))
        # those that started meanwhile
        self._find_holders(self._choose(filters), (selected, holders), (ports, listening))
        if filters.may_name_socket_units:
            self._find_held_for_units(filters, selected, holders)
        self._count_unfound(filters, selected, set() if filters.concern_processes else selected.keys() - holders.keys())
        self._count_without_holder(filters, unheld, {ports[inode] for inode in listening})
        return holders

    def _find_held_for_units(self, filters: Filters, selected: Selected, holders: dict[int, list[Holder]]) -> None:
        """Add the sockets that process 1 holds for socket units: listeners, and what they accept with Accept=yes."""
        try:
            ends = filters.ends_of_units(listening_ends())
            systemd = self._processes.read(1) if ends else None
            if systemd is None or not filters.of_any_unit().take_process(systemd):
                return
        except (GoneError, NotPermittedError):
            return  # it is counted among the other processes
        except KeepaliveError as exc:
            self.unreadable.add("process", UNITS_UNKNOWN, str(exc))
            return
        wanted = {
            inode
            for inode, (namespace, entries) in selected.items()
            if namespace == systemd.namespace and any(_is_at(entry, ends) for entry in entries)
        }
        self._find_holders([systemd], (wanted, holders))

    def unattributed(self, filters: Filters) -> Unreadable:
        """Count the sockets that no process is known to hold, and that all filters select but those of processes."""
        counts = Unreadable()
        if not filters.concern_processes:
            return counts
        selected, _unheld = self.tables.select(filters)
        held: set[int] = set()
        refused = False
        self._processes.look_anew()
        for pid in self._processes.pids() if selected else ():
            try:
                process = self._processes.read(pid)
                if process is not None:
                    held.update(inode for _descriptor, inode in self._processes.sockets(process))
            except (NotPermittedError, TooManyDescriptorsError):  # noqa: PERF203 -- the others may be read
                refused = True
            except GoneError:
                pass
        unfound = selected.keys() - held
        for _inode in self.tables.still_there(unfound, {selected[inode][0] for inode in unfound}):
            counts.add("socket", HIDDEN_HOLDER if refused else NO_HOLDER)
        return counts

    def _settled(self, unsettled: list[Socket], accepted: AcceptedConnections, *, compare: bool) -> t.Iterator[Socket]:
        """Look at sockets once more: a timer may have been armed after the tables were read; then at listeners."""
        unarmed = [one for one in unsettled if not one.is_listening]
        now = self.tables.entries(unarmed)
        for one in unarmed:
            found = one._replace(entries=now.get(one.inode, one.entries))
            accepted.add(found)
            yield found
        for one in unsettled:
            if one.is_listening:
                yield one._replace(sets_accepted=compare and accepted.differ_from(one))

    def _look_at_all(
        self, selected: Selected, holders: t.Mapping[int, list[Holder]], criteria: Criteria, *, whole: bool
    ) -> t.Iterator[Socket]:
        """Look at each socket that a process holds."""
        with contextlib.closing(Duplicator(self._processes.proc)) as duplicator:
            for inode, held in holders.items():
                options, unread = self._look(duplicator, inode, held, whole=whole)
                if options is None and unread is None:
                    continue
                namespace, entries = selected[inode]
                yield Socket(inode, namespace, tuple(entries), tuple(held), options, unread, criteria)

    def _count_unfound(self, filters: Filters, selected: Selected, unfound: t.Collection[int]) -> None:
        """Count the selected sockets whose holders were not found."""
        lasting = self.tables.still_there(unfound, {selected[inode][0] for inode in unfound})
        self.denied = bool(self._refused and (filters.concern_processes or lasting))
        for inode in unfound:
            without_holder = HIDDEN_HOLDER if self._refused or self._left_out else NO_HOLDER
            self.unreadable.add("socket", without_holder if inode in lasting else ENDED)

    def _count_without_holder(self, filters: Filters, unheld: list[Line], ports: t.Collection[ListeningPort]) -> None:
        """Count the sockets that no process holds; with filters of processes, those that wait for their listeners."""
        for namespace, entry in unheld:
            if not filters.concern_processes or (namespace, entry.local_port) in ports:
                self.unreadable.add("socket", _WITHOUT_HOLDER.get(entry.state, CLOSED))

    def _choose(self, filters: Filters) -> list[Process]:
        """Return the new processes that are selected, and note for each network namespace where it can be entered."""
        chosen: list[Process] = []
        pids = self._processes.pids()
        if 1 not in pids and not self._seen:
            self._count_denied(HIDDEN)  # each PID namespace has it: proc(5), hidepid
        for pid in pids:
            if pid in self._seen:
                continue
            self._seen.add(pid)
            try:
                process = self._processes.read(pid)
                if process is None:
                    continue
                if process.namespace is not None:
                    self.tables.add(process.namespace, process.folder)
                is_taken = filters.take_process(process)
            except GoneError:
                self.unreadable.add("process", ENDED)
                continue
            except TooDeepError as exc:  # a user can do this to each run, so it denies nothing
                self.unreadable.add("process", TOO_DEEP, str(exc))
                continue
            except NotPermittedError:
                if not filters.pids or pid in filters.pids:
                    self._count_denied(pid=pid)
                continue
            if is_taken and process.namespace is None:
                self._count_denied(pid=pid)
            elif is_taken:
                chosen.append(process)
        return chosen

    def _find_holders(self, chosen: list[Process], *wanted: tuple[t.Collection[int], dict[int, list[Holder]]]) -> None:
        """Add who holds the sockets of each pair, of inodes and of their holders."""
        pairs = [pair for pair in wanted if pair[0]]
        for process in chosen:
            for descriptor, inode in self._sockets_of(process) if pairs else ():
                for inodes, holders in pairs:
                    if inode in inodes:
                        holders.setdefault(inode, []).append((process, descriptor))

    def _sockets_of(self, process: Process) -> t.Iterable[tuple[int, int]]:
        try:
            return self._processes.sockets(process)
        except GoneError:
            self.unreadable.add("process", ENDED)
        except NotPermittedError:
            self._count_denied(pid=process.pid)
        except TooManyDescriptorsError:
            self._left_out += 1
            self.unreadable.add("process", TOO_MANY, _SELECT_FEWER, which=f"process {process.pid}")
        return ()

    def _count_denied(self, reason: Reason = PERMISSION, *, pid: int | None = None) -> None:
        self._refused += 1
        which = "" if pid is None else f"process {pid}"
        self.unreadable.add("process", reason, remedy(self._processes.proc), which=which)

    def _look(
        self, duplicator: Duplicator, inode: int, held: t.Sequence[Holder], *, whole: bool
    ) -> tuple[Options | None, Reason | None]:
        """Return a socket's options, or the reason why they cannot be read, or neither where it is gone."""
        what_to_do = ""
        reason = REFUSED
        try:
            copy = duplicate_socket(duplicator, inode, held)
            try:
                return read_options(copy, whole=whole), None
            finally:
                close(copy)
        except GoneError:
            if all(process.number == process.pid for process, _descriptor in held):
                self.unreadable.add("socket", ENDED)
                return None, None
            reason = FIRST_THREAD_ENDED
        except KernelTooOldError:
            self.too_old = True
            reason, what_to_do = TOO_OLD, TOO_OLD_REMEDY
        except NotPermittedError:
            self.denied = True
            reason, what_to_do = PERMISSION, remedy(self._processes.proc)
        except KeepaliveError as exc:
            reason = reason._replace(message=str(exc).rstrip("."))
        self.unreadable.add("socket", reason, what_to_do)
        return None, reason


def _is_at(entry: Entry, ends: t.Iterable[End]) -> bool:
    return any(entry.local_port == port and accepts(address, entry.local_address) for address, port in ends)


def duplicate_socket(duplicator: Duplicator, inode: int, held: t.Sequence[Holder]) -> int:
    """Return a duplicate of a socket from those who hold it, as :meth:`Duplicator.duplicate` does."""
    return duplicator.duplicate(inode, [(process.number, descriptor) for process, descriptor in held])
