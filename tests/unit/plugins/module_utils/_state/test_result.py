# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import NotReadAtBootError
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import Checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.options import DESIRED_STATE
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import preview, take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.result import (
    build_checkpoint_result,
    build_info_result,
    build_result,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.changes import ALL, SET_ALL, ZZ, D, run
from ansible_collections.linux.tcp.tests.unit.host import NOTHING, TIME, make_host

if t.TYPE_CHECKING:
    from pathlib import Path

PARAMS = {name: option.get("default") for name, option in DESIRED_STATE.items()}


def test_result_of_a_change(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"})
    want = DesiredState(values=ALL, overrides="take_over", backup=True)
    outcome = run(host, want)
    result, warnings = build_result(outcome, want, diff=False)
    assert [path.partition(".conf.")[0] for path in result.pop("backup_files")] == [f"{D}/99-tcp-keepalive", f"{D}/zz"]
    assert result == {
        "changed": True,
        "before": outcome.change.before.as_dict(),
        "after": take_snapshot(host).as_dict(),
        "overridden_by": [{"key": "time", "value": "5", "path": ZZ, "line": 1}],
        "detection_time": 600 + 60 * 20,
        "cautions": [],
    }
    assert warnings == []


@pytest.mark.parametrize(("want", "parts"), [(SET_ALL, 2), (DesiredState(), 0)], ids=["change", "no change"])
def test_result_with_a_diff(tmp_path: Path, want: DesiredState, parts: int) -> None:
    result, _warnings = build_result(run(make_host(tmp_path), want), want, diff=True)
    assert (result["changed"], len(result["diff"])) == (parts > 0, parts)


def test_warnings_are_beside_the_result(tmp_path: Path) -> None:
    host = make_host(tmp_path, {"/etc/crontab": b"@reboot root sysctl -w " + TIME + b"=7\n"}, init=NOTHING)
    want = DesiredState(values=Values(probes=1))
    result, warnings = build_result(run(host, want), want, diff=False)
    assert [caution["code"] for caution in result["cautions"]] == ["single_probe"]
    assert [warning.partition(" ")[0] for warning in warnings] == [
        "Nothing",
        "/etc/crontab",
        "net.ipv4.tcp_keepalive_probes",
    ]


def test_info_result(tmp_path: Path) -> None:
    layout = {"/run/sysctl.d/a.conf": TIME + b"=5\n", "/etc/crontab": b"@reboot root sysctl -w " + TIME + b"=7\n"}
    snapshot = take_snapshot(make_host(tmp_path, layout))
    result, warnings = build_info_result(snapshot)
    assert result == snapshot.as_dict()
    assert [warning.partition(" ")[0] for warning in warnings] == ["/run/sysctl.d/a.conf", "/etc/crontab"]


@pytest.mark.parametrize(
    ("want", "codes"),
    [
        pytest.param(DesiredState(values=Values(time=600)), ["runtime", "boot"], id="change"),
        pytest.param(DesiredState(values=Values(time=7200), persistent=False), [], id="right already"),
    ],
)
def test_checkpoint_result(tmp_path: Path, want: DesiredState, codes: list[str]) -> None:
    change = preview(make_host(tmp_path), want)
    result = build_checkpoint_result(change, Checkpoint(), want, {**PARAMS, "wait": True})
    assert [one["code"] for one in result.pop("deviations")] == codes
    assert result == {
        "changed": False,
        "would_change": bool(codes),
        "before": change.before.as_dict(),
        "after": change.after.as_dict(),
        "checkpoint": Checkpoint().as_dict(),
        "desired": PARAMS,
    }


def test_checkpoint_of_a_change_of_which_it_is_not_known_whether_it_lasts(tmp_path: Path) -> None:
    want = DesiredState(values=Values(time=600))
    change = preview(make_host(tmp_path, init=InitSystem(process_1="sleep")), want)
    with pytest.raises(NotReadAtBootError) as caught:
        build_checkpoint_result(change, Checkpoint(), want, PARAMS)
    assert str(caught.value) == (
        "What net.ipv4.tcp_keepalive_time will be at the next boot is not known. It is not known what applies sysctl "
        "files when this system boots: process 1 (sleep) is no init that is known here. So the values of the next boot "
        "are not known. Give overrides: ignore or persistent: false to accept this. Nothing was changed."
    )


def test_checkpoint_of_a_change_that_would_not_last(tmp_path: Path) -> None:
    want = DesiredState(values=Values(time=600))
    change = preview(make_host(tmp_path, init=NOTHING), want)
    with pytest.raises(NotReadAtBootError) as caught:
        build_checkpoint_result(change, Checkpoint(), want, PARAMS)
    assert str(caught.value) == (
        "net.ipv4.tcp_keepalive_time would be 7200 at the next boot, not 600, because nothing applies sysctl files "
        "when this system boots. Give overrides: ignore or persistent: false to accept this. Nothing was changed."
    )
