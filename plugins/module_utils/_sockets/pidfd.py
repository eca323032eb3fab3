# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Duplicate descriptors of other processes: pidfd_open(2) and pidfd_getfd(2), both since Linux 5.6 at the latest.

A duplicate shares the open socket with its owner: whatever is set on it is set there, and while it
is open the owner's close(2) ends nothing. So duplicates live for a few lines.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import ctypes
import errno
import os
import socket
import stat
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    GoneError,
    KeepaliveError,
    KernelTooOldError,
    NotPermittedError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.capabilities import (
    CAP_DAC_OVERRIDE,
    CAP_DAC_READ_SEARCH,
    CAP_SYS_PTRACE,
    has_capabilities,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import TOO_OLD

# include/uapi/asm-generic/unistd.h and arch/x86/entry/syscalls/syscall_64.tbl: the same everywhere
# but on alpha.
_PIDFD_OPEN = 434
_PIDFD_GETFD = 438
_PIDFD_THREAD = os.O_EXCL  # include/uapi/linux/pidfd.h, since Linux 6.9

TOO_OLD_REMEDY = "Linux 5.6 or newer is needed, and in a container a runtime whose seccomp profile knows the call."
_YAMA = "sys/kernel/yama/ptrace_scope"
_YAMA_NOBODY = 3

# Without types for its arguments, which would double the time of a call; all of them fit into an int.
_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long


def _call(number: int, first: int, second: int) -> int:
    result: int = _syscall(number, first, second, 0)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def open_process(number: int, proc: str = "/proc") -> int:
    """Return a descriptor that stands for a process or thread, and for no later one with its number.

    The number is one of this process's own PID namespace; ``proc`` serves the message.

    :raises GoneError: where there is none, or it is a thread's and the kernel is older than Linux 6.9.
    :raises KernelTooOldError: where the kernel has no pidfd_open(2).
    """
    try:
        try:
            return _call(_PIDFD_OPEN, number, 0)
        except OSError as exc:
            if exc.errno not in (errno.EINVAL, errno.ENOENT):  # the number is a thread's
                raise
            return _call(_PIDFD_OPEN, number, _PIDFD_THREAD)
    except OSError as exc:
        raise _error(exc, proc) from exc


def duplicate(pidfd: int, descriptor: int, *, inode: int, proc: str = "/proc") -> int:
    """Return a duplicate of the descriptor of a process's TCP socket, for the caller to close at once.

    No call of this function waits for the lock of the socket; see options.py.

    ``proc`` serves the message. Nothing is done with the duplicate before its inode is compared,
    because the process may have closed the descriptor and opened another one in its place.

    :raises GoneError: where the process ended, or the descriptor is no longer this socket.
    :raises NotPermittedError: where ptrace(2)'s rules for attaching refuse.
    :raises KernelTooOldError: where the kernel has no pidfd_getfd(2).
    """
    try:
        number = _call(_PIDFD_GETFD, pidfd, descriptor)
    except OSError as exc:
        raise _error(exc, proc) from exc
    try:
        try:
            found = os.fstat(number)
        except OSError as exc:
            raise _error(exc, proc) from exc
        if not stat.S_ISSOCK(found.st_mode) or found.st_ino != inode:
            raise GoneError(f"Descriptor {descriptor} is no longer socket {inode}.")
    except BaseException:
        close(number)
        raise
    return number


def as_socket(descriptor: int) -> socket.SocketType:
    """Return an object for a duplicate, which has to be detached or closed in its place.

    It is of the plain type, without a ``with`` block of its own, because that takes half the time. Python calls
    getsockname(2) here, which waits for the lock of the socket (options.py). So it is for changes only, which wait
    for it too.
    """
    try:
        # IPv6, because the addresses of both families fit into its buffer. Python would make the shared
        # socket non-blocking if a default timeout were set.
        if socket.getdefaulttimeout() is not None:
            raise RuntimeError("A default timeout would change other processes' sockets.")
        return socket.SocketType(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, descriptor)
    except BaseException:
        close(descriptor)
        raise


class Duplicator:
    """Duplicates sockets, one at a time; keeps only the process open that the last duplicate is from."""

    def __init__(self, proc: str = "/proc") -> None:
        self._proc = proc
        self._pid = 0
        self._pidfd = -1

    def duplicate(self, inode: int, holders: t.Iterable[tuple[int, int]]) -> int:
        """Return a duplicate from the first holder that still has the socket, for the caller to close at once.

        A holder is the number of a process or thread and that of a descriptor.

        :raises GoneError: where none has it.
        :raises NotPermittedError: where none of those that may have it lets it be taken.
        :raises KernelTooOldError: where the kernel has none of the system calls.
        """
        refusal: NotPermittedError | None = None
        for pid, descriptor in holders:
            try:
                return duplicate(self._open(pid), descriptor, inode=inode, proc=self._proc)
            except GoneError:  # noqa: PERF203 -- the next holder may have it still
                pass
            except NotPermittedError as exc:
                refusal = exc
        raise refusal or GoneError(f"Socket {inode} is gone.")

    def _open(self, pid: int) -> int:
        if pid != self._pid:
            self.close()
            self._pidfd = open_process(pid, self._proc)
            self._pid = pid
        return self._pidfd

    def close(self) -> None:
        """Let go of the process."""
        if self._pidfd >= 0:
            close(self._pidfd)
        self._pid, self._pidfd = 0, -1


def _error(exc: OSError, proc: str) -> KeepaliveError:
    if exc.errno in (errno.ESRCH, errno.EBADF, errno.EINVAL, errno.ENOENT):
        return GoneError("The process or its descriptor is gone.")
    if exc.errno == errno.ENOSYS:
        return KernelTooOldError(f"Sockets cannot be read: {TOO_OLD.message}. {TOO_OLD_REMEDY}")
    if exc.errno in (errno.EPERM, errno.EACCES):
        return NotPermittedError(f"Not permitted to take a duplicate of another process's socket. {remedy(proc)}")
    return KeepaliveError(f"Another process cannot be read: {exc.strerror}.")


def has_privilege(proc: str = "/proc") -> bool:
    """Return whether this process may look into those of others: by its capabilities, and by Yama."""
    # /proc/PID/fd is of its user
    may_read = any(has_capabilities(one, proc) for one in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH))
    return may_read and has_capabilities(CAP_SYS_PTRACE, proc) and not _nobody_may(proc)


def _nobody_may(proc: str) -> bool:
    """Return whether Yama forbids everybody to attach (Documentation/admin-guide/LSM/Yama.rst)."""
    try:
        with open(os.path.join(proc, _YAMA), "rb") as file:
            return int(file.read()) == _YAMA_NOBODY
    except (OSError, ValueError):
        return False


def remedy(proc: str = "/proc") -> str:
    """Return what to do where the kernel refuses to look into a process, by Yama's state and our rights."""
    if _nobody_may(proc):
        return "kernel.yama.ptrace_scope is 3 and forbids it to everybody until the next boot: boot with a lower one."
    if os.geteuid() != 0:
        return "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH: run as root (become: true)."
    return (
        "It takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, and a seccomp profile and security modules that allow it: in "
        "a container run with --cap-add SYS_PTRACE, and where that is not enough --security-opt seccomp=unconfined, "
        "or run on its host."
    )
