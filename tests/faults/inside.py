# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inject faults that no system call has: memory that runs out on a line, and a step that is done and told as an error.

The latter is what a network file system does whose answer is lost.
"""

from __future__ import annotations

import collections
import errno
import os
import sys
import typing as t

if t.TYPE_CHECKING:
    import types

MEMORY, TOLD = "memory", "told"
# The files that change a host and undo it.
_FILES = frozenset(
    f"{name}.py"
    for name in (
        *("apply", "checkpoint", "folder", "kernel", "lock", "merge", "replace", "replacement", "signals", "store"),
        *("stored_file", "undo"),
    )
)
_STEPS = ("fsync", "link", "mkdir", "rename", "replace", "rmdir", "unlink", "write")


class Inside:
    """Count lines and steps of this process, and inject the fault ``kind=place:number``."""

    def __init__(self, fault: str = "") -> None:
        self.kind, _equals, rest = fault.partition("=")
        place, _colon, number = rest.rpartition(":")
        self._target = (place, int(number)) if fault else None
        self._counts: collections.Counter[str] = collections.Counter()
        self.places: list[str] = []
        self._names: dict[types.CodeType, str] = {}

    def begin(self) -> None:
        """Count from now on."""
        if self.kind == MEMORY:
            sys.settrace(self._trace)
        else:
            for name in _STEPS:
                setattr(os, name, self._telling(name, getattr(os, name)))

    def _reaches(self, place: str) -> bool:
        self._counts[place] += 1
        self.places.append(f"{self.kind}={place}:{self._counts[place]}")
        return self._target == (place, self._counts[place])

    def _trace(self, frame: types.FrameType, event: str, _argument: object) -> t.Any:
        code = frame.f_code
        if code not in self._names:
            self._names[code] = _name_of(code.co_filename)
        name = self._names[code]
        if not name:
            return None
        if event == "line" and self._reaches(f"{name}:{frame.f_lineno}"):
            sys.settrace(None)
            raise MemoryError
        return self._trace

    def _telling(self, name: str, step: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        def told(*arguments: t.Any, **named: t.Any) -> t.Any:
            result = step(*arguments, **named)
            if self._reaches(name):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return result

        return told


def _name_of(path: str) -> str:
    """Return the name of a file that changes a host, nothing for any other."""
    name = os.path.basename(path)
    return name if name in _FILES and "linux/tcp" in path else ""
