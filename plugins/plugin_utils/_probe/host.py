# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Provide what a prediction and a plan need to know of a host, from the output of a probe."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import Process1, read_init_system
from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts, is_chroot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
    HZ_HIGHEST,
    HZ_LOWEST,
    SYSCTL_PREFIX,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import candidates_among

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
        Values,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._writers.search import Search


@dataclasses.dataclass(frozen=True)
class ProbedHost:
    """A running host as a probe has read it.

    ``runtime`` are the kernel's values, ``own_mounts`` are the mounts that the probe sees, ``first_mounts``
    those of the root folder of process 1, ``cmdline`` is the kernel's command line as :meth:`command_line`
    returns it. ``rows`` are path, number and text of the lines that may set keys after the boot;
    ``has_large_values`` says that a value may depend on the kernel's tick rate, which a shell cannot tell.
    """

    files: Files
    runtime: Values
    process_1: Process1 = dataclasses.field(default_factory=Process1)
    own_mounts: Mounts = dataclasses.field(default_factory=lambda: Mounts(b""))
    first_mounts: Mounts = dataclasses.field(default_factory=lambda: Mounts(b""))
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
        if is_chroot(self.own_mounts, self.first_mounts):
            raise InconclusiveProbeError("this may be a chroot")
        return read_init_system(
            self.files,
            self.process_1,
            proc_sys_writable=self.proc_sys_writable(),
            root=self.own_mounts.root,
            command_line=self.cmdline,
        )

    def mounts(self) -> Mounts:
        """Return the mounts of the running system."""
        return self.own_mounts

    def proc_sys_writable(self) -> bool:
        """Return whether the values are there and not below a read-only mount."""
        mount = self.own_mounts.of(f"/proc/sys/{SYSCTL_PREFIX}time")
        if mount is None or mount.kind != "proc":
            raise InconclusiveProbeError("no mount of /proc was found")
        return self.runtime.time is not None and not mount.is_read_only

    def kernel_files(self) -> list[SysctlFile]:
        """Return no file: a probe of a host is inconclusive where a kernel's files may name a key."""
        return []

    def version_of(self, loader: Loader) -> Version | None:
        """Raise InconclusiveProbeError: a loader's release is found in files that a probe does not read."""
        raise InconclusiveProbeError(f"the release of {loader} was not looked for")

    def writers(self, _init: InitSystem, tree: Tree) -> Search:
        """Return what may set the keys after the boot, and the tree with the sysctl files that this applies.

        :raises InconclusiveProbeError: where a file for this cannot be read.
        """
        search = candidates_among(self.files, self.rows, tree)
        if search.unseen:
            raise InconclusiveProbeError(f"{search.unseen[0].path} cannot be read")
        return search

    def require_certain(self, snapshot: Snapshot) -> None:
        """Check that the probe has read all that a snapshot of this host depends on.

        :raises InconclusiveProbeError: where a line elsewhere may set other values, or a value depends on the kernel's
            tick rate.
        """
        if self.has_large_values and dataclasses.replace(snapshot, hz=HZ_LOWEST).as_dict() != snapshot.as_dict():
            raise InconclusiveProbeError("some values are so large that the kernel's tick rate counts")
        if snapshot.other_writers:
            raise InconclusiveProbeError(f"{snapshot.other_writers[0].path} may set other values")
