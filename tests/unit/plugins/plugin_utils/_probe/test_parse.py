# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outputs of the probe that tools/record_probes.py has recorded on the hosts of the scenarios."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.parse import parse_probe

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader

RECORDED = Path(__file__).with_name("recorded")
LOADERS: dict[str, Loader | None] = {
    "debian11": "systemd-sysctl",
    "debian12": "systemd-sysctl",
    "debian13": "systemd-sysctl",
    "debian14": "systemd-sysctl",
    "sysvinit12": "procps",
    "runit12": "procps",
    "initless12": None,
}
# OpenRC and BusyBox boot these; only the module itself reads on.
INCONCLUSIVE = {"openrc12", "busybox12"}


def test_every_host_is_recorded() -> None:
    assert {path.stem for path in RECORDED.iterdir()} == {*LOADERS, *INCONCLUSIVE}


@pytest.mark.parametrize("name", LOADERS)
def test_recorded_host(name: str) -> None:
    host = parse_probe((RECORDED / f"{name}.txt").read_text(encoding="ascii"))
    snapshot = take_snapshot(host)
    host.require_certain(snapshot)
    assert (snapshot.loader, snapshot.boot.values, snapshot.runtime) == (
        LOADERS[name],
        KERNEL_DEFAULTS,
        KERNEL_DEFAULTS,
    )
    assert (snapshot.runtime_writable, snapshot.warnings(), snapshot.other_writers) == (True, [], [])


@pytest.mark.parametrize("name", sorted(INCONCLUSIVE))
def test_inconclusive_host(name: str) -> None:
    with pytest.raises(InconclusiveProbeError):
        take_snapshot(parse_probe((RECORDED / f"{name}.txt").read_text(encoding="ascii")))
