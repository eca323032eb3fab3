# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which units something starts: systemd.unit(5), systemd.timer(5), systemd.path(5), systemd.socket(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import functools
import itertools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import settings_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

_IS_INSTALLED = re.compile(rb"^[ \t]*\[Install\]", re.MULTILINE)
# The target of a boot; systemd.special(7).
_DEFAULT = "default.target"
# The settings that start other units, by section.
_STARTS = {
    "Unit": frozenset(("Wants", "Requires", "BindsTo", "Upholds", "OnFailure", "OnSuccess")),
    "Timer": frozenset(("Unit",)),
    "Path": frozenset(("Unit",)),
    "Socket": frozenset(("Service",)),
}
_MAY_START = re.compile(
    rb"^[ \t]*(?:Wants|Requires|BindsTo|Upholds|OnFailure|OnSuccess|Unit|Service)[ \t]*=", re.MULTILINE
)
# These start the service of their name, unless they name another unit.
_STARTERS = (".timer", ".path", ".socket")
# Of the others one without a section [Install] is started by what is not looked at, such as D-Bus or udev.
_NEED_A_STARTER = (".target", ".timer", ".path")
_LONGEST_NAME = 255  # systemd.unit(5)
_MOST_STARTED = 10_000
_MOST_NAMED = 200_000  # by what is started
_SPECIFIER = re.compile(r"%(.)", re.DOTALL)
_OF_NAMES = frozenset("nNpPiIjJ")  # the specifiers that stand for the name of the unit, or a part of it
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})")  # systemd-escape(1)


def unit_of(name: str) -> str:
    """Return the unit that a drop-in belongs to, or what begins the names of several; empty for no drop-in."""
    return posixpath.dirname(name)[: -len(".d")]


def template_of(name: str) -> str:
    """Return the template of an instance; the name itself for any other unit."""
    prefix, at, instance = name.partition("@")
    _instance, dot, kind = instance.rpartition(".")
    return f"{prefix}@.{kind}" if at and dot else name


def drop_ins_of(names: t.Iterable[str]) -> dict[str, list[str]]:
    """Return the drop-ins among some names of files, by :func:`unit_of`."""
    found: dict[str, list[str]] = {}
    for name in filter(unit_of, names):
        found.setdefault(unit_of(name), []).append(name)
    return found


def drop_ins_for(unit: str, drop_ins: t.Mapping[str, list[str]]) -> list[str]:
    """Return the drop-ins that change a unit, in their order."""
    kinds = {unit, template_of(unit), posixpath.splitext(unit)[1][1:]}
    return sorted((one for kind in kinds for one in drop_ins.get(kind, ())), key=posixpath.basename)


class UnitStarts:
    """The units that are started, of units and drop-ins ``by_name``.

    ``enabled`` are the names of those that are. Instances may start further ones without end: where there are too many,
    or too many are named, each unit counts as started.
    """

    def __init__(self, by_name: t.Mapping[str, SysctlFile], enabled: t.Iterable[str]) -> None:
        self._by_name = by_name
        self._drop_ins = drop_ins_of(by_name)
        self._named: dict[str, tuple[list[str], str | None]] = {}
        self._seen: set[str] = set()
        pending = [_DEFAULT, *enabled, *filter(self._needs_no_starter, {unit_of(name) or name for name in by_name})]
        aliased = (unit for name in by_name for unit in self._aliased(name))
        pending += [unit for unit in aliased if not unit.endswith(_NEED_A_STARTER)]
        left = _MOST_NAMED
        while pending and len(self._seen) < _MOST_STARTED and left > 0:
            name = pending.pop()
            if name not in self._seen and len(name) <= _LONGEST_NAME:
                self._seen.add(name)
                named = list(itertools.islice(self._started_by(name), left))
                left -= len(named)
                pending += named
        self._are_too_many = bool(pending)
        self._instances: dict[str, list[str]] = {}
        for name in sorted(self._seen):
            self._instances.setdefault(template_of(name), []).append(name)
        self._seen.update(self._instances)

    def __contains__(self, name: str) -> bool:
        """Whether something starts a unit."""
        return (self._are_too_many or name in self._seen) and not self._is_masked(name)

    def instances_of(self, name: str) -> list[str]:
        """Return the instances that are started and have the text of a template, of an instance the name itself.

        The template is among them where others may be started. None are known where there are too many.
        """
        if name != template_of(name):
            return [name]
        instances = [] if self._are_too_many else self._instances.get(name, [])
        return [one for one in instances if one not in self._by_name or self._aliased(one) == [name] or one == name]

    def _is_masked(self, name: str) -> bool:
        file = self._by_name.get(name)
        return file is not None and not file.text

    def _aliased(self, name: str) -> list[str]:
        """Return the unit of which a name is another one, by a link."""
        file = self._by_name.get(name)
        aliased = posixpath.basename(file.target) if file is not None and file.is_link else name
        return [] if aliased == posixpath.basename(name) else [aliased]

    def _needs_no_starter(self, name: str) -> bool:
        file = self._by_name.get(name)
        return not name.endswith(_NEED_A_STARTER) and (file is None or not _IS_INSTALLED.search(file.text))

    def _started_by(self, name: str) -> t.Iterator[str]:
        """Yield the units that one starts."""
        if self._is_masked(name) or self._is_masked(template_of(name)):
            return
        yield from self._aliased(name)
        named = ""  # by a timer, a path or a socket: the last one counts
        for one in (*dict.fromkeys([template_of(name), name]), *drop_ins_for(name, self._drop_ins)):
            if one in self._by_name:
                wanted, last = self._named_in(one)
                yield from (_named_by(unit, name) for unit in wanted)
                named = named if last is None else last
        stem, kind = posixpath.splitext(name)
        if kind in _STARTERS:
            units = named.split() or (f"{stem}.service", f"{stem}@.service")
            yield from (_named_by(unit, name) for unit in units if len(unit) <= _LONGEST_NAME)

    def _named_in(self, name: str) -> tuple[list[str], str | None]:
        """Return the units that a file starts, and the last value that names one of a timer, a path or a socket.

        A template is parsed once for all of its instances.
        """
        if name not in self._named:
            text = self._by_name[name].text
            wanted: list[str] = []
            last = None
            for setting in settings_of(text) if _MAY_START.search(text) else ():
                if setting.name not in _STARTS.get(setting.section, ()):
                    continue
                if setting.section != "Unit":
                    last = setting.value
                elif len(wanted) < _MOST_NAMED:
                    wanted += (unit for unit in setting.value.split() if len(unit) <= _LONGEST_NAME)
            self._named[name] = wanted, last
        return self._named[name]


def _named_by(unit: str, name: str) -> str:
    """Return the unit that another one of this name names so, cut where it is too long."""
    return with_specifiers(unit, specifiers_of(name))[: _LONGEST_NAME + 1]


def specifiers_of(name: str) -> dict[str, str]:
    """Return what specifiers stand for in the unit of this name; this is not known of a template."""
    stem = posixpath.splitext(name)[0]
    prefix, at, instance = stem.partition("@")
    if at and not instance:
        return {}
    values = {"p": prefix, "i": instance, "j": prefix.rpartition("-")[2]}
    return {"n": name, "N": stem, **values, **{key.upper(): _unescaped(value) for key, value in values.items()}}


def _unescaped(part: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), part.replace("-", "/"))


def with_specifiers(text: str, values: t.Mapping[str, str]) -> str:
    """Return a text with these values in the place of its specifiers, others as they stand."""
    return _SPECIFIER.sub(lambda found: values.get(found[1], found.group()), text)


def is_of_name(text: str) -> bool:
    """Whether a text has a specifier that stands for the name of its unit, or for a part of it."""
    return any(found[1] in _OF_NAMES for found in _SPECIFIER.finditer(text))


def patterns_of_name(text: str) -> list[str]:
    """Return a path as patterns of files with ``*`` in the place of such specifiers; some may stand for two parts."""
    found = [_SPECIFIER.sub(functools.partial(_as_parts, parts), text) for parts in ("*", "*/*")]
    return found if any(f"%{key}" in text for key in "IJP") else found[:1]


def _as_parts(parts: str, found: t.Match[str]) -> str:
    return parts if found[1] in _OF_NAMES else found.group()
