# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Process
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import (
    STATES,
    CoverageSummary,
    Socket,
    Verdict,
    judge,
    plain,
)
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import (
    OFF,
    OLDER,
    UNACKNOWLEDGED,
    UNREAD,
    USER_TIMEOUT,
)
from ansible_collections.linux.tcp.tests.unit.samples import ENTRY, LISTENER, ON, PROCESS

if t.TYPE_CHECKING:
    from pathlib import Path

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
        pytest.param({"timer": 0}, {"keepalive": False}, Verdict(False, OFF), id="off"),
        pytest.param({"left": 7200.0}, {"keepalive": False}, Verdict(False, OFF), id="off meanwhile"),
        pytest.param({}, {"user_timeout": 30000}, Verdict(False, USER_TIMEOUT), id="user timeout"),
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
            {"user_timeout": 1},
            Verdict(False, USER_TIMEOUT),
            id="another timer",
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
    ("lefts", "covered"),
    [([600.0, 600.0], True), ([600.0, 7200.0], False), ([7200.0, 600.0], False)],
)
def test_all_subflows_count(lefts: list[float], covered: bool) -> None:
    entries = tuple(ENTRY._replace(left=left) for left in lefts)
    assert Socket(7, 1, entries, ((PROCESS, 3),), ON).verdict.covered is covered


def mapped(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6, f"::ffff:{address}")


def test_plain() -> None:
    assert plain(mapped("10.0.0.5")) == socket.inet_aton("10.0.0.5")
    assert plain(socket.inet_pton(socket.AF_INET6, "::1")) == socket.inet_pton(socket.AF_INET6, "::1")


def test_tally(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_text("0::/system.slice/web.service\n")
    first, second = (Process(pid, "web\udcff", 0, 1, str(tmp_path)) for pid in (1, 2))
    summary = CoverageSummary()
    summary.add(Socket(7, 1, (LISTENER,), ((first, 3), (second, 3)), ON))
    summary.add(Socket(8, 1, (ENTRY._replace(left=7000.0),), ((second, 4), (PROCESS, 9)), ON))
    summary.add(Socket(9, 1, (ENTRY._replace(left=6000.0),), ((PROCESS, 10),), ON))
    summary.add(Socket(10, 1, (ENTRY,), ((PROCESS, 11),), None))
    assert summary.as_dict() == {
        "totals": {"sockets": 4, "covered": 1, "not_covered": 2, "unknown": 1},
        "reasons": [{**UNREAD._asdict(), "sockets": 1}, {**OLDER._asdict(), "sockets": 2}],
        "by_command": [
            {"command": "postgres", "sockets": 3, "covered": 0, "not_covered": 2, "unknown": 1},
            {"command": "web\\xff", "sockets": 2, "covered": 1, "not_covered": 1, "unknown": 0},
        ],
        "by_unit": [
            {"unit": "web.service", "sockets": 2, "covered": 1, "not_covered": 1, "unknown": 0},
            {"unit": None, "sockets": 3, "covered": 0, "not_covered": 2, "unknown": 1},
        ],
    }


def test_no_sockets() -> None:
    assert CoverageSummary().as_dict() == {
        "totals": {"sockets": 0, "covered": 0, "not_covered": 0, "unknown": 0},
        "reasons": [],
        "by_command": [],
        "by_unit": [],
    }


ANSWER = {
    "protocol": "tcp",
    "state": "established",
    "local_address": "10.0.0.5",
    "local_port": 5432,
    "remote_address": "10.0.1.9",
    "remote_port": 51034,
    "namespace": 1,
    "inode": 7,
    "processes": [{"pid": 812, "command": "postgres", "user": "root", "unit": None, "container": None}],
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
UNREAD_ANSWER = {
    **dict.fromkeys(("protocol", "keepalive", "time", "intvl", "probes", "user_timeout", "idle", "covered")),
    "reason": UNREAD._asdict(),
}


@pytest.mark.parametrize(
    ("entry", "options", "differs"),
    [
        pytest.param(ENTRY, ON, {}, id="connection"),
        pytest.param(ENTRY, ON._replace(mptcp=True), {"protocol": "mptcp"}, id="MPTCP"),
        pytest.param(ENTRY, None, UNREAD_ANSWER, id="without options"),
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
    assert Socket(7, 1, (entry,), holders, options).as_dict() == {**ANSWER, **differs}
