# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Render the report of an audit as one page: place the plots' bars, and fill the template in.

The names of hosts and what stands in their files are not to be trusted. Jinja escapes each value that the
template shows, and the data for the script is JSON without the characters that could end its element.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import json
import math
import typing as t

from jinja2 import Environment, StrictUndefined

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, sysctl_name
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.reasons import CODES

if t.TYPE_CHECKING:
    Report = t.Mapping[str, t.Any]


# A plot's own units: the whole picture, and the area in which bars stand.
WIDTH, HEIGHT = 420.0, 222.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 408.0, 30.0, 170.0

# Detection times span five orders of magnitude, so their axis is logarithmic, with six bars for each factor of ten.
_BARS_PER_DECADE = 6
_TICK_DISTANCE = 60
_TINY = 1e-6  # more than the error of an edge that is computed
_TIME_TICKS = {
    1: "1 s",
    10: "10 s",
    60: "1 min",
    600: "10 min",
    3600: "1 h",
    7875: "2 h 11 min",
    86400: "1 day",
    604800: "1 week",
    31536000: "1 year",
    3153600000: "100 years",
}

VERDICTS = {
    "in_order": ("\N{CHECK MARK}", "Compliant"),
    "not_in_order": ("\N{BALLOT X}", "Not compliant"),
    "no_answer": ("?", "No answer"),
}
# How many network namespaces the page lists for the whole fleet; the row of each host has all of its own.
MOST_DIFFERENT = 20
# The order in which the page shows them: what needs attention first.
_RANKS = {"no_answer": 0, "not_in_order": 1, "in_order": 2}


@dataclasses.dataclass(frozen=True)
class Bar:
    """Hosts between ``low`` and ``high``: ``good`` of them meet the limit, ``bad`` do not. The rest is geometry."""

    low: float
    high: float
    label: str
    good: int
    bad: int
    x: float
    width: float
    good_y: float
    good_height: float
    bad_y: float
    bad_height: float


@dataclasses.dataclass(frozen=True)
class Plot:
    """A histogram: bars, ticks as (position, label), and the limit's line where there is a limit."""

    bars: tuple[Bar, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    limit_x: float | None
    limit_label: str
    shown: int
    missing: int


def duration(seconds: float | None) -> str:
    """Return seconds as people say it: the two largest units. A year has 365 days."""
    if seconds is None:
        return "unknown"
    rest = int(seconds)
    if rest < 0:  # which the kernel takes
        return f"{rest} s"
    parts: list[str] = []
    for size, unit in ((31536000, "y"), (86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, rest = divmod(rest, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def _histogram(
    values: t.Sequence[float | None],
    edges: t.Sequence[float],
    *,
    position: t.Callable[[float], float],
    label: t.Callable[[float, float], str],
    is_good: t.Callable[[float], bool],
    is_past: t.Callable[[float, float], bool],
    ticks: t.Iterable[tuple[float, str]],
    limit: float | None,
    limit_label: str,
) -> Plot:
    """Count values between edges and lay the bars out; ``is_past`` tells whether a value lies beyond an edge."""
    known = [value for value in values if value is not None]
    counts = [[0, 0] for _edge in edges[1:]]
    for value in known:
        index = max(i for i, edge in enumerate(edges[:-1]) if i == 0 or is_past(value, edge))
        counts[index][0 if is_good(value) else 1] += 1
    highest = _round_up(max((sum(pair) for pair in counts), default=0))
    scale = (BOTTOM - TOP) / highest
    bars = tuple(
        _bar(low, high, label(low, high), pair, left=position(low), right=position(high), scale=scale)
        for pair, low, high in zip(counts, edges, edges[1:])
    )
    y_ticks = sorted({0, highest // 2, highest}) if highest > 1 else [0, 1]
    return Plot(
        bars=bars,
        x_ticks=tuple((round(position(at), 1), text) for at, text in ticks),
        y_ticks=tuple((round(BOTTOM - count * scale, 1), str(count)) for count in y_ticks),
        limit_x=None if limit is None else round(position(limit), 1),
        limit_label=limit_label,
        shown=len(known),
        missing=len(values) - len(known),
    )


def _bar(
    low: float, high: float, label: str, counts: t.Sequence[int], *, left: float, right: float, scale: float
) -> Bar:
    """Lay one bar out; ``counts`` are its good and bad hosts, and ``scale`` is the height of one host."""
    good, bad = counts
    return Bar(
        low=low,
        high=high,
        label=label,
        good=good,
        bad=bad,
        x=round(left + 1, 1),
        width=round(max(right - left - 2, 1), 1),
        good_y=round(BOTTOM - good * scale, 1),
        good_height=round(good * scale, 1),
        bad_y=round(BOTTOM - (good + bad) * scale, 1),
        bad_height=round(bad * scale, 1),
    )


def _round_up(count: int) -> int:
    """Return the next number that halves well: 1, 2, 4, 6, 10, 20 and so on."""
    size = 1
    while True:
        for step in (1, 2, 4, 6):
            if count <= step * size:
                return step * size
        size *= 10


def detection_plot(report: Report) -> Plot:
    """Lay out how long the hosts need to notice a dead peer."""
    values = [host["detection_time"] for host in report["hosts"]]
    limit = report["criteria"]["limit"]
    span = [max(value, 1) for value in (*values, limit) if value is not None] or [60, 7875]
    # Bars end at the limit, so that none is half within and half over it.
    base = limit or 1
    first = math.floor(math.log10(min(span) / base) * _BARS_PER_DECADE) - 1
    last = max(math.ceil(math.log10(max(span) / base) * _BARS_PER_DECADE) + 1, first + _BARS_PER_DECADE)
    edges = [base * 10 ** (step / _BARS_PER_DECADE) for step in range(first, last + 1)]

    def position(seconds: float) -> float:
        share = math.log10(max(seconds, 0.5) / edges[0]) / math.log10(edges[-1] / edges[0])
        return LEFT + share * (RIGHT - LEFT)

    ticks: list[tuple[float, str]] = []
    for at, text in _TIME_TICKS.items():
        near = ticks and position(at) - position(ticks[-1][0]) < _TICK_DISTANCE
        if LEFT - 1 <= position(at) <= RIGHT and not near:
            ticks.append((at, text))
    return _histogram(
        values,
        edges,
        position=position,
        label=lambda low, high: f"{duration(math.floor(low + _TINY) + 1)} to {duration(high + _TINY)}",
        is_good=lambda seconds: limit is None or seconds <= limit,
        is_past=lambda seconds, edge: seconds > edge + _TINY,
        ticks=ticks,
        limit=limit,
        limit_label=f"limit {duration(limit)}",
    )


def coverage_plot(report: Report) -> Plot:
    """Lay out which share of their connections the hosts cover."""
    wanted = report["criteria"]["covered"]

    def position(share: float) -> float:
        return LEFT + share / 100 * (RIGHT - LEFT)

    return _histogram(
        [host["connections"]["share"] if host["connections"] else None for host in report["hosts"]],
        list(range(0, 101, 10)),
        position=position,
        label=lambda low, high: f"{low:g} to {high:g} %",
        is_good=lambda share: wanted is None or share >= wanted,
        is_past=lambda share, edge: share >= edge,
        ticks=[(share, f"{share} %") for share in (0, 25, 50, 75, 100)],
        limit=wanted,
        limit_label="" if wanted is None else f"wanted {wanted:g} %",
    )


def rows_for_script(hosts: t.Iterable[Report]) -> list[list[t.Any]]:
    """Return for each host what the page's script sorts and filters by."""
    return [
        [
            host["name"],
            _RANKS[host["verdict"]],
            host["detection_time"],
            host["runtime"]["time"],
            len(host["drift"]),
            None if host["connections"] is None else host["connections"]["share"],
            None if host["namespaces"] is None else host["namespaces"]["differ"],
            host["verdict"],
            sorted({reason["code"] for reason in host["reasons"]}),
        ]
        for host in hosts
    ]


def _different(report: Report) -> list[tuple[str, Report]]:
    """Return the network namespaces with other values than their host, each with the host's name."""
    return [
        (host["name"], one)
        for host in report["hosts"]
        for one in (host["namespaces"] or {"different": ()})["different"]
    ]


def as_script_data(data: object) -> str:
    """Return JSON that may stand in a script element: nothing in it can end the element or begin a comment."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def as_page(report: Report, template: str) -> str:
    """Fill the template in."""
    hosts = sorted(report["hosts"], key=lambda host: _RANKS[host["verdict"]])
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    environment.filters["duration"] = duration
    return environment.from_string(template).render(
        report=report,
        plots=[
            ("detection", "Detection time", "time until a dead peer is noticed, logarithmic", detection_plot(report)),
            ("coverage", "Connections covered", "share of a host's connections", coverage_plot(report)),
        ],
        different=_different(report),
        most_different=MOST_DIFFERENT,
        frame={"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM},
        headings=CODES,
        keys=[(key, sysctl_name(key)) for key in KEYS],
        verdicts=VERDICTS,
        hosts=hosts,
        script_data=as_script_data(rows_for_script(hosts)),
    )
