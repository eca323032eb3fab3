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
from ansible_collections.linux.tcp.plugins.module_utils._writers.formats import command_line
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import RELEVANT
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    HOME,
    STARTERS,
    UNIT_FOLDERS,
    UNITS,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_rights import is_set, rights_of
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_starts import (
    UnitStarts,
    drop_ins_for,
    drop_ins_of,
    specifiers_of,
    template_of,
    unit_of,
    with_specifiers,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import commands_of, settings_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader
    from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_rights import UnitRights
    from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import UnitSetting


_RUNS = re.compile(r"Exec\w+")
# A service of one command that does not remain active runs them right behind it: systemd.service(5).
_AT_STOP = frozenset(("ExecStop", "ExecStopPre", "ExecStopPost"))
# Without a section a line is not read either, but who leaves it out means this one.
_SECTIONS = ("", "Service", "Socket")
_PLAIN = re.compile(r"[\w.,:=@/+-]*", re.ASCII)
_MOST_INSTANCES = 20
_MOST_SPECIFIERS = 100  # of a file
_LINKS_TO_UNITS = tuple(f"{folder}/*.[wru]*/*" for folder in UNIT_FOLDERS)  # wants, requires, upholds


class UnitCommand(t.NamedTuple):
    """A command of a unit without its prefix, its line, and whether it can set the host's keys, and write its files."""

    line: int
    text: str
    may_set: bool
    may_write: bool

    @property
    def written(self) -> bytes:
        """The text as a file has it."""
        return self.text.encode("utf-8", "surrogateescape")


@dataclasses.dataclass(frozen=True)
class Unit:
    """A unit, or a drop-in of one, and the ``rights`` of its commands.

    ``folders`` are those in which they run, ``environment`` the values of their variables, and ``environment_files``
    patterns of the files that have more of these. ``not_run`` are the settings whose commands do not run at a start, or
    that a later drop-in takes back. ``instances`` are the names of those that run them, as far as they are known.
    """

    file: SysctlFile
    rights: UnitRights
    not_run: frozenset[str] = _AT_STOP
    folders: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    environment: tuple[bytes, ...] = ()
    environment_files: tuple[str, ...] = ()

    def effects(self) -> t.Iterator[Effect]:
        """Yield what its commands do."""
        for one in self.commands():
            if RELEVANT.search(one.written):
                found = command_line(one.text, one.line)
                yield from (effect for effect in found if (one.may_write if _writes_file(effect) else one.may_set))

    def commands(self) -> t.Iterator[UnitCommand]:
        """Yield the commands that count and have some right; a mark stands where they are continued.

        A command with specifiers is one for each instance. What is no plain word stays a specifier, as systemd does not
        look for quotes in it.
        """
        known = _plain_specifiers(self.instances)
        commands = list(_commands(self.file.text))
        last_empty = {one.name: one.line for one in commands if not one.value.strip()}
        for one in commands:
            if one.name not in self.not_run and one.line > last_empty.get(one.name, 0):
                for value in dict.fromkeys(with_specifiers(one.value, values) for values in known):
                    for line, prefix, text in commands_of(value, one.line):
                        of = one.name, prefix, text
                        command = UnitCommand(line, text, self.rights.may_set(*of), self.rights.may_write(*of))
                        if command.may_set or command.may_write:
                            yield command


class Units:
    """The units of a system with their drop-ins, ``by_name``; ``enabled`` are the names of those that are.

    ``is_masked`` says for the name of each whether it is. ``resolve`` follows the links of a path.
    """

    def __init__(
        self,
        by_name: t.Mapping[str, SysctlFile],
        enabled: t.AbstractSet[str] = frozenset(),
        resolve: t.Callable[[str], str] = posixpath.normpath,
    ) -> None:
        self._by_name = by_name
        self._enabled = enabled
        self._resolve = resolve
        self.is_masked = {name: not file.text for name, file in by_name.items()}

    def started(self, wanted: t.AbstractSet[str] = frozenset()) -> list[Unit]:
        """Return the units that are started, with their drop-ins; udev starts those that are ``wanted``."""
        started = UnitStarts(self._by_name, self._enabled | wanted)
        drop_ins = drop_ins_of(self._by_name)
        names = (name for name in self._by_name if (unit_of(name) or name) in started)
        return [self._unit(name, drop_ins, started.instances_of(unit_of(name) or name)) for name in names]

    def _unit(self, name: str, drop_ins: t.Mapping[str, list[str]], instances: t.Sequence[str]) -> Unit:
        """Return a unit, judged with all that its drop-ins change."""
        by_name = self._by_name
        file = by_name[name]
        unit = unit_of(name) or name
        order = [one for one in (*sorted({template_of(unit), unit}), *drop_ins_for(unit, drop_ins)) if one in by_name]
        texts = [by_name[one].text for one in order]
        later = texts[order.index(name) + 1 :] if name in order else []
        replaced = frozenset(one.name for text in later for one in _commands(text) if not one.value.strip())
        given = [one for text in texts for one in settings_of(text) if one.section in _SECTIONS]
        settings = {one.name: one.value.strip() for one in given}
        if settings.get("Type") != "oneshot" or is_set(settings, "RemainAfterExit"):
            replaced |= _AT_STOP
        few = _few(instances, b"\n".join(texts))
        users, roots, folders = (
            dict.fromkeys(with_specifiers(settings.get(one, ""), specifiers_of(name)) for name in few or (unit,))
            for one in ("User", "RootDirectory", "WorkingDirectory")
        )
        environment, environment_files = (
            dict.fromkeys(
                with_specifiers(one.value, values)
                for values in _plain_specifiers(few)
                for one in given
                if one.name == setting
            )
            for setting in ("Environment", "EnvironmentFile")
        )
        return Unit(
            file,
            rights_of(given, users, roots, self._resolve),
            not_run=replaced,
            folders=tuple(_folders(folders)),
            instances=few,
            environment=tuple(value.encode("utf-8", "surrogateescape") for value in environment),
            environment_files=tuple(value.strip().lstrip("-") for value in environment_files),
        )


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
    enabled = {posixpath.basename(path) for pattern in _LINKS_TO_UNITS for path in files.paths(pattern)}
    return Units(by_name, enabled, files.resolve)


def _folders(values: t.Iterable[str]) -> t.Iterator[str]:
    """Yield the folders that values of ``WorkingDirectory=`` name."""
    for value in values:
        folder = value.lstrip("-")
        if folder == "~" or folder.startswith("/"):
            yield HOME if folder == "~" else folder


def _few(instances: t.Sequence[str], text: bytes) -> tuple[str, ...]:
    """Return the instances for each of which a text can be read, none where this would take too long."""
    return tuple(instances) if len(instances) <= _MOST_INSTANCES and text.count(b"%") <= _MOST_SPECIFIERS else ()


def _plain_specifiers(instances: t.Iterable[str]) -> list[dict[str, str]]:
    """Return what specifiers stand for in each instance, as far as it is a plain word."""
    known = map(specifiers_of, instances)
    return [{key: value for key, value in one.items() if _PLAIN.fullmatch(value)} for one in known] or [{}]


def _writes_file(effect: Effect) -> bool:
    return isinstance(effect, Fills) or (isinstance(effect, Applies) and effect.makes_file)


def _commands(text: bytes) -> t.Iterator[UnitSetting]:
    """Yield the commands of a unit; an empty one takes back those before it."""
    return (one for one in settings_of(text) if one.section in _SECTIONS and _RUNS.fullmatch(one.name))
