# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host with one network namespace besides its own, whose kernel is a folder: nothing is entered."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.lock import Lock
from ansible_collections.linux.tcp.plugins.module_utils._host.namespaces import open_namespace
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_files import EngineFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.find import NamespaceScanner
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Namespace
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.own_defaults import OwnDefaults
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.remembered import Memory
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.unit_files import UnitFiles
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values
from ansible_collections.linux.tcp.tests.unit.host import HostKernel, files_of, lay_out, make_kernel

if t.TYPE_CHECKING:
    from pathlib import Path

IDENTITY = "cookie 7"
STATUS = b"Name:\tx\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n"


class OneNamespace(NamespaceScanner):
    """Finds the namespace of this process as if it were another one, that of these containers."""

    containers: tuple[Container, ...] = ()

    def namespaces(self) -> list[Namespace]:
        path = "/proc/self/ns/net"
        descriptor = self._descriptors.get(7)
        if descriptor is None:
            descriptor = open_namespace(path, os.stat(path).st_ino)
            self._descriptors[7] = descriptor
            self._open.callback(os.close, descriptor)
        return [Namespace(7, descriptor, names=("/run/netns/blue",), containers=self.containers)]

    def filled(self, found: t.Sequence[Namespace], *, connections: bool = False) -> list[Namespace]:
        return [dataclasses.replace(one, identity=IDENTITY) for one in super().filled(found, connections=connections)]

    def identities(self) -> set[str]:
        return {IDENTITY}

    def host_values(self) -> Values:
        return KERNEL_DEFAULTS


def make_namespace_host(folder: Path) -> tuple[NamespaceHost, HostKernel]:
    """Make a host whose one other namespace has the kernel's values."""
    lay_out(folder / "root", {"/run": None})
    proc = folder / "proc"
    kernel = make_kernel(proc)
    lay_out(proc, {"self/status": STATUS, "sys/net/core/dev_weight": b"64\n"})
    files = files_of(folder / "root")
    processes = Processes(str(proc))
    scanner = OneNamespace(processes, EngineFiles(files), kernel)
    memory, defaults = Memory(files, "boot"), OwnDefaults(files)
    return NamespaceHost(processes, kernel, scanner, memory, UnitFiles(files), defaults, Lock(files), files), kernel
