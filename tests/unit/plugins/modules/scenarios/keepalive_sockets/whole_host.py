# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set all sockets of a host that has none, and then of one that has a listener.

It needs a PID namespace of its own: without one it would set the machine's sockets.
"""

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES
from ansible_collections.linux.tcp.tests.unit.socket_tools import child, ensure, inode, listen, look, report
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, unshare

nothing = ensure(all=True, pids=None, listening=True, states=list(STATES), rearm=True, time=77)
listener = listen()
child(lambda: unshare(CLONE_NEWNET))
found = ensure(all=True, pids=None, listening=True)
report(
    nothing={key: nothing[key] for key in ("changed", "changed_sockets", "left_sockets", "unreachable_sockets")},
    failed=nothing.get("failed", False),
    found=list(found["changed_by_inode"]) == [inode(listener)],
    on=look(listener)[0],
)
