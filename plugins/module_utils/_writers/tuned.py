# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the lines and scripts of tuned's active profiles that set keepalive keys: tuned-main.conf(5), tuned.conf(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import (
    parse_line,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
    TUNED_RULES,
    Called,
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
from ansible_collections.linux.tcp.plugins.module_utils._writers.tuned_profile import (
    Option,
    Section,
    included_by,
    merge_profile,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
        Candidate,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


_TUNED_CONF = "/etc/tuned/tuned-main.conf"
_TUNED_PROFILES = ("/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned")
_MOST_PROFILES = 100
_TUNED_IS_ON = (
    "/etc/systemd/system/*.wants/tuned.service",
    "/etc/rc[2-5].d/S*tuned",
    "/etc/runlevels/*/tuned",
)
_TUNED_APPLIES_NO_FILES = re.compile(
    rb"^[ \t]*reapply_sysctl[ \t]*=[ \t]*(0|no|off|false)\b", re.MULTILINE | re.IGNORECASE
)


def of_tuned(files: Reader) -> t.Iterator[Candidate | Called]:
    """Yield what tuned does to the keys, where it is enabled, and the scripts that it calls."""
    active = [file for file in map(files.known, TUNED_ACTIVE) if file.text.strip()]
    if not active or not any(map(files.paths, _TUNED_IS_ON)):
        return
    applies_files = not _TUNED_APPLIES_NO_FILES.search(files.text(_TUNED_CONF))
    if applies_files:
        yield TunedFiles(writer_at(active[0], 1, active[0].text.split(b"\n")[0], "applies_files"))
    sections: dict[bytes, Section] = {}
    read: set[str] = set()
    for name in (name.decode("utf-8", "surrogateescape") for file in active for name in file.text.split()):
        _merge(files, name, sections, read)
    for section in sections.values():
        if section.is_enabled and section.plugin == b"sysctl":
            yield from _in_options(section.options.values(), yields=applies_files)
        elif section.is_enabled and section.plugin == b"script":
            yield from (Called(path) for option in section.scripts for path in _scripts_of(option))


def _merge(files: Reader, name: str, sections: dict[bytes, Section], read: set[str]) -> None:
    """Merge a profile into the sections of those before it; a profile that was ``read`` is looked for further on."""
    paths = (f"{folder}/{name}/tuned.conf" for folder in _TUNED_PROFILES)
    profiles = (files.known(path) for path in paths if path not in read)
    profile = next((file for file in profiles if file.kind == "file"), None)
    if profile is not None and len(read) < _MOST_PROFILES:
        read.add(profile.path)
        for included in included_by(profile):
            _merge(files, included, sections, read)
        merge_profile(sections, profile)


def _in_options(options: t.Iterable[Option], *, yields: bool) -> t.Iterator[Candidate]:
    for option in options:
        statement = parse_line(option.row, option.line, TUNED_RULES) if RELEVANT.search(option.row) else None
        if statement and statement.key and statement.value is not None:
            writer = writer_at(option.profile, option.line, option.row)
            yield Profile(writer, statement.key, statement.value, yields=yields)


def _scripts_of(option: Option) -> t.Iterator[str]:
    """Yield the scripts that an option names, which all have a whole path."""
    folder = posixpath.dirname(option.profile.path)
    for word in option.value.decode("utf-8", "surrogateescape").split(","):
        path = word.strip().replace("${i:PROFILE_DIR}", folder)
        if path.startswith("/"):
            yield path
