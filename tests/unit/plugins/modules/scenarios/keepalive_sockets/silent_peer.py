# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set a time that is shorter than the peer has been silent."""

from __future__ import annotations

import socket
import struct
import time

from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, ensure, keepalive, listen, look, report

client, server = connect(listen())
keepalive(client)


def heard() -> int:
    # struct tcp_info: milliseconds since an acknowledgement came
    milliseconds: int = struct.unpack("=56xI", client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 60))[0]
    return milliseconds


while heard() < 1100:
    time.sleep(0.02)
ensure(remote_ports=[client.getpeername()[1]], time=1)
while heard() > 1000:
    time.sleep(0.001)
client.sendall(b"still here")
report(heard=server.recv(20).decode(), time=look(client)[1])
