# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make system calls that the standard library of Python 3.8 does not have; raise OSError if one fails."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import socket
import struct
import typing as t

_LIBC = ctypes.CDLL(None, use_errno=True)
_IS_ARM = os.uname().machine == "aarch64"

# include/uapi/linux/sched.h
CLONE_FILES = 0x00000400
CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

# include/uapi/linux/mount.h
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000

# include/linux/fs.h
_MNT_DETACH = 0x2

# include/uapi/linux/prctl.h
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38

# include/uapi/asm-generic/unistd.h, arch/x86/entry/syscalls/syscall_64.tbl
PIDFD_GETFD = 438
_SECCOMP = 277 if _IS_ARM else 317
SETSOCKOPT = 208 if _IS_ARM else 54
GETSOCKOPT = 209 if _IS_ARM else 55
GETSOCKNAME = 204 if _IS_ARM else 51
GETPEERNAME = 205 if _IS_ARM else 52
_USERFAULTFD = 282 if _IS_ARM else 323
_EXIT = 93 if _IS_ARM else 60

# include/uapi/linux/capability.h
CAP_SYS_PTRACE = 19
_LINUX_CAPABILITY_VERSION_3 = 0x20080522

# include/uapi/linux/sockios.h, include/uapi/linux/if.h
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1

# include/uapi/linux/userfaultfd.h; struct uffdio_api, struct uffdio_register
_UFFDIO_API, _UFFDIO_REGISTER = 0xC018AA3F, 0xC020AA00
_UFFD_API = 0xAA
_UFFDIO_REGISTER_MODE_MISSING = 1
_API = struct.Struct("=QQQ")
_REGISTER = struct.Struct("=QQQQ")

# include/uapi/linux/seccomp.h, include/uapi/linux/filter.h, include/uapi/linux/bpf_common.h
_SECCOMP_MODE_FILTER = 2
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_RET_KILL_PROCESS = 0x80000000
_SECCOMP_RET_ERRNO = 0x00050000
_SECCOMP_RET_ALLOW = 0x7FFF0000
_LOAD_WORD = 0x20
_JUMP_IF_EQUAL = 0x15
_RETURN = 0x06
# include/uapi/linux/seccomp.h: where struct seccomp_data has the number of the call and the third argument
_NUMBER, _THIRD_ARGUMENT = 0, 32


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def _require(status: int) -> None:
    if status == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def unshare(flags: int) -> None:
    """Move this process to new namespaces."""
    _require(_LIBC.unshare(flags))


def setns(descriptor: int, kind: int) -> None:
    """Move this thread to the namespace of an open file."""
    _require(_LIBC.setns(descriptor, kind))


def mount(source: str, target: str, kind: str | None = None, *, flags: int = 0, options: str | None = None) -> None:
    """Mount a file system of this kind."""
    texts = [text if text is None else text.encode() for text in (source, target, kind, options)]
    _require(_LIBC.mount(*texts[:3], ctypes.c_ulong(flags), texts[3]))


def detach(target: str) -> None:
    """Unmount what is mounted on ``target``, although it may be in use."""
    _require(_LIBC.umount2(os.fsencode(target), _MNT_DETACH))


def prctl(operation: int, argument: int | bytes, further: int | bytes = 0) -> None:
    """Change an attribute of this process."""
    _require(_LIBC.prctl(operation, argument, further, 0, 0))


def exit_thread() -> t.NoReturn:
    """End this thread only, as pthread_exit(3) does. The first thread of a process becomes a zombie."""
    _require(_LIBC.syscall(_EXIT, 0))
    raise AssertionError("_exit(2) returned")


def drop_capability(number: int) -> None:
    """Take one of the first 32 capabilities from this process; root stays root."""
    header, data = _CapabilityHeader(_LINUX_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _require(_LIBC.capget(ctypes.byref(header), data))
    for at in (0, 1, 2):  # effective, permitted, inheritable
        data[at] &= ~(1 << number)
    _require(_LIBC.capset(ctypes.byref(header), data))


def disconnect(one: socket.socket) -> None:
    """Dissolve the connection of a socket, which can then connect again: connect(2), AF_UNSPEC."""
    _require(_LIBC.connect(one.fileno(), struct.pack("=H14x", socket.AF_UNSPEC), 16))


def set_loopback(*, up: bool) -> None:
    """Bring the loopback interface of the network namespace up or down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP if up else 0))


def refuse_call(call: int, error: int, *, third: int | None = None) -> None:
    """Let a system call of this process fail with ``error`` from now on: seccomp(2).

    With ``third`` it fails only if it has this third argument.
    """
    _answer_call(call, _SECCOMP_RET_ERRNO | error, third)


def end_at_call(call: int, *, third: int | None = None) -> None:
    """Let a system call, with this third argument if one is given, end this process by SIGSYS from now on.

    No code can ignore it, as it can ignore an error.
    """
    _answer_call(call, _SECCOMP_RET_KILL_PROCESS, third)


def _answer_call(call: int, answer: int, third: int | None) -> None:
    tests = [(_NUMBER, call)] + ([] if third is None else [(_THIRD_ARGUMENT, third)])
    program = b""
    for at, (offset, value) in enumerate(tests):
        to_allow = 2 * (len(tests) - at) - 1
        program += _instruction(_LOAD_WORD, value=offset) + _instruction(_JUMP_IF_EQUAL, no=to_allow, value=value)
    program += _instruction(_RETURN, value=answer)
    program += _instruction(_RETURN, value=_SECCOMP_RET_ALLOW)
    buffer = ctypes.create_string_buffer(program)
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, struct.pack("HP", len(program) // 8, ctypes.addressof(buffer)))


def install_filter(answers: dict[int, int], flags: int) -> int:
    """Let the kernel give these answers to system calls of this process by their numbers, and return what it returns.

    See seccomp(2); the other calls are allowed. It takes CAP_SYS_ADMIN.
    """
    program = _instruction(_LOAD_WORD, value=_NUMBER)
    for call, answer in answers.items():
        program += _instruction(_JUMP_IF_EQUAL, no=1, value=call) + _instruction(_RETURN, value=answer)
    program += _instruction(_RETURN, value=_SECCOMP_RET_ALLOW)
    buffer = ctypes.create_string_buffer(program)
    filter_program = struct.pack("HP", len(program) // 8, ctypes.addressof(buffer))
    result = _LIBC.syscall(_SECCOMP, _SECCOMP_SET_MODE_FILTER, flags, filter_program)
    _require(result)
    return int(result)


def take_descriptor(process: int, number: int) -> int:
    """Return a duplicate of a descriptor of another process: pidfd_getfd(2)."""
    result = _LIBC.syscall(PIDFD_GETFD, process, number, 0)
    _require(result)
    return int(result)


def send_unfilled_page(descriptor: int) -> None:
    """Send from a page of memory that nobody fills, so that the call never returns: userfaultfd(2).

    It takes CAP_SYS_PTRACE in the first user namespace.
    """
    faults = _LIBC.syscall(_USERFAULTFD, os.O_CLOEXEC)
    _require(faults)
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    fcntl.ioctl(faults, _UFFDIO_API, _API.pack(_UFFD_API, 0, 0))
    fcntl.ioctl(faults, _UFFDIO_REGISTER, _REGISTER.pack(address, mmap.PAGESIZE, _UFFDIO_REGISTER_MODE_MISSING, 0))
    _require(_LIBC.send(descriptor, ctypes.c_void_p(address), 1, 0))


def drop_packets(one: socket.socket) -> None:
    """Drop what arrives at a socket, so that its peer gets no answer: socket(7), SO_ATTACH_FILTER."""
    so_attach_filter = 26
    program = ctypes.create_string_buffer(_instruction(_RETURN, value=0))
    one.setsockopt(socket.SOL_SOCKET, so_attach_filter, struct.pack("HP", 1, ctypes.addressof(program)))


def _instruction(code: int, *, no: int = 0, value: int) -> bytes:
    """Return struct sock_filter; ``no`` is how many instructions a jump skips if its condition is false."""
    return struct.pack("=HBBI", code, 0, no, value)
