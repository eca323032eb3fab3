# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.signals import held_back, waits_cut_short


class EndedError(Exception):
    """Stands for the end of the process."""


def end(*_: object) -> None:
    raise EndedError


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_signals_are_held_back_until_the_block_ends(number: signal.Signals) -> None:
    pending: list[set[int]] = []

    def change() -> None:
        with held_back():
            os.kill(os.getpid(), number)
            pending.append(set(signal.sigpending()))

    before = signal.signal(number, end)
    try:
        with pytest.raises(EndedError):
            change()
    finally:
        signal.signal(number, before)
    assert pending == [{number}]
    assert signal.sigpending() == set()


def test_signals_that_were_blocked_stay_so() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGINT])
    try:
        with held_back():
            pass
        assert {signal.SIGUSR1, signal.SIGINT} <= signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_waits_are_cut_short_again_and_again() -> None:
    handler = signal.getsignal(signal.SIGALRM)
    with waits_cut_short():
        for _ in range(2):
            signal.pause()  # without the timer it would wait for ever
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
