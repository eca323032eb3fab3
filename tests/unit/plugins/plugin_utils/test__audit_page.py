# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils._audit_page import (
    LEFT,
    RIGHT,
    TOP,
    as_script_data,
    coverage_plot,
    detection_plot,
    duration,
)

Answer = t.Dict[str, t.Any]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        pytest.param(None, "unknown", id="unknown"),
        pytest.param(0, "0 s", id="none"),
        pytest.param(59, "59 s", id="seconds"),
        pytest.param(600, "10 min", id="minutes"),
        pytest.param(7875, "2 h 11 min", id="the two largest"),
        pytest.param(86401, "1 d 1 s", id="a gap"),
        pytest.param(5_497_558_300, "174 y 119 d", id="as long as can be"),
        pytest.param(-5, "-5 s", id="negative"),
    ],
)
def test_duration(seconds: int | None, text: str) -> None:
    assert duration(seconds) == text


def report(
    times: t.Sequence[int | None] = (),
    shares: t.Sequence[float | None] = (),
    *,
    limit: int | None = None,
    covered: float | None = None,
) -> Answer:
    return {
        "criteria": {"limit": limit, "covered": covered},
        "hosts": [
            *({"detection_time": time, "connections": None} for time in times),
            *({"detection_time": None, "connections": {"share": share}} for share in shares),
        ],
    }


@pytest.mark.parametrize(
    ("times", "limit", "good", "bad"),
    [
        pytest.param([600, 601], 600, 1, 1, id="the limit itself is within"),
        pytest.param([1, 7875, 365_000_000], None, 3, 0, id="no limit, far apart"),
        pytest.param([0, None, 10], 3600, 2, 0, id="nothing at all, and unknown"),
        pytest.param([], None, 0, 0, id="no hosts"),
        pytest.param([None], 600, 0, 0, id="none known"),
    ],
)
def test_detection_plot(times: list[int | None], limit: int | None, good: int, bad: int) -> None:
    plot = detection_plot(report(times, limit=limit))
    assert (sum(column.good for column in plot.bars), sum(column.bad for column in plot.bars)) == (good, bad)
    assert (plot.shown, plot.missing) == (good + bad, times.count(None))
    assert not any(column.good and column.bad for column in plot.bars)
    assert all(
        column.x >= LEFT and column.x + column.width <= RIGHT + 0.1 and column.bad_y >= TOP for column in plot.bars
    )
    if limit is None:
        assert plot.limit_x is None
    else:
        assert plot.limit_x is not None
        assert all((column.x + column.width < plot.limit_x) == (column.high < limit + 1) for column in plot.bars)


def test_coverage_plot() -> None:
    plot = coverage_plot(report([None], [0.0, 9.9, 10.0, 95.0, 100.0, None], covered=97))
    assert [(column.label, column.good, column.bad) for column in plot.bars if column.good or column.bad] == [
        ("0 to 10 %", 0, 2),
        ("10 to 20 %", 0, 1),
        ("90 to 100 %", 1, 1),
    ]
    assert (plot.shown, plot.missing, plot.limit_label) == (5, 2, "wanted 97 %")


def test_script_data_cannot_end_its_element() -> None:
    data = ["</script><!--", "a & b"]
    text = as_script_data(data)
    assert not set(text) & set("<>&")
    assert json.loads(text) == data
