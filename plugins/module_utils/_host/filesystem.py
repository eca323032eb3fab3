# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at the files below one folder, which stands for the root of a system.

The controller has another class with these methods, for what a probe has read.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import errno
import itertools
import os
import posixpath
import stat
import typing as t
import weakref

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidPathError, ReplacedByLinkError
from ansible_collections.linux.tcp.plugins.module_utils._host.capabilities import effective
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close
from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import (
    NOTHING,
    denied_by,
    reason_of,
    remedy_of,
    require_not_exhausted,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Kind


MOST_BYTES = 4 << 20  # a hundred thousand lines, which nobody writes by hand, are read in a few seconds
TOO_LARGE = f"it is larger than {MOST_BYTES >> 20} MiB"
MOST_NAMES = 100_000  # of a folder; they are read in a tenth of a second
_MOST_KEPT = 64
_USUAL_BYTES = 64 << 10  # memory for more takes longer to get than most files to read
_MOUNTS = "/proc/self/mountinfo"
# What is read there may be gone for others, as /proc/kmsg and trace_pipe; these have 0 bytes, whatever can be read.
_OF_KERNEL = frozenset(("proc", "tracefs", "debugfs"))
_NOT_THERE = NOTHING - {errno.EACCES, errno.EPERM}
# Takes no permission to read the folder: open(2), O_PATH.
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC


class FileSystem:
    """The files below ``root``, a folder that is opened once. Only what is said to be a link may be one.

    Paths are absolute, as the system sees them, and free of links. Every part of a path is opened relative to
    the part above it, and a link in its place is not followed. So no path leads out of the root or to another
    folder, even if other users rename folders meanwhile.

    Each method raises :class:`ReplacedByLinkError` for a link in place of a part, and :class:`ExhaustedError`
    when no file can be opened, whatever it is.

    :raises InvalidPathError: when ``root`` is not a folder.
    """

    def __init__(self, root: str = "/") -> None:
        try:
            self._root = os.open(root, _FOLDER)
        except (FileNotFoundError, NotADirectoryError, ValueError) as exc:
            raise InvalidPathError(
                f"root is {root!r}, which is not a folder. Give the root folder of a system tree."
            ) from exc
        except OSError as exc:
            raise InvalidPathError(
                f"root is {root!r}, which cannot be opened: {reason_of(exc)}.{remedy_of(exc)}"
            ) from exc
        self._release = weakref.finalize(self, close, self._root)
        self._kept: collections.OrderedDict[str, int] = collections.OrderedDict()  # the one that was used last is last
        self._operations = 0
        self._of_kernel = KernelDevices()

    def close(self) -> None:
        """Close the root. Nothing can be looked at any more."""
        self._release()
        self._root = -1  # its number may be that of another folder soon

    def is_running_system(self) -> bool:
        """Return whether the root is that of this process.

        :raises InvalidPathError: when the system does not tell.
        """
        try:
            # by what it is, because the link /proc/PID/root of another system reads "/"
            return os.path.samestat(os.fstat(self._root), os.stat("/"))
        except OSError as exc:
            raise InvalidPathError(f"/ cannot be read: {reason_of(exc)}.{remedy_of(exc)}") from exc

    def folders_kept(self) -> t.ContextManager[None]:
        """Open each folder once while the block runs, which is one operation: then they are the same all the time."""
        return _Operation(self)

    def begin_operation(self) -> None:
        """Keep the folders that are opened from here on."""
        self._operations += 1

    def end_operation(self) -> None:
        """Close the kept folders, if this ends the last of the operations that have begun."""
        self._operations -= 1
        if not self._operations:
            for descriptor in self._kept.values():
                close(descriptor)
            self._kept.clear()

    def _folder(self, folder: str) -> int:
        """Return the descriptor of a folder; it is kept until the operation ends, or at least until the next call.

        At most so many are kept, however deep a folder is: of more, the one that was not used for the longest time is
        closed.
        """
        path, below = folder, []
        if path not in self._kept:
            path = "".join(f"/{name}" for name in folder.split("/") if name)
        while path and path not in self._kept:
            path, _slash, name = path.rpartition("/")
            below.append(name)
        descriptor = self._root
        if path:
            descriptor = self._kept[path]
            self._kept.move_to_end(path)
        for name in reversed(below):
            path = f"{path}/{name}"
            descriptor = self._kept[path] = _open(descriptor, name, path, _FOLDER)
            if len(self._kept) > _MOST_KEPT:
                close(self._kept.popitem(last=False)[1])
        return descriptor

    def open_folder(self, path: str) -> int:
        """Return a descriptor of a folder, which the caller closes.

        :raises OSError: when the system refuses.
        """
        with self.folders_kept():
            return _open(self._folder(path), ".", path, _FOLDER)

    def open_file(self, path: str, flags: int) -> int:
        """Return a descriptor of what is at a path, which the caller closes; what is made is for the owner only.

        :raises OSError: when the system refuses.
        """
        folder, _slash, name = path.rpartition("/")
        with self.folders_kept():
            return _open(self._folder(folder), name or ".", path, flags | os.O_CLOEXEC)

    def _lstat(self, path: str) -> os.stat_result:
        folder, _slash, name = path.rpartition("/")
        with self.folders_kept():
            return os.stat(name or ".", dir_fd=self._folder(folder), follow_symlinks=False)

    def _stat(self, path: str) -> os.stat_result:
        found = self._lstat(path)
        if stat.S_ISLNK(found.st_mode):
            raise replaced_by_link(path)
        return found

    def readlink(self, path: str) -> str:
        """Return where a link leads.

        :raises OSError: where it is none.
        """
        if path in self._kept:  # it was opened as a folder, so it is no link
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        folder, _slash, name = path.rpartition("/")
        with self.folders_kept():
            return os.readlink(name or ".", dir_fd=self._folder(folder))

    def listdir(self, path: str) -> list[str]:
        """Return the names in a folder, in no order.

        :raises OSError: where it cannot be read; with E2BIG where it has too many.
        """
        descriptor = self.open_file(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            names = names_in(descriptor, MOST_NAMES + 1)
        finally:
            close(descriptor)
        if len(names) > MOST_NAMES:
            raise OSError(errno.E2BIG, f"it has more than {MOST_NAMES} names")
        return names

    def lexists(self, path: str) -> bool:
        """Return whether there is something, if only a link that leads nowhere."""
        return _mode(self._lstat, path) != 0

    def exists(self, path: str) -> bool:
        """Return whether there is something."""
        return _mode(self._stat, path) != 0

    def exists_for_certain(self, path: str) -> bool:
        """Return whether there is something.

        :raises OSError: where the system does not tell, with PermissionError where this process may not see it.
        """
        return _look(self._stat, path, nothing=_NOT_THERE) is not None

    def isdir(self, path: str) -> bool:
        """Return whether there is a folder."""
        return stat.S_ISDIR(_mode(self._stat, path))

    def islink(self, path: str) -> bool:
        """Return whether there is a link."""
        return stat.S_ISLNK(_mode(self._lstat, path))

    def untrusted_owner(self, path: str) -> int | None:
        """Return the ID of the owner of a link, if that is neither root nor our user, who could have put it there.

        None for a process that is not root and has no capabilities: it can do no more than its user.
        In a folder to which only root may write, each link is from root, also one that has another owner. This is as
        fs.protected_symlinks (proc_sys_fs(5)), which the kernel has for folders with the sticky bit only.

        :raises OSError: when the system refuses.
        """
        if not _has_rights():
            return None
        with self.folders_kept():
            owner = self._lstat(path).st_uid
            folder = self._lstat(posixpath.dirname(path))
        is_of_root = folder.st_uid == 0 and not folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        return None if owner in (0, os.geteuid()) or is_of_root else owner

    def links(self, path: str) -> int:
        """Return how many names the file at a path has, 0 where there is none."""
        found = _look(self._lstat, path)
        return found.st_nlink if found else 0

    def is_executable(self, path: str) -> bool:
        """Return whether there is something that any user may run."""
        return bool(_mode(self._stat, path) & 0o111)

    def content(self, path: str) -> tuple[Kind, bytes, str]:
        """Read a regular file; whatever else is there, its kind and the reason tell.

        :raises PermissionError: where this process may not read it.
        :raises OSError: where the system does not tell what there is, as where a disk fails.
        """
        try:
            with self.folders_kept():
                # before it is opened: there are devices that do something then
                refusal = refused(self._stat(path), self._of_kernel)
                if refusal:
                    return refusal[0], b"", refusal[1]
                # a pipe that has come in between must not hold us up
                with open(self.open_file(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                    refusal = refused(os.fstat(file.fileno()), self._of_kernel)
                    if refusal:
                        return refusal[0], b"", refusal[1]
                    return _content_of(file)
        except (FileNotFoundError, NotADirectoryError) as exc:
            return "missing", b"", reason_of(exc)
        except OSError as exc:
            if exc.errno not in NOTHING or denied_by(exc):
                raise
            return "unreadable", b"", reason_of(exc)
        except ValueError as exc:
            return "missing", b"", str(exc)

    def begins_with(self, path: str, begin: bytes) -> bool:
        """Return whether a regular file begins with this; nothing else of it is read.

        :raises OSError: when the system refuses.
        """
        with self.folders_kept(), open(self.open_file(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            return file.read(len(begin)) == begin


class _Operation:
    """An operation of a file system, which may be part of another one."""

    def __init__(self, file_system: FileSystem) -> None:
        self._file_system = file_system

    def __enter__(self) -> None:
        self._file_system.begin_operation()

    def __exit__(self, *_: object) -> None:
        self._file_system.end_operation()


def names_in(descriptor: int, most: int) -> list[str]:
    """Return the names in an open folder, of more than ``most`` the first ones that the system tells.

    :raises OSError: when the system refuses.
    """
    with os.scandir(descriptor) as entries:
        return [entry.name for entry in itertools.islice(entries, most)]


def _content_of(file: t.BinaryIO) -> tuple[Kind, bytes, str]:
    """Return what :meth:`FileSystem.content` does of an open file, which may become larger meanwhile."""
    text = t.cast("bytes | None", file.read(_USUAL_BYTES))  # None from /proc/kmsg without a message
    if text is None:
        return "unreadable", b"", "it has nothing to read yet"
    if len(text) == _USUAL_BYTES:
        text += file.read(MOST_BYTES + 1 - _USUAL_BYTES) or b""
    return ("unreadable", b"", TOO_LARGE) if len(text) > MOST_BYTES else ("file", text, "")


def _has_rights() -> bool:
    """Return whether this process may do more than a user, by its own or by capabilities(7), or that is not known."""
    return os.geteuid() == 0 or effective() != 0


def _open(folder: int, name: str, path: str, flags: int) -> int:
    """Open what has a name in an open folder; ``path`` is the same for messages.

    :raises OSError: when the system refuses.
    """
    try:
        if name == "..":
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return os.open(name, flags | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    except OSError as exc:
        require_not_exhausted(path, exc)
        # open(2) gives the second one for O_DIRECTORY
        if exc.errno in (errno.ELOOP, errno.ENOTDIR) and _is_link(folder, name):
            raise replaced_by_link(path) from exc
        raise


def replaced_by_link(path: str) -> ReplacedByLinkError:
    """Return the error that says that there is a link where none was a moment ago."""
    return ReplacedByLinkError(
        f"{path} was replaced by a link while it was being used. The link was not followed. Find the user or program "
        f"that did this, and run again."
    )


def _is_link(folder: int, name: str) -> bool:
    """Return whether a name in an open folder is a link."""
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _mode(look: t.Callable[[str], os.stat_result], path: str) -> int:
    """Return the mode of what is at a path, 0 where there is nothing that this process may see.

    :raises OSError: where the system does not tell.
    """
    found = _look(look, path)
    return found.st_mode if found else 0


def _look(
    look: t.Callable[[str], os.stat_result], path: str, *, nothing: t.Container[int | None] = NOTHING
) -> os.stat_result | None:
    """Return what is at a path, None where there is nothing: by an error among those of ``nothing``.

    :raises OSError: where the system does not tell.
    """
    try:
        return look(path)
    except ValueError:
        return None
    except OSError as exc:
        if exc.errno in nothing:
            return None
        raise


class KernelDevices:
    """The file systems in which the kernel makes up what is read. Each device is looked up once."""

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def includes(self, device: int) -> bool:
        """Return whether a device is such a file system; False where the mounts cannot be read."""
        if device not in self._known:
            try:
                with open(_MOUNTS, "rb") as file:
                    mounts = Mounts(file.read())
            except OSError as exc:
                require_not_exhausted(_MOUNTS, exc)
                return False
            number = f"{os.major(device)}:{os.minor(device)}"
            self._known[device] = any(one.device == number and one.kind in _OF_KERNEL for one in mounts.every)
        return self._known[device]


def refused(found: os.stat_result, of_kernel: KernelDevices) -> tuple[Kind, str] | None:
    """Return what something is that is not to be read, and why; None for a regular file."""
    if stat.S_ISDIR(found.st_mode):
        return "directory", "it is a folder"
    if not stat.S_ISREG(found.st_mode):
        return "unreadable", "it is not a regular file"
    if not found.st_size and of_kernel.includes(found.st_dev):
        return "unreadable", "it is a file of the kernel"
    if found.st_size > MOST_BYTES:
        return "unreadable", TOO_LARGE
    return None
