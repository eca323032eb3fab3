# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a socket that is connected to itself, whose timer the kernel does not arm, and arm it."""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    ensure,
    gather,
    inode,
    keepalive,
    keepalive_timer,
    kept,
    port_of,
    report,
    sysctl,
)

sysctl("time", 600)
one = socket.socket()
kept.append(one)
keepalive(one)
one.bind(("127.0.0.1", 0))
one.connect(one.getsockname())  # both ends open at once: RFC 9293, 3.5
before = keepalive_timer(one)
found = gather()["by_inode"][inode(one)]
port = port_of(one)
left = ensure(local_ports=[port])
done = ensure(local_ports=[port], rearm=True)
report(
    before=before,
    found=[found["covered"], found["reason"]],
    left=[left["changed"], left["warnings"]],
    done=[[change["before"]["covered"], change["after"]["covered"]] for change in done["changed_sockets"]],
    after=keepalive_timer(one),
    again=ensure(local_ports=[port], rearm=True)["changed"],
)
