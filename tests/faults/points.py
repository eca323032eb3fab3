# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the system calls of a run that are worth a fault."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.tests.faults.process import NOTES

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.strace import Call

_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")
_HARNESS = frozenset([1, 2, NOTES])
_READS = re.compile(
    r"access|faccessat2?|readlink|readlinkat|l?stat|newfstatat|statx|f?statfs|getdents(64)?|read|pread64"
)
_CHANGES = re.compile(
    r"f?chmod(at)?|[fl]?chown(at)?|write|writev|pwrite64|f?truncate|fsync|fdatasync|rename(at2?)?|link(at)?|"
    r"symlink(at)?|unlink(at)?|mkdir(at)?|rmdir|[fl]?setxattr|[fl]?removexattr|setsockopt"
)


class Point(t.NamedTuple):
    """A call that a fault can hit. ``changes`` says that the call changes the host."""

    call: Call
    target: str
    changes: bool
    after_change: bool


def points_in(calls: t.Sequence[Call]) -> list[Point]:
    """Return the calls that a fault can hit; of equal ones that only read, the first."""
    opened: dict[int, str] = {}
    writing: dict[int, bool] = {}
    seen: set[tuple[str, str, str]] = set()
    found = []
    follows = False
    for call in calls:
        if call.descriptor in _HARNESS:
            continue
        path = _PATH.search(call.arguments)
        target = path[1] if path and path[1] and not call.name.startswith(("read", "write")) else ""
        target = target or opened.get(call.descriptor or -1, "")
        if call.name.startswith("open") and call.result.isdigit():
            opened[int(call.result)] = target
            writing[int(call.result)] = bool(_WRITES.search(call.arguments))
        changes = bool(_CHANGES.fullmatch(call.name)) or (
            call.name.startswith("open") and bool(_WRITES.search(call.arguments))
        )
        key = (call.name, target, call.error)
        concerns_writing = changes or writing.get(call.descriptor or -1, False)
        if call.name == "exit_group" or concerns_writing or follows or key not in seen:
            found.append(Point(call, target, changes, follows))
        if changes:
            seen = {one for one in seen if one[2]}
        seen.add(key)
        follows = changes
        if call.name == "close":
            writing.pop(call.descriptor or -1, None)
    return found
