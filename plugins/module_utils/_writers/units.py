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

from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Applies, Fills
from ansible_collections.linux.tcp.plugins.module_utils._writers.formats import GIVES_RIGHTS, command_line
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import RELEVANT
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    HOME,
    STARTERS,
    UNIT_FOLDERS,
    UNITS,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_starts import (
    UnitStarts,
    drop_ins_for,
    drop_ins_of,
    specifiers_of,
    template_of,
    unit_of,
    with_specifiers,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import UnitSetting, settings_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


_RUNS = re.compile(r"Exec\w+")
# A service of one command that does not remain active runs them right behind it: systemd.service(5).
_AT_STOP = frozenset(("ExecStop", "ExecStopPre", "ExecStopPost"))
# systemd.service(5): what a command may begin with; "+" gives it all rights, "!" those of root
_PREFIX = re.compile(r"[@:|+!-]*")
# Without a section a line is not read either, but who leaves it out means this one.
_SECTIONS = ("", "Service", "Socket")
_YES = ("1", "y", "yes", "t", "true", "on")
_PLAIN = re.compile(r"[\w.,:=@/+-]*", re.ASCII)
_MOST_INSTANCES = 20
_MOST_SPECIFIERS = 100  # of a file
# The paths that a unit cannot write to, and those of them that it can, also by their names of before.
_CLOSED = ("ReadOnlyPaths", "ReadOnlyDirectories", "InaccessiblePaths", "InaccessibleDirectories")
_OPEN = ("ReadWritePaths", "ReadWriteDirectories")
_FOLDER_OF_KEYS = re.compile(r"[+-]*/(?:proc(?:/sys(?:/net(?:/ipv4)?)?)?/?)?")
_LINKS_TO_UNITS = tuple(f"{folder}/*.[wru]*/*" for folder in UNIT_FOLDERS)  # wants, requires, upholds


@dataclasses.dataclass(frozen=True)
class Unit:
    """A unit, or a drop-in of one.

    ``may_set`` says that its commands can set the host's keys: as root, in the host's network namespace.
    Those that begin with ``+`` have the rights where others do not, as far as ``may_set_with_rights`` says so. Those
    of sudo have them as far as ``may_set_as_root`` says so. ``has_rights`` and ``has_hosts_files`` say that they
    can write sysctl files: as root, and with the host's root folder.
    ``folders`` are those in which they run, ``environment`` the values of their variables. ``not_run`` are the settings
    whose commands do not run at a start, or that a later drop-in takes back. ``instances`` are the names of those that
    run them, as far as they are known.
    """

    file: SysctlFile
    may_set: bool = True
    may_set_with_rights: bool = True
    may_set_as_root: bool = True
    has_rights: bool = True
    has_hosts_files: bool = True
    not_run: frozenset[str] = _AT_STOP
    folders: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    environment: tuple[bytes, ...] = ()

    def effects(self) -> t.Iterator[Effect]:
        """Yield what its commands do."""
        for number, prefix, command in self._split_commands():
            may_set = self._may_set(prefix, command)
            may_write = (may_set or self.has_rights) and (self.has_hosts_files or "+" in prefix)
            if (may_set or may_write) and RELEVANT.search(command.encode("utf-8", "surrogateescape")):
                found = command_line(command, number)
                yield from (effect for effect in found if (may_write if _writes_file(effect) else may_set))

    def commands_with_rights(self) -> t.Iterator[tuple[int, str]]:
        """Yield the commands that can set the host's keys, without their prefixes, as :meth:`commands` does."""
        for number, prefix, command in self._split_commands():
            if self._may_set(prefix, command):
                yield number, command

    def _split_commands(self) -> t.Iterator[tuple[int, str, str]]:
        """Yield the lines of the commands, their prefixes, and what follows these."""
        for number, command in self.commands():
            prefix = t.cast("t.Match[str]", _PREFIX.match(command)).group()
            yield number, prefix, command[len(prefix) :]

    def _may_set(self, prefix: str, command: str) -> bool:
        has_rights = self.may_set_with_rights and ("+" in prefix or "!" in prefix)
        gets_rights = self.may_set_as_root and GIVES_RIGHTS.search(command) is not None
        return self.may_set or has_rights or gets_rights

    def commands(self) -> t.Iterator[tuple[int, str]]:
        """Yield the commands that count with their lines; a mark stands where they are continued.

        A command with specifiers is one for each instance. What is no plain word stays a specifier, as systemd does not
        look for quotes in it.
        """
        specifiers = [_plain(specifiers_of(name)) for name in self.instances] or [{}]
        commands = list(_commands(self.file.text))
        last_empty = {one.name: one.line for one in commands if not one.value.strip()}
        for one in commands:
            if one.name not in self.not_run and one.line > last_empty.get(one.name, 0):
                values = dict.fromkeys(with_specifiers(one.value, known) for known in specifiers)
                yield from ((one.line, value) for value in values)


class Units:
    """The units of a system with their drop-ins, ``by_name``; ``enabled`` are the names of those that are.

    ``is_masked`` says for the name of each whether it is.
    """

    def __init__(self, by_name: t.Mapping[str, SysctlFile], enabled: t.AbstractSet[str] = frozenset()) -> None:
        self._by_name = by_name
        self._enabled = enabled
        self.is_masked = {name: not file.text for name, file in by_name.items()}

    def started(self, wanted: t.AbstractSet[str] = frozenset()) -> list[Unit]:
        """Return the units that are started, with their drop-ins; udev starts those that are ``wanted``."""
        started = UnitStarts(self._by_name, self._enabled | wanted)
        drop_ins = drop_ins_of(self._by_name)
        return [
            dataclasses.replace(
                _unit(name, self._by_name, drop_ins),
                instances=_few(started.instances_of(unit_of(name) or name), self._by_name[name].text),
            )
            for name in self._by_name
            if (unit_of(name) or name) in started
        ]


def read_units(files: Reader) -> Units:
    """Read the units of a system; of those with one name the first counts."""
    by_name: dict[str, SysctlFile] = {}
    seen = set()
    for folder in UNIT_FOLDERS:
        place = files.resolve(folder)
        if place in seen:
            continue
        seen.add(place)
        for pattern in (*UNITS, *STARTERS):
            for file in files.matching(f"{folder}/{pattern}"):
                by_name.setdefault(file.path[len(folder) + 1 :], file)
    return Units(by_name, {posixpath.basename(path) for pattern in _LINKS_TO_UNITS for path in files.paths(pattern)})


def _unit(name: str, by_name: t.Mapping[str, SysctlFile], drop_ins: t.Mapping[str, list[str]]) -> Unit:
    """Return a unit, judged with all that its drop-ins change."""
    file = by_name[name]
    unit = unit_of(name) or name
    order = [one for one in (*sorted({template_of(unit), unit}), *drop_ins_for(unit, drop_ins)) if one in by_name]
    texts = [by_name[one].text for one in order]
    later = texts[order.index(name) + 1 :] if name in order else []
    replaced = frozenset(one.name for text in later for one in _commands(text) if not one.value.strip())
    given = [one for text in texts for one in settings_of(text) if one.section in _SECTIONS]
    settings = {one.name: one.value.strip() for one in given}
    if settings.get("Type") != "oneshot" or _is_set(settings, "RemainAfterExit"):
        replaced |= _AT_STOP
    path = settings.get("NetworkNamespacePath", "")
    shares_network = not _is_set(settings, "PrivateNetwork") and (not path or path.startswith("/proc/1/"))
    is_root = settings.get("User", "root") in ("", "root", "0") and not _is_set(settings, "DynamicUser")
    has_rights = is_root or "CAP_NET_ADMIN" in settings.get("AmbientCapabilities", "")
    may_write = not _is_set(settings, "ProtectKernelTunables") and not _hides_keys(given)
    is_in_root = _is_set(settings, "RootDirectoryStartOnly") or settings.get("RootDirectory", "") in ("", "/")
    # what comes before the main command then runs as root
    has_rights = has_rights or _is_set(settings, "PermissionsStartOnly")
    may_set = shares_network and has_rights and may_write
    may_set_as_root = shares_network and may_write and not _is_set(settings, "NoNewPrivileges")
    folder = settings.get("WorkingDirectory", "").lstrip("-")
    folders = (HOME,) if folder == "~" else (folder,) if folder.startswith("/") else ()
    return Unit(
        file,
        may_set=may_set,
        may_set_with_rights=shares_network,
        may_set_as_root=may_set_as_root,
        has_rights=has_rights,
        has_hosts_files=is_in_root and not settings.get("RootImage"),
        not_run=replaced,
        folders=folders,
        environment=tuple(one.value.encode("utf-8", "surrogateescape") for one in given if one.name == "Environment"),
    )


def _few(instances: t.Sequence[str], text: bytes) -> tuple[str, ...]:
    """Return the instances for each of which a text can be read, none where this would take too long."""
    return tuple(instances) if len(instances) <= _MOST_INSTANCES and text.count(b"%") <= _MOST_SPECIFIERS else ()


def _plain(values: t.Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in values.items() if _PLAIN.fullmatch(value)}


def _hides_keys(settings: t.Sequence[UnitSetting]) -> bool:
    """Whether the files of the keys are read-only for a unit, or not there."""
    subsets = [one.value.strip() for one in settings if one.name == "ProcSubset"]
    return subsets[-1:] == ["pid"] or (_covers_keys(settings, _CLOSED) and not _covers_keys(settings, _OPEN))


def _covers_keys(settings: t.Iterable[UnitSetting], names: t.Container[str]) -> bool:
    """Whether a list of paths with one of these names has a folder of the keys; an empty value begins it anew."""
    paths: dict[str, list[str]] = {}
    for one in settings:
        if one.name in names:
            paths[one.name] = [*paths.get(one.name, []), *one.value.split()] if one.value.strip() else []
    return any(_FOLDER_OF_KEYS.fullmatch(path) for found in paths.values() for path in found)


def _writes_file(effect: Effect) -> bool:
    return isinstance(effect, Fills) or (isinstance(effect, Applies) and effect.makes_file)


def _is_set(settings: t.Mapping[str, str], name: str) -> bool:
    return settings.get(name, "").lower() in _YES


def _commands(text: bytes) -> t.Iterator[UnitSetting]:
    """Yield the commands of a unit; an empty one takes back those before it."""
    return (one for one in settings_of(text) if one.section in _SECTIONS and _RUNS.fullmatch(one.name))
