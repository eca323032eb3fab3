# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring together what it takes to look into the network namespaces of a host, and to set them."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.lock import Lock
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_files import EngineFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.find import NamespaceScanner
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.own_defaults import OwnDefaults
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.remembered import Memory
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.unit_files import UnitFiles

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files


@dataclasses.dataclass(frozen=True)
class NamespaceHost:
    """The processes and the kernel of a host, and what its files say of namespaces."""

    processes: Processes
    kernel: Kernel
    scanner: NamespaceScanner
    memory: Memory
    units: UnitFiles
    defaults: OwnDefaults
    lock: Lock
    files: WritableFiles

    def close(self) -> None:
        """Let go of all namespaces, and close the root of the files. Nothing can be read any more."""
        self.scanner.close()
        self.files.close()

    @classmethod
    def local(cls) -> NamespaceHost:
        """Return the host on which this process runs."""
        return cls.of(Processes(), Kernel(instead=""), WritableFiles())

    @classmethod
    def of(cls, processes: Processes, kernel: Kernel, files: WritableFiles) -> NamespaceHost:
        """Return a host with these processes, kernel and files."""
        readable: Files = files
        scanner = NamespaceScanner(processes, EngineFiles(readable), kernel)
        memory = Memory(files, kernel.boot_id())
        return cls(processes, kernel, scanner, memory, UnitFiles(readable), OwnDefaults(readable), Lock(files), files)
