# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Predict what the next boot will give: apply the loaders' rules to a tree of files.

Everything here is computed from values that were read before; nothing touches a host. sysctl.d(5).
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.globs import matches
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.kernel_cmdline import COMMAND_LINE, assignments
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.read_order import files_read
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import rules_of, statements
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
    KERNEL_DEFAULTS,
    KEYS,
    Values,
    kernel_reading,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Rules, Statement, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
        Key,
    )

    Reading = t.Tuple[Statement, t.Dict[Key, "Setting"]]


@dataclasses.dataclass(frozen=True)
class Setting:
    """One assignment of a key, or its exclusion (``value`` is None), where it stands.

    ``reading`` is what the kernel takes from the value; None for an exclusion and for a value that
    the kernel refuses. ``by_pattern`` says that the line does not spell the key out.
    """

    key: Key
    value: str | None
    reading: int | None
    path: str
    line: int
    by_pattern: bool = False

    def as_dict(self) -> dict[str, t.Any]:
        """Return it as results show it."""
        return {
            "key": self.key,
            "value": self.value,
            "path": printable(self.path),
            "line": self.line,
        }


@dataclasses.dataclass(frozen=True)
class Prediction:
    """What the next boot will give.

    ``before_files`` has what is set before any file of the tree is read: by the kernel's command line, and by the
    files that belong to a kernel. ``winning`` names for each key the line of a file that takes precedence, which may
    be one that the kernel refuses or that excludes the key: then what was before stays. ``settings`` has everything
    found, in the order in which it is read. The values of the keys in ``unknown`` cannot be known.
    """

    before_files: t.Mapping[Key, Setting]
    winning: t.Mapping[Key, Setting]
    settings: tuple[Setting, ...]
    unknown: frozenset[Key] = frozenset()

    def without(self, keys: t.Iterable[Key]) -> Prediction:
        """Return the prediction with these keys unknown, too."""
        return dataclasses.replace(self, unknown=self.unknown.union(keys))

    @property
    def sources(self) -> dict[Key, Setting]:
        """What gives each value that is known; a key that is not in it keeps the kernel's default."""
        found = {**self.before_files, **_taken(self.winning.values())}
        return {key: setting for key, setting in found.items() if key not in self.unknown}

    @functools.cached_property
    def values(self) -> Values:
        """The values that the boot gives; None for one that cannot be known."""
        values = KERNEL_DEFAULTS.updated(_values(self.sources))
        return Values(*(None if key in self.unknown else values[key] for key in KEYS))


def predict(
    tree: Tree,
    loader: Loader | None,
    *,
    hz: int,
    version: Version | None = None,
    command_line: bytes = b"",
    of_kernel: t.Iterable[SysctlFile] = (),
) -> Prediction:
    """Return what ``loader`` gives on ``tree``, beginning with the kernel's defaults and its ``command_line``.

    ``of_kernel`` are the files that the same loader applies before, for one kernel.

    ``version`` is the loader's release, None for the newest; ``hz`` is the kernel's tick rate, see
    :func:`kernel_reading`. Without a loader the files are listed as systemd-sysctl would read them,
    and none takes precedence.
    """
    rules = rules_of(loader or "systemd-sysctl", version)
    given = [_setting(key, value, path=COMMAND_LINE, line=1, hz=hz) for key, value in assignments(command_line)]
    earlier = _readings(of_kernel, rules, hz=hz) if loader else []
    before = [setting for _statement, settings in earlier for setting in settings.values()]
    readings = _readings(files_read(tree, rules), rules, hz=hz)
    found = [setting for _statement, settings in readings for setting in settings.values()]
    return Prediction(
        before_files=_taken([*given, *(_WINNERS[loader](earlier).values() if loader else ())]),
        winning={} if loader is None else _WINNERS[loader](readings),
        settings=(*given, *before, *found),
    )


def applied(files: t.Iterable[SysctlFile], rules: Rules, *, hz: int) -> dict[Key, int]:
    """Return the values that a loader sets when it is told to apply these files, in this order."""
    return _values(_WINNERS[rules.loader](_readings(files, rules, hz=hz)))


def _taken(settings: t.Iterable[Setting]) -> dict[Key, Setting]:
    """Return the last setting of each key that the kernel takes."""
    return {setting.key: setting for setting in settings if setting.reading is not None}


def _values(settings: t.Mapping[Key, Setting]) -> dict[Key, int]:
    return {key: value for key, setting in settings.items() for value in [setting.reading] if value is not None}


def _readings(files: t.Iterable[SysctlFile], rules: Rules, *, hz: int) -> list[Reading]:
    """Return what a loader reads in files; one that it is told to read again and again is parsed once."""
    known: dict[str, list[Reading]] = {}
    found: list[Reading] = []
    for file in files:
        if file.path not in known:
            read = statements(file.text, rules)
            known[file.path] = [(statement, _settings(file, statement, hz=hz)) for statement in read]
        found += known[file.path]
    return found


def _settings(file: SysctlFile, statement: Statement, *, hz: int) -> dict[Key, Setting]:
    """Return what one line says of each key it concerns."""
    return {
        key: _setting(
            key, statement.value, path=file.path, line=statement.line, hz=hz, by_pattern=bool(statement.patterns)
        )
        for key in KEYS
        if statement.concerns(key)
    }


def _setting(key: Key, value: bytes | None, *, path: str, line: int, hz: int, by_pattern: bool = False) -> Setting:
    return Setting(
        key=key,
        value=None if value is None else printable(value.decode("utf-8", "surrogateescape")),
        reading=None if value is None else kernel_reading(key, value, hz=hz),
        path=path,
        line=line,
        by_pattern=by_pattern,
    )


def _winners_as_systemd(readings: list[Reading]) -> dict[Key, Setting]:
    """Keep one entry a name, then write all: parse_line() and apply_all() of src/sysctl/sysctl.c.

    A name that comes again with another value moves to the end, with the same value it keeps its
    place. Whatever stands for a key by its full name keeps every glob from it.
    """
    entries: dict[bytes, Reading] = {}
    for statement, settings in readings:
        earlier = entries.get(statement.name)
        if earlier and earlier[0].value != statement.value:
            del entries[statement.name]
        entries[statement.name] = (statement, settings)
    found: dict[Key, Setting] = {}
    for statement, settings in entries.values():
        for key, setting in settings.items():
            is_tried = statement.expand(key) not in entries
            # what the kernel refuses counts where nothing else was written, by whichever spelling
            if is_tried and (setting.reading is not None or (key not in found and not statement.patterns)):
                found[key] = setting
    return found


def _winners_as_procps(readings: list[Reading]) -> dict[Key, Setting]:
    """Write line by line: write_setting_list() of procps' src/sysctl.c.

    The last line that the kernel takes wins. A glob passes over a path that some line spells
    out, be it an assignment or an exclusion, wherever that line stands. Since 4.0.5 it passes over
    one that the pattern of an exclusion matches, too. A line that spells its key out is always written.
    """
    names = {statement.name for statement, _settings in readings}
    excluded = {statement.excluded for statement, _settings in readings if statement.excluded is not None}

    @functools.lru_cache(maxsize=None)
    def is_passed_over(name: bytes | None) -> bool:
        return name is not None and (name in names or any(matches(pattern, name) for pattern in excluded))

    return {
        key: setting
        for statement, settings in readings
        for key, setting in settings.items()
        if setting.reading is not None and not is_passed_over(statement.expand(key))
    }


_WINNERS: dict[Loader, t.Callable[[list[Reading]], dict[Key, Setting]]] = {
    "systemd-sysctl": _winners_as_systemd,
    "procps": _winners_as_procps,
    "alpine": _winners_as_procps,
    "openwrt": _winners_as_procps,
}
