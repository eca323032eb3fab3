# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set a connection that has unread data, one end of which does not block."""

from __future__ import annotations

import fcntl
import os

from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, ensure, listen, report

client, server = connect(listen())
client.setblocking(False)
server.sendall(b"unread")


def flags() -> list[int]:
    return [fcntl.fcntl(one, fcntl.F_GETFL) for one in (client, server)]


before = flags()
descriptors = len(os.listdir("/proc/self/fd"))
found = ensure(os.getpid(), all=False, listening=True, rearm=True, time=77)
leaked = len(os.listdir("/proc/self/fd")) - descriptors
after = flags()
data = client.recv(20).decode()
server.close()
report(
    changed=found["totals"]["changed"],
    flags=after == before,
    leaked=leaked,
    data=data,
    ends=client.recv(1).decode(),
)
