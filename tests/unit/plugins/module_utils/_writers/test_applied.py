# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.tests.unit.writers import found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    ("text", "names", "counts"),
    [
        pytest.param(b"-?\n" * 1000, 100, False, id="many settings"),
        pytest.param(b"-?\n" * 2000, 100, True, id="too many settings"),
        pytest.param(b"x" * (2 << 20), 100, True, id="too many bytes"),
        pytest.param(b"x" * (2 << 20), 50, False, id="many bytes"),
    ],
)
def test_calls_that_apply_too_much_may_apply_any(tmp_path: Path, text: bytes, names: int, *, counts: bool) -> None:
    lines = [f"sysctl -p {'/opt/large ' * names}", "sysctl -p /opt/600", "sysctl --system"]
    layout: Layout = {
        "/etc/rc.local": "\n".join(lines).encode(),
        "/opt/large": text,
        "/opt/600": b"net.ipv4.tcp_keepalive_time=600\n",
        "/etc/sysctl.d/a.conf": b"net.ipv4.tcp_keepalive_time=600\n",
    }
    places = [(writer.line, writer.code) for writer in found(tmp_path, layout)]
    assert places == ([(1, "applies_files"), (2, "applies_files")] if counts else [])
