# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""Who else sets keepalive keys once a system has booted: scripts, cron, units, ufw, tuned.

:func:`find_candidates` reads the places where such lines stand; :func:`writers_among` tells, without
another look at the host, which of them matter. What cannot be read is passed over. Sources:
rc.local(8), crontab(5), systemd.unit(5), udev(7), interfaces(5), NetworkManager-dispatcher(8),
ufw-framework(8), tuned-main.conf(5).
"""

from __future__ import annotations

import dataclasses
import fnmatch
import functools
import itertools
import posixpath
import re
import typing as t
from types import MappingProxyType

from ansible_collections.linux.tcp.plugins.module_utils._boot import applied
from ansible_collections.linux.tcp.plugins.module_utils._commands import (
    RELEVANT,
    Application,
    applications,
    assignments,
    command_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import (
    SYSCTL_CONF,
    SysctlFile,
    Tree,
    files_read,
    parse_line,
    rows_with,
    rules_of,
    statements,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._values import KEYS, kernel_reading

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._boot import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import Loader, Rules, Version
    from ansible_collections.linux.tcp.plugins.module_utils._values import Key, Values

    Rows = t.Iterator[t.Tuple[int, bytes]]

# Scripts that an init starts, and others that run only where they are executable.
_RC_SCRIPTS = (
    "/etc/init.d/rcS",
    "/etc/rc[2-5S].d/S*",
    "/etc/rc.d/rc[2-5S].d/S*",
    "/etc/runit/[123]",
    "/etc/service/*/run",
)
_OPENRC_SCRIPTS = ("/etc/runlevels/*/*", "/etc/local.d/*.start")
_SYSTEMD_RC_SCRIPTS = ("/etc/rc[2-5].d/S*", "/etc/rc.d/rc[2-5].d/S*")  # systemd-sysv-generator(8)
_EXECUTABLES = (
    "/etc/rc.local",
    "/etc/rc.d/rc.local",
    "/etc/init.d/boot.local",
    "/etc/init.d/after.local",
    "/etc/network/if-pre-up.d/*",
    "/etc/network/if-up.d/*",
    "/etc/sysconfig/network-scripts/ifup*",
    "/etc/sysconfig/network/scripts/*",
    "/etc/ppp/ip-up.d/*",
    "/etc/cron.hourly/*",
    "/etc/cron.daily/*",
    "/etc/cron.weekly/*",
    "/etc/cron.monthly/*",
    "/etc/NetworkManager/dispatcher.d/*",
    "/etc/NetworkManager/dispatcher.d/*.d/*",
    "/usr/lib/NetworkManager/dispatcher.d/*",
    "/usr/lib/NetworkManager/dispatcher.d/*.d/*",
    "/etc/networkd-dispatcher/*.d/*",
    "/usr/lib/networkd-dispatcher/*.d/*",
)
# Texts that another program reads. Of the users' own tables root's only: nobody else may set these keys.
_TEXTS = (
    "/etc/network/interfaces",
    "/etc/network/interfaces.d/*",
    "/etc/dhcp/dhclient-*-hooks.d/*",
    "/etc/crontab",
    "/etc/anacrontab",
    "/etc/cron.d/*",
    "/var/spool/cron/root",
    "/var/spool/cron/crontabs/root",
    "/var/spool/cron/tabs/root",
    "/etc/udev/rules.d/*.rules",
    "/usr/lib/udev/rules.d/*.rules",
    "/etc/modprobe.d/*.conf",
    "/etc/cloud/cloud.cfg",
    "/etc/cloud/cloud.cfg.d/*.cfg",
)
_INITTAB = "/etc/inittab"
# tmpfiles.d(5), by priority: of files with the same name the first one counts.
_TMPFILES = ("/etc/tmpfiles.d/*.conf", "/usr/local/lib/tmpfiles.d/*.conf", "/usr/lib/tmpfiles.d/*.conf")
_TMPFILES_LINE = re.compile(
    rb"[ \t]*[wfF]\S*[ \t]+[\"']?/proc/sys/net/ipv4/tcp_keepalive_(time|intvl|probes)[\"']?"
    rb"(?:[ \t]+\S+){4}[ \t]+(.*)"
)
_PLAIN = re.compile(rb"[1-9][0-9]{0,9}")
# By priority, as in systemd.unit(5): of units with the same name the first one counts.
_UNIT_FOLDERS = (
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
_UNITS = ("*.service", "*.socket", "*.service.d/*.conf", "*.socket.d/*.conf", "service.d/*.conf")
_RUNS = re.compile(rb"[ \t]*Exec(?!Stop)\w+[ \t]*=")
_IS_INSTALLED = re.compile(rb"^[ \t]*\[Install\]", re.MULTILINE)
_LINKS_TO_UNITS = tuple(f"{folder}/*.[wru]*/*" for folder in _UNIT_FOLDERS)  # wants, requires, upholds
_INSTANCE = re.compile(r"@.*(?=\.)", re.DOTALL)
_STARTERS = (".timer", ".socket", ".path")
# Scripts of an administrator that a line calls by their whole path; not those of packages.
_CALLED = re.compile(rb"/(?:etc|opt|root|srv|usr/local)/[^\s'\"`;|&<>(){}$*?\[\]]{1,200}")
_CALLED_OR_RELEVANT = re.compile(_CALLED.pattern + b"|" + RELEVANT.pattern)
_MOST_CALLED_BY_A_LINE = 100
_MOST_CALLED = 1000  # with what only looks so: units name their programs' configuration, too
_SCRIPT_MAX = 1 << 16
_SCRIPT_NAME = re.compile(r"(?:S\d\d)?(.*?)(?:\.sh)?\Z", re.DOTALL)
_KERNEL_FILES = "/boot/sysctl.conf-*"

_UFW_IS_ON = re.compile(rb"^[ \t]*ENABLED=[\"']?yes\b", re.MULTILINE | re.IGNORECASE)
_UFW_FILE = re.compile(rb"^[ \t]*IPT_SYSCTL=[\"']?([^\s\"'#\0]*)", re.MULTILINE)

_TUNED_CONF = "/etc/tuned/tuned-main.conf"
_TUNED_FILES = ("/etc/sysctl.d/", SYSCTL_CONF)
_TUNED_ACTIVE = ("/etc/tuned/active_profile", "/etc/tuned/post_loaded_profile")
_TUNED_PROFILES = ("/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned")
_TUNED_IS_ON = (
    "/etc/systemd/system/*.wants/tuned.service",
    "/etc/rc[2-5].d/S*tuned",
    "/etc/runlevels/*/tuned",
)
_TUNED_APPLIES_NO_FILES = re.compile(
    rb"^[ \t]*reapply_sysctl[ \t]*=[ \t]*(0|no|off|false)\b", re.MULTILINE | re.IGNORECASE
)

# All of these, as glob(7) patterns: with systemd, and without; and what may be called.
_PLACES = (*_EXECUTABLES, *_TEXTS)
_SYSTEMD_PLACES = (
    *_SYSTEMD_RC_SCRIPTS,
    *_TMPFILES,
    *(f"{folder}/{name}" for folder in _UNIT_FOLDERS[:-1] for name in _UNITS),
)
PLACES = {True: _PLACES + _SYSTEMD_PLACES, False: (*_PLACES, *_RC_SCRIPTS, *_OPENRC_SCRIPTS, _INITTAB)}
# With systemd, and where /lib is not /usr/lib.
LIB_PLACES = tuple(f"{_UNIT_FOLDERS[-1]}/{name}" for name in _UNITS)
CALLED_ERE = "/(etc|opt|root|srv|usr/local)/[^][:space:]'\"`;|&<>(){}$*?[]{1,200}"
RELEVANT_ERE = RELEVANT.pattern.decode()
# What :func:`_of_ufw` reads, and what tells :func:`_of_tuned` that there is nothing to read.
UFW_AND_TUNED = ("/etc/ufw/ufw.conf", "/etc/ufw/sysctl.conf", "/etc/default/ufw", *_TUNED_ACTIVE)
KERNEL_FILES = _KERNEL_FILES

_TEXT_MAX = 200
_MOST_OF_A_FILE = 1000  # whoever reads as many needs no more of them


@dataclasses.dataclass(frozen=True)
class Writer:
    """A line that may set keepalive keys after the boot. ``text`` are its first 200 characters."""

    path: str
    line: int
    text: str

    def as_dict(self) -> dict[str, t.Any]:
        """Return what answers show of it."""
        return {"path": printable(self.path), "line": self.line, "text": self.text}


@dataclasses.dataclass(frozen=True)
class Setter:
    """A line that names keys, with the values as far as these can be read off."""

    writer: Writer
    values: tuple[tuple[Key, int | None], ...]

    def writers(self, outlook: Outlook) -> list[Writer]:
        """Return the line where it may change a value."""
        return [self.writer] if any(value is None or value != outlook.values[key] for key, value in self.values) else []


@dataclasses.dataclass(frozen=True)
class Applier:
    """A line that applies sysctl files."""

    writer: Writer
    application: Application

    def writers(self, outlook: Outlook) -> list[Writer]:
        """Return the line where the files give other values than the boot."""
        return [self.writer] if outlook.changes(outlook.applied(self.application)) else []


@dataclasses.dataclass(frozen=True)
class AppliedFile:
    """A sysctl file that something else than the boot's loader applies."""

    path: str

    def writers(self, outlook: Outlook) -> list[Writer]:
        """Return the file's lines for the keys to which it gives other values than the boot."""
        file = outlook.tree.get(self.path)
        changed = outlook.changes(outlook.applied(Application("procps", (self.path,))))
        if file is None or not changed:
            return []
        rows = file.text.split(b"\n")
        return [
            _writer(file, statement.line, rows[statement.line - 1])
            for statement in statements(file.text, outlook.rules("procps"))[:_MOST_OF_A_FILE]
            if any(map(statement.concerns, changed))
        ]


@dataclasses.dataclass(frozen=True)
class Profile:
    """A line of a tuned profile.

    ``yields`` says that tuned then applies once more what the files in /etc say (``reapply_sysctl``).
    """

    writer: Writer
    key: Key
    value: bytes
    yields: bool

    def writers(self, outlook: Outlook) -> list[Writer]:
        """Return the line where it may give another value than the boot, and the files in /etc give none."""
        again = outlook.applied_by_tuned if self.yields else {}
        value = kernel_reading(self.key, self.value, hz=outlook.hz)  # none of a variable, or a comparison
        return [self.writer] if self.key not in again and value != outlook.values[self.key] else []


@dataclasses.dataclass(frozen=True)
class TunedFiles:
    """The line that makes a tuned profile active, with which tuned applies the files in /etc once more."""

    writer: Writer

    def writers(self, outlook: Outlook) -> list[Writer]:
        """Return the line where the files, as tuned reads them, give other values than the boot."""
        return [self.writer] if outlook.changes(outlook.applied_by_tuned) else []


@dataclasses.dataclass(frozen=True)
class Called:
    """A script that a line calls, which is to be looked into."""

    path: str


if t.TYPE_CHECKING:
    Candidate = t.Union[Setter, Applier, AppliedFile, Profile, TunedFiles]

# plugin_sysctl.py of tuned splits lines at the equals sign; there are no patterns.
_TUNED_RULES = rules_of("procps", (3, 3, 17))


class Outlook:
    """What decides whether a candidate is a writer: a system's files, what its boot gives, the kernel's tick rate.

    ``versions`` are the releases of the programs that apply files, as far as these make a difference.
    """

    def __init__(
        self,
        tree: Tree,
        values: Values,
        *,
        hz: int,
        versions: t.Mapping[Loader, Version | None] = MappingProxyType({}),
    ) -> None:
        self.tree = tree
        self.values = values
        self.hz = hz
        self._versions = versions
        self._applied: dict[Application, dict[Key, int]] = {}

    def changes(self, values: t.Mapping[Key, int]) -> list[Key]:
        """Return the keys to which these values give another one than the boot."""
        return [key for key in KEYS if key in values and values[key] != self.values[key]]

    def rules(self, loader: Loader) -> Rules:
        """Return how a program that the system has reads files."""
        return rules_of(loader, self._versions.get(loader))

    def applied(self, application: Application) -> dict[Key, int]:
        """Return the values that a call sets; many lines make the same call."""
        if application not in self._applied:
            rules = self.rules(application.loader)
            names = application.names
            files = (
                files_read(self.tree, rules)
                if names is None
                else [file for name in names for file in self._named(name)]
            )
            self._applied[application] = applied(files, rules, hz=self.hz)
        return self._applied[application]

    def _named(self, name: str) -> list[SysctlFile]:
        file = self.tree.get(name)
        if file is not None:
            return [file]
        try:
            paths = set(fnmatch.filter([file.path for file in self.tree.files], name))
        except re.error:  # Python before 3.9 does not know what to make of [z-a]
            return []
        return sorted((file for file in self.tree.files if file.path in paths), key=lambda file: file.path)

    @functools.cached_property
    def applied_by_tuned(self) -> dict[Key, int]:
        """The values that the files in /etc give when tuned applies them."""
        files = Tree(tuple(file for file in self.tree.files if file.path.startswith(_TUNED_FILES)))
        return applied(files_read(files, _TUNED_RULES), _TUNED_RULES, hz=self.hz)


def writers_among(candidates: t.Iterable[Candidate], outlook: Outlook) -> list[Writer]:
    """Return the lines that may give other values than the boot, by path and line."""
    found = {writer for candidate in candidates for writer in candidate.writers(outlook)}
    return sorted(found, key=lambda writer: (writer.path, writer.line))


def loaders_called(candidates: t.Iterable[Candidate]) -> set[Loader]:
    """Return the programs that candidates call to apply sysctl files."""
    found: set[Loader] = set()
    for candidate in candidates:
        if isinstance(candidate, Applier):
            found.add(candidate.application.loader)
        elif isinstance(candidate, AppliedFile):
            found.add("procps")
    return found


def find_candidates(files: Files, init: InitSystem, tree: Tree) -> tuple[list[Candidate], Tree]:
    """Read who else sets keepalive keys on a system that boots with ``init``.

    Returned with them is the tree, to which the sysctl files are added that they apply.
    """
    units, unit_names = _units(files) if init.booted_with_systemd else ([], set())
    found: list[Candidate | Called] = [
        *(candidate for file in units for candidate in _in_text(files, file, _rows_that_run(file.text))),
        *(candidate for file in _scripts(files, init, unit_names) for candidate in _in_text(files, file)),
        *(candidate for file in _texts(files, init) for candidate in _in_text(files, file)),
        *(
            candidate
            for file in (_tmpfiles(files) if init.booted_with_systemd else ())
            for candidate in _in_tmpfiles(file)
        ),
        *(AppliedFile(file.path) for file in files.matching(_KERNEL_FILES)),
        *_of_ufw(files),
        *_of_tuned(files),
    ]
    # what several runlevels start, or several lines call, is one
    called = [one.path for one in dict.fromkeys(found) if isinstance(one, Called)]
    in_scripts = (one for path in called[:_MOST_CALLED] for one in _in_called_script(files, path))
    direct = [one for one in found if not isinstance(one, Called)]
    candidates = [one for one in dict.fromkeys([*direct, *in_scripts]) if not _fails(one, init)]
    return candidates, _with_applied(files, candidates, tree)


def _with_applied(files: Files, candidates: t.Iterable[Candidate], tree: Tree) -> Tree:
    """Return a tree to which the sysctl files are added that candidates apply."""
    added: dict[str, SysctlFile] = {}
    for candidate in candidates:
        names: tuple[str, ...] = ()
        if isinstance(candidate, Applier):
            names = candidate.application.names or ()
        elif isinstance(candidate, AppliedFile):
            names = (candidate.path,)
        added.update((file.path, file) for name in names for file in files.matching(name))
    known = {file.path for file in tree.files}
    return Tree((*tree.files, *(file for path, file in added.items() if path not in known)))


def candidates_among(
    files: Files, rows: t.Iterable[tuple[str, int, bytes]], tree: Tree
) -> tuple[list[Candidate], Tree]:
    """Return what lines may do wherever they stand, and the tree as :func:`find_candidates` does.

    ``rows`` are path, number and text of the lines that :data:`RELEVANT` finds in :data:`PLACES` and in
    the scripts that are called there. These are all of the candidates, and perhaps others: whether a
    script is executable, a unit enabled or a line a remark in its file does not count here.
    """
    candidates: list[Candidate] = []
    for path, number, row in rows:
        file = SysctlFile(path=path, target=path, kind="file")
        candidates += _in_command(files, file, number, row)
        candidates += _in_tmpfiles_row(file, number, row)
    candidates += [*_of_ufw(files), *_of_tuned(files)]
    return candidates, _with_applied(files, candidates, tree)


def _fails(candidate: Candidate, init: InitSystem) -> bool:
    """Whether a line calls ``sysctl --system``, which BusyBox's does not know."""
    return isinstance(candidate, Applier) and candidate.application.names is None and init.has_busybox_sysctl


def _scripts(files: Files, init: InitSystem, units: t.Container[str]) -> t.Iterator[SysctlFile]:
    """Yield the scripts that run; ``units`` are names of systemd's, which go before scripts of the same name."""
    started: tuple[str, ...] = ()
    if init.booted_with_systemd:
        started = _SYSTEMD_RC_SCRIPTS
    elif init.runs_openrc:
        started = _OPENRC_SCRIPTS
    elif init.runs_scripts:
        started = _RC_SCRIPTS
    for pattern in started + _EXECUTABLES:
        for file in files.matching(pattern):
            name = _SCRIPT_NAME.sub(r"\1.service", posixpath.basename(file.path), count=1)
            is_replaced = pattern in _SYSTEMD_RC_SCRIPTS and init.booted_with_systemd and name in units
            if not is_replaced and files.is_executable(file.target):
                yield file


def _texts(files: Files, init: InitSystem) -> t.Iterator[SysctlFile]:
    for pattern in _TEXTS if init.booted_with_systemd or not init.runs_scripts else (*_TEXTS, _INITTAB):
        yield from files.matching(pattern)


def _tmpfiles(files: Files) -> t.Iterable[SysctlFile]:
    by_name: dict[str, SysctlFile] = {}
    for pattern in _TMPFILES:
        for file in files.matching(pattern):
            by_name.setdefault(posixpath.basename(file.path), file)
    return by_name.values()


def _in_tmpfiles(file: SysctlFile) -> t.Iterator[Candidate]:
    for number, row in itertools.islice(rows_with(RELEVANT, file.text), _MOST_OF_A_FILE):
        yield from _in_tmpfiles_row(file, number, row)


def _in_tmpfiles_row(file: SysctlFile, number: int, row: bytes) -> t.Iterator[Candidate]:
    match = _TMPFILES_LINE.match(row)
    if match:
        argument = match[2].strip()
        value = int(argument) if _PLAIN.fullmatch(argument) else None
        yield Setter(_writer(file, number, row), ((t.cast("Key", match[1].decode()), value),))


def _units(files: Files) -> tuple[list[SysctlFile], set[str]]:
    """Return the units that are not masked, with their drop-ins, and the names of all units."""
    by_name: dict[str, SysctlFile] = {}
    seen = set()
    for folder in _UNIT_FOLDERS:
        place = files.resolve(folder)
        if place in seen:
            continue
        seen.add(place)
        for pattern in _UNITS:
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


def _rows_that_run(text: bytes) -> Rows:
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


def _in_text(files: Files, file: SysctlFile, rows: Rows | None = None) -> t.Iterator[Candidate | Called]:
    """Yield what the lines of a script do, or of another text with commands, and the scripts that it calls."""
    called = _CALLED.search(file.text)
    if called or RELEVANT.search(file.text):
        chosen = rows or rows_with(_CALLED_OR_RELEVANT if called else RELEVANT, file.text)
        yield from itertools.islice(_in_rows(files, file, chosen), _MOST_OF_A_FILE)


def _in_rows(files: Files, file: SysctlFile, rows: Rows) -> t.Iterator[Candidate | Called]:
    for number, row in rows:
        command = command_of(row)
        names = itertools.islice(_CALLED.finditer(command), _MOST_CALLED_BY_A_LINE)
        yield from (Called(name.group().decode("utf-8", "surrogateescape")) for name in names)
        if RELEVANT.search(command):
            yield from _in_command(files, file, number, row)


def _in_called_script(files: Files, path: str) -> t.Iterator[Candidate]:
    script = files.read(path)
    if script.text.startswith(b"#!") and len(script.text) <= _SCRIPT_MAX:
        for number, row in itertools.islice(rows_with(RELEVANT, script.text), _MOST_OF_A_FILE):
            yield from _in_command(files, script, number, row)


def _in_command(files: Files, file: SysctlFile, number: int, row: bytes) -> t.Iterator[Candidate]:
    command = command_of(row)
    values = assignments(command)
    if values:
        yield Setter(_writer(file, number, row), tuple(values.items()))
    for found in applications(command):
        # a loader may know the folder by another name
        names = None if found.names is None else tuple(files.read(name).path for name in found.names)
        yield Applier(_writer(file, number, row), dataclasses.replace(found, names=names))


def _of_ufw(files: Files) -> t.Iterator[Candidate]:
    if _UFW_IS_ON.search(files.read("/etc/ufw/ufw.conf").text):
        names = _UFW_FILE.findall(files.read("/etc/default/ufw").text)
        if names and names[-1].startswith(b"/"):
            yield AppliedFile(files.read(names[-1].decode("utf-8", "surrogateescape")).path)


def _of_tuned(files: Files) -> t.Iterator[Candidate]:
    active = [file for file in map(files.read, _TUNED_ACTIVE) if file.text.strip()]
    if not active or not any(map(files.paths, _TUNED_IS_ON)):
        return
    applies_files = not _TUNED_APPLIES_NO_FILES.search(files.read(_TUNED_CONF).text)
    if applies_files:
        yield TunedFiles(_writer(active[0], 1, active[0].text.split(b"\n")[0]))
    names = [name.decode("utf-8", "surrogateescape") for file in active for name in file.text.split()]
    seen: set[str] = set()
    while names:
        name = names.pop(0)
        if name in seen:
            continue
        seen.add(name)
        profiles = [files.read(f"{folder}/{name}/tuned.conf") for folder in _TUNED_PROFILES]
        profile = next((file for file in profiles if file.kind == "file"), None)
        if profile is not None:
            included, rows = _tuned_profile(profile.text)
            names += included
            for number, row in rows:
                statement = parse_line(row, number, _TUNED_RULES)
                if statement and statement.key and statement.value is not None:
                    writer = _writer(profile, number, row)
                    yield Profile(writer, statement.key, statement.value, yields=applies_files)


def _tuned_profile(text: bytes) -> tuple[list[str], list[tuple[int, bytes]]]:
    """Return the profiles that one includes, and the lines of its sections for sysctl that may matter."""
    included: list[str] = []
    plugins: dict[bytes, bytes] = {}
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
        elif equals and RELEVANT.search(name):
            rows.append((section, number, row))
    return included, [(number, row) for section, number, row in rows if plugins.get(section, section) == b"sysctl"]


def _writer(place: SysctlFile, number: int, row: bytes) -> Writer:
    text = printable(row.strip().decode("utf-8", "surrogateescape"))
    return Writer(place.target, number, text[:_TEXT_MAX])
