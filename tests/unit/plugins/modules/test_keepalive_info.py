# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.modules import keepalive_info
from ansible_collections.linux.tcp.tests.unit.host import INTVL, PROBES, TIME, lay_out, look_at
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout
    from ansible_collections.linux.tcp.tests.unit.module import RunModule


A, B, CONF = "/etc/sysctl.d/a.conf", "/usr/lib/sysctl.d/b.conf", "/etc/sysctl.conf"
FILES: Layout = {
    A: b"# c\n" + TIME + b" = 600\n" + PROBES + b"=3\n",
    B: TIME + b"=60s\n-" + INTVL + b"\n",
    CONF: TIME + b"=0x10\n",
}
LINES: list[dict[str, object]] = [
    {"key": "time", "value": "600", "path": A, "line": 2, "effective": False},
    {"key": "probes", "value": "3", "path": A, "line": 3, "effective": True},
    {"key": "time", "value": "60s", "path": B, "line": 1, "effective": False},
    {"key": "intvl", "value": None, "path": B, "line": 2, "effective": False},
]
LAST_LINE: dict[str, object] = {"key": "time", "value": "0x10", "path": CONF, "line": 1, "effective": True}
PROBES_SOURCE = {"path": A, "line": 3}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_info.main, monkeypatch, capsys)


NO_LOADER = "Nothing applies sysctl files when this system boots, so those that were found have no effect then."


def expected_result(
    loader: str | None, time: int, probes: int, sources: dict[str, object], settings: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "runtime": {"time": None, "intvl": None, "probes": None},
        "runtime_writable": False,
        "boot": {
            "loader": loader,
            "values": {"time": time, "intvl": 75, "probes": probes},
            "sources": {"time": None, "intvl": None, "probes": None, **sources},
            "doubts": [],
            "notes": [{"code": "no_loader", "path": None, "line": None, "message": NO_LOADER}]
            if loader is None
            else [],
        },
        "settings": settings,
        "other_writers": [],
        "drift": [],
        "detection_time": max(time, 75) + 75 * probes,
    }


AS_SYSTEMD = expected_result("systemd-sysctl", 7200, 3, {"probes": PROBES_SOURCE}, LINES)
AS_PROCPS = expected_result(
    "procps", 16, 3, {"time": {"path": CONF, "line": 1}, "probes": PROBES_SOURCE}, [*LINES, LAST_LINE]
)
AS_NOTHING = {
    **expected_result(None, 7200, 9, {}, [{**line, "effective": False} for line in LINES]),
    "warnings": [NO_LOADER],
}
SYSTEMD: Layout = {"/usr/lib/systemd/systemd-sysctl": b""}
SYSVINIT: Layout = {"/sbin/init": b"", "/etc/rcS.d/S08procps": b"sysctl -q --system\n"}


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("installed", "loader", "expected"),
    [
        pytest.param(SYSTEMD, None, AS_SYSTEMD, id="systemd"),
        pytest.param(SYSTEMD, "auto", AS_SYSTEMD, id="systemd, auto"),
        pytest.param(SYSTEMD, "procps", AS_PROCPS, id="systemd, asked for procps"),
        pytest.param(SYSVINIT, None, AS_PROCPS, id="sysvinit"),
        pytest.param(SYSVINIT, "systemd-sysctl", AS_SYSTEMD, id="sysvinit, asked for systemd-sysctl"),
        pytest.param({**SYSVINIT, "/sbin/sysctl": b"BusyBox v1.35.0"}, None, AS_NOTHING, id="BusyBox's sysctl"),
        pytest.param({**SYSVINIT, "/sbin/openrc": b""}, None, AS_NOTHING, id="OpenRC, script in no runlevel"),
        pytest.param({}, None, AS_NOTHING, id="nothing"),
        pytest.param({}, "procps", AS_PROCPS, id="nothing, asked for procps"),
    ],
)
def test_image(
    run: RunModule,
    tmp_path: Path,
    installed: Layout,
    loader: str | None,
    expected: dict[str, object],
    check_mode: bool,
) -> None:
    lay_out(tmp_path, FILES)
    lay_out(tmp_path, installed)
    before = look_at(tmp_path)
    params = {} if loader is None else {"loader": loader}
    assert run(root=str(tmp_path), check_mode=check_mode, diff=True, **params) == expected
    assert look_at(tmp_path) == before


def test_this_machine(run: RunModule) -> None:
    result = run()
    for key, value in result["runtime"].items():
        with open(f"/proc/sys/net/ipv4/tcp_keepalive_{key}", encoding="ascii") as file:
            assert int(file.read()) == value
    assert set(result) - {"warnings"} == set(AS_SYSTEMD)


def test_warnings(run: RunModule, tmp_path: Path) -> None:
    lay_out(tmp_path, SYSTEMD)
    lay_out(tmp_path, {"/etc/sysctl.d": None})
    os.mkfifo(str(tmp_path / "etc/sysctl.d/a.conf"))
    assert run(root=str(tmp_path))["warnings"] == [
        f"{A} cannot be read (it is not a regular file): it may take precedence at the next boot."
    ]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param(
            {"root": "/nowhere"},
            "root is '/nowhere', which is not a folder. Give the root folder of a system tree.",
            id="no root",
        ),
        pytest.param(
            {"loader": "busybox"},
            "value of loader must be one of: auto, systemd-sysctl, procps, got: busybox",
            id="unknown loader",
        ),
    ],
)
def test_refused_parameters(run: RunModule, params: dict[str, t.Any], message: str) -> None:
    assert run(**params) == {"failed": True, "msg": message}
