# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lose packets until a connection with TCP_USER_TIMEOUT has ended, and look at the others then.

That is what the verdicts and the refusal rest on: net/ipv4/tcp_timer.c, tcp_keepalive_timer().
"""

from __future__ import annotations

import select
import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    ensure,
    gather,
    inode,
    keepalive,
    listen,
    port_of,
    report,
    sysctl,
)
from ansible_collections.linux.tcp.tests.unit.system_calls import set_loopback

for key, value in {"time": 1, "intvl": 1, "probes": 120}.items():
    sysctl(key, value)
listener = listen()
pairs = {name: connect(listener) for name in ("left", "accepted", "on", "sending", "sending with timeout")}
sockets = {name: client for name, (client, _server) in pairs.items()}
for name in ("left", "accepted"):
    sockets[name].setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000)
sockets["sending with timeout"].setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 10_000)


def port(name: str) -> int:
    return port_of(sockets[name])


ensure(local_ports=[port("left")])
assert ensure(local_ports=[port("accepted")], user_timeout="accept")["changed"]
keepalive(*(sockets[name] for name in ("on", "sending", "sending with timeout")))
set_loopback(up=False)
for name in ("sending", "sending with timeout"):
    sockets[name].send(b"x")
found = gather()["by_inode"]
covered = {name: found[inode(sockets[name])]["covered"] for name in ("on", "sending", "sending with timeout")}


def end_of(name: str) -> int:
    """Wait until a connection ends, and return its error."""
    waiting = select.poll()
    waiting.register(sockets[name], select.POLLERR | select.POLLHUP)
    waiting.poll()
    return sockets[name].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


ends = [end_of("accepted"), end_of("sending with timeout")]
set_loopback(up=True)
heard = []
for name in ("left", "on"):
    sockets[name].sendall(b"still here")
    heard.append(pairs[name][1].recv(10).decode())
report(ends=ends, covered=covered, heard=heard)
