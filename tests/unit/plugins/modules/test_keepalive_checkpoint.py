# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keepalive_checkpoint, on a host of folders."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import unchanged
from ansible_collections.linux.tcp.plugins.module_utils._host import lock as lock_module
from ansible_collections.linux.tcp.plugins.module_utils._host.lock import Lock
from ansible_collections.linux.tcp.plugins.modules import keepalive_checkpoint
from ansible_collections.linux.tcp.tests.unit.host import NOTHING, make_host
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Host
    from ansible_collections.linux.tcp.tests.unit.module import RunModule


PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    host = make_host(tmp_path)
    monkeypatch.setattr(keepalive_checkpoint, "LocalHost", lambda: host)
    return host


@pytest.fixture
def save(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_checkpoint.main, monkeypatch, capsys)


def test_checkpoint(host: Host, save: RunModule) -> None:
    before = host.look()
    result = save(time=600)
    assert host.look() == before
    assert (result["changed"], result["would_change"], len(result["deviations"])) == (False, True, 2)
    assert result["checkpoint"]["runtime"] == {"time": {"before": 7200, "left": 600}}
    assert [file["path"] for file in result["checkpoint"]["files"]] == [PATH]
    assert "diff" not in save(time=600, diff=True)
    assert len(save(time=600, diff=True, check_mode=True)["diff"]) == 2


@pytest.mark.usefixtures("host")
def test_right_already(save: RunModule) -> None:
    result = save(time=7200, persistent=False)
    assert (result["would_change"], result["deviations"]) == (False, [])
    assert result["checkpoint"] == {"runtime": {}, "files": []}


def test_would_not_last(host: Host, save: RunModule) -> None:
    host.init = NOTHING
    assert save(time=600)["msg"] == (
        "net.ipv4.tcp_keepalive_time would be 7200 at the next boot, not 600, because nothing applies sysctl files "
        "when this system boots. Give overrides: ignore or persistent: false to accept this. Nothing was changed."
    )
    result = save(time=600, overrides="ignore")
    assert result["would_change"]
    assert len(result["warnings"]) == 1


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"time": 0}, "time is 0: the kernel would take it", id="a value"),
        pytest.param({"exclusive": True}, "exclusive is given without a value to set", id="options"),
        pytest.param({"path": "x"}, "path is 'x': give the absolute path", id="a path"),
        pytest.param({"time": 600, "path": "/etc/sysctl.d"}, "/etc/sysctl.d cannot be edited", id="a folder"),
    ],
)
def test_what_is_refused(host: Host, save: RunModule, params: dict[str, t.Any], message: str) -> None:
    before = host.look()
    for check_mode in (True, False):
        result = save(**params, check_mode=check_mode)
        assert result["msg"].startswith(message)
        assert result["msg"] == unchanged(result["msg"])
    assert host.look() == before


def test_another_run_holds_the_lock(host: Host, save: RunModule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_module, "_MOST_SECONDS", 0.0)
    with Lock(host.files).held():
        result = save(time=600)
    assert result["msg"].startswith("Another run has held the lock of ")
    assert result["msg"] == unchanged(result["msg"])
