# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the processes of a host, and the sockets that they hold.

Reading the links of descriptors costs more than all else (5 us each, measured on Linux 6.18), so
callers choose processes first. Threads share their process's descriptors and network namespace and
are not looked at; those few that unshared them (unshare(2)) are not seen.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import contextlib
import functools
import os
import re
import stat
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import GoneError, KernelError, NotPermittedError
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import by_root, roots_of
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import DescriptorBudget, close
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import require_not_exhausted
from ansible_collections.linux.tcp.plugins.module_utils._host.proc_files import (
    MOST_OF_COMMAND_LINE,
    MOST_OF_MOUNTS,
    TooLargeError,
    error_of,
    read_link,
    read_text,
    stat_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.process import (
    Process,
    cgroup_in,
    in_no_container,
    unknown_cgroup,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Makers, Roots
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Container

_NAMESPACE = re.compile(r"net:\[(\d+)\]\Z")
_SOCKET = "socket:["
_MOST_DUPLICATES = 4  # of a socket in a process: more than one, because one may be closed meanwhile
_UID = re.compile(r"\nUid:\t(\d+)\t(\d+)")
_UIDS = re.compile(r"\nUid:\t([\d\t]+)\n")
_PARENT = re.compile(r"\nPPid:\t(\d+)")
_NAME = re.compile(r"Name:\t(.*)\n")
_ZOMBIE_WITH_THREADS = re.compile(r"\nState:\tZ.*\nThreads:\t(?!1\n)", re.DOTALL)
# proc(5), /proc/PID/mountinfo: root and mount point of a namespace's file
_BOUND = re.compile(r"^\S+ \S+ \S+ net:\[(\d+)\] (\S+) .* - nsfs ", re.MULTILINE)
_ESCAPE = re.compile(r"\\([0-7]{3})")

_START_TIME = 19  # of the fields of proc_pid_stat(5) behind the name


def _own(user: int) -> int:
    return user


class Processes:
    """The processes below ``proc``, where a proc file system is mounted.

    ``container_of`` tells in which container one of them is, ``owner_of`` which user has a user ID beside the own one,
    ``makers`` who made a cgroup.
    """

    def __init__(self, proc: str = "/proc") -> None:
        self.proc = proc
        self._budget = DescriptorBudget()
        self.container_of: t.Callable[[Process], Container | None] = in_no_container
        self.owner_of: t.Callable[[int], int] = _own
        self.makers: Makers = by_root

    @functools.cached_property
    def roots(self) -> Roots:
        """Where the host itself is in the trees of cgroups, by its process 1."""
        return roots_of(self.cgroup(1) or "")

    def pids(self) -> list[int]:
        """Return the processes that can be seen.

        :raises KernelError: where there is no proc file system, or one of another PID namespace, whose numbers mean
            other processes here.
        """
        try:
            names = os.listdir(self.proc)
            myself = os.readlink(os.path.join(self.proc, "self"))
        except OSError as exc:
            require_not_exhausted(self.proc, exc)
            raise KernelError(f"{self.proc} cannot be read: {exc.strerror}. Mount a proc file system there.") from exc
        if myself != str(os.getpid()):
            raise KernelError(
                f"{self.proc} shows another PID namespace, where this process is {myself}. Mount a proc file system "
                f"of this one there, or run on the host itself."
            )
        return sorted(int(name) for name in names if name.isdecimal())

    def named_namespaces(self) -> list[tuple[int, str]]:
        """Return the network namespaces that have a name by a bind mount, as ip-netns(8) makes it: number and path."""
        mounts = _BOUND.findall(read_text(os.path.join(self.proc, "self/mountinfo"), MOST_OF_MOUNTS))
        return [(int(number), _ESCAPE.sub(lambda found: chr(int(found.group(1), 8)), path)) for number, path in mounts]

    def read(self, pid: int) -> Process | None:
        """Return a process; None for the kernel's own threads and for those that have ended, which hold nothing.

        :raises GoneError: where there is none.
        """
        return self._read_task(pid, os.path.join(self.proc, str(pid)))

    def _read_task(self, pid: int, folder: str, task: int = 0) -> Process | None:
        status = read_text(os.path.join(folder, "status"))
        if not task and _ZOMBIE_WITH_THREADS.search(status):
            return self._read_survivor(pid, os.path.join(folder, "task"))
        name, uid = _NAME.match(status), _UID.search(status)
        if "\nVmSize:" not in status or name is None or uid is None:
            return None
        try:
            namespace = _NAMESPACE.match(read_link(os.path.join(folder, "ns/net")))
        except NotPermittedError:
            namespace = None
        number = None if namespace is None else int(namespace.group(1))
        return Process(
            pid,
            _unescape(name.group(1)),
            int(uid.group(2)),
            number,
            folder,
            task,
            real_uid=int(uid.group(1)),
            roots=self.roots,
            makers=self.makers,
            container_of=self.container_of,
        )

    def _read_survivor(self, pid: int, folder: str) -> Process | None:
        """Return a process whose first thread has ended, by the first of the others."""
        try:
            names = sorted(os.listdir(folder), key=int)
        except OSError as exc:
            raise error_of(folder, exc) from exc
        for name in names:
            with contextlib.suppress(GoneError):
                if int(name) != pid:
                    return self._read_task(pid, os.path.join(folder, name), int(name))
        return None

    def cgroup(self, pid: int) -> str | None:
        """Return what /proc/PID/cgroup of a process has, as :attr:`Process.cgroup`."""
        return cgroup_in(os.path.join(self.proc, str(pid))).text

    def known_cgroup(self, pid: int) -> str:
        """Return the same where the kernel tells it; raise the errors of :attr:`Process.known_cgroup`."""
        folder = os.path.join(self.proc, str(pid))
        found = cgroup_in(folder)
        if found.text is None:
            raise unknown_cgroup(found, folder, str(pid))
        return found.text

    def parent(self, pid: int) -> int:
        """Return the number of a process's parent, 0 where there is none here, or the process has ended.

        :raises NotPermittedError: where the kernel does not tell. Likewise the methods that follow.
        """
        try:
            found = _PARENT.search(read_text(os.path.join(self.proc, str(pid), "status")))
        except GoneError:
            return 0
        return int(found.group(1)) if found else 0

    def runs_as_root(self, pid: int) -> bool:
        """Return whether a process has no other user than root, which everybody may see."""
        try:
            users = _UIDS.search(read_text(os.path.join(self.proc, str(pid), "status")))
        except GoneError:
            return False
        return users is not None and set(users.group(1).split("\t")) == {"0"}

    def is_of_root(self, pid: int) -> bool:
        """Return whether a process runs as root, and was not started by another user as a set-user-ID program."""
        try:
            return (
                self.runs_as_root(pid) and not stat_of(os.path.join(self.proc, str(pid), "exe")).st_mode & stat.S_ISUID
            )
        except GoneError:
            return False

    def arguments(self, pid: int) -> list[str]:
        """Return the command line of a process; empty for one that has ended, and for one that is too long.

        It is read in the memory of the process, so only of a process that may be trusted not to hold this one up.
        """
        try:
            return (
                read_text(os.path.join(self.proc, str(pid), "cmdline"), MOST_OF_COMMAND_LINE).rstrip("\0").split("\0")
            )
        except (GoneError, TooLargeError):
            return []

    def started(self, pid: int) -> int | None:
        """Return when a process started, in clock ticks since the system's boot; None where that cannot be read."""
        try:
            fields = read_text(os.path.join(self.proc, str(pid), "stat")).rpartition(")")[2].split()
            return int(fields[_START_TIME])
        except (GoneError, NotPermittedError, IndexError, ValueError):
            return None

    def look_anew(self) -> None:
        """Let the descriptors that were read before no longer count as read."""
        self._budget = DescriptorBudget()

    def sockets(self, process: Process) -> list[tuple[int, int]]:
        """Return a process's sockets of every kind: number of the descriptor and inode; of each the first descriptors.

        :raises GoneError: where the process has ended.
        :raises TooManyDescriptorsError: where its user's processes hold more than are read.
        :raises NotPermittedError: where the kernel does not tell.
        """
        path = os.path.join(process.folder, "fd")
        try:
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as exc:
            raise error_of(path, exc) from exc
        try:
            with os.scandir(folder) as entries:
                names = (entry.name for entry in entries)
                return list(_sockets_in(folder, self._budget.spend(self.owner_of(process.real_uid), names)))
        except OSError as exc:
            raise error_of(path, exc) from exc
        finally:
            close(folder)


def _sockets_in(folder: int, names: t.Iterable[str]) -> t.Iterator[tuple[int, int]]:
    held: collections.Counter[int] = collections.Counter()
    for name in names:
        try:
            link = os.readlink(name, dir_fd=folder)
        except FileNotFoundError:
            continue  # closed meanwhile
        if not link.startswith(_SOCKET):
            continue
        inode = int(link[len(_SOCKET) : -1])
        held[inode] += 1
        if held[inode] <= _MOST_DUPLICATES:
            yield int(name), inode


def _unescape(name: str) -> str:
    """Return a name as it is: /proc/PID/status shows a line's end and a backslash as an escape."""
    return re.sub(r"\\(n|\\)", lambda found: "\n" if found.group(1) == "n" else "\\", name)
