# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.tests.kernels.console import Booted, find_boot, find_panic, has_restarted, plain

BOOTED = "[  OK  ] Started ssh.\r\n\nmachine login: machine: booted 6.1.0-50-cloud-amd64, keepalive 7200 75 9.\r\n"
PANIC = "[    1.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b"
RESTART = "[  141.0] reboot: Restarting system\r\n[  141.1] reboot: machine restart\r\n"
COMMAND_LINE = "[    0.0] Command line: root=/dev/vda rw console=ttyS0 panic=-1\n"


@pytest.mark.parametrize(
    ("text", "booted"),
    [
        pytest.param(BOOTED, Booted("6.1.0-50-cloud-amd64", (7200, 75, 9)), id="booted"),
        pytest.param(BOOTED[:-4], None, id="half-a-line"),
        pytest.param(COMMAND_LINE, None, id="early"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_boot(text: str, booted: Booted | None) -> None:
    assert find_boot(text) == booted


@pytest.mark.parametrize(
    ("text", "panic"),
    [
        pytest.param(COMMAND_LINE + PANIC, PANIC[len("[    1.0] ") :], id="panic"),
        pytest.param(f"{PANIC}\n{PANIC}", PANIC[len("[    1.0] ") :], id="the-first"),
        pytest.param(COMMAND_LINE + BOOTED, None, id="parameter-of-that-name"),
    ],
)
def test_panic(text: str, panic: str | None) -> None:
    assert find_panic(text) == panic


@pytest.mark.parametrize(
    ("text", "restarted"),
    [
        pytest.param(BOOTED + RESTART, True, id="restarted"),
        pytest.param(BOOTED, False, id="still-there"),
        pytest.param(f"{PANIC}\n{RESTART}", False, id="restarted-by-a-panic"),
    ],
)
def test_restart(text: str, restarted: bool) -> None:
    assert has_restarted(text) is restarted


def test_escape_sequences() -> None:
    assert plain("[\x1b[0;32m  OK  \x1b[0m] Started\r\n") == "[  OK  ] Started\n"
