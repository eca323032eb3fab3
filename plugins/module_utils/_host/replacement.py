# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replace one file of an open folder, and bring it back, whatever other programs do to it meanwhile."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import os
import posixpath
import time
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    ForeignChangeError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.merge import left_of_edit, without_edit
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import as_file_error, reason_of, remedy_of
from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import StoredFile, stored

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.folder import Folder


class Replacement:
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
        self._is_moved = False

    def perform(self) -> None:
        """Replace the file.

        After an error, whatever it is, :meth:`undo_unless_complete` is to be called.

        :raises OSError: when the system refuses.
        :raises FileError: when another program has changed the file.
        """
        self._folder.discard_leftovers()
        if self._after is None:
            self._aside = self._folder.hidden_name()
            self._folder.move(self._name, self._aside)
            self._is_moved = True
        else:
            self._put_new(self._after)
        self._folder.sync()
        self.check()

    def undo_unless_complete(self) -> None:
        """Undo what :meth:`perform` has done before it failed.

        :raises FileError: when something is left; it says what.
        """
        if self.is_performed():
            with contextlib.suppress(ForeignChangeError):  # it says what the error of perform() does
                self.undo()
        else:
            self.forget()

    def is_performed(self) -> bool:
        """Return whether the file has been replaced, or may have been where the disk does not tell."""
        try:  # what is looked at is noted before the file is moved, for rename(2) may do it and lose the answer
            if self._after is None:
                return self._aside is not None and self._folder.identity(self._aside) is not None
            return self._written is not None and self._folder.identity(self._name) == self._written[:2]
        except OSError:
            return True

    def _put_new(self, after: StoredFile) -> None:
        new = self._folder.write(after)
        try:
            expected = self._before.identity if self._before else None
            self._aside = self._folder.link(self._name) if self._before else None
            if self._aside and self._folder.identity(self._aside) != expected:
                raise changed_meanwhile(self._target)
            if self._folder.identity(self._name) != expected:
                raise changed_meanwhile(self._target)
            self._written = self._folder.signature(new)
            self._folder.move(new, self._name)
            self._is_moved = True
        except BaseException:
            self._folder.discard(new)
            raise

    def check(self) -> None:
        """Check that no other program has written to the file that was there: the new one is without that.

        :raises FileError: when one has.
        """
        with as_file_error(self._target, "read"):
            if self._aside and self._folder.read(self._aside) != self._before:
                raise changed_meanwhile(self._target)

    def forget(self) -> None:
        """Give up the file that was there."""
        aside, self._aside = self._aside, None  # first: an undo does not count on what may be gone
        self._folder.discard(aside)

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
            if self._folder.is_gone():
                raise _is_foreign(self._target) from exc
            raise self._failure(exc) from exc

    def _undo_by_content(self) -> None:
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(self._folder.opened(self._name))
                found = stored(file, self._target) if file else None
            except FileError as exc:  # a link or a folder, for example
                self.forget()
                raise _is_foreign(self._target) from exc
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
        if self._aside and self._folder.identity(self._aside):  # another program may have removed it
            self._folder.move(self._aside, self._name)
            self.forget()  # rename(2) leaves both names where they are of one file
        elif self._before is None:
            self._folder.remove(self._name)
        else:
            put(self._folder, self._name, self._before)
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
                put(self._folder, self._name, dataclasses.replace(found, text=merged))
            except OSError as exc:
                why = f": {reason_of(exc)}"
            else:
                raise ForeignChangeError(
                    f"{self._target} was changed by another program. That change is kept, and the change of this run "
                    f"is removed."
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
        was = "was" if self._is_moved else "may have been"
        what = "removed" if self._after is None else "changed" if self._before else "made"
        message = f"{self._target} {was} {what} and cannot be restored: {reason_of(exc)}.{remedy_of(exc)}"
        if self._aside:
            kept = backup_name(self._name)
            with contextlib.suppress(OSError):  # as a leftover it would be removed one day
                self._folder.move(self._aside, kept)
                self._aside = kept
            message += (
                f" Then rename {posixpath.join(self._folder.path, self._aside)} to {self._name}: it is what was there."
            )
        elif self._before is None:
            message += " Then remove it: there was no such file."
        return FileError(message)


def put(folder: Folder, name: str, file: StoredFile) -> None:
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
    with contextlib.suppress(OSError, FileError):
        latest = stored(file, "") if file else None
        return latest if _text(latest) != _text(found) else None
    return None


def backup_name(name: str) -> str:
    """Return the name of a copy of a file, as Ansible names backups."""
    return f"{name}.{os.getpid()}.{time.strftime('%Y-%m-%d@%H:%M:%S~')}"


def _text(file: StoredFile | None) -> bytes | None:
    return file.text if file else None


def _named(before: str, lines: list[bytes], after: str) -> str:
    shown = ", ".join(repr(line.decode("utf-8", "backslashreplace")) for line in lines)
    return f"{before}{shown}{after}" if lines else ""


def _is_foreign(target: str) -> ForeignChangeError:
    return ForeignChangeError(f"{target} was changed by another program, and is left as it is now.")


def changed_meanwhile(target: str) -> FileError:
    """Return the error for a file that is not what was read of it."""
    return FileError(f"{target} was changed by another program a moment ago. Run again.")
