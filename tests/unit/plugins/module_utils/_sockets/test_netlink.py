# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import ExhaustedError, GoneError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._sockets import netlink
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES, Entry
from ansible_collections.linux.tcp.plugins.module_utils._sockets.netlink import parse_line, read_table
from ansible_collections.linux.tcp.tests.unit.host import lay_out
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

SCENARIOS = Path(__file__).with_name("scenarios")

# as Linux 6.18 shows them
LISTENER = (
    b"   0: 0100007F:BD69 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 8937294 2 "
    b"000000005baf9620 100 0 0 10 0                   "
)
ARMED = (
    b"   1: 0100007F:BD69 0100007F:E604 01 00000000:00000000 02:00001386 00000000     0        1 8937298 3 "
    b"000000000ef5925b 20 4 30 10 -1                  "
)
SENDING = (
    b"   2: 00000000000000000000000001000000:BD0A 0000000000000000FFFF00000500000A:E877 08 0000002A:00000000 "
    b"01:00000015 00000000     0        0 8938642 4 00000000e0c90917 20 0 0 11 -1"
)
LOOPBACK = socket.inet_aton("127.0.0.1")
ENTRIES = [
    Entry(10, LOOPBACK, 48489, bytes(4), 0, 8937294, 0, 0.0, 0, 0),
    Entry(1, LOOPBACK, 48489, LOOPBACK, 58884, 8937298, 2, 49.98, 1, 0),
    Entry(
        8,
        socket.inet_pton(socket.AF_INET6, "::1"),
        48394,
        socket.inet_aton("10.0.0.5"),
        59511,
        8938642,
        1,
        0.21,
        0,
        42,
    ),
]


@pytest.mark.parametrize(
    ("line", "entry"), zip((LISTENER, ARMED, SENDING), ENTRIES), ids=["listener", "armed", "sending, IPv6"]
)
def test_parse_line(line: bytes, entry: Entry) -> None:
    assert parse_line(line) == entry


def test_files(tmp_path: Path) -> None:
    title = b"  sl  local_address rem_address   st\n"
    four = title + LISTENER + b"\n" + ARMED + b"\n"
    lay_out(tmp_path, {"1/net/tcp": four, "1/net/tcp6": title + SENDING + b"\n", "2/net/tcp": four, "3/net": None})
    assert read_table(str(tmp_path / "1"), 1, STATES.values()) == ENTRIES
    assert read_table(str(tmp_path / "1"), 1, [8, 10]) == [ENTRIES[0], ENTRIES[2]]
    assert read_table(str(tmp_path / "2"), 1, STATES.values()) == ENTRIES[:2]
    for pid in ("3", "4"):
        with pytest.raises(GoneError):
            read_table(str(tmp_path / pid), 1, STATES.values())


def test_unreadable_files(tmp_path: Path) -> None:
    lay_out(tmp_path, {"1/net/tcp": None})
    with pytest.raises(KeepaliveError) as failed:
        read_table(str(tmp_path / "1"), 1, STATES.values())
    assert str(failed.value) == f"{tmp_path}/1/net/tcp cannot be read: Is a directory."


def test_without_a_thread_the_files_of_a_process_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> t.NoReturn:
        raise ExhaustedError("no thread.")

    monkeypatch.setattr(netlink, "run_in", refuse)
    lay_out(tmp_path, {"1/net/tcp": b"title\n" + LISTENER + b"\n", "1/ns/net": "/proc/self/ns/net"})
    number = (tmp_path / "1/ns/net").stat().st_ino
    assert read_table(str(tmp_path / "1"), number, STATES.values()) == ENTRIES[:1]
    with pytest.raises(ExhaustedError, match=r"^no thread\.$"):
        read_table(str(tmp_path / "1/ns/net"), number, STATES.values())


def test_both_ways_say_the_same() -> None:
    assert run_isolated(SCENARIOS / "netlink_and_files.py") == {"same": True, "lengths": [17, 17, 16], "listeners": 3}


def test_another_namespace() -> None:
    assert run_isolated(SCENARIOS / "another_namespace.py") == {
        "lengths": [3, 3],
        "same": True,
        "stayed": True,
        "moved": True,
    }


def test_count_established() -> None:
    assert run_isolated(SCENARIOS / "count.py")["found"] == [
        [0, []],
        [0, ["AF_INET"]],
        [2, ["AF_INET"]],
        [6, ["AF_INET", "AF_INET6"]],
    ]
