# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a program set its socket after the module has set it and before the module reads the timers again."""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.plugins.module_utils._sockets import apply
from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets.connections import (
    open_sockets,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import after_call, armed, ensure, inode, port_of, report

sockets = open_sockets()
off = sockets["off"]
with after_call(apply, "_set_all", lambda: off.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 50)):
    found = ensure(remote_ports=[port_of(sockets["listener"])], commands=["*"], covered=False)
report(timer=armed(found["changed_by_inode"][inode(off)]["after"]["timer"]["left"]))
