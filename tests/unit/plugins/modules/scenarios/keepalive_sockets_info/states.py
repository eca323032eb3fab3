# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather connections in the states of opening and closing, and one that its process has closed."""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    gather,
    inode,
    keepalive,
    kept,
    listen,
    of_sockets,
    report,
    send_until_full,
)

listener = listen()
waiting, closed = connect(listener)
keepalive(waiting)
closed.shutdown(socket.SHUT_WR)
keepalive(closed)
left, _other = connect(listener)
left.close()
kept.remove(left)
full = listen()
full.listen(0)
kept.append(socket.create_connection(full.getsockname()))
sending = socket.socket()
keepalive(sending)
sending.setblocking(False)
sending.connect_ex(full.getsockname())


def connect_and_send() -> tuple[socket.socket, socket.socket]:
    # the data does not get through, so that the end of the connection is not acknowledged either
    client, server = connect(listener)
    keepalive(client)
    send_until_full(client)
    return client, server


fin_wait1, _other = connect_and_send()
fin_wait1.shutdown(socket.SHUT_WR)
closing, other = connect_and_send()
closing.shutdown(socket.SHUT_WR)
other.shutdown(socket.SHUT_WR)
last_ack, other = connect_and_send()
other.shutdown(socket.SHUT_WR)
last_ack.shutdown(socket.SHUT_WR)

sockets = {
    "waiting": waiting,
    "closed": closed,
    "sending": sending,
    "fin_wait1": fin_wait1,
    "closing": closing,
    "last_ack": last_ack,
}
found = gather(states=list(STATES))["by_inode"]
lost = gather(pids=None, states=["fin_wait2"], local_addresses=["127.0.0.0/8"])["unreadable"]


def seen(one: socket.socket) -> list[str | None]:
    it = found[inode(one)]
    return [it["state"], it["timer"]["kind"], (it["reason"] or {}).get("message")]


report(
    found={name: seen(one) for name, one in sockets.items()},
    never_heard=found[inode(sending)]["idle"],
    few=[one["state"] for one in gather(states=["close_wait", "fin_wait2"])["sockets"]],
    lost=[one["code"] for one in of_sockets(lost)],
)
