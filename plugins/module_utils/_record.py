# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""A host as somebody else has read it: its files out of an archive, its kernel out of a few lines.

Whatever is asked for and was not read raises :class:`DoubtError`, so that nothing is taken for missing
that was only not looked at.
"""

from __future__ import annotations

import dataclasses
import errno
import io
import os
import posixpath
import re
import stat
import tarfile
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._disk import Disk, reason_of
from ansible_collections.linux.tcp.plugins.module_utils._errors import DoubtError
from ansible_collections.linux.tcp.plugins.module_utils._files import Files
from ansible_collections.linux.tcp.plugins.module_utils._kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._values import KEYS, SYSCTL_PREFIX, Values

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import Kind, Loader, Version
    from ansible_collections.linux.tcp.plugins.module_utils._values import Key


# Files as large as this are for the host itself to read.
_MOST_BYTES = 1 << 20
_MOST_NODES = 5000
_NUMBER = re.compile(r"-?[0-9]{1,10}")


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

    :raises DoubtError: for an archive that is cut or broken, and for what is neither file, folder nor link.
    """
    nodes: dict[str, Node] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:", encoding="utf-8", errors="surrogateescape") as tar:
            for member in tar:
                path = posixpath.normpath(f"/{member.name}")
                if member.sparse or member.size > _MOST_BYTES or len(nodes) > _MOST_NODES:
                    raise DoubtError(f"{path} is large")
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
                    raise DoubtError(f"{path} is neither a file nor a folder nor a link")
    except (tarfile.TarError, EOFError, KeyError, OSError, OverflowError, ValueError) as exc:
        raise DoubtError(f"the archive cannot be read: {exc}") from exc
    for path in nodes:
        folder, name = posixpath.split(path)
        if name and folder in nodes:
            nodes[folder].names.append(name)
    return nodes


class RecordedDisk(Disk):
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
        raise DoubtError(f"{path} was not read")

    def _followed(self, path: str) -> Node | None:
        node = self._node(path)
        if node is not None and stat.S_ISLNK(node.mode):
            raise DoubtError(f"{path} is a link")
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
            raise DoubtError(f"{path} was not read as a whole")
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
        """Return whether there is something that somebody may run."""
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
            raise DoubtError(f"{path} was not read")
        return "file", node.text, ""


class RecordedFiles(Files):
    """The running system's files, as a disk has recorded them."""

    def version_of(self, loader: Loader) -> Version | None:
        """Raise DoubtError: a loader's release is found in files that were not read."""
        raise DoubtError(f"the release of {loader} was not looked for")

    def require_writable(self, target: str) -> None:
        """Raise DoubtError: only the host tells."""
        raise DoubtError(f"{target} is to be written")


@dataclasses.dataclass(frozen=True)
class KernelRecord:
    """What was read of a kernel: its values, process 1, the lines of its mounts in /proc, its command line."""

    values: Values
    comm: str
    mounts: tuple[str, ...]
    cmdline: bytes


class RecordedKernel(Kernel):
    """A kernel as it was read. Its tick rate is not known: see :func:`depends_on_hz`."""

    def __init__(self, record: KernelRecord, *, hz: int) -> None:
        super().__init__()
        self._record = record
        self._hz = hz

    def read(self) -> Values:
        """Return the values in force."""
        return self._record.values

    def writable(self) -> bool:
        """Return whether the values are there and not below a read-only mount (proc(5), /proc/mounts)."""
        path, best, is_read_only = f"/proc/sys/{SYSCTL_PREFIX}time", "", False
        for line in self._record.mounts:
            fields = line.split(" ")
            if len(fields) < 4:
                raise DoubtError(f"{line} is not a mount")
            if f"{path}/".startswith(f"{fields[1]}/"):
                if len(fields[1]) <= len(best):  # which one is on top is not told here
                    raise DoubtError(f"{fields[1]} is mounted over {best}")
                best, is_read_only = fields[1], "ro" in fields[3].split(",")
        if not best:
            raise DoubtError("no mount of /proc was found")
        return self._record.values.time is not None and not is_read_only

    def require_writable(self, key: Key) -> None:
        """Raise DoubtError: only the host tells."""
        raise DoubtError(f"{key} is to be written")

    def process_1(self) -> str:
        """Return the name of the first process."""
        return self._record.comm

    def command_line(self) -> bytes:
        """Return the kernel's command line, empty where it does not count."""
        return self._record.cmdline

    def hz(self) -> int:
        """Return the tick rate that is assumed."""
        return self._hz


def as_values(written: t.Mapping[str, str]) -> Values:
    """Return the values that a kernel showed; None for one that is not a number."""
    texts = [written.get(key, "") for key in KEYS]
    return Values(*(int(text) if _NUMBER.fullmatch(text) else None for text in texts))
