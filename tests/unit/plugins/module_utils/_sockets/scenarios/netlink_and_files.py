# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read sockets of both families by netlink and from the kernel's text tables."""

from __future__ import annotations

import os
import socket
import time

from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES, Entry
from ansible_collections.linux.tcp.plugins.module_utils._sockets.netlink import _read_files, read_table
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    KEEPALIVE_TIMER,
    armed,
    connect,
    inode,
    keepalive,
    kept,
    listen,
    report,
    send_until_full,
)


def rounded(entries: list[Entry]) -> list[Entry]:
    # timers run between the two
    return sorted(entry._replace(left=armed(entry.left)) for entry in entries)


listeners = [listen(), listen("::1", socket.AF_INET6), listen("::", socket.AF_INET6)]
for listener in listeners:
    keepalive(*connect(listener))
    connect(listener)
client, server = connect(listeners[-1], "127.0.0.1", family=socket.AF_INET)
send_until_full(client)
server.shutdown(socket.SHUT_WR)
namespace = os.stat("/proc/self/ns/net").st_ino
deadline = time.monotonic() + 60
while True:  # until all but what nobody reads is acknowledged, the last FIN too
    ways = [read_table("/proc/self", namespace, STATES.values()), _read_files("/proc/self", STATES.values())]
    # a zero window's probes may go out between the two
    quiet = [[entry for entry in entries if not entry.unacknowledged] for entries in ways]
    same = rounded(quiet[0]) == rounded(quiet[1])
    if (same and len(quiet[0]) == len(ways[0]) - 1) or time.monotonic() > deadline:
        break
assert {entry.inode for entry in ways[0]} == {inode(one) for one in kept}
assert any(entry.unacknowledged for entry in ways[0])
assert any(entry.timer == KEEPALIVE_TIMER for entry in ways[0])
listening = read_table("/proc/self", namespace, [STATES["listening"]])
report(same=same, lengths=[len(ways[0]), len(ways[1]), len(quiet[0])], listeners=len(listening))
