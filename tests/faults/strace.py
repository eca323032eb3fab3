# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let strace(1) inject faults into the system calls of a process, and read what it traced."""

from __future__ import annotations

import collections
import re
import subprocess
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

# The calls by which a module reads or changes a host, its files, its kernel or its sockets. strace ignores a name
# with a question mark that the architecture does not have.
_NAMES = (
    *("?access", "faccessat", "?faccessat2", "?chmod", "fchmod", "fchmodat", "?chown", "fchown", "fchownat", "?lchown"),
    *("close", "exit_group", "fdatasync", "flock", "fsync", "ftruncate", "?truncate", "?getdents", "getdents64"),
    *("fgetxattr", "flistxattr", "fremovexattr", "fsetxattr", "getxattr", "lgetxattr", "setxattr", "lsetxattr"),
    *("listxattr", "llistxattr", "removexattr", "?link", "linkat", "?mkdir", "mkdirat", "?open", "openat", "?openat2"),
    *("pread64", "pwrite64", "read", "?readlink", "readlinkat", "?rename", "?renameat", "renameat2", "?rmdir"),
    *("?stat", "?lstat", "fstat", "?newfstatat", "?statx", "statfs", "fstatfs", "?symlink", "symlinkat", "?unlink"),
    *("unlinkat", "?utimensat", "write", "writev", "getsockopt", "setsockopt", "?pidfd_open", "?pidfd_getfd"),
    *("sendto", "sendmsg", "recvfrom", "recvmsg", "socket", "?setns", "?unshare", "fallocate", "copy_file_range"),
)
_CALL = re.compile(r"(?:\d+ +)?(\w+)\((.*)")  # with threads each line begins with the number of one
_RESULT = re.compile(r" = (-?\d+|0x[0-9a-f]+|\?)(?: ([A-Z]+))?[^=]*\Z")


class Call(t.NamedTuple):
    """A traced call: the ``number`` counts those of its name, from 1."""

    name: str
    number: int
    arguments: str
    result: str
    error: str
    injected: bool

    @property
    def descriptor(self) -> int | None:
        """The descriptor that is its first argument."""
        first = self.arguments.partition(",")[0].rstrip(")").partition(")")[0]
        return int(first) if first.isdigit() else None


class Inject(t.NamedTuple):
    """What happens to a call: ``action`` and ``when`` as strace takes them."""

    name: str
    when: str
    action: str

    @property
    def text(self) -> str:
        """What strace's option -e takes after ``inject=``."""
        return f"{self.name}:{self.action}:when={self.when}"


def parse_inject(text: str) -> Inject:
    """Return what :attr:`Inject.text` gave."""
    name, action, when = text.split(":")
    return Inject(name, when.partition("=")[2], action)


def attach(pid: int, output: Path, faults: t.Sequence[Inject], *, with_threads: bool = False) -> subprocess.Popen[str]:
    """Trace a process that waits, or all of its threads and children; return when it is traced."""
    expressions = [f"trace={','.join(_NAMES)}", *(f"inject={fault.text}" for fault in faults)]
    command = [
        "strace",
        *(["-f"] if with_threads else []),
        "-p",
        str(pid),
        "-o",
        str(output),
        *(part for one in expressions for part in ("-e", one)),
    ]
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr
    said = tracer.stderr.readline()
    if "attached" not in said:
        raise RuntimeError(f"strace does not trace: {said}{tracer.stderr.read()}")
    return tracer


def calls_in(text: str) -> list[Call]:
    """Return the calls that strace wrote down."""
    counts: collections.Counter[str] = collections.Counter()
    found = []
    for line in text.splitlines():
        match = _CALL.match(line)
        if match:
            name, rest = match.groups()
            counts[name] += 1
            result = _RESULT.search(rest)
            injected = "(INJECTED)" in rest
            found.append(
                Call(name, counts[name], rest, *((result[1], result[2] or "") if result else ("", "")), injected)
            )
    return found
