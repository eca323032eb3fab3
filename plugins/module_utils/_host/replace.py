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
import functools
import os
import posixpath
import time
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    ForeignChangeError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import reason_of, remedy_of
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import Folder, Metadata, StoredFile, stored
from ansible_collections.linux.tcp.plugins.module_utils._host.merge import left_of_edit, without_edit

_NEW_FILE = Metadata(mode=0o644)


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


class WritableFiles(Files):
    """Files that this process may replace. Their paths, ``target``, are free of links.

    What changes a file or removes leftovers of other runs is called while the lock of the system is held.
    """

    folder_type = Folder

    def require_writable(self, target: str) -> None:
        """Check that this process may replace a file, without writing.

        :raises FileError: where it may not.
        """
        path, name = posixpath.split(target)
        nearest = self.nearest_folder(target)
        with _told(target, "written"):
            folder = self._folder(nearest)
            try:
                folder.require_writable()
            except OSError as exc:
                reason = f"{nearest}: {reason_of(exc).lower()}"
                raise FileError(f"{target} cannot be written: {reason}.{remedy_of(exc)}") from exc
            if nearest == path:
                folder.require_replaceable(name)

    def backup(self, target: str) -> str:
        """Copy a file beside itself, named as Ansible names backups, and return the copy's path.

        :raises FileError: when the system refuses.
        """
        path, name = posixpath.split(target)
        copy = _backup_name(name)
        with _told(posixpath.join(path, copy), "written"):
            folder = self._folder(path)
            found = folder.read(name)
            if found is None:
                raise _changed_meanwhile(target)
            _put(folder, copy, found)
        return posixpath.join(path, copy)

    def remove(self, target: str) -> None:
        """Remove a file that this run made.

        :raises FileError: when the system refuses.
        """
        path, name = posixpath.split(target)
        with _told(target, "removed"):
            folder = self._folder(path)
            folder.remove(name)
            folder.sync()

    def replace(self, target: str, text: bytes | None, *, expected: bytes | None) -> Undo:
        """Let a file hold ``text``, at once and for good, or remove it (None); return what undoes that.

        ``target`` holds what is ``expected`` (None: is not there). Mode, owner, access control list,
        SELinux label and other extended attributes of an existing file are kept; a new one gets mode
        0644, and its folder is made when only that is missing.

        :raises FileError: when the system refuses or the file is another one; then nothing has changed.
        """
        path, name = posixpath.split(target)
        with _told(target, "written"):
            folder = self._folder_if_there(path)
            before = folder.read(name) if folder else None
            if (before.text if before else None) != expected:
                raise _changed_meanwhile(target)
            metadata = before.metadata if before else _NEW_FILE
            return self._change(target, folder, before, None if text is None else StoredFile(text, metadata))

    def stored(self, target: str) -> StoredFile | None:
        """Return a file with all that :meth:`restore` brings back, None where there is none.

        :raises FileError: when the system refuses, or it is no regular file of a usual size.
        """
        path, name = posixpath.split(target)
        with _told(target, "read"):
            folder = self._folder_if_there(path)
            return folder.read(name) if folder else None

    def has_other_names(self, target: str) -> bool:
        """Return whether a file has hard links: their content stays when this name is given another file."""
        return self._file_system.links(target) > 1

    def has_folder(self, target: str) -> bool:
        """Return whether the folder of a file is there."""
        return self._file_system.isdir(posixpath.dirname(target))

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
        with _told(target, "written"):
            folder = self._folder_if_there(path)
            before = folder.read(name) if folder else None
            is_gone = to is None and before is None
            undo = Undo(_nothing) if is_gone else self._change(target, folder, before, to)
            if to is not None or had_folder or folder is None:
                return undo
            parent = self._folder(above)
        remove_folder = functools.partial(_remove_emptied_folder, parent, folder_name, folder)

        def forget() -> None:
            undo.forget()
            remove_folder()

        return dataclasses.replace(undo, forget=forget)

    def _folder(self, path: str) -> Folder:
        return self.folder_type(self._file_system.open_folder(path), path)

    def _folder_if_there(self, path: str) -> Folder | None:
        try:
            return self._folder(path)
        except FileNotFoundError:
            return None

    def _change(self, target: str, folder: Folder | None, before: StoredFile | None, after: StoredFile | None) -> Undo:
        """Replace a file, in a new folder when there is none.

        :raises OSError: when the system refuses; then nothing has changed. Likewise FileError.
        """
        path, name = posixpath.split(target)
        above, folder_name = posixpath.split(path)
        remove_folder = _nothing
        if folder is None:
            parent = self._folder(above)
            folder, was_made = parent.make_folder(folder_name)
            if was_made:
                remove_folder = functools.partial(_remove_made_folder, parent, folder_name, folder)
        replacement = _Replacement(folder, name, before, after)
        try:
            with _told(target, "written"):
                replacement.perform()
        except BaseException as exc:
            try:
                remove_folder()
            except FileError as left:
                raise FileError(f"{exc} {left}") from exc
            raise

        def undo() -> None:
            try:
                replacement.undo()
            finally:
                remove_folder()

        return Undo(undo, replacement.check, replacement.forget)


class _Replacement:
    """A file of an open folder that is replaced: by another one, or by none (None).

    Until the replacement is undone or forgotten, the file that was there keeps a hidden name, if the file
    system has links. So an undo takes no room, and brings back the very same file.
    """

    def __init__(self, folder: Folder, name: str, before: StoredFile | None, after: StoredFile | None) -> None:
        self._folder, self._name = folder, name
        self._before, self._after = before, after
        self._target = posixpath.join(folder.path, name)
        self._aside: str | None = None
        self._written: tuple[int, ...] | None = None

    def perform(self) -> None:
        """Replace the file.

        :raises OSError: when the system refuses; then nothing has changed.
        :raises FileError: when another program has changed the file; likewise.
        """
        self._folder.discard_leftovers()
        if self._after is None:
            hidden = self._folder.hidden_name()
            self._folder.move(self._name, hidden)
            self._aside = hidden
        else:
            self._put_new(self._after)
        self._folder.sync()
        try:
            self.check()
        except BaseException:
            with contextlib.suppress(ForeignChangeError):  # it says what this error does
                self.undo()
            raise

    def _put_new(self, after: StoredFile) -> None:
        new = self._folder.write(after)
        try:
            expected = self._before.identity if self._before else None
            self._aside = self._folder.link(self._name) if self._before else None
            if self._aside and self._folder.identity(self._aside) != expected:
                raise _changed_meanwhile(self._target)
            if self._folder.identity(self._name) != expected:
                raise _changed_meanwhile(self._target)
            self._written = self._folder.signature(new)
            self._folder.move(new, self._name)
        except BaseException:
            self._folder.discard(new)
            self.forget()
            raise

    def check(self) -> None:
        """Check that no other program has written to the file that was there: the new one is without that.

        :raises FileError: when one has.
        """
        with _told(self._target, "read"):
            if self._aside and self._folder.read(self._aside) != self._before:
                raise _changed_meanwhile(self._target)

    def forget(self) -> None:
        """Give up the file that was there."""
        self._folder.discard(self._aside)
        self._aside = None

    def undo(self) -> None:
        """Bring back the file that was there.

        Where another program has changed the new one meanwhile, take out what this run changed.

        :raises ForeignChangeError: when another program has changed the file; nothing of this run is left in it.
        :raises FileError: when something of this run is left; it says what.
        """
        try:
            try:
                self._undo_by_content()
            except OSError:
                # no file can be opened, for example: that no other program has written is known all the same
                if self._folder.signature(self._name) != self._written:
                    raise
                self._bring_back()
        except OSError as exc:
            raise self._failure(exc) from exc

    def _undo_by_content(self) -> None:
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(self._folder.opened(self._name))
            except FileError as exc:  # a link or a folder, for example
                self.forget()
                raise _is_foreign(self._target) from exc
            found = stored(file) if file else None
            if _text(found) == _text(self._after):
                self._bring_back()
                found = _changed_since(file, found)  # another program may have appended to it until a moment ago
                if found is None:
                    return
            elif _text(found) == _text(self._before):
                self.forget()
                return
        self.forget()
        self._take_out(found)

    def _bring_back(self) -> None:
        """Let the file that was there have its name again."""
        if self._aside:
            self._folder.move(self._aside, self._name)
            self.forget()  # rename(2) leaves both names where they are of one file
        elif self._before is None:
            self._folder.remove(self._name)
        else:
            _put(self._folder, self._name, self._before)
        self._folder.sync()

    def _take_out(self, found: StoredFile | None) -> None:
        """Leave what another program has made of the file, without what this run changed in it."""
        if found is None or self._after is None:
            raise _is_foreign(self._target)
        before, after = self._before.text if self._before else b"", self._after.text
        merged = without_edit(before, after, found.text)
        why = ""
        if merged is not None:
            try:
                _put(self._folder, self._name, dataclasses.replace(found, text=merged))
            except OSError as exc:
                why = f": {reason_of(exc)}"
            else:
                raise ForeignChangeError(
                    f"{self._target} was changed by another program: that is left, and what this run changed is taken "
                    f"out."
                )
        added, removed = left_of_edit(before, after, found.text)
        if not added and not removed:
            raise _is_foreign(self._target)
        raise FileError(
            f"{self._target} was changed by another program, and is left as it is now{why}."
            + _named(" It has lines of this run: ", added, ". Remove them.")
            + _named(" It lacks lines that this run removed: ", removed, ". Add them.")
        )

    def _failure(self, exc: OSError) -> FileError:
        """Return what is left after an undo that the system refused."""
        what = "removed" if self._after is None else "changed" if self._before else "made"
        message = f"{self._target} was {what} and cannot be restored: {reason_of(exc)}.{remedy_of(exc)}"
        if self._aside:
            kept = _backup_name(self._name)
            with contextlib.suppress(OSError):  # as a leftover it would be removed one day
                self._folder.move(self._aside, kept)
                self._aside = kept
            message += (
                f" Then rename {posixpath.join(self._folder.path, self._aside)} to {self._name}: it is what was there."
            )
        elif self._before is None:
            message += " Then remove it: there was no such file."
        return FileError(message)


@contextlib.contextmanager
def _told(target: str, what: str) -> t.Iterator[None]:
    """Turn an error of the system into one that names the file."""
    try:
        yield
    except OSError as exc:
        raise FileError(f"{target} cannot be {what}: {reason_of(exc)}.{remedy_of(exc)}") from exc


def _put(folder: Folder, name: str, file: StoredFile) -> None:
    """Replace a file in one step that a crash cannot cut in half."""
    new = folder.write(file)
    try:
        folder.move(new, name)
    except BaseException:
        folder.discard(new)
        raise
    folder.sync()


def _changed_since(file: t.BinaryIO | None, found: StoredFile | None) -> StoredFile | None:
    """Return what an open file holds if that is something else than was found; None also where it cannot be read."""
    with contextlib.suppress(OSError):
        latest = stored(file) if file else None
        return latest if _text(latest) != _text(found) else None
    return None


def _remove_made_folder(parent: Folder, name: str, folder: Folder) -> None:
    try:
        parent.remove_folder(name, folder.identity())
    except OSError as exc:
        reason = f"{reason_of(exc)}.{remedy_of(exc)}"
        raise FileError(f"{folder.path} was made and cannot be removed: {reason} Then remove it.") from exc


def _remove_emptied_folder(parent: Folder, name: str, folder: Folder) -> None:
    with contextlib.suppress(OSError):  # the next restoration tries again
        folder.discard_leftovers()
        parent.remove_folder(name, folder.identity())


def _backup_name(name: str) -> str:
    return f"{name}.{os.getpid()}.{time.strftime('%Y-%m-%d@%H:%M:%S~')}"


def _text(file: StoredFile | None) -> bytes | None:
    return file.text if file else None


def _named(before: str, lines: list[bytes], after: str) -> str:
    shown = ", ".join(repr(line.decode("utf-8", "backslashreplace")) for line in lines)
    return f"{before}{shown}{after}" if lines else ""


def _is_foreign(target: str) -> ForeignChangeError:
    return ForeignChangeError(f"{target} was changed by another program, and is left as it is now.")


def _changed_meanwhile(target: str) -> FileError:
    return FileError(f"{target} was changed by another program a moment ago. Run again.")
