# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a file system: the few operations that reading the files of a system needs.

The controller has another class with these methods, for what a probe has read.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import os
import stat
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Kind


_MOST_BYTES = 4 << 20  # a hundred thousand lines, which nobody writes by hand, are read in a few seconds


class FileSystem:
    """The file system of this process. Paths are absolute; links are followed where not said otherwise."""

    def readlink(self, path: str) -> str:
        """Return where a link leads.

        :raises OSError: where it is none.
        """
        return os.readlink(path)

    def listdir(self, path: str) -> list[str]:
        """Return the names in a folder, in no order.

        :raises OSError: where it cannot be read.
        """
        return os.listdir(path)

    def lexists(self, path: str) -> bool:
        """Return whether there is something, if only a link that leads nowhere."""
        return os.path.lexists(path)

    def exists(self, path: str) -> bool:
        """Return whether there is something."""
        return os.path.exists(path)

    def isdir(self, path: str) -> bool:
        """Return whether there is a folder."""
        return os.path.isdir(path)

    def islink(self, path: str) -> bool:
        """Return whether there is a link."""
        return os.path.islink(path)

    def is_executable(self, path: str) -> bool:
        """Return whether there is something that any user may run."""
        try:
            return bool(os.stat(path).st_mode & 0o111)
        except OSError:
            return False

    def content(self, path: str) -> tuple[Kind, bytes, str]:
        """Read a regular file; whatever else is there, its kind and the reason tell."""
        try:
            # before it is opened: there are devices that do something then
            refusal = refused(os.stat(path))
            if refusal:
                return refusal[0], b"", refusal[1]
            # a pipe that has come in between must not hold us up
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
                return "file", file.read(_MOST_BYTES), ""
        except (FileNotFoundError, NotADirectoryError) as exc:
            return "missing", b"", reason_of(exc)
        except OSError as exc:
            return "unreadable", b"", reason_of(exc)
        except ValueError as exc:
            return "missing", b"", str(exc)


def refused(found: os.stat_result) -> tuple[Kind, str] | None:
    """Return what something is that is not to be read, and why; None for a regular file."""
    if stat.S_ISDIR(found.st_mode):
        return "directory", "it is a folder"
    if not stat.S_ISREG(found.st_mode):
        return "unreadable", "it is not a regular file"
    if found.st_size > _MOST_BYTES:
        return "unreadable", f"it is larger than {_MOST_BYTES >> 20} MiB"
    return None


def reason_of(exc: Exception) -> str:
    """Return the system's words for what went wrong."""
    return (isinstance(exc, OSError) and exc.strerror) or str(exc)
