# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the systemd units that may be started, and what their commands do: systemd.unit(5), systemd.exec(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED
from ansible_collections.linux.tcp.plugins.module_utils._writers.formats import command_line
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    CALLED,
    UNIT_FOLDERS,
    UNITS,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.shell import RELEVANT

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


_RUNS = re.compile(rb"[ \t]*(Exec(?!Stop)\w+)[ \t]*=[ \t]*")
# systemd.service(5): what a command may begin with; "+" gives it all rights, "!" those of root
_PREFIX = re.compile(r"[@:|+!-]*")
_SETTING = re.compile(
    rb"^[ \t]*(PrivateNetwork|NetworkNamespacePath|User|DynamicUser|ProtectKernelTunables|AmbientCapabilities"
    rb"|PermissionsStartOnly)[ \t]*=[ \t]*(.*?)[ \t\r]*$",
    re.MULTILINE,
)
_YES = (b"1", b"y", b"yes", b"t", b"true", b"on")
_IS_INSTALLED = re.compile(rb"^[ \t]*\[Install\]", re.MULTILINE)
_LINKS_TO_UNITS = tuple(f"{folder}/*.[wru]*/*" for folder in UNIT_FOLDERS)  # wants, requires, upholds
_INSTANCE = re.compile(r"@.*(?=\.)", re.DOTALL)
_STARTERS = (".timer", ".socket", ".path")


@dataclasses.dataclass(frozen=True)
class Unit:
    """A unit, or a drop-in of one.

    ``may_set`` says that its commands can set the host's keys: as root, in the host's network namespace.
    Those that begin with ``+`` have the rights where others do not, as far as ``may_set_with_rights`` says so.
    ``replaced`` are the settings whose commands a later drop-in takes back, such as ``ExecStart``.
    """

    file: SysctlFile
    may_set: bool = True
    may_set_with_rights: bool = True
    replaced: frozenset[bytes] = frozenset()

    def effects(self) -> t.Iterator[Effect]:
        """Yield what its commands do."""
        for number, command in self.commands() if RELEVANT.search(self.file.text) else ():
            if RELEVANT.search(command.encode("utf-8", "surrogateescape")):
                prefix = t.cast("t.Match[str]", _PREFIX.match(command)).group()
                if self.may_set or (self.may_set_with_rights and ("+" in prefix or "!" in prefix)):
                    yield from command_line(command[len(prefix) :], number)

    def commands(self) -> t.Iterator[tuple[int, str]]:
        """Yield the commands that count with their lines; a mark stands where they are continued."""
        commands = list(_commands(self.file.text))
        last_empty = {setting: number for number, setting, command in commands if not command.strip()}
        for number, setting, command in commands:
            if setting not in self.replaced and number > last_empty.get(setting, 0):
                yield number, command


def find_units(files: Reader) -> tuple[list[Unit], set[str]]:
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
    counting = [name for name in by_name if name not in idle and _unit_of(name) not in idle]
    drop_ins: dict[str, list[str]] = {}
    for name in filter(_unit_of, by_name):
        drop_ins.setdefault(_unit_of(name), []).append(name)
    return [_unit(name, by_name, drop_ins) for name in counting], set(by_name)


def _unit_of(name: str) -> str:
    """Return the unit that a drop-in belongs to, or what begins the names of several; empty for no drop-in."""
    return posixpath.dirname(name)[: -len(".d")]


def _unit(name: str, by_name: t.Mapping[str, SysctlFile], drop_ins: t.Mapping[str, list[str]]) -> Unit:
    """Return a unit, judged with all that its drop-ins change."""
    file = by_name[name]
    if not RELEVANT.search(file.text) and not CALLED.search(file.text):
        return Unit(file)
    unit = _unit_of(name) or name
    names = {_INSTANCE.sub("@", unit), unit}
    kinds = {*names, posixpath.splitext(unit)[1][1:]}
    changes = sorted((one for kind in kinds for one in drop_ins.get(kind, ())), key=posixpath.basename)
    order = [one for one in (*sorted(names), *changes) if one in by_name]
    texts = [by_name[one].text for one in order]
    later = texts[order.index(name) + 1 :] if name in order else []
    replaced = frozenset(setting for text in later for _at, setting, command in _commands(text) if not command.strip())
    settings = {found[1]: found[2] for text in texts for found in _SETTING.finditer(text)}
    path = settings.get(b"NetworkNamespacePath", b"")
    shares_network = not _is_set(settings, b"PrivateNetwork") and (not path or path.startswith(b"/proc/1/"))
    is_root = settings.get(b"User", b"root") in (b"", b"root", b"0") and not _is_set(settings, b"DynamicUser")
    has_rights = is_root or b"CAP_NET_ADMIN" in settings.get(b"AmbientCapabilities", b"")
    may_write = not _is_set(settings, b"ProtectKernelTunables")
    # what comes before the main command then runs as root
    has_rights = has_rights or _is_set(settings, b"PermissionsStartOnly")
    may_set = shares_network and has_rights and may_write
    return Unit(file, may_set=may_set, may_set_with_rights=shares_network, replaced=replaced)


def _is_set(settings: t.Mapping[bytes, bytes], name: bytes) -> bool:
    return settings.get(name, b"").lower() in _YES


def _is_started(name: str, text: bytes, linked: t.Container[str]) -> bool:
    """Whether something may start a unit: it is enabled, has nothing to enable, or another unit of its name does."""
    stem = posixpath.splitext(name)[0]
    starters = (f"{stem}{kind}" for kind in _STARTERS)
    return not _IS_INSTALLED.search(text) or name in linked or any(starter in linked for starter in starters)


def _commands(text: bytes) -> t.Iterator[tuple[int, bytes, str]]:
    """Yield the commands of a unit: the line, the setting that it belongs to, and the command, perhaps empty."""
    number, setting, command = 0, b"", b""
    for at, row in enumerate([*text.split(b"\n"), b""], start=1):
        if number and row.lstrip()[:1] in (b"#", b";"):
            command += CONTINUED.encode()
            continue
        runs = None if number else _RUNS.match(row)
        if runs:
            number, setting, command = at, runs[1], b""
        if not number:
            continue
        part = row[runs.end() :] if runs else row
        goes_on = part.endswith(b"\\")
        command += part[:-1] + b" " + CONTINUED.encode() if goes_on else part
        if not goes_on:
            yield number, setting, command.decode("utf-8", "surrogateescape")
            number = 0
