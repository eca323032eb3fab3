# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether a folder is the root of this system, as /proc and containers have it, too."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re

_ROOTS = ("/", "/proc/1/root", "/proc/self/root", "/host", "/hostfs", "/rootfs")
_BEFORE = re.compile(rf"(?:{'|'.join(root.replace('/', '/+') for root in _ROOTS[1:])})(?=/)")
# The default of a variable, or the empty one.
_DEFAULT = re.compile(r".*[-=]([^-=}]*)\}", re.DOTALL)


def is_this_root(folder: str) -> bool:
    """Whether a folder is this system's root, also where it is empty, or where a variable has that as its default."""
    default = _DEFAULT.fullmatch(folder)
    return posixpath.normpath("/" + (default[1] if default else folder).lstrip("/")) in _ROOTS


def without_root(path: str) -> str:
    """Return a path without a folder before it that is this system's root."""
    return _BEFORE.sub("", path, count=1) if _BEFORE.match(path) else path
