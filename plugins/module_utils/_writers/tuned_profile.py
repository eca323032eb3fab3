# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Merge profiles of tuned as tuned does: tuned.conf(5), tuned/profiles/loader.py and merger.py of tuned."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile

_NO = (b"0", b"false")
_YES = (b"1", b"true")
# What a section has beside the options of its plugin.
_OF_TUNED = (b"type", b"enabled", b"replace", b"drop")


class Option(t.NamedTuple):
    """A line of a profile; ``value`` is what stands behind its equals sign."""

    profile: SysctlFile
    line: int
    row: bytes
    value: bytes


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
        if before is not None and of_tuned.get(b"replace", b"").lower() not in _YES:
            dropped = {key.strip() for key in of_tuned.get(b"drop", b"").split(b",")}
            section.options.update((key, one) for key, one in before.options.items() if key not in dropped)
            section.scripts += before.scripts
        section.options.update((key, one) for key, one in rows.items() if key not in _OF_TUNED)
        section.scripts += [rows[b"script"]] if b"script" in rows else []
        sections[name] = section


def included_by(profile: SysctlFile) -> list[str]:
    """Return the names of the profiles that one includes, which come before it."""
    include = _sections(profile).get(b"main", {}).get(b"include")
    return [] if include is None else include.value.decode("utf-8", "surrogateescape").replace(",", " ").split()


def _sections(profile: SysctlFile) -> dict[bytes, dict[bytes, Option]]:
    found: dict[bytes, dict[bytes, Option]] = {}
    section: dict[bytes, Option] = {}
    for number, row in enumerate(profile.text.split(b"\n"), start=1):
        name, equals, value = (part.strip() for part in row.partition(b"="))
        if name[:1] == b"[" and name[-1:] == b"]":
            section = found.setdefault(name[1:-1], {})
        elif equals and name[:1] not in (b"#", b";"):
            section[name] = Option(profile, number, row, value)
    return found
