# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.cautions import cautions
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_result
from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values, sysctl_name
from ansible_collections.linux.tcp.tests.unit.host import make_host

if t.TYPE_CHECKING:
    from pathlib import Path

A = "/etc/sysctl.d/a.conf"


def codes(want: DesiredState, runtime: Values, boot: Values, *, runs: bool = True) -> list[str]:
    text = "".join(f"{sysctl_name(key)} = {boot[key]}\n" for key in KEYS).encode()
    tree = Tree((SysctlFile(A, A, text=text),))
    after = Snapshot(runs=runs, runtime=runtime, runtime_writable=runs, loader="systemd-sysctl", tree=tree, hz=250)
    return [caution.code for caution in cautions(want, after)]


USUAL = Values(600, 60, 20)
ODD = Values(60, 75, 9)


@pytest.mark.parametrize(
    ("want", "runtime", "boot", "expected"),
    [
        pytest.param(DesiredState(), ODD, ODD, [], id="nothing is wanted"),
        pytest.param(DesiredState(values=USUAL), USUAL, USUAL, [], id="usual values"),
        pytest.param(DesiredState(absent=KEYS), ODD, ODD, [], id="absent"),
        pytest.param(DesiredState(values=Values(probes=1)), USUAL, USUAL, ["single_probe"], id="one probe"),
        pytest.param(DesiredState(values=Values(probes=3)), ODD, ODD, [], id="only probes is wanted"),
        pytest.param(DesiredState(values=Values(time=60)), ODD, USUAL, ["intvl_longer_than_time"], id="found intvl"),
        pytest.param(DesiredState(values=Values(intvl=75)), ODD, USUAL, ["intvl_longer_than_time"], id="found time"),
        pytest.param(DesiredState(values=Values(time=75)), Values(75, 75, 9), USUAL, [], id="as long as time"),
        pytest.param(
            DesiredState(values=Values(time=60), runtime=False), USUAL, ODD, ["intvl_longer_than_time"], id="the boot's"
        ),
        pytest.param(
            DesiredState(values=USUAL, runtime=False, persistent=False), USUAL, USUAL, ["nothing_set"], id="nowhere"
        ),
    ],
)
def test_cautions(want: DesiredState, runtime: Values, boot: Values, expected: list[str]) -> None:
    assert codes(want, runtime, boot) == expected


def test_another_root() -> None:
    assert codes(DesiredState(values=USUAL, persistent=False), Values(), USUAL, runs=False) == ["nothing_set"]
    assert codes(DesiredState(values=Values(time=60)), Values(), ODD, runs=False) == ["intvl_longer_than_time"]


def test_hard_link_is_named(tmp_path: Path) -> None:
    host = make_host(tmp_path, {A: b"net.ipv4.tcp_keepalive_time = 7200\n"})
    other = tmp_path / "other"
    os.link(str(tmp_path / "root" / A.lstrip("/")), str(other))
    want = DesiredState(values=Values(time=600), path=A)
    for check_mode in (True, False, False):
        result, warnings = build_result(ensure(host, want, check_mode=check_mode), want, diff=False)
        assert [caution["code"] for caution in result["cautions"]] == (["hard_link_cut"] if result["changed"] else [])
        assert [warning.startswith(f"{A} has another name") for warning in warnings] == [True] * result["changed"]
    assert other.read_bytes() == b"net.ipv4.tcp_keepalive_time = 7200\n"


def test_messages() -> None:
    tree = Tree(())
    after = Snapshot(runs=True, runtime=Values(60, 75, 1), runtime_writable=True, loader=None, tree=tree, hz=250)
    found = cautions(DesiredState(values=Values(60, 75, 1)), after)
    assert [caution.message for caution in found] == [
        "net.ipv4.tcp_keepalive_probes = 1 ends a healthy connection when a single probe is lost. Give 3 or more.",
        (
            "net.ipv4.tcp_keepalive_intvl (75) is larger than net.ipv4.tcp_keepalive_time (60), so the kernel probes "
            "an idle connection every 75 seconds only and notices a dead peer after 150. Give intvl: 60 or less."
        ),
    ]
