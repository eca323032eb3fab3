# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find every network namespace of a host in which a process lives, or to which a name is bound, and who lives there.

A namespace that only an open descriptor or a thread of its own keeps is not seen.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    ExhaustedError,
    GoneError,
    NotPermittedError,
    TooDeepError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroup_folders import CgroupFolders
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import place_of
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close, many_allowed
from ansible_collections.linux.tcp.plugins.module_utils._host.namespaces import (
    cookie,
    open_namespace,
    run_in,
    run_in_each,
    user_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import (
    reason_of,
    remedy_of,
    require_not_exhausted,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import (
    ENDED,
    HIDDEN,
    NO_TABLE,
    PERMISSION,
    REFUSED,
    TOO_DEEP,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.unreadable import Unreadable
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Namespace
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.monitors import container_of_monitor
from ansible_collections.linux.tcp.plugins.module_utils._sockets.netlink import count_established
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, sysctl_name

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Place
    from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
    from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_files import EngineFiles
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values


_LOOK_THERE = "Look there, with nsenter -n -t PID sysctl net.ipv4, and run again"
_HOSTS = ("1", "self")  # in whose namespaces the host is


def remedy() -> str:
    """Return what to do where the kernel refuses to look into a process or a namespace, by our rights."""
    if os.geteuid() != 0:
        return "It takes CAP_SYS_ADMIN and CAP_SYS_PTRACE: run as root (become: true)."
    return (
        "It takes CAP_SYS_ADMIN and CAP_SYS_PTRACE, and security modules that allow it. In a container, run on "
        "its host."
    )


@dataclasses.dataclass
class _Members:
    """What was seen of a namespace: the processes that live there with their places, and the names.

    ``containers`` has them by the ids in their cgroups and by their users.
    """

    processes: dict[int, Process] = dataclasses.field(default_factory=dict)
    containers: dict[tuple[str, int | None], Container] = dataclasses.field(default_factory=dict)
    units: set[str] = dataclasses.field(default_factory=set)
    names: set[str] = dataclasses.field(default_factory=set)


def _order(one: Container) -> tuple[str, int]:
    return one.id, -1 if one.user is None else one.user


class NamespaceScanner:
    """Finds network namespaces; ``unreadable`` counts what could not be read.

    Each namespace is opened once and stays open, so that its number means no other one as long as this object lives.
    Where no more of them can be opened, the methods raise :class:`ExhaustedError`: what was not seen may be selected.
    """

    def __init__(self, processes: Processes, engines: EngineFiles, kernel: Kernel) -> None:
        self.unreadable = Unreadable()
        self._processes = processes
        self._engines = engines
        self._kernel = kernel
        self._open = contextlib.ExitStack()
        self._open.enter_context(many_allowed())
        self._descriptors: dict[int, int] = {}
        self._users: dict[int, int | None] = {}
        self._denied: set[int] = set()
        self._refused: set[int] = set()
        self._present: list[Namespace] = []
        self._identities: dict[int, str | None] = {}
        self._hosts = self._find_hosts()
        self._cgroups = CgroupFolders(kernel.mounts())

    @property
    def knows_host(self) -> bool:
        """Whether the host's own namespace is known: by process 1, or because this process is in the first one."""
        return len(self._hosts) == len(_HOSTS) or self._kernel.is_in_first_namespace()

    def close(self) -> None:
        """Let go of all namespaces."""
        self._open.close()

    def _find_hosts(self) -> list[int]:
        """Return the numbers of the host's own namespaces: that of process 1, where it may be seen, and this one's."""
        found = []
        for who in _HOSTS:
            with contextlib.suppress(OSError):
                found.append(os.stat(os.path.join(self._processes.proc, who, "ns/net")).st_ino)
        return found

    def host_values(self) -> Values:
        """Return the values of the host's own namespace; None for what cannot be read."""
        descriptor = self._descriptors.get(self._hosts[0]) if self._hosts else None
        if descriptor is not None:
            with contextlib.suppress(OSError):
                return run_in(descriptor, self._kernel.read)
        return self._kernel.read()

    def namespaces(self) -> list[Namespace]:
        """Return the namespaces that there are now, without what only :meth:`filled` tells, ordered by number."""
        members: dict[int, _Members] = {}
        seen: set[int] = set()
        for _look in range(2):  # processes may start meanwhile
            started = [pid for pid in self._processes.pids() if pid not in seen]
            for pid in started:
                self._add_process(pid, members)
            seen.update(started)
        if 1 not in seen:
            self.unreadable.add("process", HIDDEN, remedy())  # each PID namespace has it: proc(5), hidepid
        for number, path in self._processes.named_namespaces():
            # another mount may hide a name
            if os.path.lexists(path) and self._is_open(number, path):
                members.setdefault(number, _Members()).names.add(path)
        self._present = [self._namespace(number, members[number]) for number in sorted(members)]
        return self._present

    def identities(self) -> set[str]:
        """Return what tells each of the namespaces that :meth:`namespaces` found last from later ones."""
        unread = [one for one in self._present if one.number not in self._identities]
        self.filled(unread)
        found = (self._identities.get(one.number) for one in self._present)
        return {identity for identity in found if identity}

    def _add_process(self, pid: int, members: dict[int, _Members]) -> None:
        """Note where a process lives, and who it is.

        Its namespace is opened before its cgroup is read, and both are compared afterwards. So nothing is noted of a
        later process with its number that lives elsewhere, nor of a cgroup that it has left.
        """
        try:
            process = self._processes.read(pid)
            if process is None:
                return
            if process.namespace is None:
                raise NotPermittedError(f"{process.folder}/ns/net cannot be read.")
            link = os.path.join(process.folder, "ns/net")
            if not self._is_open(process.namespace, link):
                return
            place = self._place(process.known_cgroup)
            if os.stat(link).st_ino != process.namespace:
                raise GoneError(f"{link} is another namespace now.")
            container = self._engines.container_at(place)
            if container and not process.is_still_in_its_cgroup:
                raise GoneError(f"{process.folder} is in another cgroup now.")
            named = self._named(container, process.pid, process.namespace)
        except (GoneError, FileNotFoundError, ProcessLookupError):
            self.unreadable.add("process", ENDED)
            return
        except (NotPermittedError, OSError) as exc:
            if pid not in self._denied:
                if isinstance(exc, TooDeepError):
                    self.unreadable.add("process", TOO_DEEP, str(exc))
                else:
                    self.unreadable.add("process", PERMISSION, remedy(), which=f"process {pid}")
            self._denied.add(pid)
            return
        found = members.setdefault(process.namespace, _Members())
        found.processes[pid] = process
        if place.unit and (place.container or not container):  # not what a container of any name has below its cgroup
            found.units.add(place.unit)
        if named:
            user = self._users[process.namespace] if named.user == 0 else named.user
            key = (container or named).id, user
            earlier = found.containers.get(key)
            # one process whose container's settings do not count is enough: it may have made the namespace; so is one
            # that has a name, as the first process of a container has by its monitor
            if earlier is None or earlier.settings or (named.name and not earlier.name):
                found.containers[key] = dataclasses.replace(named, user=user)

    def _place(self, cgroup: str) -> Place:
        """Return where a process with a cgroup is."""
        return place_of(cgroup, self._processes.roots, self._cgroups.made)

    def _named(self, found: Container | None, pid: int, namespace: int) -> Container | None:
        """Return the container of a process; where its cgroup tells none, or no name, by its monitor."""
        if found is None:
            return self._monitored(pid, namespace)
        if found.name or found.engine != "lxc" or found.user != 0:
            return found
        monitored = self._monitored(pid, namespace)
        return self._engines.named(found, monitored.name if monitored else None)

    def _is_in_container(self, pid: int) -> bool:
        return self._engines.container_at(self._place(self._processes.known_cgroup(pid))) is not None

    def _monitored(self, pid: int, namespace: int) -> Container | None:
        """Return the container of which a process is the first one, by its monitor; None for any other process.

        Only root's monitors count, outside of containers, and network namespaces of root's: any process can have a
        monitor's command line.
        """
        if namespace in self._hosts or self._users[namespace] != 0:
            return None
        parent = self._processes.parent(pid)
        # first: others may let their command line be of any size, and reading it take any time
        if not parent or not self._processes.runs_as_root(parent) or self._is_in_container(parent):
            return None
        # few have a monitor, and it costs little to rule that out; it may change its command line before the next look
        if container_of_monitor(self._processes.arguments(parent)) is None or self._is_in_container(parent):
            return None
        container = container_of_monitor(self._processes.arguments(parent))
        return container if self._processes.is_of_root(parent) and self._processes.parent(pid) == parent else None

    def _is_open(self, number: int, path: str) -> bool:
        """Open a namespace unless it is open; return whether it is."""
        if number in self._descriptors:
            return True
        try:
            descriptor = open_namespace(path, number)
        except (GoneError, FileNotFoundError, ProcessLookupError):
            self.unreadable.add("namespace", ENDED)
            return False
        except OSError as exc:
            require_not_exhausted(path, exc)
            self._trouble(number, exc)
            return False
        self._open.callback(close, descriptor)
        self._descriptors[number] = descriptor
        self._users[number] = user_of(descriptor)
        return True

    def _namespace(self, number: int, members: _Members) -> Namespace:
        return Namespace(
            number=number,
            descriptor=self._descriptors[number],
            is_host=number in self._hosts,
            user=self._users[number],
            names=tuple(sorted(members.names)),
            containers=tuple(sorted(members.containers.values(), key=_order)),
            units=tuple(sorted(members.units)),
            commands=tuple(sorted({process.command for process in members.processes.values()})),
            pids=frozenset(members.processes),
        )

    def filled(self, found: t.Sequence[Namespace], *, connections: bool = False) -> list[Namespace]:
        """Return namespaces with their values, what tells them from later ones, and where wanted their connections."""

        def read(_descriptor: int) -> tuple[Values, int | None, int | None]:
            return self._kernel.read(), cookie(), self._count_connections() if connections else None

        results = run_in_each([one.descriptor for one in found], read)
        return [self._with(one, result) for one, result in zip(found, results)]

    def _with(self, one: Namespace, result: tuple[Values, int | None, int | None] | Exception) -> Namespace:
        if isinstance(result, ExhaustedError):
            raise result
        if isinstance(result, OSError):
            require_not_exhausted(f"net:[{one.number}]", result)
        if isinstance(result, Exception):
            return dataclasses.replace(one, trouble=self._trouble(one.number, result))
        values, number, count = result
        identity = f"cookie {number}" if number is not None else self._identity_by_processes(one)
        self._identities[one.number] = identity
        missing = ", ".join(sysctl_name(key) for key in KEYS if values[key] is None)
        trouble = missing and f"the kernel shows no number for {missing}. {_LOOK_THERE}"
        return dataclasses.replace(one, values=values, identity=identity, connections=count, trouble=trouble)

    def _trouble(self, number: int, exc: Exception) -> str:
        """Count a namespace that cannot be opened or entered, once; return the cause, and what to do."""
        denied = isinstance(exc, PermissionError)
        reason = PERMISSION if denied else REFUSED.because(reason_of(exc))
        if number not in self._refused:
            self.unreadable.add("namespace", reason, remedy() if denied else "")
        self._refused.add(number)
        return f"{reason.message}. {remedy() if denied else remedy_of(exc).strip()}".rstrip(". ")

    def _count_connections(self) -> int | None:
        """Return the number of connections in the namespace of this thread."""
        try:
            return count_established()
        except OSError as exc:
            require_not_exhausted("A socket", exc)
            self.unreadable.add("namespace", NO_TABLE)
            return None

    def _identity_by_processes(self, one: Namespace) -> str | None:
        """Return what tells a namespace from later ones on kernels that have no cookie: its oldest process."""
        started = [start for start in map(self._processes.started, one.pids) if start is not None]
        return f"inode {one.number} since {min(started)}" if started else None
