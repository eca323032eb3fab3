# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say what is known of one process: its user, command, network namespace, unit and container."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import os
import pwd
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import GoneError, NotPermittedError, TooDeepError
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import by_root, place_of
from ansible_collections.linux.tcp.plugins.module_utils._host.proc_files import read_text
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Makers, Roots


class CgroupFile(t.NamedTuple):
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


def in_no_container(_process: Process) -> None:
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
        default=in_no_container, compare=False, repr=False
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
    def _cgroup_file(self) -> CgroupFile:
        return cgroup_in(self.folder)

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
            raise unknown_cgroup(self._cgroup_file, self.folder, f"{self.pid} of the user {self.user}")
        return found

    @property
    def is_still_in_its_cgroup(self) -> bool:
        """Whether it is where it was when its cgroup was read."""
        return cgroup_in(self.folder).text == self.cgroup

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


def cgroup_in(folder: str) -> CgroupFile:
    """Read the cgroup of the process with this folder in /proc."""
    try:
        return CgroupFile(read_text(os.path.join(folder, "cgroup")))
    except GoneError:
        return CgroupFile("")
    except NotPermittedError as exc:
        return CgroupFile(None, isinstance(exc, TooDeepError))


def unknown_cgroup(cgroup: CgroupFile, folder: str, process: str) -> NotPermittedError:
    """Return the error for a cgroup that the kernel does not tell."""
    if cgroup.is_too_deep:
        return TooDeepError(
            f"Process {process} is in a cgroup whose path is longer than the kernel shows. End that process, or move "
            f"it to another cgroup, and run again."
        )
    return NotPermittedError(f"{folder}/cgroup cannot be read.")
