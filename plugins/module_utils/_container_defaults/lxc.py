# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the settings lxc.sysctl.* of LXC's configuration files, and work out what a new container gets of them.

Source: lxc/lxc, src/lxc/confile.c: parse_line(), set_config_sysctl(), do_includedir(); src/lxc/parse.c:
lxc_file_for_each_line_mmap(). What a file is read as was compared with lxc-info of LXC 5.0.2.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import (
    NAMES,
    Doubt,
    Entry,
    Place,
    settle,
)
from ansible_collections.linux.tcp.plugins.module_utils._errors import ConfigurationSyntaxError
from ansible_collections.linux.tcp.plugins.module_utils._text import shortened

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Configuration, Prediction
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

COMMON = "/usr/share/lxc/config/common.conf"
FOLDER = f"{COMMON}.d"
INCLUDE = "lxc.include"
PREFIX = "lxc.sysctl."
_BLANKS = " \t"
_LONGEST_LIST = 1000


def read_lines(file: SysctlFile) -> list[Entry]:
    """Return the settings of a file that matter: those of sysctls, without the prefix, and what it includes.

    :raises ConfigurationSyntaxError: where LXC fails for a line.
    """
    entries = []
    for number, line in _lines(file.text):
        stripped = line.strip(_BLANKS)
        if not stripped.startswith("lxc."):
            continue
        name, equals, value = stripped.partition("=")
        if not equals:
            raise ConfigurationSyntaxError("a setting has no '='", line=number)
        name, value = name.rstrip(_BLANKS), value.strip(_BLANKS)
        if len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]:
            value = value[1:-1]
        if name == INCLUDE or f"{name}.".startswith(PREFIX):
            entries.append(Entry(name, value or None, Place(file.path, number)))
    return entries


def _lines(text: bytes) -> t.Iterator[tuple[int, str]]:
    """Yield the lines up to the first NUL, with their numbers; a carriage return ends one, too."""
    readable = text.partition(b"\0")[0].decode("utf-8", "surrogateescape")
    for number, line in enumerate(readable.split("\n"), start=1):
        yield from ((number, part) for part in line.split("\r"))


def predict_lxc(configuration: Configuration) -> Prediction:
    """Return what the next container gets that includes common.conf, as those of LXC's templates do."""
    doubts = list(configuration.doubts)
    read = {}
    for file in configuration.files:
        place = Place(file.path, 0)
        if file.kind != "file":
            doubts.append(Doubt("unreadable", f"{file.path} cannot be read: {file.reason}.", place))
            continue
        try:
            read[file.path] = read_lines(file)
        except ConfigurationSyntaxError as exc:
            place = Place(file.path, exc.details["line"])
            doubts.append(Doubt("not_understood", f"{place} is not understood: {exc}.", place))
    in_folder = [entries for path, entries in read.items() if posixpath.dirname(path) == FOLDER]
    entries: list[Entry] = []
    for entry in read.pop(COMMON, []):
        if entry.name != INCLUDE:
            entries.append(entry)
        elif entry.value is not None and entry.value.rstrip("/") == FOLDER:
            doubts += _contradictions(in_folder)
            entries += [one for found in in_folder for one in found]
        else:
            doubts.append(_includes(entry))
    elsewhere = [one for path, found in read.items() if posixpath.dirname(path) != FOLDER for one in found]
    doubts += [_copied(one) for one in elsewhere if one.name != INCLUDE and _concerned(one)]
    doubts += [_includes(one) for found in in_folder for one in found if one.name == INCLUDE]
    return settle(_expanded(entries), doubts)


def _concerned(entry: Entry) -> list[str]:
    """Return the names of the keys that a line sets or takes away."""
    name = entry.name[len(PREFIX) :].replace("/", ".")
    return [one for one in NAMES if name in ("", one)]


def _expanded(entries: t.Iterable[Entry]) -> t.Iterator[Entry]:
    """Yield the lines that concern keys by the names of these; a line for all of them becomes one for each."""
    for entry in entries:
        own = entry.name[len(PREFIX) :]
        for name in _concerned(entry) if entry.name != INCLUDE else ():
            yield entry._replace(name=own or name)


def _contradictions(in_folder: t.Sequence[t.Sequence[Entry]]) -> t.Iterator[Doubt]:
    """Yield a doubt for each key to which two files of the folder give different values."""
    for name, key in NAMES.items():
        last = [[one for one in found if one.name != INCLUDE and name in _concerned(one)][-1:] for found in in_folder]
        lines = [one for found in last for one in found]
        if len({one.value for one in lines}) > 1:
            places = shortened(" and ".join(str(one.place) for one in lines), _LONGEST_LIST)
            message = f"{places} differ, and LXC reads the files of a folder in no order."
            yield Doubt("order_unknown", message, lines[-1].place, key)


def _includes(entry: Entry) -> Doubt:
    return Doubt("includes_others", f"{entry.place} includes {entry.value}, which is not looked at.", entry.place)


def _copied(entry: Entry) -> Doubt:
    key = NAMES[_concerned(entry)[0]] if len(_concerned(entry)) == 1 else None
    message = f"{entry.place} has {entry.name}, which counts in some containers only."
    return Doubt("in_some_containers", message, entry.place, key)
