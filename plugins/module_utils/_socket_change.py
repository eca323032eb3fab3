# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""Bring sockets to a wish: look, plan, set, read back."""

from __future__ import annotations

import contextlib
import socket
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    GoneError,
    KeepaliveError,
    KernelTooOldError,
    NotPermittedError,
    VerificationError,
)
from ansible_collections.linux.tcp.plugins.module_utils._pidfd import (
    TOO_OLD,
    TOO_OLD_REMEDY,
    Lender,
    has_privilege,
    remedy,
)
from ansible_collections.linux.tcp.plugins.module_utils._signals import held_back as signals_held_back
from ansible_collections.linux.tcp.plugins.module_utils._socket_plan import PINS, Outcome
from ansible_collections.linux.tcp.plugins.module_utils._sockets import STATES, plain
from ansible_collections.linux.tcp.plugins.module_utils._survey import Survey, lend, read_options
from ansible_collections.linux.tcp.plugins.module_utils._values import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._filters import Filters
    from ansible_collections.linux.tcp.plugins.module_utils._processes import Processes
    from ansible_collections.linux.tcp.plugins.module_utils._socket_plan import Change, Wish
    from ansible_collections.linux.tcp.plugins.module_utils._sockets import Entry, Options, Socket
    from ansible_collections.linux.tcp.plugins.module_utils._survey import Missed
    from ansible_collections.linux.tcp.plugins.module_utils._values import Key

_LISTENING = STATES["listening"]


def fulfil(wish: Wish, filters: Filters, processes: Processes, *, check_mode: bool) -> tuple[Outcome, Missed]:
    """Bring the sockets that are meant to a wish; tell what became of them, and what could not be looked into.

    Nothing is set before all of them have been looked at. Listeners are set first, and then the
    others are looked for once more, so that none slips through that was accepted in between.

    :raises KernelTooOldError: where the kernel has no pidfd_getfd(2); nothing was set.
    :raises NotPermittedError: where the privilege to look into processes is missing, or nothing that
        is meant can be reached; nothing was set.
    """
    outcome, survey = Outcome(), Survey(processes)
    found = list(survey.sockets(filters))
    _require_reachable(survey, found, processes.proc)
    listeners = outcome.take((one for one in found if one.is_listening), wish)
    if check_mode:
        outcome.changed = listeners + outcome.take((one for one in found if not one.is_listening), wish)
        return outcome, survey.missed
    with signals_held_back(), contextlib.closing(Lender(processes.proc)) as lender:
        if listeners:
            _set_all(lender, listeners, outcome)
            survey = Survey(processes)
            found = list(survey.sockets(filters.without_state(_LISTENING)))
        _set_all(lender, outcome.take((one for one in found if not one.is_listening), wish), outcome)
    entries = survey.entries(change.after for change in outcome.changed)
    outcome.changed = [
        change._replace(after=change.after._replace(entries=entries.get(change.after.inode, change.after.entries)))
        for change in outcome.changed
    ]
    return outcome, survey.missed


def _require_reachable(survey: Survey, found: t.Collection[Socket], proc: str) -> None:
    """Refuse to begin where it is sure that the wish cannot be fulfilled."""
    unread = [one.unread for one in found if one.options is None]
    if TOO_OLD in unread:
        raise KernelTooOldError(f"Sockets cannot be set: {TOO_OLD}. Nothing was changed. {TOO_OLD_REMEDY}")
    if survey.denied and (len(unread) == len(found) or not has_privilege(proc)):
        raise NotPermittedError(
            f"Permission denied to look into processes whose sockets may be meant. Nothing was changed. {remedy(proc)}"
        )


def _set_all(lender: Lender, changes: t.Iterable[Change], outcome: Outcome) -> None:
    for change in changes:
        try:
            after = _set(lender, change)
        except GoneError:  # noqa: PERF203 -- each socket may end by itself
            outcome.gone += 1
        except KeepaliveError as exc:
            outcome.unreachable.append((change.before, str(exc).rstrip(".")))
        else:
            outcome.changed.append(change._replace(after=change.after._replace(options=after)))


def _set(lender: Lender, change: Change) -> Options:
    """Set what is planned for a socket, or nothing of it, and return the options that it then has.

    :raises GoneError: where it has ended, or is another connection now.
    :raises NotPermittedError: where something is refused.
    :raises VerificationError: where something does not stay.
    """
    before, wanted = t.cast("Options", change.before.options), t.cast("Options", change.after.options)
    with lend(lender, change.before) as lent:
        if not before.mptcp and not _is_still(lent, change.before.entries[0]):
            raise GoneError(f"Socket {change.before.inode} is another connection now.")
        try:
            # values come first, so that keepalive begins with them
            for key in KEYS:
                if getattr(wanted, key) != getattr(before, key):
                    _pin(lent, key, getattr(wanted, key))
            if change.rearm:
                _switch(lent, False)
            if change.rearm or wanted.keepalive != before.keepalive:
                _switch(lent, wanted.keepalive)
        except OSError as exc:
            left = "" if _put_back(lent, before) else " It could not be put back as it was."
            raise NotPermittedError(f"The kernel refused to set it: {exc.strerror}.{left}") from exc
        after = read_options(lent)
    for name in ("keepalive", *KEYS):
        if getattr(after, name) != getattr(wanted, name):
            raise VerificationError(
                f"{name} was set to {getattr(wanted, name)} and is {getattr(after, name)} a moment later."
            )
    return after


def _switch(lent: socket.socket, on: bool) -> None:
    lent.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, int(on))


def _pin(lent: socket.socket, key: Key, value: int) -> None:
    lent.setsockopt(socket.IPPROTO_TCP, getattr(socket, PINS[key]), value)


def _put_back(lent: socket.socket, before: Options) -> bool:
    """Bring the options back that differ from before; return whether none does any more."""
    with contextlib.suppress(OSError):
        _switch(lent, before.keepalive)
        now = read_options(lent)
        for key in KEYS:
            if getattr(now, key) != getattr(before, key):
                _pin(lent, key, getattr(before, key))
        return True
    return False


def _is_still(lent: socket.socket, entry: Entry) -> bool:
    """Return whether a socket still is the connection or listener that its table showed."""
    try:
        if _end(lent.getsockname()) != (entry.local_address, entry.local_port):
            return False
        remote = _end(lent.getpeername())
    except OSError:  # it has no other end: net/ipv4/af_inet.c, inet_getname()
        return entry.state in (_LISTENING, STATES["syn_sent"])
    return remote == (entry.remote_address, entry.remote_port)


def _end(name: tuple[t.Any, ...]) -> tuple[bytes, int]:
    """Return the packed address and the port that getsockname(2) or getpeername(2) told."""
    written = str(name[0]).partition("%")[0]
    return plain(socket.inet_pton(socket.AF_INET6 if ":" in written else socket.AF_INET, written)), int(name[1])
