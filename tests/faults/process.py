# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start processes: in namespaces of their own, or in a root folder, where they wait until they are traced."""

from __future__ import annotations

import dataclasses
import os
import pickle
import select
import signal
import sys
import traceback
import typing as t

from ansible_collections.linux.tcp.tests.unit.isolation_server import enter_namespaces
from ansible_collections.linux.tcp.tests.unit.system_calls import PR_SET_NAME, PR_SET_PDEATHSIG, prctl

if t.TYPE_CHECKING:
    from pathlib import Path

NOTES = 100  # the descriptor to which a process may write notes for the harness
SECONDS = 120  # for one run of a module or a loader, which takes a tenth of one


def in_namespaces(work: t.Callable[[], t.Any]) -> t.Any:
    """Return what ``work`` returns in a process with network, mount and PID namespaces."""

    def enter_and_work() -> t.Any:
        enter_namespaces(own_pids=True)
        return work()

    return _in_child(enter_and_work, lambda: None)


def beside_process_1(root: Path, work: t.Callable[[], t.Any]) -> t.Any:
    """Return what ``work`` returns in a child of this process, which is process 1 and has this root folder by then."""
    return _in_child(work, lambda: os.chroot(root))


def _in_child(work: t.Callable[[], t.Any], before: t.Callable[[], None]) -> t.Any:
    """Return what ``work`` returns, which can be pickled, in a child process, once this one has done ``before``."""
    reading, writing = os.pipe()
    begins, done = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(reading)
            os.close(done)
            os.read(begins, 1)  # until the parent has closed it
            os.close(begins)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(work(), pipe)
        except BaseException:  # noqa: BLE001 -- this process must not go on as its parent
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    os.close(begins)
    before()
    os.close(done)
    with os.fdopen(reading, "rb") as pipe:
        result = pipe.read()
    status = os.waitpid(pid, 0)[1]
    if status:
        raise RuntimeError(f"A process of the harness ended with wait status {status}; see above.")
    return pickle.loads(result)


@dataclasses.dataclass
class Process:
    """A process that was started, and what it printed once it has ended."""

    pid: int
    gate: int
    output: tuple[int, int, int]
    status: int = 0

    def release(self) -> None:
        """Let it begin."""
        os.write(self.gate, b"x")

    def wait(self) -> None:
        """Wait for its end."""
        self.status = os.waitpid(self.pid, 0)[1]

    def text(self, number: int) -> str:
        """Return what it wrote: 1 for standard output, 2 for errors, 0 for its notes."""
        descriptor = self.output[number]
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode("utf-8", "replace")


def _nothing() -> None:
    """Do nothing."""


def start(
    work: t.Callable[[], None],
    root: Path,
    *,
    prepare: t.Callable[[], None] = _nothing,
    submit: t.Callable[[], None] = _nothing,
) -> Process:
    """Start a process in a root folder that does ``work`` once it is released, as a program of its own does.

    It may write notes for the harness to the descriptor NOTES. What it does to ``prepare`` is done when this returns,
    so that nobody sees the calls of that. Then it may ``submit`` to a supervisor.
    """
    output = tuple(os.memfd_create(name) for name in ("notes", "out", "err"))
    reading, writing = os.pipe()
    ready, told = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        prctl(PR_SET_NAME, b"python3")
        os.close(writing)
        for number, descriptor in ((1, output[1]), (2, output[2]), (NOTES, output[0])):
            os.dup2(descriptor, number)
        os.environ["LC_ALL"] = "C"
        os.chroot(root)
        os.chdir("/")
        os.umask(0o022)
        prepare()
        os.close(ready)
        os.close(told)
        submit()
        select.select([reading], [], [])
        _end_as_python_does(work)
    os.close(reading)
    os.close(told)
    os.read(ready, 1)  # until the process has closed it, or has ended
    os.close(ready)
    return Process(pid, writing, t.cast("t.Tuple[int, int, int]", output))


def _end_as_python_does(work: t.Callable[[], None]) -> t.NoReturn:
    """Do ``work``, and end with the exit status, the text of an exception, or the signal of a Python program."""
    status = 0
    try:
        signal.alarm(SECONDS)
        work()
    except SystemExit as exc:
        status = exc.code if isinstance(exc.code, int) else int(exc.code is not None)
        if isinstance(exc.code, str):
            print(exc.code, file=sys.stderr)
    except BaseException as exc:  # noqa: BLE001 -- what Python's own main program does with it
        traceback.print_exc()
        status = 1
        if isinstance(exc, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
    try:
        sys.stdout.flush()
    except OSError:
        status = 120
    os._exit(status)
