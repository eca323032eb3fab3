# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import ENDED, PERMISSION
from ansible_collections.linux.tcp.plugins.module_utils._host.unreadable import Unreadable
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import NOT_ACCEPTED


def test_unreadable_is_counted_by_reason() -> None:
    unreadable = Unreadable()
    unreadable.add("socket", NOT_ACCEPTED)
    unreadable.add("process", PERMISSION, "Run as root.", which="process 1")
    unreadable.add("socket", ENDED)
    unreadable.add("process", PERMISSION, which="process 2")
    assert unreadable.as_list() == [
        {"what": "process", **PERMISSION._asdict(), "count": 2},
        {"what": "socket", **ENDED._asdict(), "count": 1},
        {"what": "socket", **NOT_ACCEPTED._asdict(), "count": 1},
    ]
    assert unreadable.warnings() == [
        "2 process(es) could not be read, such as process 1: permission denied. Run as root."
    ]
    assert unreadable.count("socket", ENDED, NOT_ACCEPTED, PERMISSION) == unreadable.count("socket") == 2
    assert unreadable.count("socket", ENDED) == 1
    assert unreadable.count("process", ENDED, PERMISSION) == 2
    assert unreadable.reasons("socket") == f"{ENDED.message} (1); {NOT_ACCEPTED.message} (1)"
