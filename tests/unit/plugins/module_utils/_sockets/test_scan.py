# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import DescriptorBudget
from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import NO_TABLE
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.scan import SocketScanner
from ansible_collections.linux.tcp.tests.unit.host import lay_out
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Entry

SCENARIOS = Path(__file__).with_name("scenarios")
TOO_LONG = "x" * 300  # a link that leads to a longer name than a file may have: ENAMETOOLONG
SOCKET_ENDED = [{"what": "socket", "code": "ended", "message": "it ended meanwhile", "count": 1}]


@pytest.mark.parametrize(
    ("event", "second", "mine", "found", "unreadable"),
    [
        pytest.param("the process ends", False, False, [], SOCKET_ENDED, id="the process ends"),
        pytest.param(
            "the process ends", True, False, [[False, 2]], [], id="the process ends, another one shares the socket"
        ),
        pytest.param(
            "the number is reused",
            False,
            True,
            [[False, 2]],
            [],
            id="one of two owners reuses the number",
        ),
    ],
)
def test_meanwhile(event: str, second: bool, mine: bool, found: list[object], unreadable: list[object]) -> None:
    assert run_isolated(SCENARIOS / "meanwhile.py", event=event, second=second, mine=mine) == {
        "found": found,
        "unreadable": unreadable,
    }


@pytest.mark.parametrize("event", ["another socket", "a file", "closed"])
def test_reused_descriptor(event: str) -> None:
    assert run_isolated(SCENARIOS / "reused_descriptor.py", event=event) == {"seen": [], "unreadable": SOCKET_ENDED}


def test_a_process_that_starts_meanwhile() -> None:
    assert run_isolated(SCENARIOS / "started_meanwhile.py") == {"held": True}


def test_a_socket_that_ends_before_its_holder_is_found() -> None:
    assert run_isolated(SCENARIOS / "ended_meanwhile.py") == {"found": 0, "unreadable": ["ended"]}


def test_table_that_cannot_be_read() -> None:
    def refuse(_place: str, _namespace: int, _states: t.Collection[int]) -> list[Entry]:
        raise KeepaliveError("Give it another try.")

    scanner = SocketScanner(Processes(), table=refuse)
    assert list(scanner.sockets(Filters.from_options({"pids": [os.getpid()]}))) == []
    (unread,) = (one for one in scanner.unreadable.as_list() if one["code"] == NO_TABLE.code)
    assert unread["what"] == "namespace"
    (warning,) = (one for one in scanner.unreadable.warnings() if NO_TABLE.message in one)
    assert warning.endswith(f"network namespace(s) could not be read: {NO_TABLE.message}. Give it another try.")


def test_processes_with_too_many_descriptors() -> None:
    class Bounded(Processes):
        def look_anew(self) -> None:
            self._budget = DescriptorBudget(0, 0)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = {"local_ports": [listener.getsockname()[1]]}
        scanner = SocketScanner(Bounded())
        assert list(scanner.sockets(Filters.from_options(port))) == []
        filters = Filters.from_options({**port, "pids": [os.getpid()]})
        of_process = SocketScanner(Bounded())
        assert list(of_process.sockets(filters)) == []
        unattributed = of_process.unattributed(filters).as_list()
    counts = [{one["code"]: one["count"] for one in found.unreadable.as_list()} for found in (scanner, of_process)]
    assert counts[0]["holder_hidden"] == counts[1]["too_many_descriptors"] == 1
    assert [one["code"] for one in unattributed] == ["holder_hidden"]
    assert any("hold more descriptors than are read" in one for one in of_process.unreadable.warnings())


def test_known_sockets_are_left_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        filters = Filters.from_options({"pids": [os.getpid()], "local_ports": [listener.getsockname()[1]]})
        (found,) = SocketScanner(Processes()).sockets(filters)
        assert list(SocketScanner(Processes()).sockets(filters, known={found.inode})) == []


class OfUnknownCgroup(Processes):
    """Processes whose cgroup is not told, as it is in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def read(self, pid: int) -> Process | None:
        return Process(pid, "x", 3_000_000, 1, str(self._folder))

    def pids(self) -> list[int]:
        return [1, 7]


@pytest.mark.parametrize("unit", ["nginx.service", "nginx.socket"])
def test_processes_whose_cgroup_cannot_be_read(tmp_path: Path, unit: str) -> None:
    lay_out(tmp_path, {"cgroup": None})
    scanner = SocketScanner(OfUnknownCgroup(tmp_path))
    assert list(scanner.sockets(Filters.from_options({"units": [unit]}))) == []
    assert [one for one in scanner.unreadable.as_list() if one["what"] == "process"] == [
        {"what": "process", "code": "permission_denied", "message": "permission denied", "count": 2}
    ]
    assert scanner.denied


@pytest.mark.parametrize("options", [{"units": ["nginx.service"]}, {"units": ["nginx.socket"]}, {"containers": ["x"]}])
def test_a_cgroup_that_is_too_deep_denies_nothing(tmp_path: Path, options: dict[str, list[str]]) -> None:
    """A user may make such a cgroup, where one was delegated to this user."""
    lay_out(tmp_path, {"cgroup": TOO_LONG})
    scanner = SocketScanner(OfUnknownCgroup(tmp_path))
    assert list(scanner.sockets(Filters.from_options(options))) == []
    assert [one for one in scanner.unreadable.as_list() if one["what"] == "process"] == [
        {"what": "process", "code": "cgroup_too_deep", "message": "its cgroup is too deep to be shown", "count": 2}
    ]
    assert not scanner.denied
    assert scanner.unreadable.warnings()[-1] == (
        "2 process(es) could not be read: its cgroup is too deep to be shown. Process 7 of the user 3000000 is in a "
        "cgroup whose path is longer than the kernel shows. End that process, or move it to another cgroup, and run "
        "again."
    )
