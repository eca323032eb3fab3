# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._processes import Process
from ansible_collections.linux.tcp.plugins.module_utils._sockets import (
    OFF,
    OLDER,
    STATES,
    UNACKNOWLEDGED,
    UNREAD,
    USER_TIMEOUT,
    Entry,
    Filters,
    Options,
    Socket,
    Tally,
    Verdict,
    judge,
    plain,
)

if t.TYPE_CHECKING:
    from pathlib import Path

LISTENER = Entry(
    state=STATES["listening"],
    local_address=socket.inet_aton("0.0.0.0"),
    local_port=5432,
    remote_address=socket.inet_aton("0.0.0.0"),
    remote_port=0,
    inode=7,
    timer=0,
    left=0.0,
    unanswered=0,
    unacknowledged=0,
)
ENTRY = LISTENER._replace(
    state=STATES["established"],
    local_address=socket.inet_aton("10.0.0.5"),
    remote_address=socket.inet_aton("10.0.1.9"),
    remote_port=51034,
    timer=2,
    left=600.0,
)
ON = Options(keepalive=True, time=600, intvl=60, probes=20, user_timeout=0, mptcp=False, idle=1.5)
PROCESS = Process(812, "postgres", 0, 4026531840, "/nowhere")


@pytest.mark.parametrize(
    ("entry", "options", "verdict"),
    [
        pytest.param({}, {}, Verdict(True), id="armed in full"),
        pytest.param({"left": 3.0}, {}, Verdict(True), id="about to fire"),
        pytest.param({"left": 600.4}, {}, Verdict(True), id="rounded up"),
        pytest.param(
            {"left": 7012.4}, {}, Verdict(False, OLDER, f"{OLDER}: 7012 s left, 600 s wanted"), id="older time"
        ),
        pytest.param({"left": 60.0, "unanswered": 1}, {}, Verdict(True), id="probing"),
        pytest.param(
            {"left": 75.0, "unanswered": 1},
            {},
            Verdict(False, OLDER, f"{OLDER}: 75 s left, 60 s wanted"),
            id="older intvl",
        ),
        pytest.param({}, {"time": None}, Verdict(None, UNREAD, UNREAD), id="time unknown"),
        pytest.param({"timer": 0}, {"keepalive": False}, Verdict(False, OFF, OFF), id="off"),
        pytest.param({"left": 7200.0}, {"keepalive": False}, Verdict(False, OFF, OFF), id="off meanwhile"),
        pytest.param({}, {"user_timeout": 30000}, Verdict(False, USER_TIMEOUT, USER_TIMEOUT), id="user timeout"),
        pytest.param(
            {"left": 7200.0},
            {"user_timeout": 30000},
            Verdict(False, OLDER, f"{OLDER}: 7200 s left, 600 s wanted"),
            id="older time before user timeout",
        ),
        pytest.param({}, {"user_timeout": None}, Verdict(True), id="no user timeout for MPTCP"),
        pytest.param(
            {"timer": 1, "unacknowledged": 1}, {}, Verdict(False, UNACKNOWLEDGED, UNACKNOWLEDGED), id="unacknowledged"
        ),
        pytest.param(
            {"timer": 1, "left": 7200.0, "unacknowledged": 1},
            {"user_timeout": 1},
            Verdict(False, USER_TIMEOUT, USER_TIMEOUT),
            id="another timer",
        ),
        pytest.param({"timer": 0, "state": STATES["listening"]}, {}, Verdict(True), id="listener"),
        pytest.param(
            {"timer": 0, "state": STATES["listening"]},
            {"keepalive": False},
            Verdict(False, OFF, OFF),
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


V6 = ENTRY._replace(remote_address=socket.inet_pton(socket.AF_INET6, "2001:db8::9"))


@pytest.mark.parametrize(
    ("options", "entry", "taken"),
    [
        pytest.param({}, ENTRY, True, id="established"),
        pytest.param({}, LISTENER, True, id="listening"),
        pytest.param({}, ENTRY._replace(state=STATES["close_wait"]), False, id="another state"),
        pytest.param({"states": ["close_wait"]}, ENTRY._replace(state=STATES["close_wait"]), True, id="its state"),
        pytest.param({"states": ["listening"]}, ENTRY, False, id="listening only"),
        pytest.param({"local_ports": [1, 5432]}, ENTRY, True, id="its port"),
        pytest.param({"local_ports": [1]}, ENTRY, False, id="another port"),
        pytest.param({"remote_ports": [51034]}, ENTRY, True, id="its remote port"),
        pytest.param({"remote_ports": [5432]}, ENTRY, False, id="another remote port"),
        pytest.param({"remote_ports": [51034], "local_ports": [1]}, ENTRY, False, id="all filters apply"),
        pytest.param({"local_addresses": ["10.0.0.5"]}, ENTRY, True, id="its address"),
        pytest.param({"local_addresses": ["10.0.0.0/24"]}, ENTRY, True, id="its network"),
        pytest.param({"local_addresses": ["10.0.0.77/24"]}, ENTRY, True, id="bits behind the prefix"),
        pytest.param({"local_addresses": ["0.0.0.0"]}, LISTENER, True, id="listener on all addresses"),
        pytest.param({"remote_addresses": ["10.0.0.0/24"]}, ENTRY, False, id="another network"),
        pytest.param({"remote_addresses": ["10.0.0.0/24", "10.0.1.9"]}, ENTRY, True, id="one of two"),
        pytest.param({"remote_addresses": ["0.0.0.0/0"]}, ENTRY, True, id="all of IPv4"),
        pytest.param({"remote_addresses": ["0.0.0.0/0"]}, V6, False, id="all of IPv4, IPv6"),
        pytest.param({"remote_addresses": ["0.0.0.0/0"]}, LISTENER, False, id="listeners have no other end"),
        pytest.param({"remote_addresses": ["2001:db8::/32"]}, V6, True, id="its IPv6 network"),
        pytest.param({"remote_addresses": ["::/0"]}, ENTRY, False, id="all of IPv6, IPv4"),
    ],
)
def test_take_entry(options: dict[str, t.Any], entry: Entry, taken: bool) -> None:
    assert Filters.from_options(options).take_entry(entry) is taken


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({}, True),
        ({"commands": ["postgres"]}, True),
        ({"commands": ["Postgres"]}, False),
        ({"commands": ["nginx", "post*"]}, True),
        ({"pids": [812]}, True),
        ({"pids": [1]}, False),
        ({"users": ["root"]}, True),
        ({"users": ["0"]}, True),
        ({"users": ["nobody"]}, False),
        ({"units": ["postgresql.service"]}, True),
        ({"units": ["postgresql"]}, True),
        ({"units": ["post*"]}, True),
        ({"units": ["postgresql.socket"]}, False),
        ({"units": ["postgresql"], "pids": [1]}, False),
    ],
)
def test_take_process(tmp_path: Path, options: dict[str, t.Any], taken: bool) -> None:
    (tmp_path / "cgroup").write_text("0::/system.slice/postgresql.service\n")
    process = Process(812, "postgres", 0, 1, str(tmp_path))
    assert Filters.from_options(options).take_process(process) is taken


def test_names_are_as_long_as_the_kernels() -> None:
    process = Process(1, "systemd-journal", 0, 1, "/nowhere")
    assert Filters.from_options({"commands": ["systemd-journald"]}).take_process(process)
    assert not Filters.from_options({"commands": ["systemd-journald*"]}).take_process(process)
    assert not Filters.from_options({"units": ["*"]}).take_process(process)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"remote_addresses": ["10.0.0.0/33"]},
            (
                "remote_addresses has '10.0.0.0/33', which is neither an address nor a network. Give one as 192.0.2.7, "
                "192.0.2.0/24 or 2001:db8::/32; names are not looked up."
            ),
        ),
        (
            {"local_addresses": ["::1", "db1"]},
            (
                "local_addresses has 'db1', which is neither an address nor a network. Give one as 192.0.2.7, "
                "192.0.2.0/24 or 2001:db8::/32; names are not looked up."
            ),
        ),
        ({"local_ports": [80, 0]}, "local_ports has 0: give ports between 1 and 65535."),
        ({"remote_ports": [65536]}, "remote_ports has 65536: give ports between 1 and 65535."),
    ],
)
def test_refused_filters(options: dict[str, t.Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        Filters.from_options(options)
    assert str(refused.value) == message


def test_tally(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_text("0::/system.slice/web.service\n")
    first, second = (Process(pid, "web\udcff", 0, 1, str(tmp_path)) for pid in (1, 2))
    tally = Tally()
    tally.add(Socket(7, 1, (LISTENER,), ((first, 3), (second, 3)), ON))
    tally.add(Socket(8, 1, (ENTRY._replace(left=7000.0),), ((second, 4), (PROCESS, 9)), ON))
    tally.add(Socket(9, 1, (ENTRY._replace(left=6000.0),), ((PROCESS, 10),), ON))
    tally.add(Socket(10, 1, (ENTRY,), ((PROCESS, 11),), None))
    assert tally.as_dict() == {
        "totals": {"sockets": 4, "covered": 1, "not_covered": 2, "unknown": 1},
        "reasons": [{"reason": UNREAD, "sockets": 1}, {"reason": OLDER, "sockets": 2}],
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
    assert Tally().as_dict() == {
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
    "reason": UNREAD,
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
