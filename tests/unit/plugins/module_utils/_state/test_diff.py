# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._state.diff import render_diff


def test_the_kernel_comes_first_then_files_by_their_paths() -> None:
    files = [("/etc/b.conf", b"old\n", None), ("/etc/a.conf", None, b"\x1b[31mnew\n")]
    assert render_diff({"probes": (9, 5), "time": (7200, 600)}, files) == [
        {
            "before_header": "running kernel",
            "after_header": "running kernel",
            "before": "net.ipv4.tcp_keepalive_time = 7200\nnet.ipv4.tcp_keepalive_probes = 9\n",
            "after": "net.ipv4.tcp_keepalive_time = 600\nnet.ipv4.tcp_keepalive_probes = 5\n",
        },
        {"before_header": "/etc/a.conf", "after_header": "/etc/a.conf", "before": "", "after": "\\x1b[31mnew\n"},
        {"before_header": "/etc/b.conf", "after_header": "/etc/b.conf", "before": "old\n", "after": ""},
    ]


def test_nothing_changes() -> None:
    assert render_diff({}, []) == []
