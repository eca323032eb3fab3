# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follow the links of a path as the system itself does: path_resolution(7)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import LinkLoopError, PathTooDeepError

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem

_MOST_LINKS = 40  # path_resolution(7)
# The kernel follows longer paths. No host has any, but users can make them, and each part of one takes time.
_MOST_PARTS = 200
_MOST_PARTS_IN_ALL = 2000
TOO_DEEP = (
    f"its path has more than {_MOST_PARTS} parts, or more than {_MOST_PARTS_IN_ALL} with those of the links on it"
)


def resolve(file_system: FileSystem, path: str, on_link: t.Callable[[str], None]) -> str:
    """Return ``path`` with every link followed, as the system sees it; its last parts may be missing.

    Each link is given to ``on_link`` before it is followed.

    :raises LinkLoopError: for a loop of links.
    :raises PathTooDeepError: for a path that has, or whose links have, more parts than are looked at.
    """
    pending = _parts(path)
    done: list[str] = []
    links = parts = 0
    with file_system.folders_kept():
        while pending:
            name = pending.pop()
            parts += 1
            if parts > _MOST_PARTS_IN_ALL or len(done) > _MOST_PARTS:
                raise _too_deep(path)
            if name == "..":
                del done[-1:]
                continue
            try:
                target = file_system.readlink(_joined([*done, name]))
            except (OSError, ValueError):  # it is none, or no name at all, such as one with a NUL
                done.append(name)
                continue
            on_link(_joined([*done, name]))
            links += 1
            if links > _MOST_LINKS:
                raise LinkLoopError(f"{path} is a loop of links. Remove the link that leads back to itself.")
            if target.startswith("/"):
                done = []
            pending.extend(_parts(target))
    if len(done) > _MOST_PARTS:
        raise _too_deep(path)
    return _joined(done)


def _too_deep(path: str) -> PathTooDeepError:
    return PathTooDeepError(f"{path} cannot be read: {TOO_DEEP}. Correct this path, or the links on it.")


def _parts(path: str) -> list[str]:
    """Return the parts of a path, last one first."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def _joined(parts: list[str]) -> str:
    return "/" + "/".join(parts)
