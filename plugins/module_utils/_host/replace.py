# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replace files of the system that this process runs on, or of a tree below a root: at once, for good, with an undo.

Only what changes a host uses this. Everything else reads files by the class :class:`Files`.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import posixpath
import stat
import tempfile
import time
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, ForeignChangeError
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import reason_of, refused

# Not among them: signatures of a file's content, such as security.ima.
_ACCESS_LIST = "system.posix_acl_access"
KEPT_ATTRIBUTES = ("security.selinux", "security.SMACK64", _ACCESS_LIST, "user.")

_REMEDIES = {
    errno.EBUSY: " It is a mount of its own (a bind mount): edit what is mounted there, or give another path.",
    errno.EPERM: " It may be immutable: see lsattr(1).",
    errno.EACCES: " Run as root (become: true).",
    errno.ENOSPC: " Make room on that file system.",
}


@dataclasses.dataclass(frozen=True)
class Metadata:
    """What a replaced file keeps; ``owner`` is None for a new file, which gets the process's own."""

    mode: int
    owner: tuple[int, int] | None = None
    attributes: t.Mapping[str, bytes] = dataclasses.field(default_factory=dict)


def _nothing() -> None:
    """Do nothing."""


@dataclasses.dataclass(frozen=True)
class Undo:
    """The two ways out of a step that was taken: call it to undo the step, or let the step stand.

    ``check`` raises where the step must not stand; ``forget`` gives up what only the undo needs, and never fails.
    """

    run: t.Callable[[], None]
    check: t.Callable[[], None] = _nothing
    forget: t.Callable[[], None] = _nothing

    def __call__(self) -> None:
        """Undo the step."""
        self.run()


def let_stand(steps: t.Sequence[Undo]) -> None:
    """Let all steps stand, or none: after this they cannot be undone.

    :raises KeepaliveError: where one must not stand; then all can still be undone.
    """
    for step in steps:
        step.check()
    for step in steps:
        step.forget()


_NEW_FILE = Metadata(mode=0o644)


@dataclasses.dataclass(frozen=True)
class StoredFile:
    """A file's content, and what it keeps when that is replaced."""

    text: bytes
    metadata: Metadata


class WritableFiles(Files):
    """Files that this process may replace. Their paths, ``target``, are free of links."""

    def require_writable(self, target: str) -> None:
        """Check that this process may replace a file, without writing.

        :raises FileError: where it may not.
        """
        folder = self.nearest_folder(target)
        if os.access(self.on_host(folder), os.W_OK | os.X_OK):
            return
        if os.statvfs(self.on_host(folder)).f_flag & os.ST_RDONLY:
            reason, remedy = "read-only file system", "Mount it writable, or give another path."
        else:
            reason, remedy = "permission denied", "Run as root (become: true)."
        raise FileError(f"{target} cannot be written: {folder}: {reason}. {remedy}")

    def backup(self, target: str) -> str:
        """Copy a file beside itself, named as Ansible names backups, and return the copy's path.

        :raises FileError: when the system refuses.
        """
        copy = f"{target}.{os.getpid()}.{time.strftime('%Y-%m-%d@%H:%M:%S~')}"
        try:
            stored = _read(self.on_host(target))
            if stored is None:
                raise _changed_meanwhile(target)
            _put(self.on_host(copy), stored)
        except OSError as exc:
            raise _refusal(copy, "written", exc) from exc
        return copy

    def remove(self, target: str) -> None:
        """Remove a file that this run made."""
        _put(self.on_host(target), None)

    def replace(self, target: str, text: bytes | None, *, expected: bytes | None) -> Undo:
        """Let a file hold ``text``, at once and for good, or remove it (None); return what undoes that.

        ``target`` holds what is ``expected`` (None: is not there). Mode, owner, access control list,
        SELinux label and other extended attributes of an existing file are kept; a new one gets mode
        0644, and its folder is made when only that is missing.

        :raises FileError: when the system refuses or the file is another one; then nothing has changed.
        """
        path = self.on_host(target)
        try:
            before = _read(path)
        except OSError as exc:
            raise _refusal(target, "written", exc) from exc
        if (before.text if before else None) != expected:
            raise _changed_meanwhile(target)
        metadata = before.metadata if before else _NEW_FILE
        made_folder = self._put(target, None if text is None else StoredFile(text, metadata))

        def undo() -> None:
            stored = _read(path)
            found = stored.text if stored else None
            if found not in (text, expected):
                raise ForeignChangeError(f"{target} was changed by another program, and is left as it is now.")
            if found != expected:
                _put(path, before)
            if made_folder:
                _remove_folder(os.path.dirname(path))

        return Undo(undo)

    def stored(self, target: str) -> StoredFile | None:
        """Return a file with all that :meth:`restore` brings back, None where there is none.

        :raises FileError: when the system refuses, or it is no regular file of a usual size.
        """
        path = self.on_host(target)
        try:
            refusal = refused(os.stat(path)) if os.path.exists(path) else None
            if refusal:
                raise FileError(f"{target} cannot be read: {refusal[1]}.")
            return _read(path)
        except OSError as exc:
            raise _refusal(target, "read", exc) from exc

    def has_folder(self, target: str) -> bool:
        """Return whether the folder of a file is there."""
        return os.path.isdir(self.on_host(posixpath.dirname(target)))

    def restore(self, target: str, to: StoredFile | None, *, had_folder: bool) -> Undo:
        """Let a file be what it once was, mode and owner included, or be gone; return what undoes that.

        ``had_folder`` tells whether there was its folder, which otherwise goes, too, when it is empty.

        :raises FileError: when the system refuses; then nothing has changed.
        """
        path = self.on_host(target)
        folder = os.path.dirname(path)
        before = self.stored(target)
        made_folder = self._put(target, to) if to is not None or before is not None else False
        removed_folder = to is None and not had_folder and _remove_folder(folder)

        def undo() -> None:
            if removed_folder:
                _make_folder(folder)
            if before is not None or os.path.lexists(path):
                _put(path, before)
            if made_folder:
                _remove_folder(folder)

        return Undo(undo)

    def _put(self, target: str, file: StoredFile | None) -> bool:
        """Put a file in its place, in a new folder when only that is missing; return whether that was made.

        :raises FileError: when the system refuses; then nothing has changed.
        """
        path = self.on_host(target)
        folder = os.path.dirname(path)
        makes_folder = file is not None and not os.path.isdir(folder)
        try:
            if makes_folder:
                _make_folder(folder)
            _put(path, file)
        except OSError as exc:
            if makes_folder:
                _remove_folder(folder)
            raise _refusal(target, "written", exc) from exc
        return makes_folder


def _read(path: str) -> StoredFile | None:
    try:
        with open(path, "rb") as file:
            found = os.fstat(file.fileno())
            owner = (found.st_uid, found.st_gid)
            metadata = Metadata(stat.S_IMODE(found.st_mode), owner, _attributes(file.fileno()))
            return StoredFile(file.read(), metadata)
    except FileNotFoundError:
        return None


def _attributes(descriptor: int) -> dict[str, bytes]:
    """Return the extended attributes that belong to a file whatever its content."""
    try:
        names = os.listxattr(descriptor)
    except OSError as exc:
        if exc.errno == errno.ENOTSUP:
            return {}
        raise
    return {name: os.getxattr(descriptor, name) for name in names if name.startswith(KEPT_ATTRIBUTES)}


def _put(path: str, file: StoredFile | None) -> None:
    """Replace or remove a file in one step that a crash cannot cut in half."""
    folder = os.path.dirname(path)
    if file is None:
        os.unlink(path)
    else:
        metadata = file.metadata
        descriptor, temporary = tempfile.mkstemp(prefix=".linux.tcp.", suffix=".tmp", dir=folder)
        try:
            with open(descriptor, "wb") as opened:
                opened.write(file.text)
                if metadata.owner is not None:
                    os.fchown(descriptor, *metadata.owner)
                os.fchmod(descriptor, metadata.mode)
                inherited = _attributes(descriptor)
                for name, value in metadata.attributes.items():
                    if inherited.get(name) != value:
                        os.setxattr(descriptor, name, value)
                if metadata.owner is not None and _ACCESS_LIST in inherited and _ACCESS_LIST not in metadata.attributes:
                    os.removexattr(descriptor, _ACCESS_LIST)
                opened.flush()
                os.fsync(descriptor)
            os.rename(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    with contextlib.suppress(OSError):  # not everyone and not every file system can; the new name stands all the same
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _make_folder(folder: str) -> None:
    os.mkdir(folder)
    os.chmod(folder, 0o755)  # whatever the umask


def _remove_folder(folder: str) -> bool:
    """Remove a folder, unless another program has put something there; return whether it is gone."""
    try:
        os.rmdir(folder)
    except OSError:
        return False
    return True


def _refusal(target: str, what: str, exc: OSError) -> FileError:
    return FileError(f"{target} cannot be {what}: {reason_of(exc)}.{_REMEDIES.get(exc.errno or 0, '')}")


def _changed_meanwhile(target: str) -> FileError:
    return FileError(f"{target} was changed by another program a moment ago. Run again.")
