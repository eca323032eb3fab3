# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Result what a prediction and a plan need to know of a host from what a probe has read there."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import read_init_system
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
    HZ_HIGHEST,
    HZ_LOWEST,
    SYSCTL_PREFIX,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import shortened
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import candidates_among

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Tree
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
        Values,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate


@dataclasses.dataclass(frozen=True)
class ProbedHost:
    """A running host as a probe has read it.

    ``runtime`` are the kernel's values, ``comm`` is the name of process 1, ``mounts`` are the lines of
    /proc/mounts that concern /proc, ``cmdline`` is the kernel's command line as :meth:`command_line`
    returns it. ``rows`` are path, number and text of the lines that may set keys after the boot;
    ``has_large_values`` says that a value may depend on the kernel's tick rate, which a shell cannot tell.
    """

    files: Files
    runtime: Values
    comm: str = ""
    mounts: tuple[str, ...] = ()
    cmdline: bytes = b""
    rows: tuple[tuple[str, int, bytes], ...] = ()
    has_large_values: bool = False

    def values(self) -> Values:
        """Return the running kernel's values; None for one that cannot be read."""
        return self.runtime

    def command_line(self) -> bytes:
        """Return the kernel's command line; empty where its sysctls do not reach this network namespace."""
        return self.cmdline

    def hz(self) -> int:
        """Return the tick rate that is assumed, see :meth:`require_certain`."""
        return HZ_HIGHEST

    def init_system(self) -> InitSystem:
        """Return how the system boots."""
        return read_init_system(self.files, process_1=self.comm, proc_sys_writable=self.proc_sys_writable())

    def proc_sys_writable(self) -> bool:
        """Return whether the values are there and not below a read-only mount (proc(5), /proc/mounts)."""
        path, best, is_read_only = f"/proc/sys/{SYSCTL_PREFIX}time", "", False
        for line in self.mounts:
            fields = line.split(" ")
            if len(fields) < 4:
                raise InconclusiveProbeError(f"{shortened(line, 1000)} is not a mount")
            if f"{path}/".startswith(f"{fields[1]}/"):
                if len(fields[1]) <= len(best):  # the order of the lines does not say which mount is on top
                    raise InconclusiveProbeError(f"{fields[1]} is mounted over {best}")
                best, is_read_only = fields[1], "ro" in fields[3].split(",")
        if not best:
            raise InconclusiveProbeError("no mount of /proc was found")
        return self.runtime.time is not None and not is_read_only

    def version_of(self, loader: Loader) -> Version | None:
        """Raise InconclusiveProbeError: a loader's release is found in files that a probe does not read."""
        raise InconclusiveProbeError(f"the release of {loader} was not looked for")

    def writers(self, _init: InitSystem, tree: Tree) -> tuple[list[Candidate], Tree]:
        """Return what may set the keys after the boot, and the tree with the sysctl files that this applies."""
        return candidates_among(self.files, self.rows, tree)

    def require_certain(self, snapshot: Snapshot) -> None:
        """Check that the probe has read all that a snapshot of this host depends on.

        :raises InconclusiveProbeError: where a line elsewhere may set other values, or a value depends on the kernel's
            tick rate.
        """
        if self.has_large_values and dataclasses.replace(snapshot, hz=HZ_LOWEST).as_dict() != snapshot.as_dict():
            raise InconclusiveProbeError("some values are so large that the kernel's tick rate counts")
        if snapshot.other_writers:
            raise InconclusiveProbeError(f"{snapshot.other_writers[0].path} may set other values")
