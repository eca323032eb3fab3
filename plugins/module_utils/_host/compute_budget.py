# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bound the processor time and the memory that computing on a text of others takes, whatever it says."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import os
import resource
import signal
import threading
import time
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import TooCostlyError

_STATM = "/proc/self/statm"  # proc_pid_statm(5): its first number is the size of the process in pages
_AGAIN = 0.5  # seconds, where the first signal comes while an error is being handled
_TICK = 0.02  # seconds; what the kernel may round a timer by
_deadlines: list[float] = []  # of the blocks that this process is in, in its processor time; the last one is next


class _OutOfTimeError(BaseException):
    """The time is over, as the message says. Nothing that catches errors may hold this one up."""


class ComputeBudget:
    """How much computations may take: each so many ``seconds`` of processor time and bytes of ``memory``.

    All together they may take ``seconds_of_all``, which is as much as one of them where that is not given.
    It is the last bound: what is known to grow faster than its text has one of its own.
    """

    def __init__(self, seconds: float, memory: int, *, seconds_of_all: float | None = None) -> None:
        self._seconds = seconds
        self._of_all = self._left = seconds if seconds_of_all is None else seconds_of_all
        self._memory = memory

    @contextlib.contextmanager
    def spent(self) -> t.Iterator[None]:
        """Bound what a block computes. In a thread other than the main one, which gets no signals, only in memory.

        :raises TooCostlyError: where the block takes more than there is.
        """
        try:
            with _memory_bounded(self._memory), self._time_bounded():
                yield
        except _OutOfTimeError as exc:
            raise TooCostlyError(str(exc)) from None
        except MemoryError:  # the process may have a lower limit of its own
            message = f"it takes more memory than it may, which is {self._memory >> 20} MiB at most"
            raise TooCostlyError(message) from None

    @contextlib.contextmanager
    def _time_bounded(self) -> t.Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        began = time.process_time()
        seconds = min(self._seconds, self._left, *(deadline - began for deadline in _deadlines))
        if seconds <= 0:
            raise _OutOfTimeError(f"nothing is left of the {self._of_all:g} s of processor time for all texts")
        message = f"it takes more than {seconds:.2g} s of processor time"
        if seconds < self._seconds:
            message += f", which is what is left of {self._of_all:g} s for all texts"
        is_over = has_ended = is_sent = False

        def end(_number: int, _frame: t.Any) -> None:
            nonlocal has_ended, is_sent
            if signal.getitimer(signal.ITIMER_PROF)[0] > _AGAIN + _TICK:
                is_sent = True  # by another program
                return
            has_ended = True
            if not is_over:
                raise _OutOfTimeError(message)

        mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        before = signal.signal(signal.SIGPROF, end)
        _deadlines.append(began + seconds)
        try:
            try:
                signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})  # it is blocked while a host is changed
                yield
            finally:
                is_over = True
        finally:
            is_over = True  # also where the time ended just before that line
            _deadlines.pop()
            now = time.process_time()
            self._left -= max(now - began, seconds if has_ended else 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            signal.signal(signal.SIGPROF, before or signal.SIG_DFL)  # handles a signal that has come by now first
            if _deadlines:
                signal.setitimer(signal.ITIMER_PROF, max(_deadlines[-1] - now, _TICK), _AGAIN)
            if is_sent:
                os.kill(os.getpid(), signal.SIGPROF)


@contextlib.contextmanager
def _memory_bounded(memory: int) -> t.Iterator[None]:
    """Let this process grow by so many bytes at most; without a bound where there is no /proc."""
    try:
        with open(_STATM, "rb") as file:
            size = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit for limit in (soft, hard, size + memory) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
