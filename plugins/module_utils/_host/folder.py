# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write in one open folder: everything is done relative to its descriptor, whatever its name leads to meanwhile."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import struct
import time
import typing as t
import weakref

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host.capabilities import CAP_FOWNER, has_capabilities
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import (
    MOST_NAMES,
    KernelDevices,
    names_in,
    refused,
    replaced_by_link,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import FixedContentError
from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import StoredFile, fill, stored

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import Identity

# No loader of sysctl files reads such a name. CRI-O reads every name in its folder.
_PREFIX, _SUFFIX = ".linux.tcp.", ".tmp"
HIDDEN_NAMES = f"{_PREFIX}*{_SUFFIX}"
_OWN: set[str] = set()  # the hidden names of this run, which are no leftovers, even where the clock is set meanwhile
_LEFT_BEHIND_SECONDS = 3600  # no run lasts so long

# include/uapi/linux/fs.h: _IOR('f', 1, long), of which an int is used. Some architectures have another number, which
# no file system knows; then the flags are not found.
_GET_FLAGS = 0x80006601 | struct.calcsize("l") << 16
_IMMUTABLE_OR_APPEND_ONLY = 0x10 | 0x20


def is_of_this_run(name: str) -> bool:
    """Return whether a file with this name is there only until this run ends."""
    return name in _OWN


@contextlib.contextmanager
def _umask(mask: int) -> t.Iterator[None]:
    """Let this process have another umask while the block runs."""
    old = os.umask(mask)
    try:
        yield
    finally:
        os.umask(old)


class Folder:
    """An open folder, whose ``descriptor`` is closed when nothing uses this object any more.

    ``path`` is its name in messages. Names are those of files in it. Methods raise OSError where the system refuses.
    """

    def __init__(self, descriptor: int, path: str) -> None:
        self._descriptor = descriptor
        self.path = path
        self._of_kernel = KernelDevices()
        weakref.finalize(self, close, descriptor)

    def identity(self, name: str = ".") -> Identity | None:
        """Return what tells a file, or the folder itself, from all others; None where there is none."""
        signature = self.signature(name)
        return signature[:2] if signature else None

    def signature(self, name: str) -> Identity | None:
        """Return what is another one after a file was written to or replaced; None where there is none."""
        try:
            found = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def is_gone(self) -> bool:
        """Return whether the folder was removed, with all that was in it; False if that is unknown."""
        with contextlib.suppress(OSError):
            return os.fstat(self._descriptor).st_nlink == 0
        return False

    @contextlib.contextmanager
    def opened(self, name: str) -> t.Iterator[t.BinaryIO | None]:
        """Open a regular file to read it, None where there is none.

        :raises ReplacedByLinkError: for a link.
        :raises FileError: for anything else that is no regular file of a usual size.
        """
        try:
            # before it is opened: there are devices that do something then
            self._require_regular(name, os.stat(name, dir_fd=self._descriptor, follow_symlinks=False))
            descriptor = self._open(name, os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            yield None
            return
        with open(descriptor, "rb") as file:
            self._require_regular(name, os.fstat(descriptor))
            yield file

    def _require_regular(self, name: str, found: os.stat_result) -> None:
        path = os.path.join(self.path, name)
        if stat.S_ISLNK(found.st_mode):
            raise replaced_by_link(path)
        refusal = refused(found, self._of_kernel)
        if refusal:
            raise FileError(f"{path} cannot be read: {refusal[1]}. Give the path of a regular file.")

    def _open(self, name: str, flags: int, mode: int = 0) -> int:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=self._descriptor)

    def read(self, name: str) -> StoredFile | None:
        """Return a file with all that a later one gets from it; None where there is none.

        :raises FileError: see :meth:`opened` and :func:`stored`.
        """
        with self.opened(name) as file:
            return stored(file, os.path.join(self.path, name)) if file else None

    def write(self, file: StoredFile) -> str:
        """Write a file that is complete and on the disk under a hidden name, and return that."""
        name = self.hidden_name()
        descriptor = self._open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "wb") as opened:
                fill(opened, file)
                os.fsync(descriptor)
        except BaseException:
            self.discard(name)
            raise
        return name

    @staticmethod
    def hidden_name() -> str:
        """Return a name for a file that is there for a moment."""
        name = f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
        _OWN.add(name)
        return name

    def link(self, name: str) -> str | None:
        """Give a file a hidden name as well, and return that; None where this is not possible (link(2))."""
        hidden = self.hidden_name()
        try:
            os.link(name, hidden, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor, follow_symlinks=False)
        except OSError:
            with contextlib.suppress(OSError):  # NFS may do it and lose the answer
                return hidden if self.identity(hidden) else None
            return None
        return hidden

    def move(self, name: str, to: str) -> None:
        """Give a file another name, which may be that of a file.

        An error counts for nothing if the file has got its name all the same, as on NFS (rename(2), Bugs).
        """
        moved = self.identity(name)
        try:
            self.rename(name, to)
        except OSError:
            if moved is None or self.identity(name) == moved or self.identity(to) != moved:
                raise

    def rename(self, name: str, to: str) -> None:
        """Call rename(2)."""
        os.rename(name, to, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file; an error counts for nothing if the file is gone."""
        try:
            self.unlink(name)
        except OSError:
            if self.identity(name):
                raise

    def unlink(self, name: str) -> None:
        """Call unlink(2)."""
        os.unlink(name, dir_fd=self._descriptor)

    def discard(self, name: str | None) -> None:
        """Remove a file with a hidden name, if that is possible: a later run removes it otherwise."""
        if name:
            with contextlib.suppress(OSError):
                self.unlink(name)

    def discard_own(self) -> None:
        """Remove the hidden files of this run, as far as that is possible."""
        with contextlib.suppress(OSError):
            for name in filter(is_of_this_run, self.names()):
                self.discard(name)

    def discard_leftovers(self) -> None:
        """Remove the hidden files of runs that were killed; the caller holds the lock, so no other run has any."""
        with contextlib.suppress(OSError):  # some may write in a folder that they may not list
            for name in filter(self._is_leftover, self.names()):
                self.discard(name)

    def is_empty(self) -> bool:
        """Return whether there is nothing but hidden files of runs that were killed."""
        return all(map(self._is_leftover, self.names()))

    def has_hidden_files_only(self) -> bool:
        """Return whether there is nothing but hidden files of this run or another one."""
        return all(name.startswith(_PREFIX) and name.endswith(_SUFFIX) for name in self.names())

    def names(self) -> list[str]:
        """Return the names of all files, of very many the first ones that the system tells."""
        descriptor = self._open(".", os.O_RDONLY | os.O_DIRECTORY)
        try:
            return names_in(descriptor, MOST_NAMES)
        finally:
            close(descriptor)

    def _is_leftover(self, name: str) -> bool:
        if name in _OWN or not (name.startswith(_PREFIX) and name.endswith(_SUFFIX)):
            return False
        try:
            found = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except OSError:
            return False
        # a link to an old file gets a new time of change only
        age = time.time() - found.st_ctime
        # root's have the owner of the file that they were to replace
        is_ours = os.geteuid() in (0, found.st_uid)
        return stat.S_ISREG(found.st_mode) and is_ours and age > _LEFT_BEHIND_SECONDS

    def sync(self) -> None:
        """Bring the names to the disk, if that is possible: they stand all the same."""
        with contextlib.suppress(OSError):
            descriptor = self._open(".", os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                close(descriptor)

    def make_folder(self, name: str, made: list[Folder | None]) -> Folder:
        """Return a folder in this one that all users may read.

        If it was not there, it is added to ``made``. While it may be there and is not open, that has None for it.
        It has its mode from the beginning and is never given another: where users may write in this folder, the name
        may be that of another folder at any time. A default access control list of this folder takes precedence.
        An error counts for nothing if the folder is there all the same, as on NFS.
        """
        made.append(None)
        try:
            with _umask(0o022):
                os.mkdir(name, 0o755, dir_fd=self._descriptor)
        except FileExistsError:
            made.pop()
            return self._folder(name)
        except OSError:
            if not self.identity(name):
                raise
        made[-1] = folder = self._folder(name)
        self.sync()
        return folder

    def _folder(self, name: str) -> Folder:
        return type(self)(self._open(name, os.O_PATH | os.O_DIRECTORY), os.path.join(self.path, name))

    def remove_folder(self, name: str, identity: Identity | None) -> None:
        """Remove a folder in this one, unless it is another one by now or another program has put something there."""
        if identity and self.identity(name) == identity:
            try:
                os.rmdir(name, dir_fd=self._descriptor)
            except OSError as exc:
                if exc.errno not in (errno.ENOTEMPTY, errno.EEXIST) and self.identity(name):
                    raise
            self.sync()

    def require_writable(self) -> None:
        """Check that this process may make, rename and remove files here, without doing it."""
        if self._has_fixed_content("."):
            raise FixedContentError
        if not os.access(".", os.W_OK | os.X_OK, dir_fd=self._descriptor):
            is_read_only = os.statvfs(self._descriptor).f_flag & os.ST_RDONLY
            self._refuse(errno.EROFS if is_read_only else errno.EACCES)

    def require_replaceable(self, name: str) -> None:
        """Check that nothing about a file itself keeps this process from replacing it."""
        owner = self.owner(name)
        if owner is None:
            return
        if self._has_fixed_content(name):
            raise FixedContentError
        if self._mount(name) != self._mount("."):
            self._refuse(errno.EBUSY)
        folder = os.fstat(self._descriptor)
        is_ours = os.geteuid() in (owner[0], folder.st_uid)
        if folder.st_mode & stat.S_ISVTX and not is_ours and not has_capabilities(CAP_FOWNER):  # inode(7)
            # in the kernel's words, but not with its EPERM, which says of root that the file is immutable
            raise PermissionError(errno.EACCES, os.strerror(errno.EPERM))

    def owner(self, name: str) -> tuple[int, int] | None:
        """Return the IDs of a file's user and group; None where there is none."""
        try:
            found = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return found.st_uid, found.st_gid

    @staticmethod
    def _refuse(code: int) -> t.NoReturn:
        raise OSError(code, os.strerror(code))

    def _has_fixed_content(self, name: str) -> bool:
        """Return whether a file or folder is immutable or append-only (chattr(1)), False if that is unknown."""
        with contextlib.suppress(OSError):
            descriptor = self._open(name, os.O_RDONLY | os.O_NONBLOCK)
            try:
                flags = fcntl.ioctl(descriptor, _GET_FLAGS, bytes(struct.calcsize("l")))
            finally:
                close(descriptor)
            return bool(struct.unpack_from("i", flags)[0] & _IMMUTABLE_OR_APPEND_ONLY)
        return False

    def _mount(self, name: str) -> bytes:
        """Return the line of proc_pid_fdinfo(5) with the mount that a file is on, empty if that is unknown."""
        with contextlib.suppress(OSError):
            descriptor = self._open(name, os.O_PATH)
            try:
                with open(f"/proc/self/fdinfo/{descriptor}", "rb") as file:
                    return next((line for line in file if line.startswith(b"mnt_id:")), b"")
            finally:
                close(descriptor)
        return b""
