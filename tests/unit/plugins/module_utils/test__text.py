# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("/etc/a.conf", "/etc/a.conf", id="ASCII"),
        pytest.param("/etc/é.conf", "/etc/é.conf", id="UTF-8"),
        pytest.param("/etc/\udcff.conf", "/etc/\\xff.conf", id="not UTF-8"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
