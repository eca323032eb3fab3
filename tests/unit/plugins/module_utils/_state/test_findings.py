# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._state.findings import Finding


def test_as_dict() -> None:
    assert Finding("unreadable", "/etc/sysctl.d/\udcff", 3, "why").as_dict() == {
        "code": "unreadable",
        "path": "/etc/sysctl.d/\\xff",
        "line": 3,
        "message": "why",
    }
    assert Finding("no_loader", None, None, "why").as_dict()["path"] is None
