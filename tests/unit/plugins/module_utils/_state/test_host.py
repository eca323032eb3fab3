# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.changes import ALL, ALL_TEXT, MARKER, REMOVE, ZZ
from ansible_collections.linux.tcp.tests.unit.host import TIME, lay_out, look_at, make_kernel

if t.TYPE_CHECKING:
    from pathlib import Path


def test_an_image(tmp_path: Path) -> None:
    make_kernel(tmp_path / "proc")
    lay_out(
        tmp_path / "image",
        {"/usr/lib/systemd/systemd-sysctl": b"", "/sbin/init": "/lib/systemd/systemd", ZZ: TIME + b"=5"},
    )
    host = LocalHost(str(tmp_path / "image"), proc=str(tmp_path / "proc"))
    running = look_at(tmp_path / "proc")
    outcome = ensure(host, DesiredState(values=ALL, overrides="take_over"), check_mode=False)
    assert outcome.change.kernel_writes == {}
    assert outcome.after.boot.values == ALL
    assert outcome.after.runtime == Values()
    assert (tmp_path / f"image{DEFAULT_PATH}").read_bytes() == ALL_TEXT
    assert (tmp_path / f"image{ZZ}").read_bytes() == MARKER + TIME + b"=5"
    assert [part["after_header"] for part in outcome.change.diff()] == [DEFAULT_PATH, ZZ]
    ensure(host, REMOVE, check_mode=False)
    assert not (tmp_path / f"image{DEFAULT_PATH}").exists()
    assert look_at(tmp_path / "proc") == running
