# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell where a process comes from: its program, and the unit that started the session that it leads."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import place_of
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process

# pam_systemd(8): it moves the process of a login that opens the session, such as sshd's, to a scope of its own
_SESSION = re.compile(r"session-[^/]+\.scope\Z")
_DELETED = " (deleted)"  # proc(5), /proc/PID/exe


def program_of(process: Process) -> str | None:
    """Return the name of the file that a process runs; None where it cannot be read.

    /proc/PID/comm is the name of the first thread, which a program may choose: Node.js 24 calls it MainThread.
    """
    try:
        target = os.readlink(os.path.join(process.folder, "exe"))
    except OSError:
        return None
    return os.path.basename(target[: -len(_DELETED)] if target.endswith(_DELETED) else target)


def unit_that_started(process: Process) -> str | None:
    """Return the unit whose process started the leader of a login session; None for all other processes.

    The leader is the process in the scope of the session whose parent is in another unit.

    :raises NotPermittedError: where the kernel does not tell.
    :raises TooDeepError: where the path of the parent's cgroup is too long to be shown.
    """
    if process.unit is None or not _SESSION.match(process.unit):
        return None
    folder = os.path.dirname(os.path.dirname(process.folder)) if process.task else process.folder
    processes = Processes(os.path.dirname(folder))
    parent = processes.parent(process.pid)
    if parent <= 1:
        return None
    unit = place_of(processes.known_cgroup(parent), process.roots, process.makers).unit
    return None if unit is None or _SESSION.match(unit) else unit
