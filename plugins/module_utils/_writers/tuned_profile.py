# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Merge profiles of tuned as tuned does: tuned.conf(5), tuned/profiles/loader.py, unit.py and merger.py of tuned.

tuned reads a profile with Python's configparser: comments behind a blank and ``#`` are cut, and a line that stands
further in than its option goes on with the value. Releases before 2.17 have configobj, for which such a line is an
option of its own where it has an equals sign.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

_NO = (b"0", b"false")
_YES = (b"1", b"true", b"True")
# What a section has beside the options of its plugin.
_OF_TUNED = (b"type", b"enabled", b"replace", b"drop")
_COMMENT = re.compile(rb"\A\s*;.*|(?:\A|(?<=\s))#.*", re.DOTALL)
_HEADING = re.compile(rb"\[([^\]]+)\]")
_SEPARATOR = re.compile(rb"[,;]")
_ALTERNATIVE = re.compile(rb",[^,]*\Z")
_FOLDER = re.compile(rb"(?<!\\)\$\{i:PROFILE_DIR\}")
EXPANDED = "${"  # begins a variable or a function


class Option(t.NamedTuple):
    """An option of a profile, and the line where it begins.

    ``value`` is what stands behind its equals sign, without comments.
    """

    profile: SysctlFile
    line: int
    row: bytes
    value: bytes

    @property
    def script(self) -> str:
        """The script that an option ``script`` names; without a whole path it is one in the profile's folder."""
        folder = posixpath.dirname(self.profile.path)
        return posixpath.normpath(posixpath.join(folder, self.value.decode("utf-8", "surrogateescape")))


@dataclasses.dataclass
class Section:
    """A section of a profile, with the plugin that takes it.

    ``options`` are there once each, by name. ``scripts`` are the options ``script``: each profile adds its own.
    """

    plugin: bytes
    is_enabled: bool = True
    options: dict[bytes, Option] = dataclasses.field(default_factory=dict)
    scripts: list[Option] = dataclasses.field(default_factory=list)


def merge_profile(sections: dict[bytes, Section], profile: SysctlFile) -> None:
    """Add the sections of a profile to those of the profiles before it, which it overrides."""
    for name, rows in _sections(profile).items():
        of_tuned = {key: rows[key].value for key in _OF_TUNED if key in rows}
        section = Section(of_tuned.get(b"type", name), of_tuned.get(b"enabled", b"").lower() not in _NO)
        before = sections.get(name)
        if before is not None and of_tuned.get(b"replace") not in _YES:
            dropped = set(split(of_tuned.get(b"drop", b"")))
            section.options.update((key, one) for key, one in before.options.items() if key not in dropped)
            section.scripts += before.scripts
        section.options.update((key, one) for key, one in rows.items() if key not in _OF_TUNED)
        section.scripts += [rows[b"script"]] if b"script" in rows else []
        sections[name] = section


def included_by(profile: SysctlFile) -> list[str]:
    """Return the names of the profiles that one includes, which come before it.

    A name that begins with a minus may be one of a profile that is not there. What has :data:`EXPANDED` in it is not
    split, because a separator may be part of a function.
    """
    include = _sections(profile).get(b"main", {}).get(b"include")
    if include is None:
        return []
    names = [include.value] if EXPANDED.encode() in include.value else split(include.value)
    return [name.decode("utf-8", "surrogateescape") for name in names if name]


def options_of(configuration: SysctlFile) -> dict[bytes, bytes]:
    """Return the options of tuned's main configuration, which has no sections, and their values."""
    headed = dataclasses.replace(configuration, text=b"[main]\n" + configuration.text)
    return {name: option.value for name, option in _sections(headed)[b"main"].items()}


def recommended_by(recommendation: SysctlFile) -> list[tuple[str, bool]]:
    """Return the profiles that a file recommends, and for each whether this has conditions: profile_recommender.py.

    Several sections may name one profile, with different texts behind the last comma.
    """
    names = ((_ALTERNATIVE.sub(b"", name), bool(rows)) for name, rows in _sections(recommendation).items())
    return [(name.decode("utf-8", "surrogateescape"), is_conditional) for name, is_conditional in names]


def split(value: bytes) -> list[bytes]:
    """Return the parts of a list."""
    return [name.strip() for name in _SEPARATOR.split(value)]


def _sections(profile: SysctlFile) -> dict[bytes, dict[bytes, Option]]:
    found: dict[bytes, dict[bytes, list[Option]]] = {}
    section: dict[bytes, list[Option]] = {}  # with an option for each further line of a value
    last, indent = b"", 0
    for number, row in enumerate(profile.text.split(b"\n"), start=1):
        text = _COMMENT.sub(b"", row, count=1).strip()
        heading = _HEADING.match(text)
        name, equals, value = (part.strip() for part in text.partition(b"="))
        if heading:
            section, last = found.setdefault(heading[1], {}), b""
        elif equals:
            section[name] = [Option(profile, number, row, _in_folder(profile, value))]
            last, indent = name, _indent(row)
        elif text and last and _indent(row) > indent:
            section[last].append(Option(profile, number, row, _in_folder(profile, text)))
    return {name: {key: _joined(lines) for key, lines in rows.items()} for name, rows in found.items()}


def _joined(lines: list[Option]) -> Option:
    return lines[0]._replace(value=b"\n".join(line.value for line in lines))


def _indent(row: bytes) -> int:
    return len(row) - len(row.lstrip())


def _in_folder(profile: SysctlFile, value: bytes) -> bytes:
    """Return a value with the folder of its profile in place of the variable for it."""
    folder = posixpath.dirname(profile.path).encode("utf-8", "surrogateescape")
    return _FOLDER.sub(lambda _found: folder, value)
