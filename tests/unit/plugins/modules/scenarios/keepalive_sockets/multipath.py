# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set an MPTCP connection."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    MPTCP,
    connect,
    enable_mptcp,
    ensure,
    keepalive,
    listen,
    report,
    sysctl,
)

enable_mptcp()
sysctl("time", 7200)
client, server = connect(listen(protocol=MPTCP), protocol=MPTCP)
client.sendall(b"x")
server.recv(1)
keepalive(client)
sysctl("time", 600)
port = client.getpeername()[1]
on = ensure(remote_ports=[port], rearm=True)
pinned = ensure(remote_ports=[port], time=60)
report(
    on=[one["after"]["covered"] for one in on["changed_sockets"]],
    again=ensure(remote_ports=[port], rearm=True)["changed"],
    pinned=[one["after"]["time"] for one in pinned["changed_sockets"]],
    unreachable=[one["reason"]["message"] for one in pinned["unreachable_sockets"]],
)
