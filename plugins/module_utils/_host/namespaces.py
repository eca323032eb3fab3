# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do something in another network namespace: setns(2).

Only a thread that ends at once enters the namespace, never the process. What the thread opens belongs to the namespace
for good: a socket, and a file below /proc/sys/net, which shows the namespace of the thread that opens it.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import array
import ctypes
import errno
import fcntl
import os
import socket
import struct
import threading
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import ExhaustedError, GoneError
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import require_not_exhausted

if t.TYPE_CHECKING:
    Result = t.TypeVar("Result")

_CLONE_NEWNET = 0x40000000  # include/uapi/linux/sched.h
_SO_NETNS_COOKIE = 71  # include/uapi/asm-generic/socket.h
_COOKIE = struct.Struct("=Q")
_MINE = "/proc/thread-self/ns/net"
_MY_USERS = "/proc/self/ns/user"
_NS_GET_USERNS, _NS_GET_OWNER_UID = 0xB701, 0xB704  # include/uapi/linux/nsfs.h


def open_namespace(path: str, number: int) -> int:
    """Return a descriptor of a network namespace, which the caller closes; as long as it is open, it keeps its number.

    ``path`` is the file in /proc of a process that lives there, or a file to which the namespace is bound.

    :raises GoneError: where the file is no longer that of this namespace.
    :raises OSError: where the kernel refuses.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if found.st_ino != number or found.st_dev != os.stat(_MINE).st_dev:
            raise GoneError(f"{path} is no longer net:[{number}].")
    except BaseException:
        close(descriptor)
        raise
    return descriptor


def user_of(descriptor: int) -> int | None:
    """Return the ID of the user who made the user namespace that a network namespace belongs to: ioctl_nsfs(2).

    0 for that of this process, which root made as far as this process can see. None where the kernel does not tell, as
    before Linux 4.11, and for one outside of that of this process.
    """
    found = array.array("I", [0])  # uid_t
    try:
        owner = fcntl.ioctl(descriptor, _NS_GET_USERNS)
        try:
            if os.path.samestat(os.fstat(owner), os.stat(_MY_USERS)):
                return 0
            fcntl.ioctl(owner, _NS_GET_OWNER_UID, found)
        finally:
            close(owner)
    except OSError as exc:
        require_not_exhausted("A user namespace", exc)
        return None
    return found[0]


def run_in(descriptor: int, work: t.Callable[[], Result]) -> Result:
    """Return what ``work`` returns in the network namespace of an open file.

    :raises OSError: where the kernel refuses; likewise what ``work`` raises.
    :raises ExhaustedError: where there can be no thread.
    """
    (result,) = run_in_each([descriptor], lambda _descriptor: work())
    if isinstance(result, Exception):
        raise result
    return result


def run_in_each(descriptors: t.Sequence[int], work: t.Callable[[int], Result]) -> list[Result | Exception]:
    """Return what ``work`` returns in the network namespace of each of these open files, or the error that it raises.

    One thread enters them one after the other. ``work`` is called with the descriptor. An error of any kind is that of
    one namespace, so that it is known what was done in the others.

    :raises ExhaustedError: where there can be no thread; then nothing was done.
    """
    results: list[Result | Exception] = []

    def enter_and_work() -> None:
        for descriptor in descriptors:
            try:
                _enter(descriptor)
                results.append(work(descriptor))
            except Exception as exc:  # noqa: BLE001, PERF203 -- one that fails is none of the others' concern
                results.append(exc)

    thread = threading.Thread(target=enter_and_work)
    try:
        thread.start()
    except RuntimeError as exc:
        raise ExhaustedError(
            f"No thread can be started to enter a network namespace: {exc}. Raise the limits of processes and threads "
            f"(ulimit -u, pids.max of its cgroup, kernel.threads-max), or free memory."
        ) from exc
    thread.join()
    return results


def _enter(descriptor: int) -> None:
    """Move this thread to a namespace, and see that it is there."""
    if _is_in(descriptor):
        return
    _setns(descriptor)
    if not _is_in(descriptor):
        raise OSError(errno.EIO, "the thread is in another namespace than the one that it entered")


def _is_in(descriptor: int) -> bool:
    return os.path.samestat(os.stat(_MINE), os.fstat(descriptor))


def _setns(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def cookie() -> int | None:
    """Return the number of this thread's network namespace that no other one has until the next boot.

    None on kernels older than Linux 5.14. The number of its file is given to another namespace once it has ended.

    :raises OSError: where the kernel does not tell.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asked:
            found = asked.getsockopt(socket.SOL_SOCKET, _SO_NETNS_COOKIE, _COOKIE.size)
    except OSError as exc:
        require_not_exhausted("A socket", exc)
        if exc.errno != errno.ENOPROTOOPT:
            raise
        return None
    return int(_COOKIE.unpack(found)[0]) if len(found) == _COOKIE.size else None
