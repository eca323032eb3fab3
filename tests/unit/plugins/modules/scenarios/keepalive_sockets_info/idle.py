# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather a connection on which an acknowledgement came later than data."""

from __future__ import annotations

import socket
import struct
import time

from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, gather, inode, listen, report

client, server = connect(listen())


def heard() -> tuple[int, int]:
    # struct tcp_info: milliseconds since data came, and since an acknowledgement came
    data, acknowledgement = struct.unpack("=52xII", client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 60))
    return data, acknowledgement


while heard()[0] < 250:
    time.sleep(0.01)
client.send(b"x")
while heard()[0] - heard()[1] < 250:  # until the acknowledgement came
    time.sleep(0.01)
before = min(heard())
idle = gather()["by_inode"][inode(client)]["idle"] * 1000
report(idle=before <= round(idle) <= min(heard()))
