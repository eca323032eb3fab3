# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at the file system of a host as a probe has read it: out of an archive of tar(1).

Whatever is asked for and was not read raises :class:`InconclusiveProbeError`, so that nothing is taken
for missing that was only not looked at.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import errno
import io
import os
import posixpath
import stat
import tarfile
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import FileSystem, reason_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Kind

# Files as large as this are for the host itself to read.
_MOST_BYTES = 1 << 20
_MOST_NODES = 5000


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
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:", encoding="utf-8", errors="surrogateescape") as tar:
            for member in tar:
                path = posixpath.normpath(f"/{member.name}")
                if member.sparse or member.size > _MOST_BYTES or len(nodes) > _MOST_NODES:
                    raise InconclusiveProbeError(f"{path} is large")
                if member.isdir():
                    nodes[path] = Node(stat.S_IFDIR | member.mode, is_whole=True)
                elif member.issym():
                    nodes[path] = Node(stat.S_IFLNK | 0o777, target=member.linkname)
                elif member.islnk():  # another name of a file, or the same once more
                    nodes.setdefault(path, nodes[posixpath.normpath(f"/{member.linkname}")])
                elif member.isreg():
                    content = tar.extractfile(member)
                    nodes[path] = Node(stat.S_IFREG | member.mode, text=content.read() if content else b"")
                else:
                    raise InconclusiveProbeError(f"{path} is neither a file nor a folder nor a link")
    except (tarfile.TarError, EOFError, KeyError, OSError, OverflowError, ValueError) as exc:
        raise InconclusiveProbeError(f"the archive cannot be read: {exc}") from exc
    for path in nodes:
        folder, name = posixpath.split(path)
        if name and folder in nodes:
            nodes[folder].names.append(name)
    return nodes


class ProbedFileSystem(FileSystem):
    """A file system of which ``nodes`` were read; at the paths ``absent`` nothing is."""

    def __init__(self, nodes: t.Mapping[str, Node], absent: t.Collection[str]) -> None:
        self._nodes = nodes
        self._absent = absent

    def _node(self, path: str) -> Node | None:
        """Return what stands at a path that is free of links but for its last part; None for nothing."""
        above = path
        while True:
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
