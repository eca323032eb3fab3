# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import socket
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import (
    STATES,
    Criteria,
    Socket,
    Verdict,
    judge,
    plain,
)
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import (
    LATE,
    NEGATIVE,
    NO_TIMER,
    OFF,
    OLDER,
    SILENT,
    UNACKNOWLEDGED,
    UNREAD,
    UNTIL_ACCEPTED,
    USER_TIMEOUT,
)
from ansible_collections.linux.tcp.tests.unit.samples import ENTRY, LISTENER, ON, PROCESS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import (
        Entry,
        Options,
    )


NOT_TOLD = "this kernel does not tell the values of MPTCP"


@pytest.mark.parametrize(
    ("entry", "options", "verdict"),
    [
        pytest.param({}, {}, Verdict(True), id="armed in full"),
        pytest.param({"left": 3.0}, {}, Verdict(True), id="about to fire"),
        pytest.param({"left": 600.4}, {}, Verdict(True), id="rounded up"),
        pytest.param({"left": 7012.4}, {}, Verdict(False, OLDER.because("7013 s left, 600 s wanted")), id="older time"),
        pytest.param({"left": 60.0, "unanswered": 1}, {}, Verdict(True), id="probing"),
        pytest.param(
            {"left": 75.0, "unanswered": 1},
            {},
            Verdict(False, OLDER.because("75 s left, 60 s wanted")),
            id="older intvl",
        ),
        pytest.param({"timer": 0}, {"time": None}, Verdict(None, UNREAD.because(NOT_TOLD)), id="time unknown"),
        pytest.param({}, {"intvl": None}, Verdict(None, UNREAD.because(NOT_TOLD)), id="intvl unknown"),
        pytest.param(
            {},
            {"time": -1},
            Verdict(False, NEGATIVE.because("time is -1")),
            id="negative time",
        ),
        pytest.param(
            {"timer": 0, "state": STATES["listening"]},
            {"intvl": -75},
            Verdict(False, NEGATIVE.because("intvl is -75")),
            id="listener, negative intvl",
        ),
        pytest.param({"left": 75.0}, {"time": 60, "intvl": 75}, Verdict(True), id="a probe was answered"),
        pytest.param(
            {"left": 99.0},
            {"time": 60, "intvl": 75},
            Verdict(False, OLDER.because("99 s left, 75 s wanted")),
            id="older, intvl is longer",
        ),
        pytest.param(
            {"left": 2.6},
            {"time": 2, "intvl": 1},
            Verdict(False, OLDER.because("3 s left, 2 s wanted")),
            id="a little older",
        ),
        pytest.param({"timer": 0, "left": 0.0}, {}, Verdict(False, NO_TIMER), id="no timer"),
        pytest.param(
            {"timer": 0, "left": 0.0, "unacknowledged": 1},
            {},
            Verdict(False, UNACKNOWLEDGED),
            id="no timer for a moment",
        ),
        pytest.param({"timer": 0}, {"keepalive": False}, Verdict(False, OFF), id="off"),
        pytest.param({"left": 7200.0}, {"keepalive": False}, Verdict(False, OFF), id="off meanwhile"),
        pytest.param({}, {"user_timeout": 30000}, Verdict(True), id="a short user timeout"),
        pytest.param({}, {"user_timeout": 1_800_000}, Verdict(True), id="a user timeout that ends it just as early"),
        pytest.param(
            {},
            {"user_timeout": 1_800_001},
            Verdict(False, USER_TIMEOUT.because("1800.001 s, and by its values alone it would end after 1800 s")),
            id="a user timeout that keeps it",
        ),
        pytest.param(
            {"left": 7200.0},
            {"user_timeout": 30000},
            Verdict(False, OLDER.because("7200 s left, 600 s wanted")),
            id="older time before user timeout",
        ),
        pytest.param({}, {"user_timeout": None}, Verdict(True), id="no user timeout for MPTCP"),
        pytest.param({"timer": 1, "unacknowledged": 1}, {}, Verdict(False, UNACKNOWLEDGED), id="unacknowledged"),
        pytest.param(
            {"timer": 1, "left": 7200.0, "unacknowledged": 1},
            {"user_timeout": 1_900_000},
            Verdict(False, USER_TIMEOUT.because("1900 s, and by its values alone it would end after 1800 s")),
            id="another timer",
        ),
        pytest.param(
            {"timer": 1, "unacknowledged": 1},
            {"user_timeout": 1_800_000},
            Verdict(True),
            id="unacknowledged, with a user timeout",
        ),
        pytest.param({"timer": 0, "state": STATES["listening"]}, {}, Verdict(True), id="listener"),
        pytest.param(
            {"timer": 0, "state": STATES["listening"]},
            {"keepalive": False},
            Verdict(False, OFF),
            id="listener off",
        ),
    ],
)
def test_judge(entry: dict[str, t.Any], options: dict[str, t.Any], verdict: Verdict) -> None:
    assert judge(ENTRY._replace(**entry), ON._replace(**options)) == verdict


@pytest.mark.parametrize(
    ("options", "criteria", "verdict"),
    [
        pytest.param({}, Criteria(601, 1800), Verdict(True), id="just within"),
        pytest.param(
            {},
            Criteria(600, 1799),
            Verdict(False, SILENT.because("600 s, and the path forgets it after 600 s")),
            id="just beyond both",
        ),
        pytest.param(
            {},
            Criteria(limit=1799),
            Verdict(False, LATE.because("1800 s, and the limit is 1799 s")),
            id="just beyond the limit",
        ),
        pytest.param(
            {"intvl": 700, "probes": 1},
            Criteria(650, 2000),
            Verdict(False, SILENT.because("700 s, and the path forgets it after 650 s")),
            id="intvl is longer",
        ),
        pytest.param({"keepalive": False}, Criteria(1, 1), Verdict(False, OFF), id="off"),
        pytest.param(
            {"user_timeout": 700_000}, Criteria(limit=720), Verdict(True), id="a user timeout ends it in time"
        ),
        pytest.param(
            {"user_timeout": 1}, Criteria(limit=660), Verdict(True), id="a user timeout waits for the first probe"
        ),
        pytest.param(
            {"user_timeout": 700_000},
            Criteria(limit=719),
            Verdict(False, LATE.because("720 s, and the limit is 719 s")),
            id="a user timeout ends it after the limit",
        ),
        pytest.param({"probes": None}, Criteria(), Verdict(None, UNREAD.because(NOT_TOLD)), id="probes are unknown"),
    ],
)
def test_criteria(options: dict[str, t.Any], criteria: Criteria, verdict: Verdict) -> None:
    assert judge(ENTRY, ON._replace(**options), criteria) == verdict


@pytest.mark.parametrize(("name", "seconds"), [("idle_timeout", 0), ("limit", -1), ("limit", True)])
def test_refused_criteria(name: str, seconds: int) -> None:
    with pytest.raises(InvalidValueError) as refused:
        Criteria.from_options({name: seconds})
    assert str(refused.value) == f"{name} is {seconds}: give seconds, a whole number from 1 on, or leave it out."


@pytest.mark.parametrize(
    ("lefts", "covered"),
    [([600.0, 600.0], True), ([600.0, 7200.0], False), ([7200.0, 600.0], False)],
)
def test_all_subflows_count(lefts: list[float], covered: bool) -> None:
    entries = tuple(ENTRY._replace(left=left) for left in lefts)
    assert Socket(7, 1, entries, ((PROCESS, 3),), ON).verdict.covered is covered


@pytest.mark.parametrize(("options", "covered"), [(ON, True), (ON._replace(keepalive=False), None)], ids=["on", "off"])
def test_a_listener_whose_program_sets_what_it_accepts(options: Options, covered: bool | None) -> None:
    listener = Socket(7, 1, (LISTENER,), ((PROCESS, 3),), options, sets_accepted=True)
    assert listener.verdict == Verdict(covered, None if covered else UNTIL_ACCEPTED)


def mapped(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6, f"::ffff:{address}")


def test_plain() -> None:
    assert plain(mapped("10.0.0.5")) == socket.inet_aton("10.0.0.5")
    assert plain(socket.inet_pton(socket.AF_INET6, "::1")) == socket.inet_pton(socket.AF_INET6, "::1")


RESULT = {
    "protocol": "tcp",
    "state": "established",
    "local_address": "10.0.0.5",
    "local_port": 5432,
    "remote_address": "10.0.1.9",
    "remote_port": 51034,
    "namespace": 1,
    "inode": 7,
    "processes": [{"pid": 812, "command": "postgres", "user": "root", "unit": None, "container": None}],
    "left_out": 0,
    "keepalive": True,
    "time": 600,
    "intvl": 60,
    "probes": 20,
    "user_timeout": 0,
    "timer": {"kind": "keepalive", "left": 600.0},
    "idle": 1.5,
    "covered": True,
    "reason": None,
}
UNREAD_RESULT = {
    **dict.fromkeys(("protocol", "keepalive", "time", "intvl", "probes", "user_timeout", "idle", "covered")),
    "reason": UNREAD._asdict(),
}


@pytest.mark.parametrize(
    ("entry", "options", "differs"),
    [
        pytest.param(ENTRY, ON, {}, id="connection"),
        pytest.param(ENTRY, ON._replace(mptcp=True), {"protocol": "mptcp"}, id="MPTCP"),
        pytest.param(ENTRY, None, UNREAD_RESULT, id="without options"),
        pytest.param(
            LISTENER,
            ON,
            {
                "state": "listening",
                "local_address": "0.0.0.0",
                "remote_address": None,
                "remote_port": None,
                "timer": None,
                "idle": None,
            },
            id="listener",
        ),
    ],
)
def test_as_dict(entry: Entry, options: Options | None, differs: dict[str, object]) -> None:
    holders = ((PROCESS, 3), (PROCESS, 4))
    assert Socket(7, 1, (entry,), holders, options).as_dict() == {**RESULT, **differs}


def test_processes_that_share_a_socket_are_bounded() -> None:
    holders = tuple((dataclasses.replace(PROCESS, pid=pid), 3) for pid in range(1, 1001))
    shown = Socket(7, 1, (ENTRY,), holders, ON).as_dict()
    assert [process["pid"] for process in shown["processes"]] == list(range(1, 101))
    assert shown["left_out"] == 900
