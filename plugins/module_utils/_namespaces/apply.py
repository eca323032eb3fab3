# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring network namespaces to the desired values: find, plan, remember, write, read back, and undo what fails."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import functools
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    KeepaliveError,
    KernelError,
    NotPermittedError,
    UndoError,
    before_any_change,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.capabilities import (
    CAP_SYS_ADMIN,
    CAP_SYS_PTRACE,
    has_capabilities,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.namespaces import run_in_each
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import reason_of
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import REFUSED
from ansible_collections.linux.tcp.plugins.module_utils._host.signals import held_back as signals_held_back
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.find import remedy
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.lasts import origin_of, origin_once_set
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.outcome import Outcome
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Change, Refusal, Remembered, plan
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import (
    FAILED,
    PARTLY,
    SECOND_LOOK_FAILED,
    UNKNOWN,
    UNREADABLE,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Namespace, Origin
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import DesiredState
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.remembered import Memory
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key, Values

    Result = t.TypeVar("Result")

READ_ONLY = (
    "/proc/sys is mounted read-only here, as in an unprivileged container, so no network namespace can be set. Run on "
    "the host itself."
)
NO_PRIVILEGE = "Not permitted to enter the network namespaces of other processes."
HOST_UNKNOWN = (
    "Process 1 cannot be looked into, so it is not known which network namespace is the host's own. "
    "Run on the host itself as root (become: true)."
)


def ensure(host: NamespaceHost, want: DesiredState, filters: Filters, *, check_mode: bool) -> Outcome:
    """Bring the selected namespaces of a host to the desired values, or find out what would change.

    One that cannot be set is as it was before, and the others are set nonetheless.

    :raises KeepaliveError: where nothing can be set; then nothing was changed. What fails later is in the outcome.
    """
    outcome = Outcome()
    with contextlib.ExitStack() as stack:
        with before_any_change():
            if not has_capabilities(CAP_SYS_ADMIN | CAP_SYS_PTRACE, host.processes.proc):
                raise NotPermittedError(f"{NO_PRIVILEGE} {remedy()}")
            if not host.scanner.knows_host:
                raise NotPermittedError(HOST_UNKNOWN)
            if not host.kernel.writable():
                raise KernelError(READ_ONLY)
            if not check_mode:
                stack.enter_context(host.lock.held())
            host.memory.load()
            found = select(host, filters)
        with before_any_change():  # an error that comes after the first change is one of a namespace
            _ensure_each(host, want, found, outcome, check_mode=check_mode)
        if not check_mode:  # a container may have started while others were set
            try:
                later = select(host, filters, known={one.number for one in found})
                _ensure_each(host, want, later, outcome, check_mode=False)
            except (KeepaliveError, OSError) as exc:  # what was set before is not to be lost
                outcome.second_look = SECOND_LOOK_FAILED.because(_said(exc))
    return outcome


def select(
    host: NamespaceHost, filters: Filters, *, connections: bool = False, known: t.Collection[int] = ()
) -> list[Namespace]:
    """Return the namespaces that the filters take, with all that can be found out about them.

    Those whose numbers are ``known`` are left out.
    """
    taken = [one for one in host.scanner.namespaces() if one.number not in known and filters.take(one)]
    own_values = host.scanner.host_values()
    return [
        dataclasses.replace(one, origin=_origin(host, one), defaults=host.defaults.given_to(one))
        for one in host.scanner.filled(taken, connections=connections)
        if filters.take_values(one.values, own_values)
    ]


def _origin(host: NamespaceHost, one: Namespace) -> Origin:
    unit_file = None if one.is_host else host.units.that_names_keys(one.units)
    return origin_of(one, host.memory.of(one.identity), unit_file)


def _ensure_each(
    host: NamespaceHost, want: DesiredState, found: list[Namespace], outcome: Outcome, *, check_mode: bool
) -> None:
    """Plan and set namespaces, and note what became of them.

    What is going to be written is remembered first, so that a run that is killed knows its own values again.

    :raises KeepaliveError: where it cannot be remembered, or no namespace be entered; then none of them was set.
    """
    planned = [plan(one, want, host.memory.of(one.identity)) for one in found]
    wanted = [_with_origin(host.memory, one) for one in planned if isinstance(one, Change)]
    for refusal in (one for one in planned if isinstance(one, Refusal)):
        outcome.add(refusal, failed=refusal.reason.code == UNREADABLE.code)
    if any(change.before.identity is not None for change in wanted):
        host.memory.require_writable()
    changes = []
    for change, refused in zip(wanted, _run_in_each(wanted, functools.partial(_require_writable, host.kernel))):
        if isinstance(refused, Exception):
            outcome.add(Refusal(change.before, _reason_for(refused)), failed=True)
        elif check_mode:
            outcome.add(change)
        else:
            changes.append(change)
    if changes:
        _set_each(host, want, changes, outcome)


def _with_origin(memory: Memory, change: Change) -> Change:
    """Return a change of a namespace that, where nothing else is known, will be as it was when it is made anew."""
    one = change.before
    if one.origin.reason is not UNKNOWN:
        return change
    origin = origin_once_set(one, _first(memory.of(one.identity), one.values))
    return change._replace(before=dataclasses.replace(one, origin=origin))


def _run_in_each(changes: list[Change], work: t.Callable[[Change], Result]) -> list[Result | Exception]:
    """Return what ``work`` returns for each change in the network namespace that it is about."""
    by_descriptor = {change.before.descriptor: change for change in changes}
    return run_in_each(list(by_descriptor), lambda descriptor: work(by_descriptor[descriptor]))


def _require_writable(kernel: Kernel, change: Change) -> None:
    for key in change.writes:
        kernel.require_writable(key)


def _set_each(host: NamespaceHost, want: DesiredState, changes: list[Change], outcome: Outcome) -> None:
    """Set namespaces, remember what they have now, and note what became of them."""
    memory = host.memory
    earlier = {change.before.descriptor: memory.of(change.before.identity) for change in changes}

    def set_one(change: Change) -> Change | Refusal:
        return _set(host.kernel, change, want, earlier[change.before.descriptor])

    with signals_held_back():
        memory.keep(host.scanner.identities())
        for change in changes:
            values = change.before.values
            entry = Remembered(_first(earlier[change.before.descriptor], values), change.after, previous=values)
            memory.note(change.before.identity, entry)
        memory.save()
        for change, done in zip(changes, _run_in_each(changes, set_one)):
            _note(memory, change.before, earlier[change.before.descriptor], done, outcome)
        with contextlib.suppress(KeepaliveError):  # what was saved before explains the values, too
            memory.save()


def _first(entry: Remembered | None, values: Values) -> Values:
    """Return what a namespace with these values had before this collection wrote there for the first time."""
    return entry.before if entry and entry.explains(values) else values


def _note(
    memory: Memory,
    one: Namespace,
    earlier: Remembered | None,
    done: Change | Refusal | Exception,
    outcome: Outcome,
) -> None:
    """Remember what a namespace has now, and note what became of it."""
    if isinstance(done, UndoError):  # what was written stays remembered
        outcome.add(Refusal(one, PARTLY.because(_said(done))), failed=True)
        return
    entry = earlier
    if isinstance(done, Change):
        first = _first(earlier, done.before.values)
        entry = None if done.after == first else Remembered(first, done.after)  # nothing is left to restore
    memory.note(one.identity, entry)
    if isinstance(done, Exception):
        outcome.add(Refusal(one, _reason_for(done)), failed=True)
    else:
        outcome.add(done)


def _set(kernel: Kernel, change: Change, want: DesiredState, earlier: Remembered | None) -> Change | Refusal:
    """Set the namespace of this thread, and return what was done.

    Another program may have set it since it was read, so it is read and the change planned once more.

    :raises KernelError: where a value was refused, after the others were undone.
    :raises UndoError: where they could not be undone.
    """
    planned = plan(dataclasses.replace(change.before, values=kernel.read()), want, earlier)
    if isinstance(planned, Refusal):
        return planned
    written: list[Key] = []
    try:
        for key, value in planned.writes.items():
            written.append(key)  # a value that was taken but cannot be read back is undone as well
            kernel.write(key, value)
    except Exception as exc:
        left = [failure for failure in (_undo(kernel, key, planned) for key in reversed(written)) if failure]
        if left:
            raise UndoError(f"{_said(exc)}. Undoing then failed: {' '.join(left)}") from exc
        raise
    return planned


def _undo(kernel: Kernel, key: Key, planned: Change) -> str:
    """Restore a value; return why it could not be restored, empty where it was."""
    try:
        kernel.restore(key, t.cast("int", planned.before.values[key]))
    except Exception as exc:  # noqa: BLE001 -- whatever it is, the value may be left
        return f"{_said(exc)}."
    return ""


def _reason_for(exc: Exception) -> Reason:
    reason = REFUSED if isinstance(exc, (KeepaliveError, OSError)) else FAILED
    return reason.because(_said(exc))


def _said(exc: Exception) -> str:
    """Return a message that can stand at the end of another one."""
    return (str(exc) if isinstance(exc, KeepaliveError) else reason_of(exc)).rstrip(".")
