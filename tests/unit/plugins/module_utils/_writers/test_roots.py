# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.roots import is_this_root, without_root


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("", True),
        ("/", True),
        ("//.", True),
        ("/host/", True),
        ("/proc/1/root", True),
        ("${1:-/}", True),
        ("${1:-}", True),
        ("/mnt", False),
        ("/host/x", False),
        ("/proc/2/root", False),
        ("${1:-/mnt}", False),
        ("$1", False),
    ],
)
def test_is_this_root(folder: str, *, expected: bool) -> None:
    assert is_this_root(folder) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/etc/x", "/etc/x"),
        ("/host/etc/x", "/etc/x"),
        ("//proc/1//root/etc/x", "/etc/x"),
        ("/hostile/x", "/hostile/x"),
        ("/mnt/host/x", "/mnt/host/x"),
        ("/host", "/host"),
        ("host/x", "host/x"),
    ],
)
def test_without_root(path: str, expected: str) -> None:
    assert without_root(path) == expected
