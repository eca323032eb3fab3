# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the folders and sysctl files of a running system whose file system does not survive a reboot, or may not."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES, VOLATILE, LostPlace

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile


def find_lost(
    files: Files, mounts: Mounts, known: t.Iterable[SysctlFile], *, in_container: bool
) -> tuple[LostPlace, ...]:
    """Return the folders and files that a reboot takes, or may, among those that loaders read and the ``known`` ones.

    What lies below /run by its name is left out: it is lost on every system.
    """
    paths = dict.fromkeys(path for file in known for path in (file.path, file.target))
    existing = (directory for directory in DIRECTORIES if _may_be_there(files, directory))
    folders: dict[str, str] = {}
    for folder in dict.fromkeys([*existing, *map(posixpath.dirname, paths)]):
        with contextlib.suppress(FileError):  # a loop of links
            folders[folder] = files.resolve(folder)
    places = dict(folders)
    for path in paths:
        folder, name = posixpath.split(path)
        # the name itself counts, not what it leads to: that is one of the others
        place = posixpath.join(folders.get(folder, folder), name)
        if place in mounts.points:
            places[path] = place

    def folder_at(path: str) -> str | None:
        with contextlib.suppress(FileError):  # a loop of links, or one that may not be looked at
            found = files.resolve(path)
            return found if files.isdir(found) else None
        return None

    losses = {
        path: mounts.loss(place, in_container=in_container, folder_at=folder_at) for path, place in places.items()
    }
    return tuple(
        LostPlace(path, *loss)
        for path, loss in losses.items()
        if loss and not f"{path}/".startswith(VOLATILE) and (path in folders or loss.point == places[path])
    )


def _may_be_there(files: Files, directory: str) -> bool:
    """Return whether there is a folder, or the system does not tell, as where a network file system is gone."""
    try:
        return files.isdir(directory)
    except FileError:
        return True
