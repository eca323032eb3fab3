# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the lines and scripts of tuned's active profiles that set keepalive keys: tuned-main.conf(5), tuned.conf(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.file_budget import FileBudget, too_much
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import (
    parse_line,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import (
    RELEVANT,
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
from ansible_collections.linux.tcp.plugins.module_utils._writers.tuned_profile import (
    EXPANDED,
    Option,
    Section,
    included_by,
    merge_profile,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
        Candidate,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


_TUNED_CONF = "/etc/tuned/tuned-main.conf"
_TUNED_PROFILES = ("/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned")
_MOST_PROFILES = 100
_MOST_BYTES = 1 << 20  # of all profiles: each is one of a few KiB
_NAME_MAX = 200  # of characters in a message
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
    merged = _Merged(files)
    for file in active:
        for name in file.text.decode("utf-8", "surrogateescape").split():
            merged.add(name, file)
    for section in merged.sections.values():
        if section.is_enabled and section.plugin == b"sysctl":
            yield from _in_options(section.options, yields=applies_files)
        elif section.is_enabled and section.plugin == b"script":
            yield from (Called(option.script) for option in section.scripts)


@dataclasses.dataclass
class _Merged:
    """The sections of the profiles that were merged, by name.

    A profile that was ``read`` is looked for further on. ``names`` counts what was looked for.
    """

    files: Reader
    sections: dict[bytes, Section] = dataclasses.field(default_factory=dict)
    read: set[str] = dataclasses.field(default_factory=set)
    names: int = 0
    budget: FileBudget = dataclasses.field(default_factory=lambda: FileBudget(_MOST_BYTES))

    def add(self, name: str, named_by: SysctlFile) -> None:
        """Merge a profile, and before it those that it includes: locator.py and loader.py of tuned.

        What is not found is noted, because ``profile_dirs`` may tell tuned of other folders. A name that begins with a
        minus may be one of a profile that is not there.
        """
        self.names += 1
        if self.names > _MOST_PROFILES:
            self._note(named_by, f"more than {_MOST_PROFILES} profiles of tuned, with those before it")
            return
        name_in_folder = posixpath.basename(name[1:] if name.startswith("-") else name)
        places = [posixpath.normpath(f"{folder}/{name_in_folder}/tuned.conf") for folder in _TUNED_PROFILES]
        profiles = (self.files.known(path) for path in places if path not in self.read)
        profile = next((file for file in profiles if file.kind == "file"), None)
        if profile is not None:
            self.read.add(profile.path)
            self.budget.spend(profile)
            if self.budget.refusal:
                self.files.note_lead(profile.target, str(too_much(printable(profile.target), self.budget.refusal)))
                return
            for included in included_by(profile):
                self.add(included, profile)
            merge_profile(self.sections, profile)
        elif EXPANDED in name:
            # the variables of a profile are not known to tuned before it has read all profiles
            self._note(named_by, f"profiles of tuned by {name[:_NAME_MAX]}, which is known to tuned only")
        elif not name.startswith("-") and self._is_missing(places):
            self._note(named_by, f"the profile {name} of tuned, which is in none of {', '.join(_TUNED_PROFILES)}")

    def _is_missing(self, places: t.Collection[str]) -> bool:
        kinds = {self.files.known(path).kind for path in places}
        return kinds <= {"missing", "directory"} and self.read.isdisjoint(places)

    def _note(self, named_by: SysctlFile, what: str) -> None:
        self.files.note_lead(named_by.target, printable(f"{named_by.target} names {what}."))


def _in_options(options: t.Mapping[bytes, Option], *, yields: bool) -> t.Iterator[Candidate]:
    for name, option in options.items():
        row = name + b"=" + option.value
        statement = parse_line(row, option.line, TUNED_RULES) if RELEVANT.search(row) else None
        if statement and statement.key and statement.value is not None:
            writer = writer_at(option.profile, option.line, option.row)
            yield Profile(writer, statement.key, statement.value, yields=yields)
