# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replace files on the controller in one step: each is old or new, whatever ends the run."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError


def replace_file(path: str, text: str, *, mode: int, variable: str) -> None:
    """Replace a file by one that has a text and a mode, in one step. ``variable`` is the one that names its folder.

    :raises FileError: when it cannot be written.
    """
    folder = os.path.dirname(path)
    with as_write_error(path, variable):
        descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=folder)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                os.fchmod(descriptor, mode)
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            rename(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    with contextlib.suppress(OSError):  # the new name stands all the same
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def rename(path: str, to: str) -> None:
    """Give a file another name, which may be that of a file. An error counts for nothing if it has got it all the same.

    :raises OSError: when the system refuses.
    """
    inode = os.stat(path).st_ino
    try:
        os.rename(path, to)
    except OSError:
        if not _has_inode(to, inode):  # a network file system may do it and lose the answer
            raise


def _has_inode(path: str, inode: int) -> bool:
    try:
        return os.stat(path).st_ino == inode
    except OSError:
        return False


@contextlib.contextmanager
def as_write_error(path: str, variable: str) -> t.Iterator[None]:
    """Turn an error of the system into one for a file that cannot be written in the folder that a variable names."""
    try:
        yield
    except OSError as exc:
        raise FileError(
            f"{path} cannot be written: {exc.strerror}. Make the folder {os.path.dirname(path)} on the controller "
            f"writable for your user, and make room on its disk, or give another {variable}."
        ) from exc
