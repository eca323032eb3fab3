# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and write the list default_sysctls, which podman and CRI-O have in their TOML files."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Doubt, Entry, Place
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.toml_reader import (
    Array,
    Other,
    Table,
    Text,
    read_toml,
)
from ansible_collections.linux.tcp.plugins.module_utils._errors import ConfigurationSyntaxError
from ansible_collections.linux.tcp.plugins.module_utils._text import shortened

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.toml_reader import Value
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

LIST = "default_sysctls"
# What both take; podman: pkg/util/utils.go, ValidateSysctls(); CRI-O: pkg/config/sysctl.go.
_TAKEN = re.compile(
    r"(?:net\.|kernel\.shm|kernel\.msg|fs\.mqueue\.|kernel\.sem(?==))[^\s=]*=(?:[^\s=](?:[^=]*[^\s=])?)?"
)
_LONGEST_SHOWN = 200
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')


class SysctlList(t.NamedTuple):
    """A list of one file. ``appends`` is None where the file does not say whether it adds to the lists before it."""

    entries: tuple[Entry, ...]
    place: Place
    appends: bool | None


class _Lines(t.NamedTuple):
    """The same of a content, whatever file has it: name, value and line of each entry, and where the list begins."""

    entries: tuple[tuple[str, str, int], ...]
    line: int
    appends: bool | None


class Effective(t.NamedTuple):
    """What several files have together."""

    entries: tuple[Entry, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    last_list: Place | None = None


def read_list(file: SysctlFile, tables: t.Sequence[str], *, may_append: bool) -> SysctlList | None:
    """Return the list of a file, None where it has none. Only podman knows lists that append.

    :raises ConfigurationSyntaxError: where the file is not understood, or the engine fails for it.
    """
    found = _understood(file.text, tuple(tables), may_append=may_append)
    if isinstance(found, ConfigurationSyntaxError):
        raise ConfigurationSyntaxError(str(found), **found.details)
    if found is None:
        return None
    entries = (Entry(name, value, Place(file.path, line)) for name, value, line in found.entries)
    return SysctlList(tuple(entries), Place(file.path, found.line), found.appends)


@functools.lru_cache(maxsize=10_000)  # files are read by the rules of several releases, and may have several names
def _understood(text: bytes, tables: tuple[str, ...], *, may_append: bool) -> _Lines | ConfigurationSyntaxError | None:
    try:
        return _lines(text, tables, may_append=may_append)
    except ConfigurationSyntaxError as exc:
        return exc


def _lines(text: bytes, tables: tuple[str, ...], *, may_append: bool) -> _Lines | None:
    table: Value | None = read_toml(text)
    for name in tables:
        table = _member(table, name) if table else None
    found = _member(table, LIST) if table else None
    if found is None:
        return None
    if not isinstance(found, Array) or found.of_tables:
        raise ConfigurationSyntaxError(f"{LIST} is no list", line=found.line)
    entries, appends = [], None
    for item in found.items:
        if isinstance(item, Text):
            name, _equals, value = item.text.partition("=")
            if not (_TAKEN.fullmatch(item.text) or (item.text == "" and not may_append)):  # CRI-O skips empty ones
                shown = shortened(item.text, _LONGEST_SHOWN)
                raise ConfigurationSyntaxError(f"'{shown}' is no sysctl that containers can have", line=item.line)
            entries += [(name, value, item.line)] if item.text else []
        else:
            appends = _attribute(item, may_append=may_append)
    return _Lines(tuple(entries), found.line, appends)


def _member(table: Value, name: str) -> Value | None:
    """Return a member of a table; engines do not distinguish small letters from capital ones."""
    if not isinstance(table, Table):
        raise ConfigurationSyntaxError(f"{name} is not in a table", line=table.line)
    names = [one for one in table.items if one.casefold() == name]
    if len(names) > 1:
        raise ConfigurationSyntaxError(f"{' and '.join(names)} are the same", line=table.items[names[1]].line)
    return table.items[names[0]] if names else None


def _attribute(item: Value, *, may_append: bool) -> bool:
    """Return what {append=…} in a list says."""
    given = item.items.get("append") if isinstance(item, Table) and len(item.items) == 1 else None
    if not may_append or not isinstance(given, Other) or given.text not in ("true", "false"):
        raise ConfigurationSyntaxError(f"{LIST} has more than texts", line=item.line)
    return given.text == "true"


def effective(files: t.Iterable[SysctlFile], tables: t.Sequence[str], *, may_append: bool) -> Effective:
    """Return what is left of the lists of files that are read in this order: the last one, and what it adds to."""
    entries: list[Entry] = []
    last_list: Place | None = None
    doubts: list[Doubt] = []
    appends = False
    for file in files:
        if file.kind != "file":
            message = f"{file.path} cannot be read: {file.reason}."
            doubts.append(Doubt("unreadable", message, Place(file.path, 0)))
            continue
        try:
            found = read_list(file, tables, may_append=may_append)
        except ConfigurationSyntaxError as exc:
            place = Place(file.path, exc.details["line"])
            doubts.append(Doubt("not_understood", f"{place} is not understood: {exc}.", place))
            continue
        if found is not None:
            appends = appends if found.appends is None else found.appends
            if not appends:
                entries.clear()
            entries.extend(found.entries)
            last_list = found.place
    return Effective(tuple(entries), tuple(doubts), last_list)


def render_list(tables: t.Sequence[str], texts: t.Iterable[str]) -> str:
    """Return the list as it is written to a file."""
    lines = [f"  {_quoted(text)},\n" for text in texts]
    return f"[{'.'.join(tables)}]\n{LIST} = [\n{''.join(lines)}]\n"


def _quoted(text: str) -> str:
    escaped = _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    return f'"{escaped}"'
