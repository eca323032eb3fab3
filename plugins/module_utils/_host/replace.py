# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replace files of the system that this process runs on, or of a tree below a root: at once, for good, with an undo.

Only what changes a host uses this. Everything else reads files by the class :class:`Files`.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import functools
import os
import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, StuckFileError, remedy_of_denial
from ansible_collections.linux.tcp.plugins.module_utils._host.capabilities import may_give_to
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import MOST_BYTES
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import Folder
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import as_file_error, reason_of, remedy_of
from ansible_collections.linux.tcp.plugins.module_utils._host.replacement import (
    Replacement,
    changed_meanwhile,
    put,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import Metadata, StoredFile
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo, error_of, nothing, said

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._errors import Denied

_NEW_FILE = Metadata(mode=0o644)


class WritableFiles(Files):
    """Files that this process may replace. Their paths, ``target``, are free of links.

    What changes a file or removes leftovers of other runs is called while the lock of the system is held.
    """

    folder_type = Folder

    def __init__(self, root: str = "/") -> None:
        super().__init__(root)
        # by its path, what is to be removed once a change stands and could not be
        self.not_removed: dict[str, str] = {}

    def require_writable(self, target: str) -> None:
        """Check that this process may replace a file, without writing.

        :raises FileError: where it may not.
        """
        path, name = posixpath.split(target)
        nearest = self.nearest_folder(target)
        with as_file_error(target, "written"):
            folder = self._folder(path) if nearest == path else self._folder_above(target)
            try:
                folder.require_writable()
            except OSError as exc:
                reason = f"{nearest}: {reason_of(exc).lower()}"
                raise FileError(f"{target} cannot be written: {reason}.{remedy_of(exc)}") from exc
            if nearest == path:
                folder.require_replaceable(name)

    def require_owner(self, target: str, owner: tuple[int, int] | None = None) -> None:
        """Check that this process may give a new file an owner, None: that of the file that it replaces.

        :raises FileError: where it may not.
        """
        path, name = posixpath.split(target)
        with as_file_error(target, "written"):
            folder = self._folder_if_there(path)
            owner = owner or (folder.owner(name) if folder else None)
        if owner is not None and not may_give_to(*owner):
            denied: Denied = "to_user" if os.geteuid() else "to_root"
            raise FileError(
                f"{target} cannot be written: its owner (user {owner[0]}, group {owner[1]}) cannot be kept. "
                f"{remedy_of_denial(denied)}"
            )

    def backup(self, target: str, copy: str) -> None:
        """Copy a file beside itself. After an error the copy is to be removed, if it is there.

        :raises FileError: when the system refuses.
        """
        path, name = posixpath.split(target)
        with as_file_error(copy, "written"):
            folder = self._folder_if_there(path)
            found = folder.read(name) if folder else None
            if folder is None or found is None:
                raise changed_meanwhile(target)
            put(folder, posixpath.basename(copy), found)

    def remove(self, target: str) -> None:
        """Remove a file that this run made, if it is there.

        :raises FileError: when the system refuses.
        """
        path, name = posixpath.split(target)
        with as_file_error(target, "removed"):
            folder = self._folder_if_there(path)
            if folder is not None:
                folder.remove(name)
                folder.sync()

    def replace(self, target: str, text: bytes | None, *, expected: bytes | None) -> Undo:
        """Let a file hold ``text``, at once and for good, or remove it (None); return what undoes that.

        ``target`` holds what is ``expected`` (None: is not there). Mode, owner, access control list,
        SELinux label and other extended attributes of an existing file are kept; a new one gets mode
        0644, and its folder is made when only that is missing.

        :raises FileError: when the system refuses, the file is another one, or is to be larger than what can be read
            again; then nothing has changed.
        """
        if len(text or b"") > MOST_BYTES:
            raise FileError(
                f"{target} cannot be written: it would be larger than {MOST_BYTES >> 20} MiB, and no later run could "
                f"read it. Make it smaller, or give another path."
            )
        path, name = posixpath.split(target)
        with as_file_error(target, "written"):
            folder = self._folder_if_there(path)
            before = folder.read(name) if folder else None
            if (before.text if before else None) != expected:
                raise changed_meanwhile(target)
            metadata = before.metadata if before else _NEW_FILE
            return self._change(target, folder, before, None if text is None else StoredFile(text, metadata))

    def stored(self, target: str) -> StoredFile | None:
        """Return a file with all that :meth:`restore` brings back, None where there is none.

        :raises FileError: when the system refuses, or it is no regular file of a usual size.
        """
        path, name = posixpath.split(target)
        with as_file_error(target, "read"):
            folder = self._folder_if_there(path)
            return folder.read(name) if folder else None

    def has_other_names(self, target: str) -> bool:
        """Return whether a file has hard links: their content stays when this name is given another file.

        :raises FileError: where the system does not tell.
        """
        with as_file_error(target, "read"):
            return self._file_system.links(target) > 1

    def has_folder(self, target: str) -> bool:
        """Return whether the folder of a file is there.

        :raises FileError: where the system does not tell.
        """
        path = posixpath.dirname(target)
        with as_file_error(path, "read"):
            return self._folder_if_there(path) is not None

    def has_empty_folder(self, target: str) -> bool:
        """Return whether the folder of a file is there, with nothing in it."""
        try:
            return self._folder(posixpath.dirname(target)).is_empty()
        except OSError:
            return False

    def restore(self, target: str, to: StoredFile | None, *, had_folder: bool) -> Undo:
        """Let a file be what it once was, mode and owner included, or be gone; return what undoes that.

        ``had_folder`` tells whether there was its folder, which otherwise goes, too, when it is empty once the
        change stands.

        :raises FileError: when the system refuses; then nothing has changed.
        """
        path, name = posixpath.split(target)
        above, folder_name = posixpath.split(path)
        with as_file_error(target, "written"):
            folder = self._folder_if_there(path)
            before = folder.read(name) if folder else None
            finish: t.Callable[[], None] = nothing
            if to is None and folder and not had_folder:
                finish = functools.partial(self._remove_emptied_folder, self._folder(above), folder_name, folder)
                self.not_removed[path] = _is_left(path, "")
            if to is None and before is None:
                return Undo(nothing, forget=finish)
            return self._change(target, folder, before, to, finish=finish)

    def _remove_emptied_folder(self, parent: Folder, name: str, folder: Folder) -> None:
        reason = "it has hidden files that cannot be removed"
        try:
            folder.discard_leftovers()
            parent.remove_folder(name, folder.identity())
            if parent.identity(name) != folder.identity() or not folder.has_hidden_files_only():
                del self.not_removed[folder.path]
                return
        except OSError as exc:
            reason = reason_of(exc)
        self.not_removed[folder.path] = _is_left(folder.path, f" and cannot be removed: {reason}")

    def _folder(self, path: str) -> Folder:
        return self.folder_type(self._file_system.open_folder(path), path)

    def _folder_if_there(self, path: str) -> Folder | None:
        try:
            return self._folder(path)
        except FileNotFoundError:
            return None

    def _folder_above(self, target: str) -> Folder:
        """Return the folder in which that of a file is, or is to be made.

        :raises FileError: where it is not there.
        """
        path = posixpath.dirname(target)
        try:
            return self._folder(posixpath.dirname(path))
        except FileNotFoundError as exc:
            raise FileError(
                f"{target} cannot be written: {reason_of(exc)}. Make the folder above {path}, or run again if it is "
                f"there by now."
            ) from exc

    def _change(
        self,
        target: str,
        folder: Folder | None,
        before: StoredFile | None,
        after: StoredFile | None,
        *,
        finish: t.Callable[[], None] = nothing,
    ) -> Undo:
        """Replace a file, in a new folder when there is none. To ``finish`` comes last, once the change stands.

        :raises OSError: when the system refuses; then nothing has changed. Likewise FileError.
        :raises StuckFileError: where that cannot be undone which was done before an error.
        """
        name = posixpath.basename(target)
        parent = folder or self._folder_above(target)
        step = _Step(target, folder, parent, finish)
        try:
            return _take(step, name, before, after)
        except FileError:  # it says what is left
            raise
        except BaseException:
            step.undo_unless_complete()  # memory may have run out before; else nothing is left to undo
            raise


def _take(step: _Step, name: str, before: StoredFile | None, after: StoredFile | None) -> Undo:
    """Take a step, or undo what was done of it."""
    try:
        step.perform(name, before, after)
        return Undo(step.undo, step.check, step.forget, is_ordered=True)
    except BaseException as exc:
        left = error_of(step.undo_unless_complete)
        if left is not None:
            error = StuckFileError if step.is_performed() else FileError
            raise error(f"{said(exc)} {said(left)}") from exc
        raise


class _Step:
    """The replacement of a file, in a folder that is made in its ``parent`` where there is no ``folder``.

    What has been done of it is noted at once, so that it can be undone whatever fails.
    """

    def __init__(self, target: str, folder: Folder | None, parent: Folder, finish: t.Callable[[], None]) -> None:
        self._target, self._folder, self._parent, self._finish = target, folder, parent, finish
        self._folder_name = posixpath.basename(posixpath.dirname(target))
        self._made: list[Folder | None] = []
        self._replacements: list[Replacement] = []

    def perform(self, name: str, before: StoredFile | None, after: StoredFile | None) -> None:
        """Replace the file; see :meth:`Replacement.perform`."""
        with as_file_error(self._target, "written"):
            folder = self._folder or self._parent.make_folder(self._folder_name, self._made)
            self._replacements.append(Replacement(folder, name, before, after))
            self._replacements[0].perform()

    def is_performed(self) -> bool:
        """Return whether the file has been replaced, as far as can be known."""
        return any(one.is_performed() for one in self._replacements)

    def check(self) -> None:
        """Check that the replacement may stand."""
        for one in self._replacements:
            one.check()

    def forget(self) -> None:
        """Give up what only an undo needs, and finish."""
        for one in self._replacements:
            one.forget()
        self._finish()

    def undo(self) -> None:
        """Bring back the file, and remove the folder that was made."""
        self._undo(Replacement.undo)

    def undo_unless_complete(self) -> None:
        """Undo what has been done before an error."""
        self._undo(Replacement.undo_unless_complete)

    def _undo(self, how: t.Callable[[Replacement], None]) -> None:
        try:
            for one in self._replacements:
                how(one)
        finally:
            for folder in self._made:
                _remove_made_folder(self._parent, self._folder_name, folder)


def _remove_made_folder(parent: Folder, name: str, folder: Folder | None) -> None:
    """Remove a folder, None: which may be there and was not opened, unless another program has put something there."""
    path = posixpath.join(parent.path, name)
    try:
        identity = folder.identity() if folder else parent.identity(name)
        if folder:
            folder.discard_own()
        parent.remove_folder(name, identity)
        is_left = folder and parent.identity(name) == identity and folder.has_hidden_files_only()
    except OSError as exc:
        was, if_there = ("was", "") if folder else ("may have been", " if it is there and empty")
        reason = f"{reason_of(exc)}.{remedy_of(exc)}"
        raise FileError(f"{path} {was} made and cannot be removed: {reason} Then remove it{if_there}.") from exc
    if is_left:
        raise FileError(
            f"{path} was made and cannot be removed: it has hidden files that cannot be removed. Then remove it."
        )


def _is_left(path: str, reason: str) -> str:
    return f"{path} was not there before the rollout{reason}. Restore again, or remove it."
