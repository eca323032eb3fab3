# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.patterns import is_matched


@pytest.mark.parametrize(
    ("path", "pattern", "matches"),
    [
        ("/a/b", "/a/b", True),
        ("/a/b", "//a///b", True),
        ("/a/b", "/a/*", True),
        ("/a/b", "/*/[ab]", True),
        ("/a/b", "/a*", False),
        ("/a/.b", "/a/*", False),
        ("/a/.b", "/a/.*", True),
        ("/a/b", "/a/[z-a]", False),
        ("/a/b", "/A/b", False),
    ],
)
def test_patterns(path: str, pattern: str, *, matches: bool) -> None:
    assert is_matched(path, pattern) is matches
