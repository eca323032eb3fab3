# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the systemd units that may be started, and the lines of a unit that belong to a command: systemd.unit(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    UNIT_FOLDERS,
    UNITS,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
        Rows,
    )


_RUNS = re.compile(rb"[ \t]*Exec(?!Stop)\w+[ \t]*=")
_IS_INSTALLED = re.compile(rb"^[ \t]*\[Install\]", re.MULTILINE)
_LINKS_TO_UNITS = tuple(f"{folder}/*.[wru]*/*" for folder in UNIT_FOLDERS)  # wants, requires, upholds
_INSTANCE = re.compile(r"@.*(?=\.)", re.DOTALL)
_STARTERS = (".timer", ".socket", ".path")


def find_units(files: Files) -> tuple[list[SysctlFile], set[str]]:
    """Return the units that are not masked, with their drop-ins, and the names of all units."""
    by_name: dict[str, SysctlFile] = {}
    seen = set()
    for folder in UNIT_FOLDERS:
        place = files.resolve(folder)
        if place in seen:
            continue
        seen.add(place)
        for pattern in UNITS:
            for file in files.matching(f"{folder}/{pattern}"):
                by_name.setdefault(file.path[len(folder) + 1 :], file)
    links = {posixpath.basename(path) for pattern in _LINKS_TO_UNITS for path in files.paths(pattern)}
    aliases = {posixpath.basename(file.target) for file in by_name.values() if file.is_link}
    templates = {_INSTANCE.sub("@", name) for name in links}
    linked = links | aliases | templates
    idle = {name for name, file in by_name.items() if not file.text or not _is_started(name, file.text, linked)}
    counting = [
        file for name, file in by_name.items() if name not in idle and posixpath.dirname(name)[: -len(".d")] not in idle
    ]
    return counting, set(by_name)


def _is_started(name: str, text: bytes, linked: t.Container[str]) -> bool:
    """Whether something may start a unit: it is enabled, has nothing to enable, or another unit of its name does."""
    stem = posixpath.splitext(name)[0]
    starters = (f"{stem}{kind}" for kind in _STARTERS)
    return not _IS_INSTALLED.search(text) or name in linked or any(starter in linked for starter in starters)


def rows_that_run(text: bytes) -> Rows:
    """Yield the lines of a unit that belong to a command, with their numbers."""
    runs = goes_on = False
    for number, row in enumerate(text.split(b"\n"), start=1):
        if goes_on and row.lstrip()[:1] in (b"#", b";"):
            continue
        if not goes_on:
            runs = _RUNS.match(row) is not None
        goes_on = row.endswith(b"\\")
        if runs:
            yield number, row
