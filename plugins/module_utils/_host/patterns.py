# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Match names of units, containers and paths with the wildcards of glob(7), and check that filters are given."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import fnmatch
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import UNIT_SUFFIXES

_WILDCARDS = frozenset("*?[")
_ID = re.compile(r"[0-9a-f]{12,64}\Z")  # as podman ps and docker ps show it, or longer


def has_wildcards(pattern: str) -> bool:
    """Whether a pattern may match several names."""
    return not _WILDCARDS.isdisjoint(pattern)


def as_unit(pattern: str) -> str:
    """Complete a unit's name as systemctl(1) does."""
    return pattern if has_wildcards(pattern) or pattern.endswith(UNIT_SUFFIXES) else f"{pattern}.service"


def matches(name: str | None, patterns: t.Iterable[str]) -> bool:
    """Whether a name matches one of the patterns; None matches none."""
    return name is not None and any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def matches_path(path: str, patterns: t.Collection[str]) -> bool:
    """Whether a path, or the last part of it, matches one of the patterns."""
    return matches(path, patterns) or matches(posixpath.basename(path), patterns)


def matches_container(identity: str, name: str | None, patterns: t.Iterable[str]) -> bool:
    """Whether a container matches one of the patterns: by its name, by its id, or by 12 digits or more of its id."""
    return any(
        matches(name, [pattern])
        or matches(identity, [pattern])
        or (bool(_ID.match(pattern)) and identity.startswith(pattern))
        for pattern in patterns
    )


def require_filter_or_all(*, is_filtered: bool, is_all: bool, everything: str, filters: str) -> None:
    """Check that either a filter or ``all`` is given. ``everything`` names what is selected otherwise.

    :raises InvalidValueError: for none, and for both.
    """
    if not is_filtered and not is_all:
        raise InvalidValueError(
            f"No filter is given, so every {everything} would be selected. Give one of {filters}, or all: true."
        )
    if is_filtered and is_all:
        raise InvalidValueError(f"all: true means every {everything}, and a filter is given. Leave one out.")
