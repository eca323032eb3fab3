# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at the file system of a host as a probe has read it: out of an archive of tar(1).

Whatever is asked for and was not read raises :class:`InconclusiveProbeError`, so that nothing is taken
for missing that was only not looked at.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import posixpath
import stat
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import reason_of
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.archive import members_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Kind

# Files as large as this are for the host itself to read.
_MOST_BYTES = 1 << 20
_MOST_NODES = 1000
# What is looked up of a real host is a twentieth of it.
_MOST_LOOKUPS = 20_000


@dataclasses.dataclass
class Node:
    """What stands at a path.

    ``text`` is None where a file's content was not read; ``is_whole`` says of a folder that all that is
    in it was.
    """

    mode: int
    text: bytes | None = None
    target: str = ""
    is_whole: bool = False
    names: list[str] = dataclasses.field(default_factory=list)


def nodes_of(archive: bytes) -> dict[str, Node]:
    """Return what an archive of tar(1) has, by absolute path; folders in it are whole.

    :raises InconclusiveProbeError: for an archive that is cut or broken, and for what is neither file, folder nor link.
    """
    nodes: dict[str, Node] = {}
    for member in members_of(archive):
        path = posixpath.normpath(f"/{member.name}")
        if len(member.text) > _MOST_BYTES or len(nodes) > _MOST_NODES:
            raise InconclusiveProbeError(f"{path} is large")
        if member.kind == "folder":
            nodes[path] = Node(stat.S_IFDIR | member.mode, is_whole=True)
        elif member.kind == "link":
            nodes[path] = Node(stat.S_IFLNK | 0o777, target=member.target)
        elif member.kind == "file":
            nodes[path] = Node(stat.S_IFREG | member.mode, text=member.text)
        else:  # another name of a file, or the same once more
            first = nodes.get(posixpath.normpath(f"/{member.target}"))
            if first is None:
                raise InconclusiveProbeError(f"{path} is another name of what is not there")
            nodes.setdefault(path, first)
    for path in nodes:
        folder, name = posixpath.split(path)
        if name and folder in nodes:
            nodes[folder].names.append(name)
    return nodes


class ProbedFileSystem(FileSystem):
    """A file system of which ``nodes`` were read; at the paths ``absent`` nothing is.

    Links can make a path as long as a host likes, so the number of look-ups is bounded.
    """

    def __init__(self, nodes: t.Mapping[str, Node], absent: t.Collection[str]) -> None:
        self._nodes = nodes
        self._absent = absent
        self._lookups = 0

    def close(self) -> None:
        """Do nothing: there is no root that is open."""

    def is_running_system(self) -> bool:
        """Return True: a probe reads no other system."""
        return True

    def folders_kept(self) -> t.ContextManager[None]:
        """Do nothing: what was read stays the same."""
        return contextlib.nullcontext()

    def _node(self, path: str) -> Node | None:
        """Return what stands at a path that is free of links but for its last part; None for nothing."""
        above = path
        while True:
            self._lookups += 1
            if self._lookups > _MOST_LOOKUPS:
                raise InconclusiveProbeError("there are too many links or names")
            node = self._nodes.get(above)
            if node is not None:
                if above == path:
                    return node
                if stat.S_ISREG(node.mode) or node.is_whole:
                    return None
                break
            if above in self._absent:
                return None
            if above == "/":
                break
            above = posixpath.dirname(above)
        raise InconclusiveProbeError(f"{path} was not read")

    def _followed(self, path: str) -> Node | None:
        node = self._node(path)
        if node is not None and stat.S_ISLNK(node.mode):
            raise InconclusiveProbeError(f"{path} is a link")
        return node

    def readlink(self, path: str) -> str:
        """Return where a link leads."""
        node = self._node(path)
        if node is None or not stat.S_ISLNK(node.mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return node.target

    def listdir(self, path: str) -> list[str]:
        """Return the names in a folder."""
        node = self._followed(path)
        if node is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if not stat.S_ISDIR(node.mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not node.is_whole:
            raise InconclusiveProbeError(f"{path} was not read as a whole")
        return list(node.names)

    def lexists(self, path: str) -> bool:
        """Return whether there is something, if only a link."""
        return self._node(path) is not None

    def exists(self, path: str) -> bool:
        """Return whether there is something."""
        return self._followed(path) is not None

    def isdir(self, path: str) -> bool:
        """Return whether there is a folder."""
        node = self._followed(path)
        return node is not None and stat.S_ISDIR(node.mode)

    def islink(self, path: str) -> bool:
        """Return whether there is a link."""
        node = self._node(path)
        return node is not None and stat.S_ISLNK(node.mode)

    def untrusted_owner(self, path: str) -> int | None:
        """Leave it to the host to say whose a link is.

        :raises InconclusiveProbeError: always.
        """
        raise InconclusiveProbeError(f"the owner of the link {path} was not read")

    def is_executable(self, path: str) -> bool:
        """Return whether there is something that any user may run."""
        node = self._followed(path)
        return node is not None and bool(node.mode & 0o111)

    def content(self, path: str) -> tuple[Kind, bytes, str]:
        """Return a regular file's content, or what else is there."""
        node = self._followed(path)
        if node is None:
            return "missing", b"", reason_of(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
        if stat.S_ISDIR(node.mode):
            return "directory", b"", "it is a folder"
        if node.text is None:
            raise InconclusiveProbeError(f"{path} was not read")
        return "file", node.text, ""
