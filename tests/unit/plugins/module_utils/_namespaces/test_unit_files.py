# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.unit_files import UnitFiles
from ansible_collections.linux.tcp.tests.unit.host import files_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

SETS = b"[Service]\nExecStartPre=+sysctl -w net.ipv4.tcp_keepalive_time=60\n"
PLAIN = b"[Service]\nPrivateNetwork=yes\n"


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"/etc/systemd/system/web@1.service": PLAIN}, None, id="no keys"),
        pytest.param(
            {"/usr/lib/systemd/system/web@1.service": SETS}, "/usr/lib/systemd/system/web@1.service", id="unit"
        ),
        pytest.param({"/etc/systemd/system/web@.service": SETS}, "/etc/systemd/system/web@.service", id="template"),
        pytest.param(
            {"/usr/lib/systemd/system/web@1.service": PLAIN, "/etc/systemd/system/web@.service.d/a.conf": SETS},
            "/etc/systemd/system/web@.service.d/a.conf",
            id="drop-in",
        ),
        pytest.param({"/etc/systemd/system/other.service": SETS}, None, id="another unit"),
    ],
)
def test_that_names_keys(tmp_path: Path, layout: Layout, expected: str | None) -> None:
    units = UnitFiles(files_of(tmp_path, layout))
    assert units.that_names_keys(["plain.service", "web@1.service"]) == expected
    assert units.that_names_keys(["web@1.service"]) == expected


@pytest.mark.parametrize("name", ["../../x.service", "*.service", "x/y.service"])
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    layout = {"/etc/x.service": SETS, "/etc/systemd/system/x.service": SETS, "/etc/systemd/system/x/y.service": SETS}
    assert UnitFiles(files_of(tmp_path, layout)).that_names_keys([name]) is None
