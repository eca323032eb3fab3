# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the lines of tuned's active profiles that set keepalive keys: tuned-main.conf(5), tuned.conf(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import (
    parse_line,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
    TUNED_RULES,
    Profile,
    TunedFiles,
    writer_at,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    TUNED_ACTIVE,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.shell import (
    RELEVANT,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
        Candidate,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


_TUNED_CONF = "/etc/tuned/tuned-main.conf"
_TUNED_PROFILES = ("/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned")
_TUNED_IS_ON = (
    "/etc/systemd/system/*.wants/tuned.service",
    "/etc/rc[2-5].d/S*tuned",
    "/etc/runlevels/*/tuned",
)
_TUNED_APPLIES_NO_FILES = re.compile(
    rb"^[ \t]*reapply_sysctl[ \t]*=[ \t]*(0|no|off|false)\b", re.MULTILINE | re.IGNORECASE
)


def of_tuned(files: Reader) -> t.Iterator[Candidate]:
    """Yield what tuned does to the keys, where it is enabled."""
    active = [file for file in map(files.known, TUNED_ACTIVE) if file.text.strip()]
    if not active or not any(map(files.paths, _TUNED_IS_ON)):
        return
    applies_files = not _TUNED_APPLIES_NO_FILES.search(files.text(_TUNED_CONF))
    if applies_files:
        yield TunedFiles(writer_at(active[0], 1, active[0].text.split(b"\n")[0], "applies_files"))
    names = [name.decode("utf-8", "surrogateescape") for file in active for name in file.text.split()]
    seen: set[str] = set()
    while names:
        name = names.pop(0)
        if name in seen:
            continue
        seen.add(name)
        profiles = [files.known(f"{folder}/{name}/tuned.conf") for folder in _TUNED_PROFILES]
        profile = next((file for file in profiles if file.kind == "file"), None)
        if profile is not None:
            included, rows = _tuned_profile(profile.text)
            names += included
            for number, row in rows:
                statement = parse_line(row, number, TUNED_RULES)
                if statement and statement.key and statement.value is not None:
                    writer = writer_at(profile, number, row)
                    yield Profile(writer, statement.key, statement.value, yields=applies_files)


def _tuned_profile(text: bytes) -> tuple[list[str], list[tuple[int, bytes]]]:
    """Return the profiles that one includes, and the lines of its sections for sysctl that may matter."""
    included: list[str] = []
    plugins: dict[bytes, bytes] = {}
    disabled: set[bytes] = set()
    rows: list[tuple[bytes, int, bytes]] = []
    section = b""
    for number, row in enumerate(text.split(b"\n"), start=1):
        name, equals, value = (part.strip() for part in row.partition(b"="))
        if name[:1] == b"[" and name[-1:] == b"]":
            section = name[1:-1]
        elif section == b"main" and name == b"include":
            included = value.decode("utf-8", "surrogateescape").replace(",", " ").split()
        elif name == b"type":
            plugins[section] = value
        elif name == b"enabled" and value.lower() in (b"0", b"false"):
            disabled.add(section)
        elif equals and RELEVANT.search(name):
            rows.append((section, number, row))
    return included, [
        (number, row)
        for section, number, row in rows
        if plugins.get(section, section) == b"sysctl" and section not in disabled
    ]
