# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._socket_plan import Outcome, Wish, plan
from ansible_collections.linux.tcp.plugins.module_utils._sockets import STATES, Entry, Options, Socket
from ansible_collections.linux.tcp.plugins.module_utils._values import Values
from ansible_collections.linux.tcp.tests.unit.samples import ENTRY, LISTENER, ON, PROCESS

OFF = ON._replace(keepalive=False)
UNARMED = ENTRY._replace(timer=0, left=0.0)
OLD = ENTRY._replace(left=7000.0)
RETRANSMITTING = ENTRY._replace(timer=1, left=0.2, unacknowledged=5)


def held(options: Options | None, *entries: Entry) -> Socket:
    return Socket(7, 1, entries or (ENTRY,), ((PROCESS, 3),), options)


@pytest.mark.parametrize(
    ("wish", "found", "after", "timers"),
    [
        pytest.param(Wish(), held(ON), None, None, id="on already"),
        pytest.param(Wish(), held(OFF, UNARMED), ON, [(2, 600.0)], id="on"),
        pytest.param(Wish(), held(OFF, LISTENER), ON, [(0, 0.0)], id="a listener has no timer"),
        pytest.param(Wish(), held(OFF, RETRANSMITTING), ON, [(1, 0.2)], id="another timer hides it"),
        pytest.param(Wish(), held(OFF, UNARMED, UNARMED), ON, [(2, 600.0)] * 2, id="each subflow"),
        pytest.param(
            Wish(pins=Values(90, 5, 4)),
            held(OFF, UNARMED),
            ON._replace(time=90, intvl=5, probes=4),
            [(2, 90.0)],
            id="on, with values",
        ),
        pytest.param(
            Wish(pins=Values(90)), held(ON), ON._replace(time=90), [(2, 88.5)], id="a time counts the silence until now"
        ),
        pytest.param(Wish(pins=Values(1)), held(ON), ON._replace(time=1), [(2, 0.0)], id="silent for longer"),
        pytest.param(
            Wish(pins=Values(intvl=5)), held(ON), ON._replace(intvl=5), [(2, 600.0)], id="other values leave the timer"
        ),
        pytest.param(Wish(pins=Values(600, 60, 20)), held(ON), None, None, id="values are so already"),
        pytest.param(Wish(), held(ON, OLD), None, None, id="older timer, left"),
        pytest.param(Wish(rearm=True), held(ON, OLD), ON, [(2, 600.0)], id="older timer"),
        pytest.param(Wish(rearm=True), held(ON), None, None, id="timer is so already"),
        pytest.param(
            Wish(rearm=True, pins=Values(intvl=10)),
            held(ON._replace(time=60, intvl=1000), ENTRY._replace(left=999.0)),
            ON._replace(time=60, intvl=10),
            [(2, 60.0)],
            id="older timer, by the values that are wished",
        ),
        pytest.param(Wish(rearm=True), held(ON, LISTENER), None, None, id="listener without timer"),
        pytest.param(
            Wish(rearm=True), held(ON, OLD._replace(unanswered=1)), None, None, id="older timer, a probe is unanswered"
        ),
        pytest.param(Wish(rearm=True), held(ON, RETRANSMITTING), None, None, id="older timer, if any, is hidden"),
        pytest.param(Wish(rearm=True), held(ON, ENTRY, OLD), ON, [(2, 600.0)] * 2, id="older timer of one subflow"),
        pytest.param(Wish(enabled=False), held(OFF), None, None, id="off already"),
        pytest.param(Wish(enabled=False), held(ON), OFF, [(0, 0.0)], id="off"),
        pytest.param(Wish(enabled=False), held(ON, RETRANSMITTING), OFF, [(1, 0.2)], id="off, another timer stays"),
    ],
)
def test_plan(wish: Wish, found: Socket, after: Options | None, timers: list[tuple[int, float]] | None) -> None:
    change = plan(found, wish)
    assert (change and change.after.options) == after
    assert (change and [(entry.timer, entry.left) for entry in change.after.entries]) == timers
    if change is not None:
        assert change.before == found
        # what is left to do once it is done
        assert plan(change.after, wish) is None


def test_outcome() -> None:
    outcome, wish = Outcome(), Wish(pins=Values(time=90))
    dead = held(None)._replace(unread="permission denied")
    untold = held(ON._replace(time=None, mptcp=True))
    right = held(ON._replace(time=90), ENTRY._replace(left=90.0))
    wrong = held(ON, ENTRY._replace(state=STATES["close_wait"]))
    assert [change.before for change in outcome.take([dead, untold, right, wrong], wish)] == [wrong]
    shown = outcome.as_dict(summary_only=False)
    assert [one["reason"] for one in shown["left_sockets"]] == ["it is as wished"]
    assert sorted(one["reason"] for one in shown["unreachable_sockets"]) == [
        "permission denied",
        "this kernel has no TCP_KEEPIDLE for MPTCP",
    ]
    assert outcome.warnings(wish, waiting=0) == [
        "1 socket(s) were left as they were: this kernel has no TCP_KEEPIDLE for MPTCP."
    ]
    assert not any(outcome.as_dict(summary_only=True).values())


@pytest.mark.parametrize("wish", [Wish(), Wish(enabled=False), Wish(rearm=True)], ids=["on", "off", "rearm"])
def test_older_timers_are_told_where_they_could_be_armed_anew(wish: Wish) -> None:
    outcome = Outcome()
    outcome.take([held(ON, OLD._replace(unanswered=1)), held(ON)], wish)
    keeps = ["1 connection(s) keep a timer that was armed with an older value. Give rearm: true."]
    assert outcome.warnings(wish, waiting=0) == (keeps if wish == Wish() else [])


@pytest.mark.parametrize(
    "wish",
    [
        {"pins": Values(time=32768)},
        {"pins": Values(probes=128)},
        {"pins": Values(intvl=-1)},
        {"enabled": False, "rearm": True},
    ],
)
def test_refused_wishes(wish: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidValueError):
        Wish(**wish)


def test_highest_values() -> None:
    assert Wish(pins=Values(32767, 32767, 127)).pins == Values(32767, 32767, 127)
