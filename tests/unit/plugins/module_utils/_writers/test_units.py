# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Writer
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    "path",
    [
        "/etc/systemd/system/tune.service",
        "/etc/systemd/system/ssh.service.d/tune.conf",
        "/etc/systemd/system/service.d/tune.conf",
        "/usr/local/lib/systemd/system/tune.service",
        "/usr/lib/systemd/system/ssh.service.d/tune.conf",
        "/usr/lib/systemd/system/tune@.service",
        "/lib/systemd/system/tune.socket",
    ],
)
def test_units(tmp_path: Path, path: str) -> None:
    text = (
        b"[Unit]\nDescription=" + SET + b"\n[Service]\nExecStart=/bin/sh -c 'true; \\\n# no\n " + SET + b"'\nX=" + SET
    )
    layout: Layout = {path: text}
    assert found(tmp_path, layout, init=SYSTEMD, executable=False) == [Writer(path, 6, SET.decode() + "'")]
    assert found(tmp_path, layout, init=PROCPS, executable=False) == []


@pytest.mark.parametrize(
    ("layout", "counts"),
    [
        pytest.param({}, False, id="not enabled"),
        pytest.param({"/etc/systemd/system/x.target.wants/a.service": "../a.service"}, True, id="wanted"),
        pytest.param({"/usr/lib/systemd/system/x.target.requires/a.service": "../a.service"}, True, id="required"),
        pytest.param({"/etc/systemd/system/timers.target.wants/a.timer": b""}, True, id="by its timer"),
        pytest.param({"/etc/systemd/system/b.service": "/usr/lib/systemd/system/a.service"}, True, id="by an alias"),
        pytest.param({"/etc/systemd/system/x.target.wants/b.service": b""}, False, id="another one is enabled"),
    ],
)
def test_units_that_have_to_be_enabled(tmp_path: Path, layout: Layout, *, counts: bool) -> None:
    unit = b"[Service]\nExecStart=" + SET + b"\nExecStopPost=" + SET + b"\n[Install]\nWantedBy=x.target\n"
    writers = found(tmp_path, {"/usr/lib/systemd/system/a.service": unit, **layout}, init=SYSTEMD)
    assert [writer.line for writer in writers] == ([2] if counts else [])


def test_an_enabled_instance_enables_its_template(tmp_path: Path) -> None:
    unit = b"[Service]\nExecStart=" + SET + b"\n[Install]\nWantedBy=x.target\n"
    layout: Layout = {"/usr/lib/systemd/system/a@.service": unit}
    assert found(tmp_path, layout, init=SYSTEMD) == []
    layout = {"/etc/systemd/system/x.target.wants/a@eth0.service": "/usr/lib/systemd/system/a@.service"}
    assert len(found(tmp_path, layout, init=SYSTEMD)) == 1


@pytest.mark.parametrize("what", [b"", "/dev/null"])
def test_units_hide_others_of_their_name(tmp_path: Path, what: bytes | str) -> None:
    assert (
        found(tmp_path, {"/usr/lib/systemd/system/a.service": SET, "/etc/systemd/system/a.service": what}, init=SYSTEMD)
        == []
    )


def test_a_masked_unit_takes_its_drop_ins_with_it(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/systemd/system/a.service": "/dev/null",
        "/etc/systemd/system/a.service.d/tune.conf": b"ExecStart=" + SET,
    }
    assert found(tmp_path, layout, init=SYSTEMD) == []


def test_a_merged_usr_is_read_once(tmp_path: Path) -> None:
    layout: Layout = {"/lib": "usr/lib", "/usr/lib/systemd/system/a.service": b"ExecStart=" + SET}
    assert [writer.path for writer in found(tmp_path, layout, init=SYSTEMD)] == ["/usr/lib/systemd/system/a.service"]
