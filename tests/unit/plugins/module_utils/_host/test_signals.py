# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.signals import held_back, waits_cut_short
from ansible_collections.linux.tcp.tests.unit.host import environment

SCENARIOS = Path(__file__).with_name("scenarios")
# Of a defect of the process itself: holding one back is undefined where the kernel sends it, see sigprocmask(2).
CRASHES = {
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGABRT,
    signal.SIGTRAP,
    signal.SIGSYS,
}
NEVER_HELD = {signal.SIGKILL, signal.SIGSTOP}
# What does not end a process by default: signal(7).
HARMLESS = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
# Python ignores these: what they are about becomes an error of the call.
IGNORED_BY_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}
# They stop a process, unless its group is orphaned, as one in the background may be: setpgid(2).
OF_TERMINALS = {signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
HELD = sorted(set(signal.valid_signals()) - CRASHES - NEVER_HELD)


def run_script(name: str, *arguments: str) -> str:
    command = [sys.executable, str(SCENARIOS / name), *arguments]
    output = subprocess.run(command, capture_output=True, check=False, env=environment(), text=True)
    assert output.returncode == 0, output.stderr
    return output.stdout


class EndedError(Exception):
    """Stands for the end of the process."""


def end(*_arguments: object) -> None:
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


def test_signals_are_delivered_between_two_changes() -> None:
    steps: list[str] = []

    def change() -> None:
        with held_back() as deliver:
            for step in ("first", "second", "third"):
                if step == "second":
                    os.kill(os.getpid(), signal.SIGTERM)
                steps.append(step)
                deliver()

    before = signal.signal(signal.SIGTERM, end)
    try:
        with pytest.raises(EndedError):
            change()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert steps == ["first", "second"]
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_signals_are_held_back_after_a_delivery() -> None:
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: received.append(number))
    try:
        with held_back() as deliver:
            os.kill(os.getpid(), signal.SIGTERM)
            assert received == []
            deliver()
            assert received == [signal.SIGTERM]
            os.kill(os.getpid(), signal.SIGTERM)
            assert received == [signal.SIGTERM]
        assert received == [signal.SIGTERM] * 2
    finally:
        signal.signal(signal.SIGTERM, before)


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
        for _time in range(2):
            signal.pause()  # without the timer it would wait for ever
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize("what", ["change", "restoration"])
def test_no_signal_cuts_a_change_in_half(tmp_path: Path, what: str) -> None:
    """Whatever a process is sent after each value, it finishes first, and the signal then does what it always does."""
    numbers = [str(int(number)) for number in HELD]
    output = run_script("send_signals.py", str(tmp_path), what, "0", *numbers)
    found: dict[str, list[t.Any]] = json.loads(output)
    ended, whole = found.pop("0")  # which is no signal
    assert ended == 0
    assert {number: state for number, (_ended, state) in found.items() if state != whole} == {}
    expected = {str(int(number)): 0 if number in HARMLESS | IGNORED_BY_PYTHON else -int(number) for number in HELD}
    ends = {number: ended for number, (ended, _state) in found.items()}
    orphaned = {number: 0 for number in map(str, map(int, OF_TERMINALS)) if ends[number] == 0}
    assert ends == {**expected, **orphaned}


def test_crashes_are_not_held_back() -> None:
    with held_back():
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert blocked & (CRASHES | NEVER_HELD) == set()
    assert blocked == set(HELD)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) & set(HELD) == set()


def test_what_arrived_is_delivered_afterwards() -> None:
    arrived: list[int] = []
    numbers = [signal.SIGUSR1, signal.SIGQUIT, signal.SIGALRM, signal.SIGRTMIN]
    before = {number: signal.signal(number, lambda number, _frame: arrived.append(number)) for number in numbers}
    try:
        with held_back():
            for number in numbers:
                os.kill(os.getpid(), number)
            assert arrived == []
        assert sorted(arrived) == sorted(numbers)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_waits_are_cut_short_while_signals_are_held_back() -> None:
    """A wait without an end, such as pause(2), ends all the same: the signal that cuts it short is not held back."""
    with waits_cut_short(), held_back():
        assert signal.SIGALRM not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
        assert ctypes.CDLL(None).pause() == -1
    with held_back():
        assert signal.SIGALRM in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_file_that_grows_too_large_is_an_error(tmp_path: Path) -> None:
    """SIGXFSZ would end the process by default; a change fails with EFBIG and is undone."""
    assert run_script("limited_file_size.py", str(tmp_path)).splitlines() == [
        "/etc/sysctl.d/99-tcp-keepalive.conf cannot be written: File too large.",
        "True",
    ]
