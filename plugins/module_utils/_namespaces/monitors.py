# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read from the command line of a container's monitor, which is the parent of its first process, which container it is.

LXC and systemd-nspawn have one. It tells where the container has no cgroup of its own.

Pure: nothing here looks at a host.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container

# lxc: src/lxc/lxccontainer.c, set_daemon_monitor_title(): "[lxc monitor] FOLDER NAME"
_LXC_TITLE = "[lxc monitor] "
_NSPAWN = "systemd-nspawn"
# systemd-nspawn(1), the first one that is given
_NAMES = ("--machine", "-M")
_FOLDERS = ("--directory", "-D")


def container_of_monitor(arguments: list[str]) -> Container | None:
    """Return the container that a process with this command line watches over, None for any other process."""
    program = arguments[0] if arguments else ""
    if program.startswith(_LXC_TITLE):
        name = program.rpartition(" ")[2]
        return Container(name, "lxc", name) if name else None
    if posixpath.basename(program) != _NSPAWN:
        return None
    name = _option(arguments, _NAMES) or posixpath.basename(_option(arguments, _FOLDERS).rstrip("/"))
    return Container(name, "nspawn", name) if name else None


def _option(arguments: list[str], names: tuple[str, str]) -> str:
    """Return the value of an option by its long or short name, empty where it is not given."""
    long, short = names
    for argument, following in zip(arguments[1:], [*arguments[2:], ""]):
        if argument in names:
            return following
        if argument.startswith(f"{long}="):
            return argument[len(long) + 1 :]
        if argument.startswith(short) and not argument.startswith("--"):
            return argument[len(short) :]
    return ""
