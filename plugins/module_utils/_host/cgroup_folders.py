# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out who made a cgroup, by the owners of the folders above it: cgroups(7), Delegation.

A cgroup has any name that its maker gives it. Root gives a folder to another user, who makes others below it then, such
as a container's root or systemd's user instance. So a name says what root says only where each folder above is root's.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import os
import stat
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Made

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mount, Mounts

    Parts = t.Tuple[str, ...]


class CgroupFolders:
    """The folders of the hierarchies of cgroups among these mounts."""

    def __init__(self, mounts: Mounts) -> None:
        self._mounts = [
            one for one in mounts.every if one.kind in ("cgroup", "cgroup2") and mounts.of(one.point) is one
        ]
        self._users: dict[str, int | None] = {}

    def made(self, controllers: str, parts: Parts) -> Made:
        """Return who made the cgroup of a line of /proc/PID/cgroup, by its controllers and the parts of its path.

        Only root can have removed a cgroup of root's, and not while a process is in it. So what is missing counts as
        root's, and the caller looks afterwards whether the process is still in its cgroup.
        """
        for mount in self._mounts:
            root = tuple(filter(None, mount.root.split("/")))
            if _has(mount, controllers) and parts[: len(root)] == root:
                return self._made(mount.point, len(root), parts)
        return Made(0, None if parts else 0)

    def _made(self, folder: str, count: int, parts: Parts) -> Made:
        for part in parts[count:]:
            user = None if part in (".", "..") else self._user(folder)
            if user != 0:
                return Made(count, user)
            folder = f"{folder}/{part}"
            count += 1
        return Made(count, 0)

    def _user(self, folder: str) -> int | None:
        """Return the only user who can make something in a folder, besides root; None where that is not known."""
        if folder not in self._users:
            try:
                found = os.stat(folder, follow_symlinks=False)
            except FileNotFoundError:
                return 0
            except (OSError, ValueError):
                return None
            # LXC gives root's group in a container the right to write: src/lxc/cgroups/cgfsng.c, chown_cgroup_wrapper()
            is_shared = found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and found.st_gid != 0)
            self._users[folder] = None if is_shared else found.st_uid
        return self._users[folder]


def _has(mount: Mount, controllers: str) -> bool:
    """Return whether a mount shows the hierarchy with these controllers, none of which version 2 has."""
    if mount.kind == "cgroup2":
        return not controllers
    return bool(controllers) and set(controllers.split(",")) <= set(mount.super_options)
