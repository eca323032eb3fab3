# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of keepalive_info: what is returned of a host that was probed."""

from __future__ import annotations

import sys
import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, TIME, make_host

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.action import keepalive_info

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot


def action() -> keepalive_info.ActionModule:
    return keepalive_info.ActionModule(*[mock.MagicMock()] * 6)


@pytest.mark.parametrize(
    ("loader", "expected", "time"),
    [("auto", "procps", 600), ("procps", "procps", 600), ("systemd-sysctl", "systemd-sysctl", 7200)],
)
def test_result(tmp_path: Path, loader: str, expected: str, time: int) -> None:
    # only procps reads this file without a link to it
    host: t.Any = make_host(tmp_path, {"/etc/sysctl.conf": TIME + b"=600\n"}, init=PROCPS)
    seen: list[Snapshot] = []
    host.require_certain = seen.append
    found = action().compute_result({"loader": loader}, host)
    assert found is not None
    result, _warnings = found
    assert (result["boot"]["loader"], result["boot"]["values"]["time"]) == (expected, time)
    assert result["runtime"] == {"time": 7200, "intvl": 75, "probes": 9}
    assert len(seen) == 1


def test_doubt_about_the_probe_is_no_result(tmp_path: Path) -> None:
    host: t.Any = make_host(tmp_path)
    host.require_certain = mock.Mock(side_effect=InconclusiveProbeError("a file was not read."))
    with pytest.raises(InconclusiveProbeError):
        action().compute_result({"loader": "auto"}, host)
