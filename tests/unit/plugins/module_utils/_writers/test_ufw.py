# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Writer
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, lay_out
from ansible_collections.linux.tcp.tests.unit.writers import found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    ("layout", "lines"),
    [
        pytest.param({"/etc/ufw/ufw.conf": b"ENABLED=yes\n"}, [3], id="on"),
        pytest.param(
            {"/etc/ufw/ufw.conf": b"ENABLED=yes\n", "/etc/default/ufw": b"IPT_SYSCTL=/a\0b\n"},
            [],
            id="no name of a file",
        ),
        pytest.param({"/etc/ufw/ufw.conf": b"LOGLEVEL=low\nENABLED=no\n"}, [], id="off"),
        pytest.param({}, [], id="not there"),
        pytest.param(
            {"/etc/ufw/ufw.conf": b"ENABLED=yes\n", "/etc/default/ufw": b"#IPT_SYSCTL=/etc/ufw/sysctl.conf\n"},
            [],
            id="told to leave sysctls alone",
        ),
    ],
)
def test_ufw(tmp_path: Path, layout: Layout, lines: list[int]) -> None:
    files: Layout = {
        "/etc/default/ufw": b'IPV6=yes\nIPT_SYSCTL=/etc/ufw/sysctl.conf\nIPT_MODULES=""\n',
        "/etc/ufw/sysctl.conf": b"# remark\nnet/ipv4/tcp_keepalive_probes=9\nnet/ipv4/tcp_keepalive_time=60\n"
        b"#net/ipv4/tcp_keepalive_intvl=5\n",
        **layout,
    }
    expected = [Writer("/etc/ufw/sysctl.conf", line, "net/ipv4/tcp_keepalive_time=60") for line in lines]
    assert found(tmp_path, files) == expected


def test_a_file_of_ufw_that_has_too_many_settings(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/ufw/ufw.conf": b"ENABLED=yes\n",
        "/etc/default/ufw": b"IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
        "/etc/ufw/sysctl.conf": b"-?\n" * 150_001,
    }
    lay_out(tmp_path, layout)
    files = Files(str(tmp_path))
    (unseen,) = find_candidates(files, PROCPS, files.read_tree()).unseen
    reason = "/etc/ufw/sysctl.conf has too much to be read with the other files that are applied."
    assert (unseen.reason, unseen.is_failure) == (reason, True)
