# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import (
    PATHS,
    Configuration,
    Doubt,
    Entry,
    Place,
    Prediction,
    combine,
    settle,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values

TIME = "net.ipv4.tcp_keepalive_time"
FIRST, SECOND = Place("/a", 1), Place("/a", 2)


def test_without_entries_the_kernel_decides() -> None:
    assert settle([Entry("net.ipv4.ping_group_range", "0 0", FIRST)]) == Prediction(KERNEL_DEFAULTS)


@pytest.mark.parametrize(
    ("values", "found", "place"),
    [
        pytest.param(["60"], 60, FIRST, id="one"),
        pytest.param(["60", "70"], 70, SECOND, id="the last one counts"),
        pytest.param(["060"], 48, FIRST, id="the kernel reads octal numbers"),
        pytest.param(["60", None], 7200, None, id="taken away again"),
    ],
)
def test_value(values: list[str | None], found: int, place: Place | None) -> None:
    settled = settle([Entry(TIME, value, Place("/a", line)) for line, value in enumerate(values, start=1)])
    assert (settled.values, settled.places.get("time"), settled.doubts) == (Values(found, 75, 9), place, ())


@pytest.mark.parametrize("value", ["6e1", "", "60s", "99999999", "60\r"])
def test_a_value_that_a_kernel_refuses_lets_no_container_start(value: str) -> None:
    settled = settle([Entry(TIME, value, FIRST)])
    assert (settled.values, [doubt.code for doubt in settled.doubts]) == (Values(), ["value_refused"])


def test_another_spelling_concerns_its_key_only() -> None:
    settled = settle([Entry("net/ipv4/tcp_keepalive_time", "60", FIRST)])
    assert (settled.values, [(one.code, one.key) for one in settled.doubts]) == (
        Values(None, 75, 9),
        [("unusual_key", "time")],
    )


def test_releases_that_agree() -> None:
    one = Prediction(Values(60, 75, 9), {"time": FIRST})
    assert combine([("new", one), ("old", one)]) == one


def test_releases_that_differ() -> None:
    new, old = Prediction(Values(60, 5, 9), {"time": FIRST, "intvl": FIRST}), Prediction(Values(7200, 5, 9))
    found = combine([("new", new), ("old", old)])
    assert (found.values, found.places) == (Values(None, 5, 9), {"intvl": FIRST})
    assert found.doubts == (
        Doubt(
            "depends_on_release",
            "net.ipv4.tcp_keepalive_time depends on the release: new gives 60 (/a line 1), old gives 7200.",
            FIRST,
            "time",
        ),
    )


def test_a_doubt_about_one_release_is_a_doubt() -> None:
    doubt = Doubt("unreadable", "No.", FIRST)
    found = combine([("new", Prediction()), ("old", Prediction(doubts=(doubt,)))])
    assert (found.values, found.doubts) == (Values(), (doubt,))


def test_result() -> None:
    doubt = Doubt("unreadable", "/\x1b cannot be read.", Place("/\x1b", 0))
    assert Prediction(Values(None, 60, 9), {"intvl": FIRST}, (doubt,)).as_dict() == {
        "values": {"time": None, "intvl": 60, "probes": 9},
        "sources": {"time": None, "intvl": {"path": "/a", "line": 1}, "probes": None},
        "doubts": [{"code": "unreadable", "message": "/\\x1b cannot be read.", "path": "/\\x1b", "line": None}],
    }


def test_own_file() -> None:
    other, path = SysctlFile("/etc/crio/crio.conf", "/etc/crio/crio.conf"), PATHS["cri-o"]
    before = Configuration("cri-o", (other,))
    after = before.with_own(b"x")
    assert (before.own, after.own) == (None, SysctlFile(path, path, text=b"x"))
    assert after.with_own(None) == before


def test_doubts_are_bounded() -> None:
    doubts = tuple(Doubt("unreadable", f"/{number} cannot be read.", Place(f"/{number}", 0)) for number in range(1000))
    shown = Prediction(doubts=doubts).as_dict()["doubts"]
    assert [one["path"] for one in shown[:100]] == [f"/{number}" for number in range(100)]
    assert shown[100:] == [
        {"code": "left_out", "message": "900 more doubts are left out.", "path": "", "line": None},
    ]
