# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set sockets in all states in which a process can have one without TCP Fast Open."""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    ensure,
    inode,
    kept,
    listen,
    look,
    report,
    send_until_full,
)

listener = listen()
waiting, closed = connect(listener)
closed.shutdown(socket.SHUT_WR)
full = listen()
full.listen(0)
kept.append(socket.create_connection(full.getsockname()))
sending = socket.socket()
sending.setblocking(False)
sending.connect_ex(full.getsockname())


def stuck(*closing: int) -> socket.socket:
    # The data does not get through, so that the end of the connection is not acknowledged either.
    # The client (0) and the server (1) close it in this order.
    ends = connect(listener)
    send_until_full(ends[0])
    for number in closing:
        ends[number].shutdown(socket.SHUT_WR)
    return ends[0]


sockets = {
    "close_wait": waiting,
    "fin_wait2": closed,
    "syn_sent": sending,
    "listening": listener,
    "established": connect(listener)[0],
    "fin_wait1": stuck(0),
    "closing": stuck(0, 1),
    "last_ack": stuck(1, 0),
}
everywhere = list(STATES)
done = ensure(states=everywhere, time=88)
report(
    states={name: done["changed_by_inode"][inode(one)]["state"] for name, one in sockets.items()},
    now={name: look(one)[:2] for name, one in sockets.items()},
    again=ensure(states=everywhere, time=88)["totals"]["changed"],
    off=ensure(states=everywhere, enabled=False)["totals"]["changed"] == done["totals"]["changed"],
    gone=done["totals"]["gone"],
)
