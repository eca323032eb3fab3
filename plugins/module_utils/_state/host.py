# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define what a prediction and a plan need to know of a host, and read it from the host that this process runs on.

:class:`Host` is all that reading takes; the controller has an implementation of its own, which a probe has filled.
Only a :class:`LocalHost` can be changed.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.chroot import in_chroot
from ansible_collections.linux.tcp.plugins.module_utils._host.file_budget import with_few_statements
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import read_init_system, read_version
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.lock import Lock
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import KERNEL_FILES
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates, read_again

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate
    from ansible_collections.linux.tcp.plugins.module_utils._writers.search import Search


class Host(t.Protocol):
    """A host that can be read."""

    @property
    def files(self) -> Files:
        """The files of the system."""

    def values(self) -> Values:
        """Return the running kernel's values; None for one that cannot be read."""

    def command_line(self) -> bytes:
        """Return the kernel's command line; empty where its sysctls do not reach this network namespace."""

    def hz(self) -> int:
        """Return the kernel's tick rate, which bounds the seconds it accepts."""

    def init_system(self) -> InitSystem:
        """Return how the system boots."""

    def mounts(self) -> Mounts:
        """Return the mounts of the running system."""

    def kernel_files(self) -> list[SysctlFile]:
        """Return the sysctl files that belong to a kernel, each file once."""

    def version_of(self, loader: Loader) -> Version | None:
        """Return the release of a loader that is installed, None where it cannot be told."""

    def writers(self, init: InitSystem, tree: Tree) -> Search:
        """Return what may set the keys after the boot, the tree with the files it applies, and what is unseen."""


class LocalHost:
    """The host that this process runs on; with another ``root``, a system that does not run.

    :raises InvalidPathError: when ``root`` is not a folder.
    """

    def __init__(self, root: str = "/", *, proc: str = "/proc") -> None:
        self.files = WritableFiles(root)
        self.kernel = Kernel(proc)
        self.lock = Lock(self.files)

    def close(self) -> None:
        """Close the root of the files. Nothing can be read any more."""
        self.files.close()

    def values(self) -> Values:
        """Return the running kernel's values; None for one that cannot be read."""
        return self.kernel.read()

    def command_line(self) -> bytes:
        """Return the kernel's command line; empty where its sysctls do not reach this network namespace."""
        return self.kernel.command_line()

    def hz(self) -> int:
        """Return the kernel's tick rate, which bounds the seconds it accepts."""
        return self.kernel.hz()

    def init_system(self) -> InitSystem:
        """Return how the system boots."""
        if not self.files.is_running_system:
            return read_init_system(self.files, None)
        mounts = self.mounts()
        if in_chroot(self.files, self.kernel):
            return read_init_system(self.files, None, in_chroot=True)
        return read_init_system(
            self.files,
            self.kernel.process_1(),
            proc_sys_writable=self.kernel.writable(),
            root=mounts.root,
            command_line=self.command_line(),
        )

    def mounts(self) -> Mounts:
        """Return the mounts of the running system."""
        return self.kernel.mounts()

    def kernel_files(self) -> list[SysctlFile]:
        """Return the sysctl files that belong to a kernel, each file once."""
        found = [file for pattern in KERNEL_FILES for file in self.files.matching(pattern)]
        return list(with_few_statements({file.target: file for file in reversed(found)}.values()))

    def version_of(self, loader: Loader) -> Version | None:
        """Return the release of a loader that is installed, None where it cannot be told."""
        return read_version(self.files, loader)

    def writers(self, init: InitSystem, tree: Tree) -> Search:
        """Return what may set the keys after the boot, the tree with the files it applies, and what is unseen."""
        return find_candidates(self.files, init, tree, self.command_line() if init.runs else b"")

    def writers_again(self, candidates: t.Iterable[Candidate], tree: Tree) -> Search:
        """Return candidates that were found before, a tree with the files that they apply now, and what is unseen."""
        return read_again(self.files, candidates, tree)
