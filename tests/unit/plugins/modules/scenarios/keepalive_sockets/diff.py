# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print the diff of a run that sets an IPv6 listener and both ends of its connection, with names for what varies.

- check_mode: whether the run is in check mode
"""

from __future__ import annotations

import os
import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    ensure,
    inode,
    keepalive,
    listen,
    own_command,
    parameters,
    port_of,
    report,
    steady,
    sysctl,
)

sysctl("time", 7200)
listener = listen("::", socket.AF_INET6)
client, server = connect(listener, "::1")
keepalive(client)
sysctl("time", 600)
found = ensure(_ansible_diff=True, _ansible_check_mode=parameters()["check_mode"], listening=True, rearm=True)
STAND_INS = {
    inode(listener): "L",
    inode(client): "C",
    inode(server): "S",
    os.getpid(): "PID",
    port_of(listener): "LP",
    port_of(client): "CP",
}


def lines(side: str) -> list[str]:
    text: str = found["diff"][side]
    for number, stand_in in STAND_INS.items():
        text = text.replace(str(number), stand_in)
    return sorted(steady(text).splitlines())


report(sides=[lines("before"), lines("after")], comm=own_command())
