# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command does to the keepalive keys: it sets them, applies sysctl files, or writes keys into one."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import (
    RELEVANT,
    applications,
    assignments,
    has_too_many_calls,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import Application

    KeyValues = t.Tuple[t.Tuple[Key, t.Optional[int]], ...]
    Effect = t.Union["Sets", "Applies", "Fills"]

RELEVANT_TEXT = re.compile(RELEVANT.pattern.decode())


@dataclasses.dataclass(frozen=True)
class Sets:
    """A line that gives keys values, None where these cannot be read off."""

    line: int
    values: KeyValues


@dataclasses.dataclass(frozen=True)
class Applies:
    """A line that applies sysctl files, or, if it ``makes_file``, one that makes a sysctl file with what they say."""

    line: int
    application: Application
    makes_file: bool = False


@dataclasses.dataclass(frozen=True)
class Fills:
    """A line that writes keys into a sysctl file, or ``appends`` them to it."""

    line: int
    values: KeyValues
    appends: bool


def loose_effects(text: str, line: int = 1) -> list[Effect]:
    """Return what the lines of a text may do that is no shell script, each looked at by itself."""
    found: list[Effect] = []
    for number, row in enumerate(text.replace(CONTINUED, "\n").split("\n"), start=line):
        if RELEVANT_TEXT.search(row):
            written = row.encode("utf-8", "surrogateescape")
            values = dict.fromkeys(KEYS) if has_too_many_calls(written) else assignments(written)
            if values:
                found.append(Sets(number, tuple(values.items())))
            found += [Applies(number, application) for application in applications(written)]
    return found
