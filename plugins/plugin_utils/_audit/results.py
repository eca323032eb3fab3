# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the results of the modules as hosts returned them, into plain data of a bounded size.

A host that is compromised returns what it likes. So each value is checked for its type and range, each text is
made printable, and what is too long is cut; a sentence says where. What has another form is refused as a whole.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import collections
import itertools
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import PLURALS
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import of_user
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import INT_MAX, KEYS
from ansible_collections.linux.tcp.plugins.module_utils._text import printable, shortened

if t.TYPE_CHECKING:
    _T = t.TypeVar("_T")
    Result = t.Dict[str, t.Any]


# What is kept of one host: elements of each list, and characters of each text, before some become escapes.
MOST_ELEMENTS = 100
MOST_CHARACTERS = 500
# The same for each network namespace, of which there may be many.
_MOST_CONTAINERS = 10
_MOST_OF_NAMESPACE = 200
# A namespace's number, which is that of an inode.
_HIGHEST_ID = (1 << 32) - 1
_COUNTS = ("sockets", "covered", "not_covered", "unknown")


class InvalidResultError(KeepaliveError):
    """What a host returned is no result of the module that was run there."""


def text_of(found: object, most: int = MOST_CHARACTERS) -> str:
    """Return a text of a host as reports show it, an empty one for anything else."""
    return printable(shortened(found, most)) if isinstance(found, str) else ""


def line_of(found: object) -> str:
    """Return a text of a host in one line."""
    return text_of(" ".join(found.split())) if isinstance(found, str) else ""


class Given:
    """A value that a host returned, and where in its result it stands. ``cuts`` takes a sentence for each cut list.

    ``most`` is how many characters are kept of a text.
    """

    def __init__(self, value: object, place: str, cuts: list[str], *, most: int = MOST_CHARACTERS) -> None:
        self._value = value
        self._place = place
        self._cuts = cuts
        self._most = most

    def refusal(self, problem: str) -> InvalidResultError:
        """Return the error that says what is wrong with this value."""
        return InvalidResultError(f"{self._place} {problem}")

    def __getitem__(self, key: str) -> Given:
        """Return what a mapping has at a key."""
        if isinstance(self._value, Mapping) and key not in self._value:
            raise self.refusal(f"has no {key}")
        return self.get(key, None)

    def get(self, key: str, default: object) -> Given:
        """Return what a mapping has at a key, or else the default."""
        if not isinstance(self._value, Mapping):
            raise self.refusal("is not a mapping")
        return self._within(self._value.get(key, default), f".{key}")

    def _within(self, value: object, place: str) -> Given:
        return Given(value, f"{self._place}{place}", self._cuts, most=self._most)

    def text(self) -> str:
        """Return a text as reports show it."""
        if not isinstance(self._value, str):
            raise self.refusal("is not a text")
        return text_of(self._value, self._most)

    def number(self, lowest: int = 0, highest: int = INT_MAX) -> int:
        """Return a whole number, of a size that the kernel may have."""
        if not isinstance(self._value, int) or isinstance(self._value, bool) or not lowest <= self._value <= highest:
            raise self.refusal(f"is not a whole number from {lowest} to {highest}")
        return int(self._value)

    def is_true(self) -> bool:
        """Return a boolean."""
        if not isinstance(self._value, bool):
            raise self.refusal("is not a boolean")
        return self._value

    def optional(self, read: t.Callable[[Given], _T]) -> _T | None:
        """Return None for null, and what reads it for anything else."""
        return None if self._value is None else read(self)

    def elements(self, most: int | None = None) -> t.Iterator[Given]:
        """Yield the elements of a list, or the first of them. One that is wrong ends it before the others cost memory.

        :raises InvalidResultError: where it is no list.
        """
        for index, element in enumerate(itertools.islice(self._sequence(), most)):
            yield self._within(element, f"[{index}]")

    def each(self, read: t.Callable[[Given], _T], *, all_count: bool = False) -> list[_T]:
        """Return what reads each element of a list, of the first :data:`MOST_ELEMENTS` of them.

        Where ``all_count``, a longer list is refused.
        """
        value = self._sequence()
        left = len(value) - MOST_ELEMENTS
        if left > 0 and all_count:
            raise self.refusal(f"has more than {MOST_ELEMENTS} elements")
        if left > 0:
            self._cuts.append(f"{self._place} has {len(value)} elements, and the first {MOST_ELEMENTS} are here.")
        elements = enumerate(itertools.islice(value, MOST_ELEMENTS))
        return [read(self._within(element, f"[{index}]")) for index, element in elements]

    def _sequence(self) -> Sequence[t.Any]:
        if not isinstance(self._value, Sequence) or isinstance(self._value, (str, bytes)):
            raise self.refusal("is not a list")
        return self._value


def read_info(result: object) -> tuple[Result, list[str]]:
    """Return what the report has of a result of keepalive_info, and a sentence for each list that is cut.

    Drift is left out: it follows from the values.

    :raises InvalidResultError: for what is no such result, with the place.
    """
    cuts: list[str] = []
    return values_in(Given(result, "keepalive_info", cuts)), cuts


def values_in(given: Given) -> Result:
    """Return what the report has of a result of keepalive_info, or of a host in a report.

    :raises InvalidResultError: for what has another form, with the place.
    """
    boot = given["boot"]
    return {
        "runtime": _values(given["runtime"]),
        "boot": {
            "loader": boot["loader"].optional(Given.text),
            "values": _values(boot["values"]),
            "sources": {key: boot["sources"].get(key, None).optional(_place) for key in KEYS},
            "doubts": boot["doubts"].each(_finding),
            "notes": boot["notes"].each(_finding),
        },
        "settings": given["settings"].each(_setting),
        "other_writers": given["other_writers"].each(
            lambda one: {"code": one["code"].text(), **_place(one), "text": one["text"].text()}
        ),
    }


def read_sockets(result: object) -> tuple[Result, list[str]]:
    """Return what the report has of a result of keepalive_sockets_info, as :func:`read_info` does.

    Below ``warnings`` are the module's own.

    :raises InvalidResultError: for what is no such result, with the place.
    """
    cuts: list[str] = []
    given = Given(result, "keepalive_sockets_info", cuts)
    found = connections_in(given, given["totals"])
    return {**found, "warnings": given.get("warnings", ()).each(Given.text)}, cuts


def connections_in(given: Given, totals: Given) -> Result:
    """Return what the report has of connections; ``totals`` has the counts of all.

    :raises InvalidResultError: for what has another form, with the place.
    """
    return {
        **_counts(totals),
        "reasons": given.get("reasons", ()).each(lambda one: {**_reason(one), "sockets": one["sockets"].number()}),
        "by_command": given.get("by_command", ()).each(
            lambda one: {"command": one["command"].optional(Given.text), **_counts(one)}
        ),
        # these say what was not counted, so none may be missing
        "unreadable": given.get("unreadable", ()).each(_unreadable, all_count=True),
    }


def read_namespaces(result: object) -> tuple[Result, list[str]]:
    """Return what the report has of a result of keepalive_namespaces_info, as :func:`read_sockets` does.

    The host's own network namespace does not count. Of the others, those with other values than the host are kept.

    :raises InvalidResultError: for what is no such result, with the place.
    """
    cuts: list[str] = []
    given = Given(result, "keepalive_namespaces_info", cuts)
    found = Given(result, "keepalive_namespaces_info", cuts, most=_MOST_OF_NAMESPACE)["namespaces"]
    left_out = given.get("left_out", 0).number()
    counts: t.Counter[bool | None] = collections.Counter()
    different = []
    for one in found.elements():
        if one["host"].is_true():
            continue
        is_same = one["same_as_host"].optional(Given.is_true)
        counts[is_same] += 1
        if is_same is False and counts[False] <= MOST_ELEMENTS:
            different.append(_namespace(one, _label(one)))
    if counts[False] > MOST_ELEMENTS:
        cuts.append(f"{counts[False]} network namespaces have other values, and the first {MOST_ELEMENTS} are here.")
    return {
        "namespaces": sum(counts.values()) + left_out,
        "differ": counts[False],
        "unknown": counts[None] + left_out,
        "different": different,
        "unreadable": given.get("unreadable", ()).each(_unreadable, all_count=True),
        "warnings": given.get("warnings", ()).each(Given.text),
    }, cuts


def namespaces_in(given: Given) -> Result:
    """Return what the report of an earlier audit has of network namespaces.

    :raises InvalidResultError: for what has another form, with the place.
    """
    counts = {key: given[key].number() for key in ("namespaces", "differ", "unknown")}
    different = given["different"].each(lambda one: _namespace(one, one["label"].text()))
    if counts["namespaces"] < counts["differ"] + counts["unknown"] or counts["differ"] < len(different):
        raise given.refusal("has counts that do not add up")
    return {**counts, "different": different, "unreadable": given["unreadable"].each(_unreadable, all_count=True)}


def _namespace(given: Given, label: str) -> Result:
    return {
        "id": given["id"].number(highest=_HIGHEST_ID),
        "label": label,
        "containers": [
            {
                "id": one["id"].text(),
                "name": one["name"].optional(Given.text),
                "engine": one["engine"].optional(Given.text),
            }
            for one in given["containers"].elements(_MOST_CONTAINERS)
        ],
        "values": _values(given["values"]),
    }


def _label(given: Given) -> str:
    """Return a few words that tell which network namespace it is: its containers, or else what there is."""
    labels = [_title(one) for one in given["containers"].elements(_MOST_CONTAINERS)]
    for name in ("names", "units", "commands"):
        labels = labels or [one.text() for one in given[name].elements(_MOST_CONTAINERS)]
    number = given["id"].number(highest=_HIGHEST_ID)
    return shortened(", ".join(labels), _MOST_OF_NAMESPACE) or f"net:[{number}]"


def _title(container: Given) -> str:
    name = container["name"].optional(Given.text) or container["id"].text()[:12]
    engine = container["engine"].optional(Given.text)
    user = container.get("user", 0).optional(lambda one: one.number(highest=_HIGHEST_ID))
    return (f"{name} ({engine})" if engine else name) + of_user(user)


def _values(given: Given) -> dict[str, int | None]:
    return {key: given[key].optional(lambda one: one.number(-INT_MAX)) for key in KEYS}


def _place(given: Given) -> Result:
    return {"path": given["path"].text(), "line": given["line"].number()}


def _finding(given: Given) -> Result:
    path, line = given["path"].optional(Given.text), given["line"].optional(Given.number)
    return {"code": given["code"].text(), "path": path, "line": line, "message": given["message"].text()}


def _setting(given: Given) -> Result:
    return {
        "key": given["key"].text(),
        "value": given["value"].optional(Given.text),
        **_place(given),
        "effective": given["effective"].is_true(),
    }


def _counts(given: Given) -> dict[str, int]:
    counts = {key: given[key].number() for key in _COUNTS}
    if counts["sockets"] != counts["covered"] + counts["not_covered"] + counts["unknown"]:
        raise given.refusal("has counts that do not add up")
    return counts


def _reason(given: Given) -> dict[str, str]:
    return {"code": given["code"].text(), "message": given["message"].text()}


def _unreadable(given: Given) -> Result:
    what = given["what"].text()
    if what not in PLURALS:
        raise given.refusal(f"has a what that is none of {', '.join(PLURALS)}")
    return {"what": what, **_reason(given), "count": given["count"].number()}
