# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bound how many files, bytes and settings are read of folders to which any user may add files."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import MOST_STATEMENTS, count_statements

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

    Found = t.TypeVar("Found")

MOST_BYTES_OF_A_TREE = 16 << 20  # four times as much as of one file
MOST_BYTES_OF_A_PATTERN = 64 << 20
MOST_BYTES_OF_A_SEARCH = 128 << 20  # a hundred times as much as of a usual host
_MOST_FILES = 10_000
_LEAST_BYTES = 4 << 10  # for which each file counts: to open it takes time, too
_BYTES_OF_A_NAME = 64  # which is matched with a pattern


class FileBudget:
    """How many files may still be read, and how large they may be in all; each counts for a page at least.

    A folder counts as a file that has 64 bytes for each name. A file that is missing has none.
    """

    def __init__(self, most_bytes: int, most_files: int = 0) -> None:
        self._most_bytes = most_bytes
        self._most_files = most_files or _MOST_FILES
        self._files = self._bytes = self._counted = 0

    def spend(self, file: SysctlFile) -> None:
        """Count a file that was read."""
        self._files += 1
        self._bytes += len(file.text)
        self._counted += max(len(file.text), 0 if file.kind == "missing" else _LEAST_BYTES)

    def spend_names(self, count: int) -> None:
        """Count a folder that has so many names."""
        self._counted += max(count * _BYTES_OF_A_NAME, _LEAST_BYTES)

    @property
    def refusal(self) -> str:
        """Why no further file may be read; empty while one may be."""
        if self._files >= self._most_files:
            return _too_many(self._most_files)
        if self._bytes > self._most_bytes:
            return f"the files are larger than {self._most_bytes >> 20} MiB in all"
        if self._counted > self._most_bytes:
            return (
                f"there are too many: each file or folder counts for {_LEAST_BYTES >> 10} KiB at least, and all may "
                f"have {self._most_bytes >> 20} MiB"
            )
        return ""


def counted(found: t.Iterable[Found], pattern: str) -> t.Iterator[Found]:
    """Yield what matches a pattern.

    :raises FileError: where there is more than can be looked at.
    """
    for number, one in enumerate(found):
        if number == _MOST_FILES:
            raise too_much(pattern, _too_many(_MOST_FILES))
        yield one


def with_few_statements(files: t.Iterable[SysctlFile]) -> t.Iterator[SysctlFile]:
    """Yield sysctl files; one with which they have more statements than are looked at becomes unreadable."""
    left = MOST_STATEMENTS
    for file in files:
        count = count_statements(file.text, left)
        if count > left:
            reason = f"the files have more than {MOST_STATEMENTS} settings in all that may concern keepalive"
            yield dataclasses.replace(file, kind="unreadable", text=b"", reason=reason)
        else:
            left -= count
            yield file


def too_much(pattern: str, refusal: str) -> FileError:
    """Return the error that says that more matches a pattern than can be looked at."""
    return FileError(f"{pattern} cannot be read: {refusal}. Remove what does not belong there.")


def _too_many(most: int) -> str:
    return f"there are more than {most} files"
