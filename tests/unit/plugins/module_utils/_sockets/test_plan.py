# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._budget import MOST_CHARACTERS_OF_SOCKETS
from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import COMPLIANT, PERMISSION
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Pod
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES, Socket
from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import Change, DesiredState, Outcome, plan
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.samples import ENTRY, LISTENER, ON, PROCESS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Entry, Options

OFF = ON._replace(keepalive=False)
UNARMED = ENTRY._replace(timer=0, left=0.0)
OLD = ENTRY._replace(left=7000.0)
RETRANSMITTING = ENTRY._replace(timer=1, left=0.2, unacknowledged=5)


def held(options: Options | None, *entries: Entry) -> Socket:
    return Socket(7, 1, entries or (ENTRY,), ((PROCESS, 3),), options)


@pytest.mark.parametrize(
    ("want", "found", "after", "timers"),
    [
        pytest.param(DesiredState(), held(ON), None, None, id="on already"),
        pytest.param(DesiredState(), held(OFF, UNARMED), ON, [(2, 600.0)], id="on"),
        pytest.param(DesiredState(), held(OFF, LISTENER), ON, [(0, 0.0)], id="a listener has no timer"),
        pytest.param(DesiredState(), held(OFF, RETRANSMITTING), ON, [(1, 0.2)], id="another timer hides it"),
        pytest.param(DesiredState(), held(OFF, UNARMED, UNARMED), ON, [(2, 600.0)] * 2, id="each subflow"),
        pytest.param(
            DesiredState(pins=Values(90, 5, 4)),
            held(OFF, UNARMED),
            ON._replace(time=90, intvl=5, probes=4),
            [(2, 90.0)],
            id="on, with values",
        ),
        pytest.param(
            DesiredState(pins=Values(90)),
            held(ON),
            ON._replace(time=90),
            [(2, 88.5)],
            id="a time counts the silence until now",
        ),
        pytest.param(DesiredState(pins=Values(1)), held(ON), ON._replace(time=1), [(2, 0.0)], id="silent for longer"),
        pytest.param(
            DesiredState(pins=Values(intvl=5)),
            held(ON),
            ON._replace(intvl=5),
            [(2, 600.0)],
            id="other values leave the timer",
        ),
        pytest.param(DesiredState(pins=Values(600, 60, 20)), held(ON), None, None, id="values are so already"),
        pytest.param(DesiredState(), held(ON, OLD), None, None, id="older timer, left"),
        pytest.param(DesiredState(rearm=True), held(ON, OLD), ON, [(2, 600.0)], id="older timer"),
        pytest.param(DesiredState(rearm=True), held(ON), None, None, id="timer is so already"),
        pytest.param(DesiredState(rearm=True), held(ON, UNARMED), ON, [(2, 600.0)], id="no timer"),
        pytest.param(DesiredState(), held(ON, UNARMED), None, None, id="no timer, left"),
        pytest.param(
            DesiredState(),
            held(OFF._replace(user_timeout=660_000), UNARMED),
            None,
            None,
            id="one lost probe would end it",
        ),
        pytest.param(
            DesiredState(accept_user_timeout=True),
            held(OFF._replace(user_timeout=660_000), UNARMED),
            ON._replace(user_timeout=660_000),
            [(2, 600.0)],
            id="one lost probe may end it",
        ),
        pytest.param(
            DesiredState(pins=Values(probes=1)),
            held(OFF._replace(user_timeout=660_000), UNARMED),
            ON._replace(user_timeout=660_000, probes=1),
            [(2, 600.0)],
            id="one lost probe ends it by its values",
        ),
        pytest.param(
            DesiredState(enabled=False),
            held(ON._replace(user_timeout=1)),
            OFF._replace(user_timeout=1),
            [(0, 0.0)],
            id="off, whatever the user timeout",
        ),
        pytest.param(
            DesiredState(rearm=True, pins=Values(intvl=10)),
            held(ON._replace(time=60, intvl=1000), ENTRY._replace(left=999.0)),
            ON._replace(time=60, intvl=10),
            [(2, 60.0)],
            id="older timer, by the desired values",
        ),
        pytest.param(DesiredState(rearm=True), held(ON, LISTENER), None, None, id="listener without timer"),
        pytest.param(
            DesiredState(rearm=True),
            held(ON, OLD._replace(unanswered=1)),
            None,
            None,
            id="older timer, a probe is unanswered",
        ),
        pytest.param(
            DesiredState(rearm=True), held(ON, RETRANSMITTING), None, None, id="older timer, if any, is hidden"
        ),
        pytest.param(
            DesiredState(rearm=True), held(ON, ENTRY, OLD), ON, [(2, 600.0)] * 2, id="older timer of one subflow"
        ),
        pytest.param(DesiredState(enabled=False), held(OFF), None, None, id="off already"),
        pytest.param(DesiredState(enabled=False), held(ON), OFF, [(0, 0.0)], id="off"),
        pytest.param(
            DesiredState(enabled=False), held(ON, RETRANSMITTING), OFF, [(1, 0.2)], id="off, another timer stays"
        ),
    ],
)
def test_plan(want: DesiredState, found: Socket, after: Options | None, timers: list[tuple[int, float]] | None) -> None:
    change = plan(found, want)
    assert (change and change.after.options) == after
    assert (change and [(entry.timer, entry.left) for entry in change.after.entries]) == timers
    if change is not None:
        assert change.before == found
        # what is left to do once it is done
        assert plan(change.after, want) is None


def values_in(found: object) -> int:
    """Count values as the controller does, names among them."""
    if isinstance(found, dict):
        return 1 + len(found) + sum(map(values_in, found.values()))
    return 1 + sum(map(values_in, found)) if isinstance(found, list) else 1


@pytest.mark.parametrize(
    "container",
    [None, Container("a", user=None), Container("a", "lxc", "a", Pod("a", "b", "c"))],
    ids=["alone", "container", "pod"],
)
def test_what_many_processes_make_is_bounded(monkeypatch: pytest.MonkeyPatch, container: Container | None) -> None:
    """No result has more values than the controller takes, 10 million: here a hundredth of that."""
    room = f"{Outcome.__module__}.MOST_CHARACTERS_OF_SOCKETS"
    monkeypatch.setattr(room, MOST_CHARACTERS_OF_SOCKETS // 100)
    owner = dataclasses.replace(PROCESS, command="a", container_of=lambda _process: container)
    holders = tuple((dataclasses.replace(owner, pid=pid), 3) for pid in range(1, 101))
    many = [held(ON)._replace(inode=inode, holders=holders) for inode in range(50)]
    outcome = Outcome()
    outcome.changed = [Change(one, one) for one in many]
    outcome.left = outcome.unreachable = [(one, COMPLIANT) for one in many]
    shown = outcome.as_dict(summary_only=False)
    lists = ("unreachable_sockets", "changed_sockets", "left_sockets")
    assert shown["left_out"] == 150 - sum(len(shown[name]) for name in lists)
    assert len(shown["unreachable_sockets"]) > 20
    assert 40_000 < values_in(shown) < 100_000


def test_a_diff_of_many_sockets_is_bounded() -> None:
    outcome = Outcome()
    many = [held(ON)._replace(inode=inode) for inode in range(12_000)]
    outcome.changed = [Change(one, one) for one in many]
    assert 1_000_000 < len(outcome.diff()["before"]) < 1_000_100


def test_outcome() -> None:
    outcome, want = Outcome(), DesiredState(pins=Values(time=90))
    dead = held(None)._replace(unread=PERMISSION)
    untold = held(ON._replace(time=None, mptcp=True))
    right = held(ON._replace(time=90), ENTRY._replace(left=90.0))
    wrong = held(ON, ENTRY._replace(state=STATES["close_wait"]))
    assert [change.before for change in outcome.take([dead, untold, right, wrong], want)] == [wrong]
    shown = outcome.as_dict(summary_only=False)
    assert [one["reason"] for one in shown["left_sockets"]] == [COMPLIANT._asdict()]
    assert sorted(one["reason"]["message"] for one in shown["unreachable_sockets"]) == [
        "permission denied",
        "this kernel has no TCP_KEEPIDLE for MPTCP",
    ]
    assert outcome.warnings(want, waiting=0) == [
        "1 socket(s) were left as they were: this kernel has no TCP_KEEPIDLE for MPTCP."
    ]
    assert not any(outcome.as_dict(summary_only=True).values())


@pytest.mark.parametrize(
    "want", [DesiredState(), DesiredState(enabled=False), DesiredState(rearm=True)], ids=["on", "off", "rearm"]
)
def test_older_timers_are_told_where_they_could_be_armed_anew(want: DesiredState) -> None:
    outcome = Outcome()
    outcome.take([held(ON, OLD._replace(unanswered=1)), held(ON)], want)
    keeps = ["1 connection(s) keep a timer that was armed with an older value. Give rearm: true."]
    assert outcome.warnings(want, waiting=0) == (keeps if want == DesiredState() else [])


@pytest.mark.parametrize(
    "want",
    [
        {"pins": Values(time=32768)},
        {"pins": Values(probes=128)},
        {"pins": Values(intvl=-1)},
        {"enabled": False, "rearm": True},
    ],
)
def test_refused_wishes(want: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidValueError):
        DesiredState(**want)


def test_highest_values() -> None:
    assert DesiredState(pins=Values(32767, 32767, 127)).pins == Values(32767, 32767, 127)
