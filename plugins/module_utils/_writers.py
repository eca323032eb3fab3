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
import itertools
import posixpath
import re
import typing as t

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
    rows_with,
    rules_of,
    statements,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._values import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._boot import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._values import Key, Values

    Rows = t.Iterator[t.Tuple[int, bytes]]

# Scripts that an init starts, and others that run only where they are executable.
_RC_SCRIPTS = ("/etc/rc[2-5S].d/S*", "/etc/rc.d/rc[2-5S].d/S*", "/etc/runit/[123]", "/etc/service/*/run")
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
)
# By priority, as in systemd.unit(5): of units with the same name the first one counts.
_UNIT_FOLDERS = (
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
_UNITS = ("*.service", "*.socket", "*.service.d/*.conf", "*.socket.d/*.conf", "service.d/*.conf")
_RUNS = re.compile(rb"[ \t]*Exec\w+[ \t]*=")
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
            for statement in statements(file.text, rules_of("procps"))[:_MOST_OF_A_FILE]
            if any(map(statement.concerns, changed))
        ]


@dataclasses.dataclass(frozen=True)
class Profile:
    """A line of a tuned profile.

    ``yields`` says that tuned then applies once more what the files in /etc say (``reapply_sysctl``).
    """

    writer: Writer
    row: bytes
    yields: bool

    def writers(self, outlook: Outlook) -> list[Writer]:
        """Return the line where it gives another value than the boot, and the files in /etc give none."""
        own = applied([SysctlFile(self.writer.path, self.writer.path, text=self.row)], _TUNED_RULES, hz=outlook.hz)
        again = outlook.applied_by_tuned if self.yields else {}
        return [self.writer] if any(key not in again for key in outlook.changes(own)) else []


@dataclasses.dataclass(frozen=True)
class TunedFiles:
    """tuned's habit to apply the files in /etc once more, told by the line that makes it active."""

    writer: Writer

    def writers(self, outlook: Outlook) -> list[Writer]:
        """Return the line where the files, as tuned reads them, give other values than the boot."""
        return [self.writer] if outlook.changes(outlook.applied_by_tuned) else []


if t.TYPE_CHECKING:
    Candidate = t.Union[Setter, Applier, AppliedFile, Profile, TunedFiles]

# plugin_sysctl.py of tuned splits lines at the equals sign; there are no patterns.
_TUNED_RULES = rules_of("procps", (3, 3, 17))


class Outlook:
    """What decides whether a candidate is a writer: a system's files, what its boot gives, the kernel's tick rate."""

    def __init__(self, tree: Tree, values: Values, *, hz: int) -> None:
        self.tree = tree
        self.values = values
        self.hz = hz
        self.applied_by_tuned = self._applied_by_tuned()
        self._applied: dict[Application, dict[Key, int]] = {}

    def changes(self, values: t.Mapping[Key, int]) -> list[Key]:
        """Return the keys to which these values give another one than the boot."""
        return [key for key in KEYS if key in values and values[key] != self.values[key]]

    def applied(self, application: Application) -> dict[Key, int]:
        """Return the values that a call sets; many lines make the same call."""
        if application not in self._applied:
            rules = rules_of(application.loader)
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
        paths = fnmatch.filter([file.path for file in self.tree.files], name)
        return [file for path in sorted(paths) for file in [self.tree.get(path)] if file]

    def _applied_by_tuned(self) -> dict[Key, int]:
        files = Tree(tuple(file for file in self.tree.files if file.path.startswith(_TUNED_FILES)))
        return applied(files_read(files, _TUNED_RULES), _TUNED_RULES, hz=self.hz)


def writers_among(candidates: t.Iterable[Candidate], outlook: Outlook) -> list[Writer]:
    """Return the lines that may give other values than the boot, by path and line."""
    found = {writer for candidate in candidates for writer in candidate.writers(outlook)}
    return sorted(found, key=lambda writer: (writer.path, writer.line))


def find_candidates(files: Files, init: InitSystem, tree: Tree) -> tuple[list[Candidate], Tree]:
    """Read who else sets keepalive keys on a system that boots with ``init``.

    Returned with them is the tree, to which the sysctl files are added that they apply.
    """
    units, unit_names = _units(files)
    found: list[Candidate] = [
        *(candidate for file in units for candidate in _in_text(files, file, _rows_that_run(file.text))),
        *(candidate for file in _scripts(files, init, unit_names) for candidate in _in_text(files, file)),
        *(candidate for pattern in _TEXTS for file in files.matching(pattern) for candidate in _in_text(files, file)),
        *(AppliedFile(file.path) for file in files.matching(_KERNEL_FILES)),
        *_of_ufw(files),
        *_of_tuned(files),
    ]
    # a script that several runlevels start is one
    candidates = [candidate for candidate in dict.fromkeys(found) if not _fails(candidate, init)]
    added: dict[str, SysctlFile] = {}
    for candidate in candidates:
        names: tuple[str, ...] = ()
        if isinstance(candidate, Applier):
            names = candidate.application.names or ()
        elif isinstance(candidate, AppliedFile):
            names = (candidate.path,)
        added.update((file.path, file) for name in names for file in files.matching(name))
    known = {file.path for file in tree.files}
    return candidates, Tree((*tree.files, *(file for path, file in added.items() if path not in known)))


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
            if not is_replaced and RELEVANT.search(file.text) and files.is_executable(file.target):
                yield file


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
    masked = {name for name, file in by_name.items() if not file.text}
    counting = [file for name, file in by_name.items() if posixpath.dirname(name)[: -len(".d")] not in masked]
    return counting, set(by_name)


def _rows_that_run(text: bytes) -> Rows:
    """Yield the lines of a unit that belong to a command, with their numbers."""
    if not RELEVANT.search(text):
        return
    runs = goes_on = False
    for number, row in enumerate(text.split(b"\n"), start=1):
        if not goes_on:
            runs = _RUNS.match(row) is not None
        goes_on = row.endswith(b"\\")
        if runs and RELEVANT.search(row):
            yield number, row


def _in_text(files: Files, file: SysctlFile, rows: Rows | None = None) -> t.Iterator[Candidate]:
    """Yield what the lines of a script do, or of another text with commands."""
    return itertools.islice(_in_rows(files, file, rows or rows_with(RELEVANT, file.text)), _MOST_OF_A_FILE)


def _in_rows(files: Files, file: SysctlFile, rows: Rows) -> t.Iterator[Candidate]:
    for number, row in rows:
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
    if not active or not any(map(files.matching, _TUNED_IS_ON)):
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
            yield from (Profile(_writer(profile, number, row), row, yields=applies_files) for number, row in rows)


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
