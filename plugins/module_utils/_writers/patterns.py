# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which paths a pattern of glob(7) matches."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.wildcards import name_pattern

_SLASHES = re.compile("/+")


def is_matched(path: str, pattern: str) -> bool:
    """Whether glob(3) finds a path by a pattern: no wildcard matches a slash, or a dot that begins a name."""
    names, patterns = path.split("/"), _SLASHES.sub("/", pattern).split("/")
    try:
        return len(names) == len(patterns) and all(
            name_pattern(part).fullmatch(name) and (part.startswith(".") or not name.startswith("."))
            for name, part in zip(names, patterns)
        )
    except re.error:  # Python before 3.9 does not know what to make of [z-a]
        return False
