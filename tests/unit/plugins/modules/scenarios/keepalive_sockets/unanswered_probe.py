# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set a connection while one of its probes is unanswered."""

from __future__ import annotations

import socket
import time

from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets.connections import summarise
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    ensure,
    gather,
    inode,
    keepalive,
    keepalive_timer,
    listen,
    report,
    steady,
    sysctl,
)
from ansible_collections.linux.tcp.tests.unit.system_calls import set_loopback

sysctl("time", 1)
sysctl("intvl", 100)
client, server = connect(listen())
keepalive(client)
set_loopback(up=False)


def probes() -> int:
    return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 4)[3]  # struct tcp_info: tcpi_probes


while not probes():
    time.sleep(0.02)
sysctl("intvl", 5)
before = steady(gather()["by_inode"][inode(client)]["reason"]["message"])
found = summarise(ensure(remote_ports=[client.getpeername()[1]], rearm=True), {"client": client})
report(before=before, found=found["left"], changed=found["changed"], timer=keepalive_timer(client))
