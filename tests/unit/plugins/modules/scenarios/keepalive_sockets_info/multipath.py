# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather MPTCP sockets and a TCP connection that an MPTCP listener accepted."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    MPTCP,
    connect,
    enable_mptcp,
    gather,
    inode,
    keepalive,
    listen,
    report,
    sysctl,
)

enable_mptcp()
sysctl("time", 7200)
listener = listen(protocol=MPTCP)
client, server = connect(listener, protocol=MPTCP)
client.sendall(b"x")
server.recv(1)
keepalive(client)
sysctl("time", 600)
plain, accepted = connect(listener)
found = gather()["by_inode"]
report(
    count=len(found),
    **{
        name: [found[inode(one)][key] for key in ("protocol", "keepalive", "time", "covered", "user_timeout")]
        for name, one in {"listener": listener, "client": client, "server": server, "plain": plain}.items()
    },
)
