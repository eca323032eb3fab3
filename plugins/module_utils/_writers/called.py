# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the scripts that lines call."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import MOST_OF_A_FILE, Called
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    CALLED,
    GIVEN_TO_SHELL,
    SCRIPT_OF_STATE,
    STATE,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


def called_by(files: Reader, file: SysctlFile, rows: t.Iterable[bytes]) -> list[Called]:
    """Return the scripts that lines of a file call, of too many the first ones; that there are more is noted."""
    calls = (one for row in rows for one in _called_in(row))
    found = files.computed(file.path, lambda: dict.fromkeys(calls), len(file.text))
    if len(found) > MOST_OF_A_FILE:
        reason = f"{printable(file.path)} may call more than {MOST_OF_A_FILE} files, and only these are looked at."
        files.note_lead(file.path, reason)
    return found[:MOST_OF_A_FILE]


def _called_in(row: bytes) -> t.Iterator[Called]:
    given = {found[1] for found in GIVEN_TO_SHELL.finditer(row)}
    for found in dict.fromkeys(CALLED.findall(row)):
        path = found.decode("utf-8", "surrogateescape")
        if not path.startswith(STATE) or path.endswith(SCRIPT_OF_STATE):
            yield Called(path, found in given)
