# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import typing as t

import pytest

if sys.version_info < (3, 11):
    pytest.skip("it has no reader of TOML", allow_module_level=True)

from ansible_collections.linux.tcp.tests.faults.engines import given_by_engines
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

OURS = b'default_sysctls = ["net.ipv4.tcp_keepalive_time=600"]'
PODMAN, CRIO = b"[containers]\n" + OURS, b"[crio.runtime]\n" + OURS


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("containers/containers.conf", PODMAN, (600, 0, 0, 0, 0, 0)),
        ("containers/containers.conf.d/a.conf", PODMAN, (600, 0, 0, 0, 0, 0)),
        ("containers/containers.conf.d/.a.tmp", PODMAN, (0, 0, 0, 0, 0, 0)),
        ("crio/crio.conf.d/.a.tmp", CRIO, (0, 0, 0, 600, 0, 0)),
        ("crio/crio.conf.d/a.conf", b"[crio", (0, 0, 0, -1, -1, -1)),
    ],
)
def test_what_engines_give(tmp_path: Path, name: str, text: bytes, values: tuple[int, ...]) -> None:
    lay_out(tmp_path, {f"/etc/{name}": text})
    assert given_by_engines(str(tmp_path)) == values
