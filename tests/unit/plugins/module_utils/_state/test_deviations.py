# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.deviations import deviations
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import NOTHING, SYSTEMD, TIME, make_host

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

ZZ = "/etc/sysctl.d/zz.conf"
NAME = TIME.decode()
NO_LOADER = (
    f"{NAME} would be 7200 at the next boot, not 600, because nothing applies sysctl files when this system boots."
)


@pytest.mark.parametrize(
    ("want", "layout", "init", "expected"),
    [
        (
            DesiredState(values=Values(time=600)),
            {},
            SYSTEMD,
            [
                "net.ipv4.tcp_keepalive_time is 7200 in the running kernel, not 600.",
                "net.ipv4.tcp_keepalive_time would be 7200 at the next boot, not 600.",
            ],
        ),
        (DesiredState(values=Values(time=7200)), {}, SYSTEMD, []),
        (
            DesiredState(values=Values(time=600), runtime=False),
            {},
            NOTHING,
            [
                NO_LOADER,
            ],
        ),
        (
            DesiredState(values=Values(time=600), runtime=False),
            {},
            InitSystem(process_1="dinit", role="unknown"),
            ["What net.ipv4.tcp_keepalive_time will be at the next boot is not known."],
        ),
        (DesiredState(values=Values(time=7200), overrides="ignore"), {ZZ: TIME + b" = 60\n"}, SYSTEMD, []),
        (
            DesiredState(absent=("time",)),
            {ZZ: TIME + b" = 60\n"},
            SYSTEMD,
            ["net.ipv4.tcp_keepalive_time is 7200 in the running kernel and would be 60 at the next boot."],
        ),
    ],
    ids=["both", "right", "no loader", "unknown loader", "ignored", "drift"],
)
def test_deviations(tmp_path: Path, want: DesiredState, layout: Layout, init: t.Any, expected: list[str]) -> None:
    host = make_host(tmp_path, layout, init=init)
    assert [one["message"] for one in deviations(take_snapshot(host), want)] == expected
