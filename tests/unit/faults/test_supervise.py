# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import faulthandler
import os
import signal
import typing as t

import pytest

from ansible_collections.linux.tcp.tests.faults.process import start
from ansible_collections.linux.tcp.tests.faults.strace import parse_inject
from ansible_collections.linux.tcp.tests.faults.supervise import (
    OLDEST_KERNEL,
    Supervisor,
    happens,
    number_of,
    numbers_of,
    signal_number,
    submit,
)
from ansible_collections.linux.tcp.tests.unit.host import needs_root

if t.TYPE_CHECKING:
    from pathlib import Path

needs_seccomp = pytest.mark.skipif(
    not hasattr(os, "pidfd_open")
    or number_of("read") is None
    or tuple(map(int, os.uname().release.split(".")[:2])) < OLDEST_KERNEL,
    reason="needs Python 3.9, libseccomp.so.2 and a kernel that lets a process decide about the calls of another one",
)


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        pytest.param("2", [2], id="one"),
        pytest.param("3+", [3, 4, 5, 6], id="from-one-on"),
        pytest.param("2..6+2", [2, 4, 6], id="every-second-one"),
    ],
)
def test_when_a_fault_happens(when: str, counts: list[int]) -> None:
    assert [count for count in range(1, 7) if happens(when, count)] == counts


@pytest.mark.parametrize(("name", "number"), [("KILL", signal.SIGKILL), ("STKFLT", 16), ("RT_2", signal.SIGRTMIN)])
def test_number_of_a_signal(name: str, number: int) -> None:
    assert signal_number(name) == number


def test_a_call_that_no_architecture_has() -> None:
    assert numbers_of([parse_inject("?there_is_none:error=EIO:when=1")]) == {}


@needs_root
@needs_seccomp
@pytest.mark.parametrize(
    ("fault", "status", "made"),
    [
        pytest.param("mkdir:error=ENOSPC:when=2", errno.ENOSPC, ["a"], id="error"),
        pytest.param("mkdir:signal=KILL:when=2", -signal.SIGKILL, ["a"], id="killed-before"),
        pytest.param("mkdir:signal=HUP:when=2", -signal.SIGHUP, ["a"], id="ended-by-a-signal"),
        pytest.param("mkdir:signal=SEGV:when=2", -signal.SIGSEGV, ["a", "b"], id="crash"),
        pytest.param("mkdir:signal=TERM:when=2", 0, ["a", "b"], id="signal-that-is-held-back"),
        pytest.param("mkdir:error=EIO:when=3", 0, ["a", "b"], id="does-not-happen"),
    ],
)
def test_a_fault_happens_to_a_call(tmp_path: Path, fault: str, status: int, made: list[str]) -> None:
    faults = numbers_of([parse_inject(fault)])

    def work() -> None:
        faulthandler.disable()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup(1) has it ignored
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        try:
            os.mkdir("/a")
            os.mkdir("/b")
        except OSError as exc:
            raise SystemExit(exc.errno) from exc

    process = start(work, tmp_path, submit=lambda: submit(faults))
    supervisor = Supervisor(process.pid, faults)
    process.release()
    supervisor.run()
    process.wait()
    code = os.WEXITSTATUS(process.status) or -os.WTERMSIG(process.status)
    assert (code, sorted(os.listdir(tmp_path))) == (status, made)
    assert supervisor.injected == (fault[-1] != "3")
