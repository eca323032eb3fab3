# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather a connection whose timer was armed before the sysctl was raised."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    armed,
    connect,
    gather,
    inode,
    keepalive,
    listen,
    report,
    sysctl,
)

sysctl("time", 600)
client, server = connect(listen())
keepalive(client)
sysctl("time", 7200)
one = gather()["by_inode"][inode(client)]
client.send(b"hello")
report(time=one["time"], left=armed(one["timer"]["left"]), covered=one["covered"], data=server.recv(9).decode())
