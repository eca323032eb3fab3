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

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.signals import held_back, waits_cut_short
from ansible_collections.linux.tcp.tests.unit.host import environment

if t.TYPE_CHECKING:
    from pathlib import Path

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
STOPPING = {signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
# Python ignores these: what they are about becomes an error of the call.
IGNORED_BY_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}
HELD = sorted(set(signal.valid_signals()) - CRASHES - NEVER_HELD)

# Sends each signal to a process while that changes or restores a host; prints how it ended and what it left. Each
# process has a host of its own below the folder that is named.
KILL_AT_EACH_STEP = """
import json
import os
import signal
import sys
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import restore, take_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import TIME, make_host

folder, what, *numbers = sys.argv[1:]
WANT = DesiredState(values=Values(600, 60, 20), overrides="take_over")
ZZ = "/etc/sysctl.d/zz.conf"


def host_of(number):
    return make_host(Path(folder, number), {ZZ: TIME + b"=5\\n"}, values=(5, 75, 9))


def state_of(host):
    return [host.shown(), sorted(path.split(" ")[0] for path in host.look()), host.text(ZZ).decode()]


def act(host, checkpoint):
    if what == "change":
        ensure(host, WANT, check_mode=False)
    else:
        restore(host, checkpoint, force=False, check_mode=False)


def run(number):
    host = host_of(number)
    checkpoint = take_checkpoint(ensure(host, WANT, check_mode=True).change, host.files)
    if what != "change":
        ensure(host, WANT, check_mode=False)
    write = host.kernel.write

    def send_and_write(key, value):
        write(key, value)
        os.kill(os.getpid(), int(number))

    host.kernel.write = send_and_write
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        act(host, checkpoint)
        os._exit(0)
    status = os.waitpid(child, os.WUNTRACED)[1]
    if os.WIFSTOPPED(status):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return [-os.WSTOPSIG(status), state_of(host)]
    return [-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), state_of(host)]


print(json.dumps({number: run(number) for number in numbers}))
"""


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


@pytest.mark.parametrize("what", ["change", "restoration"])
def test_no_signal_cuts_a_change_in_half(tmp_path: Path, what: str) -> None:
    """Whatever a process is sent after each value, it finishes first, and the signal then does what it always does."""
    numbers = [str(int(number)) for number in HELD]
    answer = subprocess.run(
        [sys.executable, "-c", KILL_AT_EACH_STEP, str(tmp_path), what, "0", *numbers],
        capture_output=True,
        check=False,
        cwd=str(tmp_path),
        env=environment(),
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, list[t.Any]] = json.loads(answer.stdout)
    ended, whole = found.pop("0")  # which is no signal
    assert ended == 0
    assert {number: state for number, (_ended, state) in found.items() if state != whole} == {}
    expected = {str(int(number)): 0 if number in HARMLESS | IGNORED_BY_PYTHON else -int(number) for number in HELD}
    assert {number: ended for number, (ended, _state) in found.items()} == expected


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
    script = """
import resource
import sys
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import make_host

host = make_host(Path(sys.argv[1]))
host.look()
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
try:
    ensure(host, DesiredState(values=Values(600, 60, 20)), check_mode=False)
except FileError as exc:
    print(exc)
print(host.shown(), [path for path in host.look() if "tcp-keepalive" in path])
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, check=False, env=environment(), text=True)
    assert answer.stdout.splitlines() == [
        "/etc/sysctl.d/99-tcp-keepalive.conf cannot be written: File too large.",
        "[7200, 75, 9] []",
    ], answer.stderr
