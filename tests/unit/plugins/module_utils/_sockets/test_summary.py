# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._sockets import summary as summary_module
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Socket
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import OLDER, UNREAD, UNTIL_ACCEPTED
from ansible_collections.linux.tcp.plugins.module_utils._sockets.summary import CoverageSummary
from ansible_collections.linux.tcp.tests.unit.host import lay_out
from ansible_collections.linux.tcp.tests.unit.samples import ENTRY, LISTENER, ON, PROCESS

if t.TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_tally(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_text("0::/system.slice/web.service\n")
    first, second = (Process(pid, "web\udcff", 0, 1, str(tmp_path)) for pid in (1, 2))
    summary = CoverageSummary()
    summary.add(Socket(7, 1, (LISTENER,), ((first, 3), (second, 3)), ON))
    summary.add(Socket(8, 1, (ENTRY._replace(left=7000.0),), ((second, 4), (PROCESS, 9)), ON))
    summary.add(Socket(9, 1, (ENTRY._replace(left=6000.0),), ((PROCESS, 10),), ON))
    summary.add(Socket(10, 1, (ENTRY,), ((PROCESS, 11),), None))
    summary.add(Socket(11, 1, (LISTENER,), ((first, 12),), ON._replace(keepalive=False), sets_accepted=True))
    assert summary.as_dict() == {
        "totals": {"sockets": 4, "covered": 1, "not_covered": 2, "unknown": 1},
        "reasons": [
            {**UNREAD._asdict(), "sockets": 1},
            {**OLDER._asdict(), "sockets": 2},
            {**UNTIL_ACCEPTED._asdict(), "sockets": 1},
        ],
        "by_command": [
            {"command": "postgres", "sockets": 3, "covered": 0, "not_covered": 2, "unknown": 1},
            {"command": "web\\xff", "sockets": 2, "covered": 1, "not_covered": 1, "unknown": 0},
        ],
        "by_unit": [
            {"unit": "web.service", "sockets": 2, "covered": 1, "not_covered": 1, "unknown": 0},
            {"unit": None, "sockets": 3, "covered": 0, "not_covered": 2, "unknown": 1},
        ],
        "commands_left_out": 0,
        "units_left_out": 0,
    }


def test_only_the_largest_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user may give another name to each of many processes."""
    monkeypatch.setattr(summary_module, "_MOST_NAMES", 3)
    summary = CoverageSummary()
    for number, sockets in enumerate([1, 3, 1, 2, 2]):
        lay_out(tmp_path, {f"{number}/cgroup": f"0::/system.slice/u{number}.service\n".encode()})
        process = Process(number, f"c{number}", 0, 1, str(tmp_path / str(number)))
        for inode in range(sockets):
            summary.add(Socket(inode, 1, (ENTRY,), ((process, 3),), None))
    summary.add(Socket(3, 1, (ENTRY,), ((PROCESS, 3),), None))
    found = summary.as_dict()
    assert [(one["command"], one["sockets"]) for one in found["by_command"]] == [("c1", 3), ("c3", 2), ("c4", 2)]
    # what is outside of all units is told in any case
    assert [(one["unit"], one["sockets"]) for one in found["by_unit"]] == [
        ("u1.service", 3),
        ("u3.service", 2),
        (None, 1),
    ]
    assert (found["commands_left_out"], found["units_left_out"], found["totals"]["sockets"]) == (3, 3, 10)


def test_no_sockets() -> None:
    assert CoverageSummary().as_dict() == {
        "totals": {"sockets": 0, "covered": 0, "not_covered": 0, "unknown": 0},
        "reasons": [],
        "by_command": [],
        "by_unit": [],
        "commands_left_out": 0,
        "units_left_out": 0,
    }
