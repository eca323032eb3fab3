# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Writer
from ansible_collections.linux.tcp.tests.unit.writers import found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    ("files", "counts"),
    [
        pytest.param("/opt/600 " * 100, False, id="as many as are read"),
        pytest.param("/opt/600 " * 101, True, id="many"),
        pytest.param("/opt/" + "[6]" * 1400, True, id="a long pattern"),
    ],
)
def test_a_call_of_too_many_files_may_apply_any(tmp_path: Path, files: str, *, counts: bool) -> None:
    line = f"sysctl -p {files}"
    layout: Layout = {"/etc/rc.local": line.encode(), "/opt/600": b"net.ipv4.tcp_keepalive_time=600\n"}
    writer = Writer("/etc/rc.local", 1, line.strip()[:200], "applies_files")
    assert found(tmp_path, layout) == ([writer] if counts else [])


@pytest.mark.parametrize(("calls", "counts"), [(10, False), (11, True)])
def test_calls_of_too_many_files_in_all_may_apply_any(tmp_path: Path, calls: int, *, counts: bool) -> None:
    """Each name may lead through a thousand folders."""
    lines = [" ".join(["sysctl -p", *(f"/opt/{call}x{name}" for name in range(100))]) for call in range(calls)]
    places = [(one.line, one.code) for one in found(tmp_path, {"/etc/rc.local": "\n".join(lines).encode()})]
    assert places == ([(11, "applies_files")] if counts else [])
