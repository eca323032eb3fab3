# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read processes: their user, unit and container, their network namespace, and the sockets that they hold.

Reading the links of descriptors costs more than all else (5 us each, measured on Linux 6.18), so
callers choose processes first. Threads share their process's descriptors and network namespace and
are not looked at; those few that unshared them (unshare(2)) are not seen.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import contextlib
import dataclasses
import errno
import functools
import os
import pwd
import re
import stat
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    GoneError,
    KernelError,
    NotPermittedError,
    TooDeepError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import by_root, place_of, roots_of
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import DescriptorBudget, close
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import require_not_exhausted
from ansible_collections.linux.tcp.plugins.module_utils._host.proc_files import (
    MOST_OF_COMMAND_LINE,
    MOST_OF_MOUNTS,
    MOST_OF_PROCESS,
    read_proc,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Makers, Roots

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

# include/uapi/linux/capability.h
CAP_SYS_PTRACE, CAP_SYS_ADMIN = 1 << 19, 1 << 21
_CAP_EFF = re.compile(r"\nCapEff:\t([0-9a-f]+)\n")

_START_TIME = 19  # of the fields of proc_pid_stat(5) behind the name


class _TooLargeError(NotPermittedError):
    """A process tells more of itself than is read."""


class _CgroupFile(t.NamedTuple):
    """What /proc/PID/cgroup has, empty for a process that has ended; None where the kernel does not tell.

    ``is_too_deep`` says that it does not because the path is too long, as some kernels do.
    """

    text: str | None
    is_too_deep: bool = False


class Container(t.Protocol):
    """What is known of a container."""

    @property
    def id(self) -> str:
        """The id that its engine gave it."""

    @property
    def name(self) -> str | None:
        """Its name; None where it is not known."""

    @property
    def user(self) -> int | None:
        """The ID of the user who says that it is this container; 0 is root, None is not known."""

    def as_dict(self) -> dict[str, t.Any]:
        """Return it as modules return it."""


def _in_no_container(_process: Process) -> None:
    return None


@dataclasses.dataclass(frozen=True)
class Process:
    """A process with memory of its own.

    ``namespace`` is the number of its network namespace, None where this process may not look into
    it, neither there nor at its descriptors (ptrace(2), PTRACE_MODE_READ_FSCREDS). ``command`` is
    what /proc/PID/comm has, ``uid`` the effective one, ``real_uid`` that of who started it. ``folder`` is where the
    process is in /proc, or a thread of it where the first one has ended, whose number is ``task`` then; ``unit`` is
    read there when it is asked for. ``roots`` are where the host is in the trees of cgroups, ``makers`` tell who made a
    cgroup, ``container_of`` tells the container.
    """

    pid: int
    command: str
    uid: int
    namespace: int | None
    folder: str
    task: int = 0
    real_uid: int = dataclasses.field(default=0, compare=False)
    roots: Roots = dataclasses.field(default_factory=dict, compare=False, repr=False)
    makers: Makers = dataclasses.field(default=by_root, compare=False, repr=False)
    container_of: t.Callable[[Process], Container | None] = dataclasses.field(
        default=_in_no_container, compare=False, repr=False
    )

    @property
    def number(self) -> int:
        """By which pidfd_open(2) gets at its descriptors."""
        return self.task or self.pid

    @property
    def user(self) -> str:
        """The user's name on this host, or the number of one that has none."""
        return user_name(self.uid)

    @functools.cached_property
    def _cgroup_file(self) -> _CgroupFile:
        return _cgroup_in(self.folder)

    @property
    def cgroup(self) -> str | None:
        """What /proc/PID/cgroup has; empty for a process that has ended, None where the kernel does not tell."""
        return self._cgroup_file.text

    @property
    def known_cgroup(self) -> str:
        """The same where the kernel tells it.

        :raises TooDeepError: where the path is too long to be shown.
        :raises NotPermittedError: where the kernel does not tell it for another reason.
        """
        found = self.cgroup
        if found is None:
            raise _unknown(self._cgroup_file, self.folder, f"{self.pid} of the user {self.user}")
        return found

    @property
    def is_still_in_its_cgroup(self) -> bool:
        """Whether it is where it was when its cgroup was read."""
        return _cgroup_in(self.folder).text == self.cgroup

    @functools.cached_property
    def unit(self) -> str | None:
        """The systemd unit, such as nginx.service; None also where the cgroup cannot be read, or a user made it."""
        place = place_of(self.cgroup or "", self.roots, self.makers)
        if place.unit is None or (place.parts[:1] and place.parts[0].endswith(".slice")):
            return place.unit
        if not self.is_still_in_its_cgroup:
            return None  # it may be gone by now, and then it is not known who made it
        if not place.container and self.container:
            return None  # root in a container of any name may give a cgroup below the name of a unit
        return place.unit

    @functools.cached_property
    def container(self) -> Container | None:
        """The container in which it is; None outside of containers, and where that is not known."""
        return self.container_of(self)

    def as_dict(self) -> dict[str, t.Any]:
        """Return the process as the module returns it."""
        return {
            "pid": self.pid,
            "command": printable(self.command),
            "user": printable(self.user),
            "unit": None if self.unit is None else printable(self.unit),
            "container": self.container and self.container.as_dict(),
        }


@functools.lru_cache(maxsize=None)
def user_name(uid: int) -> str:
    """Return a user's name, or the number of one that has none here."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


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
        self.container_of: t.Callable[[Process], Container | None] = _in_no_container
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
        mounts = _BOUND.findall(_read(os.path.join(self.proc, "self/mountinfo"), MOST_OF_MOUNTS))
        return [(int(number), _ESCAPE.sub(lambda found: chr(int(found.group(1), 8)), path)) for number, path in mounts]

    def read(self, pid: int) -> Process | None:
        """Return a process; None for the kernel's own threads and for those that have ended, which hold nothing.

        :raises GoneError: where there is none.
        """
        return self._read_task(pid, os.path.join(self.proc, str(pid)))

    def _read_task(self, pid: int, folder: str, task: int = 0) -> Process | None:
        status = _read(os.path.join(folder, "status"))
        if not task and _ZOMBIE_WITH_THREADS.search(status):
            return self._read_survivor(pid, os.path.join(folder, "task"))
        name, uid = _NAME.match(status), _UID.search(status)
        if "\nVmSize:" not in status or name is None or uid is None:
            return None
        try:
            namespace = _NAMESPACE.match(_readlink(os.path.join(folder, "ns/net")))
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
            raise _error(folder, exc) from exc
        for name in names:
            with contextlib.suppress(GoneError):
                if int(name) != pid:
                    return self._read_task(pid, os.path.join(folder, name), int(name))
        return None

    def cgroup(self, pid: int) -> str | None:
        """Return what /proc/PID/cgroup of a process has, as :attr:`Process.cgroup`."""
        return _cgroup_in(os.path.join(self.proc, str(pid))).text

    def known_cgroup(self, pid: int) -> str:
        """Return the same where the kernel tells it; raise the errors of :attr:`Process.known_cgroup`."""
        folder = os.path.join(self.proc, str(pid))
        found = _cgroup_in(folder)
        if found.text is None:
            raise _unknown(found, folder, str(pid))
        return found.text

    def parent(self, pid: int) -> int:
        """Return the number of a process's parent, 0 where there is none here, or the process has ended.

        :raises NotPermittedError: where the kernel does not tell. Likewise the methods that follow.
        """
        try:
            found = _PARENT.search(_read(os.path.join(self.proc, str(pid), "status")))
        except GoneError:
            return 0
        return int(found.group(1)) if found else 0

    def runs_as_root(self, pid: int) -> bool:
        """Return whether a process has no other user than root, which everybody may see."""
        try:
            users = _UIDS.search(_read(os.path.join(self.proc, str(pid), "status")))
        except GoneError:
            return False
        return users is not None and set(users.group(1).split("\t")) == {"0"}

    def is_of_root(self, pid: int) -> bool:
        """Return whether a process runs as root, and was not started by another user as a set-user-ID program."""
        try:
            return self.runs_as_root(pid) and not _stat(os.path.join(self.proc, str(pid), "exe")).st_mode & stat.S_ISUID
        except GoneError:
            return False

    def arguments(self, pid: int) -> list[str]:
        """Return the command line of a process; empty for one that has ended, and for one that is too long.

        It is read in the memory of the process, so only of a process that may be trusted not to hold this one up.
        """
        try:
            return _read(os.path.join(self.proc, str(pid), "cmdline"), MOST_OF_COMMAND_LINE).rstrip("\0").split("\0")
        except (GoneError, _TooLargeError):
            return []

    def has_capabilities(self, wanted: int) -> bool:
        """Return whether this process has all of these capabilities in effect: capabilities(7)."""
        effective = _CAP_EFF.search(_read(os.path.join(self.proc, "self/status")))
        return effective is not None and int(effective.group(1), 16) & wanted == wanted

    def started(self, pid: int) -> int | None:
        """Return when a process started, in clock ticks since the system's boot; None where that cannot be read."""
        try:
            fields = _read(os.path.join(self.proc, str(pid), "stat")).rpartition(")")[2].split()
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
            raise _error(path, exc) from exc
        try:
            with os.scandir(folder) as entries:
                names = (entry.name for entry in entries)
                return list(_sockets_in(folder, self._budget.spend(self.owner_of(process.real_uid), names)))
        except OSError as exc:
            raise _error(path, exc) from exc
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


def _cgroup_in(folder: str) -> _CgroupFile:
    try:
        return _CgroupFile(_read(os.path.join(folder, "cgroup")))
    except GoneError:
        return _CgroupFile("")
    except NotPermittedError as exc:
        return _CgroupFile(None, isinstance(exc, TooDeepError))


def _unknown(cgroup: _CgroupFile, folder: str, process: str) -> NotPermittedError:
    """Return the error for a cgroup that the kernel does not tell."""
    if cgroup.is_too_deep:
        return TooDeepError(
            f"Process {process} is in a cgroup whose path is longer than the kernel shows. End that process, or move "
            f"it to another cgroup, and run again."
        )
    return NotPermittedError(f"{folder}/cgroup cannot be read.")


def _unescape(name: str) -> str:
    """Return a name as it is: /proc/PID/status shows a line's end and a backslash as an escape."""
    return re.sub(r"\\(n|\\)", lambda found: "\n" if found.group(1) == "n" else "\\", name)


def _read(path: str, most: int = MOST_OF_PROCESS) -> str:
    try:
        return read_proc(path, most).decode("utf-8", "surrogateescape")
    except OSError as exc:
        raise _error(path, exc) from exc


def _readlink(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError as exc:
        raise _error(path, exc) from exc


def _stat(path: str) -> os.stat_result:
    try:
        return os.stat(path)
    except OSError as exc:
        raise _error(path, exc) from exc


def _error(path: str, exc: OSError) -> GoneError | NotPermittedError:
    """Return what an error says of a process.

    :raises ExhaustedError: for one that says nothing of it.
    """
    require_not_exhausted(path, exc)
    if isinstance(exc, (FileNotFoundError, ProcessLookupError)):
        return GoneError(f"{path} is gone.")
    kinds: dict[int, type[NotPermittedError]] = {errno.EFBIG: _TooLargeError, errno.ENAMETOOLONG: TooDeepError}
    return kinds.get(exc.errno or 0, NotPermittedError)(f"{path} cannot be read: {exc.strerror}.")
