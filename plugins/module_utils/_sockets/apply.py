# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring sockets to a desired state: read, plan, set, read back."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import socket
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    GoneError,
    KeepaliveError,
    KernelTooOldError,
    NotPermittedError,
    before_any_change,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import reason_of
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import REFUSED
from ansible_collections.linux.tcp.plugins.module_utils._host.signals import held_back as signals_held_back
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES, plain
from ansible_collections.linux.tcp.plugins.module_utils._sockets.options import read_options
from ansible_collections.linux.tcp.plugins.module_utils._sockets.pidfd import (
    TOO_OLD_REMEDY,
    Duplicator,
    as_socket,
    has_privilege,
    remedy,
)
from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import PINS, Outcome, plan
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import SECOND_LOOK_FAILED, TOO_OLD
from ansible_collections.linux.tcp.plugins.module_utils._sockets.scan import SocketScanner, duplicate_socket
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
    from ansible_collections.linux.tcp.plugins.module_utils._host.unreadable import Unreadable
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Entry, Options, Socket
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import Change, DesiredState
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


def ensure(
    want: DesiredState, filters: Filters, processes: Processes, *, check_mode: bool
) -> tuple[Outcome, Unreadable]:
    """Bring the selected sockets to a desired state; return what became of them, and what could not be read.

    Nothing is set before all of them have been read. Listeners are set first, and then newly accepted
    connections are looked for, so that none is missed. What fails after the first one is set is in the outcome.

    :raises FileError: where the system does not tell in which containers processes are; nothing was set.
    :raises KernelTooOldError: where the kernel has no pidfd_getfd(2); nothing was set.
    :raises NotPermittedError: where the privilege to read processes is missing, or no selected
        socket can be read because permission is denied; nothing was set.
    """
    outcome, scanner = Outcome(), SocketScanner(processes)
    with before_any_change():
        found = list(scanner.sockets(filters, compare=False))
        _require_reachable(scanner, found, processes.proc)
        _look_up_containers(found)
        if not found:
            outcome.unattributed = scanner.unattributed(filters)
        changes = outcome.take(found, want)
    if check_mode:
        outcome.changed = changes
        return outcome, scanner.unreadable
    listeners = [change for change in changes if change.before.is_listening]
    with contextlib.closing(Duplicator(processes.proc)) as duplicator:
        _set_all(duplicator, listeners, want, outcome)
        others = filters.without_state(STATES["listening"])
        if listeners and others.states:
            changes += outcome.take(_accepted_meanwhile(processes, others, found, outcome), want)
        _set_all(duplicator, (change for change in changes if not change.before.is_listening), want, outcome)
    entries = scanner.tables.entries(change.after for change in outcome.changed)
    outcome.changed = [
        change._replace(after=change.after._replace(entries=entries.get(change.after.inode, change.after.entries)))
        for change in outcome.changed
    ]
    return outcome, scanner.unreadable


def _require_reachable(scanner: SocketScanner, found: t.Collection[Socket], proc: str) -> None:
    """Fail where it is sure that the desired state cannot be reached."""
    if scanner.too_old:
        raise KernelTooOldError(f"Sockets cannot be set: {TOO_OLD.message}. {TOO_OLD_REMEDY}")
    if scanner.denied and (all(one.options is None for one in found) or not has_privilege(proc)):
        raise NotPermittedError(
            f"Permission denied to read processes whose sockets the filters may select. {remedy(proc)}"
        )


def _accepted_meanwhile(
    processes: Processes, filters: Filters, found: t.Iterable[Socket], outcome: Outcome
) -> list[Socket]:
    """Return the selected sockets that are not among those found before; none where the outcome says why."""
    try:
        known = {one.inode for one in found}
        later = list(SocketScanner(processes).sockets(filters, compare=False, known=known))
        _look_up_containers(later)
    except (KeepaliveError, OSError) as exc:  # what is set already is not to be lost
        message = str(exc) if isinstance(exc, KeepaliveError) else reason_of(exc)
        outcome.second_look = SECOND_LOOK_FAILED.because(message.rstrip("."))
        return []
    return later


def _look_up_containers(found: t.Iterable[Socket]) -> None:
    """Have processes keep their containers, which the result has: what fails then fails before anything is set."""
    for process in {process.pid: process for one in found for process in one.processes}.values():
        process.as_dict()


def _set_all(duplicator: Duplicator, changes: t.Iterable[Change], want: DesiredState, outcome: Outcome) -> None:
    with signals_held_back() as deliver_signals:
        for change in changes:
            one = change.before
            try:
                copy = as_socket(duplicate_socket(duplicator, one.inode, one.holders))
                try:
                    _set(copy, one, want, outcome)
                finally:
                    close(copy.detach())
            except GoneError:
                outcome.gone += 1
            except KeepaliveError as exc:
                outcome.unreachable.append((one, REFUSED._replace(message=str(exc).rstrip("."))))
            deliver_signals()


def _set(copy: socket.SocketType, found: Socket, want: DesiredState, outcome: Outcome) -> None:
    """Set what a socket needs now, read it back, and note what became of it.

    Its program may have set it since it was found, so it is read and the change planned once more.

    :raises GoneError: where it is another connection now.
    :raises KeepaliveError: where it cannot be read.
    """
    before = read_options(copy.fileno())
    # the entries of MPTCP are its subflows, of which the first may have ended
    if not before.mptcp and not _is_still(copy, found.entries[0]):
        raise GoneError(f"Socket {found.inode} is another connection now.")
    change = plan(found._replace(options=before), want)
    if change is None or (change.rearm and _probes_unanswered(copy)):
        outcome.leave(found._replace(options=before), want)
        return
    failure = _apply(copy, change)
    after = read_options(copy.fileno())
    if failure and after == before._replace(idle=after.idle):
        outcome.unreachable.append((change.before, REFUSED._replace(message=failure)))
        return
    if failure:
        outcome.partly.append(failure)
    outcome.changed.append(change._replace(after=change.after._replace(options=after)))


def _apply(copy: socket.SocketType, change: Change) -> str:
    """Set what a change needs, or undo it; return what went wrong, if anything did.

    The kernel sets one option at a time. Values come before keepalive is switched on, so that it begins with them.
    Where it is on, values that grow come before those that become smaller: whenever this process is killed, the
    connection ends no sooner than by its old values or by its new ones.
    """
    before, wanted = t.cast("Options", change.before.options), t.cast("Options", change.after.options)
    pinned: list[Key] = []
    try:
        for key in _growing_first(before, wanted):
            _pin(copy, key, getattr(wanted, key))
            pinned.append(key)
        if change.rearm:
            _switch(copy, False)
        if change.rearm or wanted.keepalive != before.keepalive:
            _switch(copy, wanted.keepalive)
        now = read_options(copy.fileno())
        kept = [name for name in ("keepalive", *pinned) if getattr(now, name) != getattr(wanted, name)]
        if not kept:
            return ""
        failure = f"{kept[0]} was set to {getattr(wanted, kept[0])} and is {getattr(now, kept[0])} a moment later"
    except OSError as exc:
        failure = f"the kernel refused to set it: {exc.strerror}"
    with contextlib.suppress(OSError):
        _switch(copy, before.keepalive)
    for key in reversed(pinned):
        with contextlib.suppress(OSError):
            _pin(copy, key, getattr(before, key))
    if pinned:
        failure += f"; its earlier values are pinned to it now and no longer follow the sysctl: {', '.join(pinned)}"
    return failure


def _growing_first(before: Options, wanted: Options) -> list[Key]:
    """Return the keys whose values change, those with a value that grows before the others."""
    changes = {key: getattr(wanted, key) - getattr(before, key) for key in KEYS if getattr(before, key) is not None}
    return sorted((key for key, change in changes.items() if change), key=lambda key: changes[key] < 0)


def _switch(copy: socket.SocketType, on: bool) -> None:
    copy.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, int(on))


def _pin(copy: socket.SocketType, key: Key, value: int) -> None:
    copy.setsockopt(socket.IPPROTO_TCP, getattr(socket, PINS[key]), value)


def _probes_unanswered(copy: socket.SocketType) -> bool:
    """Return whether a probe waits for its answer (struct tcp_info: tcpi_probes); MPTCP does not tell by this."""
    try:
        return bool(copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 4)[3])
    except OSError:
        return False


def _is_still(copy: socket.SocketType, entry: Entry) -> bool:
    """Return whether a socket still is the connection or listener that its table showed."""
    try:
        if _end(copy.getsockname()) != (entry.local_address, entry.local_port):
            return False
        remote = _end(copy.getpeername())
    except OSError:  # it has no other end: net/ipv4/af_inet.c, inet_getname()
        return entry.state in (STATES["listening"], STATES["syn_sent"])
    return remote == (entry.remote_address, entry.remote_port)


def _end(name: tuple[t.Any, ...]) -> tuple[bytes, int]:
    """Return the packed address and the port that getsockname(2) or getpeername(2) told."""
    written = str(name[0]).partition("%")[0]
    return plain(socket.inet_pton(socket.AF_INET6 if ":" in written else socket.AF_INET, written)), int(name[1])
