# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the lines and scripts of the profiles that tuned may activate and that set keepalive keys.

tuned-main.conf(5), tuned.conf(5), tuned-adm(8), tuned(8), and daemon.py and plugin_sysctl.py of tuned.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import itertools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.file_budget import FileBudget, too_much
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import (
    parse_line,
    rows_with,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import (
    RELEVANT,
    command_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
    TUNED_RULES,
    Called,
    Profile,
    TunedFiles,
    writer_at,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    MOST_CALLED,
    TUNED_ACTIVE,
    TUNED_CONF,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.tuned_profile import (
    EXPANDED,
    Option,
    Section,
    included_by,
    merge_profile,
    options_of,
    recommended_by,
    split,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
        Candidate,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


_TUNED_MODE = "/etc/tuned/profile_mode"
_TUNED_RECOMMENDS = "/etc/tuned/recommend.conf"
_TUNED_RECOMMENDS_MORE = ("/usr/lib/tuned/recommend.d/*", "/etc/tuned/recommend.d/*")  # the later has priority
_TUNED_DEFAULT = "balanced"
_TUNED_PROFILES = ("/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned")
_MOST_PROFILES = 100
_MOST_FOLDERS = 20
_MOST_BYTES = 1 << 20  # of all profiles: each is one of a few KiB
_NAME_MAX = 200  # of characters in a message
_TUNED_IS_ON = (
    "/etc/systemd/system/*.wants/tuned.service",
    "/etc/rc[2-5].d/S*tuned",
    "/etc/runlevels/*/tuned",
)
_SWITCHED_OFF = (b"0", b"no", b"off", b"false")  # of a value that tuned's get_bool() reads
# What starts tuned, and changes its profile: tuned-adm, the program itself, and the service by the tools of an init.
_CALL = re.compile(
    rb"\btuned-adm['\", \t]+(?:auto_)?profile\b|bin/tuned(?![\w./-])"
    rb"|(?<![\w./-])tuned[ \t]+(?:--?[dDlPpn]|(?:re)?start\b)"
    rb"|\b(?:re)?(?:start|enable)\b[^\n;&|]{0,200}?(?<![\w./-])tuned(?:-ppd)?(?![\w/-])"
)
_NAMES = re.compile(rb"(?:tuned-adm['\", \t]+profile|-p|--profile)((?:[='\", \t]+(?!\d+>)[\w.@${}-]+)+)")
_LONGEST_CALL = 1000
_COMMAND_END = re.compile(rb"[;&|]")
_PATTERN = re.compile(rb"[*?\[]")


class Named(t.NamedTuple):
    """A profile by its name, and the line that names it; one that ``is_optional`` need not be there."""

    name: str
    file: SysctlFile
    line: int = 1
    is_optional: bool = False


def calls_of_tuned(file: SysctlFile, rows: t.Iterable[tuple[int, bytes]] | None = None) -> t.Iterator[list[Named]]:
    """Yield for each call of a file that may start tuned the profiles that it names.

    ``rows`` are those of the file that count, by default all.
    """
    if b"tuned" not in file.text or not _CALL.search(file.text):
        return
    for number, row in rows_with(_CALL, file.text) if rows is None else rows:
        command = command_of(row)
        for found in _CALL.finditer(command):
            call = _COMMAND_END.split(command[found.start() : found.start() + _LONGEST_CALL], 1)[0]
            names = _NAMES.search(call)
            words = re.findall(rb"[^='\", \t]+", names[1]) if names else []
            profiles = itertools.takewhile(lambda word: not word.startswith(b"-"), words)
            yield [Named(word.decode("utf-8", "surrogateescape"), file, number) for word in profiles]


def of_tuned(files: Reader, calls: t.Iterable[list[Named]] = ()) -> t.Iterator[Candidate | Called]:
    """Yield what tuned does to the keys, where something starts it, and the scripts that it calls.

    ``calls`` are what may start it, each with the profiles that it names.
    """
    configuration = files.known(TUNED_CONF)
    active, last = map(files.known, TUNED_ACTIVE)
    if configuration.kind == "missing" and not active.text.strip() and not last.text.strip():
        return
    called = list(itertools.islice(calls, MOST_CALLED + 1))
    if len(called) > MOST_CALLED:
        reason = f"Lines call tuned more than {MOST_CALLED} times, and only these are looked at."
        files.note_lead(configuration.target, reason)
    if not called and not any(map(files.paths, _TUNED_IS_ON)):
        return
    options = options_of(configuration)
    excluded = split(options.get(b"reapply_sysctl_exclude", b""))
    applies_files = options.get(b"reapply_sysctl", b"").lower() not in _SWITCHED_OFF
    lists = _lists_of_profiles(files, configuration, active, called)
    profiles, behind = _Profiles(files, _folders(files, configuration, options)), _names_in(last)
    for names in lists:
        for section in profiles.sections_of((*names, *behind)):
            if section.is_enabled and section.plugin == b"sysctl":
                yield from _in_options(section.options, excluded, yields=applies_files)
            elif section.is_enabled and section.plugin == b"script":
                yield from (Called(option.script) for option in section.scripts)
        if profiles.names > _MOST_PROFILES:  # which is noted
            break
    by = next((name for names in (*lists, behind) for name in names), None)
    if applies_files and by is not None:
        yield TunedFiles(writer_at(by.file, by.line, by.file.text.split(b"\n")[by.line - 1], "applies_files"))


def _lists_of_profiles(
    files: Reader, configuration: SysctlFile, active: SysctlFile, called: t.Iterable[list[Named]]
) -> t.Collection[list[Named]]:
    """Return the lists of profiles that may be active together: tuned's own, and once each those of calls."""
    lists = [_names_in(active)]
    mode = files.text(_TUNED_MODE).strip()
    if mode == b"auto" or (not lists[0] and mode != b"manual"):
        lists += [[one] for one in _recommended(files, configuration)]
    by_names: dict[tuple[tuple[str, bool], ...], list[Named]] = {}
    for names in (*lists, *filter(None, called)):
        by_names.setdefault(tuple((one.name, one.is_optional) for one in names), names)
    return by_names.values()


def _names_in(active: SysctlFile) -> list[Named]:
    return [Named(name, active) for name in active.text.decode("utf-8", "surrogateescape").split()]


def _recommended(files: Reader, configuration: SysctlFile) -> t.Iterator[Named]:
    """Yield the profiles that tuned may choose itself, up to the first one that has no condition."""
    more = (file for pattern in _TUNED_RECOMMENDS_MORE for file in files.matching(pattern))
    by_name = {posixpath.basename(file.path): file for file in more}
    for file in (files.known(_TUNED_RECOMMENDS), *(by_name[name] for name in sorted(by_name))):
        for name, is_conditional in recommended_by(file):
            yield Named(name, file, is_optional=True)
            if not is_conditional:
                return
    yield Named(_TUNED_DEFAULT, configuration, is_optional=True)


def _folders(files: Reader, configuration: SysctlFile, options: t.Mapping[bytes, bytes]) -> t.Sequence[str]:
    """Return the folders of the profiles; of ``profile_dirs`` the last one has priority."""
    if b"profile_dirs" not in options:
        return _TUNED_PROFILES
    folders = [folder.decode("utf-8", "surrogateescape") for folder in split(options[b"profile_dirs"]) if folder]
    if len(folders) > _MOST_FOLDERS:
        reason = f"{TUNED_CONF} names more than {_MOST_FOLDERS} folders, and only the last ones are looked at."
        files.note_lead(configuration.target, reason)
    return folders[: -_MOST_FOLDERS - 1 : -1]


@dataclasses.dataclass
class _Profiles:
    """Finds the profiles of tuned in its folders; ``names`` counts those that were looked for."""

    files: Reader
    folders: t.Sequence[str]
    names: int = 0
    budget: FileBudget = dataclasses.field(default_factory=lambda: FileBudget(_MOST_BYTES))

    def sections_of(self, names: t.Iterable[Named]) -> t.Iterable[Section]:
        """Return the sections of some profiles, merged."""
        sections: dict[bytes, Section] = {}
        read: set[str] = set()
        for one in names:
            for profile in self._found(one.name, one.file, read, is_optional=one.is_optional):
                merge_profile(sections, profile)
        return sections.values()

    def _found(
        self, name: str, named_by: SysctlFile, read: set[str], *, is_optional: bool = False
    ) -> t.Iterator[SysctlFile]:
        """Yield a profile, and before it those that it includes: locator.py and loader.py of tuned.

        One that was ``read`` is looked for further on. What is not found is noted, but for a profile that is optional:
        its name may begin with a minus.
        """
        self.names += 1
        if self.names > _MOST_PROFILES:
            self._note(named_by, f"more than {_MOST_PROFILES} profiles of tuned, with those before it")
            return
        name_in_folder = posixpath.basename(name[1:] if name.startswith("-") else name)
        places = [posixpath.normpath(f"{folder}/{name_in_folder}/tuned.conf") for folder in self.folders]
        profiles = (self.files.known(path) for path in places if path not in read)
        profile = next((file for file in profiles if file.kind == "file"), None)
        if profile is not None:
            read.add(profile.path)
            self.budget.spend(profile)
            if self.budget.refusal:
                self.files.note_lead(profile.target, str(too_much(printable(profile.target), self.budget.refusal)))
                return
            for included in included_by(profile):
                yield from self._found(included, profile, read)
            yield profile
        elif EXPANDED in name:
            # the variables of a profile are not known to tuned before it has read all profiles
            self._note(named_by, f"profiles of tuned by {name[:_NAME_MAX]}, which is known to tuned only")
        elif not (is_optional or name.startswith("-")) and read.isdisjoint(places) and self._are_missing(places):
            self._note(named_by, f"the profile {name} of tuned, which is in none of {', '.join(self.folders)}")

    def _are_missing(self, places: t.Iterable[str]) -> bool:
        return {self.files.known(path).kind for path in places} <= {"missing", "directory"}

    def _note(self, named_by: SysctlFile, what: str) -> None:
        self.files.note_lead(named_by.target, printable(f"{named_by.target} names {what}."))


def _in_options(
    options: t.Mapping[bytes, Option], excluded: t.Collection[bytes], *, yields: bool
) -> t.Iterator[Candidate]:
    for name, option in options.items():
        row = name + b"=" + option.value
        statement = parse_line(row, option.line, TUNED_RULES) if RELEVANT.search(row) else None
        if statement and statement.key and statement.value is not None:
            writer = writer_at(option.profile, option.line, option.row)
            is_excluded = _may_be_among(sysctl_name(statement.key).encode(), excluded)
            yield Profile(writer, statement.key, statement.value, yields=yields and not is_excluded)


def _may_be_among(name: bytes, patterns: t.Iterable[bytes]) -> bool:
    """Whether one of some patterns of fnmatch() may match a name: it has the same text before its first wildcard."""
    texts = ((_PATTERN.split(pattern, 1)[0], pattern) for pattern in patterns)
    return any(name == pattern or (text != pattern and name.startswith(text)) for text, pattern in texts)
