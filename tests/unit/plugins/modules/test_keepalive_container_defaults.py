# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS
from ansible_collections.linux.tcp.plugins.module_utils._errors import unchanged
from ansible_collections.linux.tcp.plugins.modules import keepalive_container_defaults
from ansible_collections.linux.tcp.tests.unit.host import lay_out, look_at
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.module import RunModule

TIME = "net.ipv4.tcp_keepalive_time"
PODMAN = PATHS["podman"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    return runner(keepalive_container_defaults.main, monkeypatch, capsys)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"/usr/bin/podman": b"", "/usr/bin/dockerd": b"", "/etc/containers": None})
    return tmp_path


def test_set_and_remove(run: RunModule, root: Path) -> None:
    before = look_at(root)
    planned = run(root=str(root), time=600, check_mode=True, diff=True)
    assert look_at(root) == before
    result = run(root=str(root), time=600, diff=True)
    assert result == planned
    assert result["changed"] is True
    nothing = {"time": None, "intvl": None, "probes": None}
    (engine,) = result["engines"]
    assert engine == {
        "engine": "podman",
        "path": PODMAN,
        "status": "set",
        "before": {"values": {"time": 7200, "intvl": 75, "probes": 9}, "sources": nothing, "doubts": []},
        "after": {
            "values": {"time": 600, "intvl": 75, "probes": 9},
            "sources": {**nothing, "time": {"path": PODMAN, "line": 5}},
            "doubts": [],
        },
    }
    assert result["warnings"] == [result["cautions"][0]["message"]]
    assert result["cautions"][0]["message"].startswith("docker has no defaults")
    (diff,) = result["diff"]
    assert (diff["after_header"], diff["before"]) == (PODMAN, "")
    assert (root / PODMAN[1:]).read_text() == diff["after"]
    again = run(root=str(root), time=600)
    assert (again["changed"], again["cautions"]) == (False, result["cautions"])
    assert "warnings" not in again  # what was told with the change
    assert run(root=str(root), state="absent")["changed"] is True
    assert not (root / PODMAN[1:]).exists()


def test_a_host_on_which_nothing_can_be_set(run: RunModule, tmp_path: Path) -> None:
    lay_out(tmp_path, {"/usr/bin/dockerd": b""})
    for _run in range(2):
        result = run(root=str(tmp_path), time=600)
        assert result["warnings"] == [result["cautions"][0]["message"]]
        assert result["cautions"][0]["code"] == "has_no_defaults"


def test_a_host_without_engines(run: RunModule, tmp_path: Path) -> None:
    result = run(root=str(tmp_path), time=600)
    assert [one["code"] for one in result["cautions"]] == ["no_engine"]
    assert "warnings" not in result
    assert run(root=str(tmp_path), state="absent")["cautions"] == []


def test_report(run: RunModule, root: Path) -> None:
    result = run(root=str(root))
    assert (result["changed"], result["engines"][0]["status"]) == (False, "reported")
    assert result["cautions"] == []


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"time": 0}, "time is 0: the kernel would take it", id="zero"),
        pytest.param({"time": 600, "engines": ["lxc"]}, "engines has lxc, which is not installed", id="not installed"),
        pytest.param({"time": 600, "root": "/none"}, "root is '/none', which is not a folder.", id="no root"),
    ],
)
def test_what_is_refused(run: RunModule, root: Path, params: dict[str, t.Any], message: str) -> None:
    result = run(**{"root": str(root), **params})
    assert (result["failed"], result["msg"].partition(message)[1]) == (True, message)
    assert result["msg"] == unchanged(result["msg"])


def test_a_folder_in_place_of_the_file(run: RunModule, root: Path) -> None:
    lay_out(root, {PODMAN: None})
    before = look_at(root)
    for check_mode in (True, False):
        assert run(root=str(root), time=600, check_mode=check_mode)["msg"] == (
            f"{PODMAN} cannot be edited: it is a folder. Make it a regular file that can be read. Nothing was changed."
        )
    assert look_at(root) == before


def test_what_takes_precedence_is_returned(run: RunModule, root: Path) -> None:
    later = "/etc/containers/containers.conf.d/zz.conf"
    lay_out(root, {later: f"[containers]\ndefault_sysctls = ['{TIME}=60']\n".encode()})
    result = run(root=str(root), time=600)
    assert result["failed"] is True
    (found,) = result["overridden_by"]
    assert (found["engine"], found["key"], found["path"], found["line"]) == ("podman", "time", later, 2)
    assert found["code"] == "takes_precedence"
    assert result["msg"].startswith(found["message"])
