# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inject faults into the system calls of a process by seccomp_unotify(2).

The faults are those that strace(1) takes. strace stops a process at each call of any name, this only at the calls that
are concerned: a run takes half of the time.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import errno
import fcntl
import os
import re
import select
import signal
import struct
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.unit.system_calls import install_filter, take_descriptor

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.strace import Inject

# include/uapi/linux/seccomp.h
_RET_USER_NOTIF = 0x7FC00000
_FILTER_FLAG_NEW_LISTENER = 1 << 3
_FILTER_FLAG_WAIT_KILLABLE_RECV = 1 << 5  # a signal does not end the call that waits for an answer
OLDEST_KERNEL = (5, 19)  # has that flag
LIBRARY = "libseccomp.so.2"
_NOTIF_RECV = 0xC0502100
_NOTIF_SEND = 0xC0182101
_CONTINUE = 1
_NOTIFICATION = struct.Struct("=QIIi60x")  # id, PID, flags, number of the call
_RESPONSE = struct.Struct("=QqiI")  # id, value, error, flags
_LINK = "anon_inode:seccomp notify"
# proc_pid_status(5): the signals that are blocked, ignored and caught.
_MASKS = re.compile(r"^Sig(?:Blk|Ign|Cgt):\t([0-9a-f]+)$", re.MULTILINE)
# signal(7): those that dump core are delivered once the call is made.
_WITH_CORE = frozenset(
    getattr(signal, f"SIG{name}")
    for name in ("QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "SEGV", "XCPU", "XFSZ", "SYS")
)
_WHEN = re.compile(r"(\d+)(?:(\+)|\.\.(\d+)\+(\d+))?\Z")


def number_of(name: str) -> int | None:
    """Return the number of a system call here; None where there is none of this name, or no library that knows it."""
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        return None
    number = int(library.seccomp_syscall_resolve_name(name.lstrip("?").encode()))
    return number if number >= 0 else None


def numbers_of(faults: t.Sequence[Inject]) -> dict[int, Inject]:
    """Return the faults by the number of the call. Those that this architecture does not have are left out."""
    found = {number_of(fault.name): fault for fault in faults}
    return {number: fault for number, fault in found.items() if number is not None}


def submit(numbers: t.Collection[int]) -> None:
    """Let another process decide about these calls of this one, from now on, and stop until it lets this one go on."""
    install_filter(dict.fromkeys(numbers, _RET_USER_NOTIF), _FILTER_FLAG_NEW_LISTENER | _FILTER_FLAG_WAIT_KILLABLE_RECV)
    os.kill(os.getpid(), signal.SIGSTOP)


class Supervisor:
    """Decides about the calls of a child process that has called :func:`submit`. ``injected`` counts the faults."""

    def __init__(self, pid: int, faults: dict[int, Inject]) -> None:
        """Wait until the process has stopped, and let it go on."""
        self._pid, self._faults = pid, faults
        self._counts: collections.Counter[int] = collections.Counter()
        self.injected = 0
        status = os.waitpid(pid, os.WUNTRACED)[1]
        if not os.WIFSTOPPED(status):
            raise RuntimeError(f"A process that was to be supervised ended with wait status {status}.")
        self._process = os.pidfd_open(pid)
        self._listener = self._take_listener()
        os.kill(pid, signal.SIGCONT)

    def _take_listener(self) -> int:
        folder = f"/proc/{self._pid}/fd"
        number = next(int(name) for name in os.listdir(folder) if os.readlink(f"{folder}/{name}") == _LINK)
        return take_descriptor(self._process, number)

    def run(self) -> None:
        """Decide about each call until the process has ended."""
        poll = select.poll()
        for descriptor in (self._listener, self._process):
            poll.register(descriptor, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            if ready.get(self._listener, 0) & select.POLLIN:
                self._decide()
            elif self._process in ready:
                break
        for descriptor in (self._listener, self._process):
            os.close(descriptor)

    def _decide(self) -> None:
        notification = bytearray(_NOTIFICATION.size)
        with contextlib.suppress(FileNotFoundError):  # it was killed meanwhile
            fcntl.ioctl(self._listener, _NOTIF_RECV, notification)
            identity, pid, _flags, number = _NOTIFICATION.unpack(notification)
            error = self._error(number) if os.path.isdir(f"/proc/{self._pid}/task/{pid}") else 0
            if error is not None:
                response = _RESPONSE.pack(identity, 0, -error, 0 if error else _CONTINUE)
                fcntl.ioctl(self._listener, _NOTIF_SEND, response)

    def _error(self, number: int) -> int | None:
        """Return the error that a call fails with, 0 where it is to be made; send a signal where that is the fault.

        None where that signal ends the process, which must not make the call before.
        """
        fault = self._faults[number]
        self._counts[number] += 1
        if not happens(fault.when, self._counts[number]):
            return 0
        self.injected += 1
        kind, _equals, name = fault.action.partition("=")
        if kind == "error":
            return int(getattr(errno, name))
        ends = self._ends_by(signal_number(name))
        os.kill(self._pid, signal_number(name))
        return None if ends else 0

    def _ends_by(self, number: int) -> bool:
        """Return whether a signal that ends a process by default ends this one within the call: kernel/signal.c."""
        status = Path(f"/proc/{self._pid}/status").read_text(encoding="utf-8", errors="replace")
        masks = [int(found, 16) for found in _MASKS.findall(status)]
        return number not in _WITH_CORE and not any(mask >> (number - 1) & 1 for mask in masks)


def happens(when: str, count: int) -> bool:
    """Return whether a fault hits the call with this count: FIRST, FIRST+, or FIRST..LAST+STEP."""
    found = _WHEN.match(when)
    assert found, when
    first, onwards, last, step = found.groups()
    if last:
        return int(first) <= count <= int(last) and (count - int(first)) % int(step) == 0
    return count >= int(first) if onwards else count == int(first)


def signal_number(name: str) -> int:
    """Return the number of a signal that is named as strace does, RT_0 being the kernel's first of real time."""
    if name.startswith("RT_"):
        return 32 + int(name[3:])
    return 16 if name == "STKFLT" else int(getattr(signal, f"SIG{name}"))
