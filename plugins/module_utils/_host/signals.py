# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold back signals that would end this process in the middle of a change, and cut waits in the kernel short."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import signal
import typing as t

# A defect of this process itself. The kernel ends a process that holds one of these back, see sigprocmask(2).
_CRASHES = frozenset(
    {
        *(signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL),
        *(signal.SIGABRT, signal.SIGTRAP, signal.SIGSYS),
    }
)


@contextlib.contextmanager
def held_back() -> t.Iterator[t.Callable[[], None]]:
    """Hold back the signals that end or stop a process, so that none cuts a change in half.

    What arrives meanwhile is delivered afterwards, or when the block calls the function that it gets,
    between two changes. SIGKILL and SIGSTOP cannot be held back, and neither can the two that the C
    library keeps for itself (32 and 33, see nptl(7)). A crash is not held back, and neither is the alarm
    of :func:`waits_cut_short`. Python ignores SIGPIPE and SIGXFSZ: the call that they are about fails instead.

    To enter and to leave the block takes half a millisecond, because Python makes an object of each signal.
    """
    held = set(signal.valid_signals()) - _CRASHES
    if signal.getsignal(signal.SIGALRM) is _end_wait:
        held.discard(signal.SIGALRM)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)

    def deliver() -> None:
        if signal.sigpending():
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            signal.pthread_sigmask(signal.SIG_BLOCK, held)

    try:
        yield deliver
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_wait(_number: int, _frame: t.Any) -> None:
    """Do nothing: that the signal arrives ends a wait with EINTR."""


@contextlib.contextmanager
def waits_cut_short() -> t.Iterator[None]:
    """Let no wait in the kernel last longer than about a second; for the main thread only.

    A socket with SO_LINGER (socket(7)) waits in the last close(2) until its data is sent or its time is over. If its
    owner closes it while this process has a duplicate, this process would wait; a signal ends that, and the kernel goes
    on sending by itself.
    """
    before = signal.signal(signal.SIGALRM, _end_wait)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
