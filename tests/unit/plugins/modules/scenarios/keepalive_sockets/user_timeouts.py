# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switch keepalive on for connections whose TCP_USER_TIMEOUT leaves room for several probes, or for one."""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    ensure,
    gather,
    inode,
    keepalive,
    listen,
    look,
    options,
    parameters,
    port_of,
    report,
    sysctl,
)

for key, value in {"time": 120, "intvl": 15, "probes": 4}.items():
    sysctl(key, value)
listener = listen()
port = port_of(listener)
# milliseconds; the second probe comes after 135 s, and without the option the connection ends after 180 s
TIMEOUTS = {"none": 0, "one probe": 135_000, "two probes": 135_001, "all probes": 180_000, "longer": 180_001}
sockets = {name: connect(listener)[0] for name in TIMEOUTS}
sockets["listener"] = listener
for name, milliseconds in TIMEOUTS.items():
    sockets[name].setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000)
names = {inode(one): name for name, one in sockets.items()}
before = look(sockets["one probe"])
given = parameters()["given"]
planned = ensure(remote_ports=[port], _ansible_check_mode=True, **given)
done = ensure(remote_ports=[port], **given)
on_listener = ensure(local_ports=[port], states=["listening"], **given)
left = {**done["left_by_inode"], **on_listener["left_by_inode"]}
inherited = connect(listener)[1].getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
untouched = before == look(sockets["one probe"])
keepalive(*sockets.values())  # as their programs may
found = gather()["by_inode"]
report(
    changed=sorted(names[one] for one in done["changed_by_inode"]),
    left={names[one]: state["reason"]["code"] for one, state in left.items() if one in names},
    same=planned["totals"] == done["totals"],
    untouched=untouched,
    warnings=[done["warnings"], on_listener["warnings"]],
    inherited=inherited,
    covered={names[one]: state["covered"] for one, state in found.items() if one in names},
    # of one that has it on already and can lose several probes
    then=ensure(remote_ports=[port], time=170, **given)["totals"],
    pinned={name: options(sockets[name])[1] for name in TIMEOUTS},
    again=ensure(remote_ports=[port], time=170, **given)["changed"],
)
