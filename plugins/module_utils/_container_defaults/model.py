# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define what is known of the values that an engine gives to its new containers."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._budget import MOST_ELEMENTS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
    HZ_HIGHEST,
    KERNEL_DEFAULTS,
    KEYS,
    Values,
    kernel_reading,
    sysctl_name,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import printable, shortened

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

    Engine = t.Literal["podman", "cri-o", "lxc"]

_LONGEST_VALUE = 200
NAMES: dict[str, Key] = {sysctl_name(key): key for key in KEYS}
# The file of ours, by the engine that reads it.
PATHS: dict[Engine, str] = {
    "podman": "/etc/containers/containers.conf.d/99-tcp-keepalive.conf",
    "cri-o": "/etc/crio/crio.conf.d/99-tcp-keepalive.conf",
    "lxc": "/usr/share/lxc/config/common.conf.d/99-tcp-keepalive.conf",
}


class Place(t.NamedTuple):
    """A line of a file; line 0 stands for all of it."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path} line {self.line}" if self.line else self.path

    def as_dict(self) -> dict[str, t.Any]:
        """Return it as results show it."""
        return {"path": printable(self.path), "line": self.line or None}


@dataclasses.dataclass(frozen=True)
class Doubt:
    """Why something cannot be known; ``key`` is None where that goes for all of them."""

    code: str
    message: str
    place: Place
    key: Key | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """Return it as results show it."""
        return {"code": self.code, "message": printable(self.message), **self.place.as_dict()}


class Entry(t.NamedTuple):
    """A sysctl that an engine sets in each new container. A value of None takes one away that was set before."""

    name: str
    value: str | None
    place: Place


@dataclasses.dataclass(frozen=True)
class Prediction:
    """What a new container gets: for each key a value and the place that sets it, or None and a doubt.

    A value without a place is the kernel's own default. ``last_list`` is where the list begins that replaced all
    others, for an engine that has lists.
    """

    values: Values = KERNEL_DEFAULTS
    places: t.Mapping[Key, Place] = dataclasses.field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    last_list: Place | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """Return it as results show it; a last doubt says how many are left out."""
        places = {key: self.places.get(key) for key in KEYS}
        doubts, more = self.doubts[:MOST_ELEMENTS], len(self.doubts) - MOST_ELEMENTS
        if more > 0:
            doubts = (*doubts, Doubt("left_out", f"{more} more doubts are left out.", Place("", 0)))
        return {
            "values": self.values.as_dict(),
            "sources": {key: place.as_dict() if place else None for key, place in places.items()},
            "doubts": [doubt.as_dict() for doubt in doubts],
        }


@dataclasses.dataclass(frozen=True)
class Configuration:
    """The files that say what an engine gives to new containers, and what is doubtful whatever they say.

    ``of_networks`` is what networks set in their containers after the engine.
    """

    engine: Engine
    files: tuple[SysctlFile, ...]
    doubts: tuple[Doubt, ...] = ()
    of_networks: tuple[Entry, ...] = ()

    @property
    def own(self) -> SysctlFile | None:
        """The file of ours, None where there is none."""
        return next((file for file in self.files if file.path == PATHS[self.engine]), None)

    def with_own(self, text: bytes | None) -> Configuration:
        """Return the same with another content of the file of ours, or without it."""
        own, path = self.own, PATHS[self.engine]
        others = tuple(file for file in self.files if file is not own)
        if text is None:
            return dataclasses.replace(self, files=others)
        new = dataclasses.replace(own or SysctlFile(path, path), kind="file", text=text, reason="", denied="")
        return dataclasses.replace(self, files=(*others, new))


def settle(entries: t.Iterable[Entry], doubts: t.Iterable[Doubt] = (), last_list: Place | None = None) -> Prediction:
    """Return what a new container gets of these entries, the later of which take precedence."""
    found = list(doubts)
    set_by = {key: Entry(name, None, Place("", 0)) for name, key in NAMES.items()}
    for entry in entries:
        key = NAMES.get(entry.name.replace("/", "."))
        if key is None:
            continue
        if entry.name not in NAMES:
            message = f"{entry.place} has '{entry.name}', and in which order two spellings of a key count is not known."
            found.append(Doubt("unusual_key", message, entry.place, key))
        set_by[key] = entry
    values: dict[Key, int | None] = {}
    for key, entry in set_by.items():
        default = KERNEL_DEFAULTS[key]
        values[key] = default if entry.value is None else reading(key, entry.value)
        if values[key] is None:
            shown = shortened(entry.value or "", _LONGEST_VALUE)
            message = f"{entry.place} has '{shown}' for {entry.name}, which not every kernel takes."
            found.append(Doubt("value_refused", message, entry.place))
    unknown = {key for doubt in found for key in ([doubt.key] if doubt.key else KEYS)}
    return Prediction(
        Values(*(None if key in unknown else values[key] for key in KEYS)),
        {key: one.place for key, one in set_by.items() if one.value is not None and key not in unknown},
        tuple(found),
        last_list,
    )


def reading(key: Key, value: str) -> int | None:
    """Return what each kernel makes of a value, None where not every one takes it."""
    return kernel_reading(key, value.encode("utf-8", "surrogateescape"), hz=HZ_HIGHEST)


def combine(predictions: t.Sequence[tuple[str, Prediction]]) -> Prediction:
    """Return what is the same by the rules of each release of an engine; where they differ, nothing is known."""
    _newest, first = predictions[0]
    doubts = list(dict.fromkeys(doubt for _release, one in predictions for doubt in one.doubts))
    unknown = {key for doubt in doubts for key in ([doubt.key] if doubt.key else KEYS)}
    for key in KEYS:
        others: dict[int | None, tuple[str, Prediction]] = {}
        for release, one in predictions:
            others.setdefault(one.values[key], (release, one))
        if key in unknown or len(others) == 1:
            continue
        shown = [
            f"{release} gives {value}" + (f" ({one.places[key]})" if key in one.places else "")
            for value, (release, one) in others.items()
        ]
        # the newest release first, unless it has nothing to name
        places = [one.places.get(key) or one.last_list for _release, one in others.values()]
        place = next(filter(None, places), None)
        message = f"{sysctl_name(key)} depends on the release: {', '.join(shown)}."
        doubts.append(Doubt("depends_on_release", message, place or Place("", 0), key))
        unknown.add(key)
    return Prediction(
        Values(*(None if key in unknown else first.values[key] for key in KEYS)),
        {key: place for key, place in first.places.items() if key not in unknown},
        tuple(doubts),
        first.last_list,
    )
