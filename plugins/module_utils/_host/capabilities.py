# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what this process may do by its capabilities: capabilities(7), chown(2), user_namespaces(7)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import os
import re

PROC = "/proc"
_MAPS = ("self/uid_map", "self/gid_map")  # user_namespaces(7)
# include/uapi/linux/capability.h
CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
CAP_SYS_PTRACE, CAP_SYS_ADMIN = 1 << 19, 1 << 21
_CAP_EFF = re.compile(rb"\nCapEff:\t([0-9a-f]+)\n")


def effective(proc: str = "") -> int | None:
    """Return the capabilities that this process has in effect; None where that is not known.

    ``proc`` is where a proc file system is mounted, /proc by default.
    """
    try:
        with open(os.path.join(proc or PROC, "self/status"), "rb") as file:
            found = _CAP_EFF.search(file.read())
    except OSError:
        return None
    return int(found.group(1), 16) if found else None


def has_capabilities(wanted: int, proc: str = "") -> bool:
    """Return whether this process has all of some capabilities; where that is not known, whether it is root's."""
    found = effective(proc)
    return os.geteuid() == 0 if found is None else found & wanted == wanted


def may_give_to(user: int, group: int) -> bool:
    """Return whether this process may give its files to a user and a group.

    Those who are not mapped into the user namespace of this process have an ID there that stands for all of them.
    """
    if user == os.geteuid() and group in (os.getegid(), *os.getgroups()):
        return True
    return has_capabilities(CAP_CHOWN) and all(map(_is_mapped, _MAPS, (user, group)))


def _is_mapped(path: str, number: int) -> bool:
    """Return whether an ID is in a map of a user namespace, True where that is not known."""
    try:
        with open(os.path.join(PROC, path), encoding="ascii") as file:
            ranges = [(int(first), int(count)) for first, _outside, count in map(str.split, file)]
    except (OSError, ValueError):
        return True
    return any(first <= number < first + count for first, count in ranges)
