# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the container in which a process is, by its cgroup and by the files of its engine."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.cgroup_folders import CgroupFolders
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import place_of
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._host.subordinate_ids import SUBUID, SubordinateIds
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_files import EngineFiles

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container


@contextlib.contextmanager
def local_processes() -> t.Iterator[Processes]:
    """Yield the processes of this host, each of which can tell its container while the block runs.

    :raises FileError: where the system does not tell which users have subordinate IDs.
    """
    processes = Processes()
    with contextlib.closing(Files()) as files:
        processes.owner_of = SubordinateIds(files.text(SUBUID)).owner
        processes.makers = CgroupFolders(Kernel().mounts()).made
        processes.container_of = container_finder(EngineFiles(files))
        yield processes


def container_finder(engines: EngineFiles) -> t.Callable[[Process], Container | None]:
    """Return what finds the container of a process; None for one that is in none.

    Where a process has left its cgroup since that was read, it is not known who made the cgroup.
    """

    def container_of(process: Process) -> Container | None:
        found = engines.container_at(place_of(process.cgroup or "", process.roots, process.makers))
        if found and not process.is_still_in_its_cgroup:
            return dataclasses.replace(found, user=None)
        return found

    return container_of
