# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A socket or two, as the kernel's tables show them."""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES, Entry, Options

LISTENER = Entry(
    state=STATES["listening"],
    local_address=socket.inet_aton("0.0.0.0"),
    local_port=5432,
    remote_address=socket.inet_aton("0.0.0.0"),
    remote_port=0,
    inode=7,
    timer=0,
    left=0.0,
    unanswered=0,
    unacknowledged=0,
)
ENTRY = LISTENER._replace(
    state=STATES["established"],
    local_address=socket.inet_aton("10.0.0.5"),
    remote_address=socket.inet_aton("10.0.1.9"),
    remote_port=51034,
    timer=2,
    left=600.0,
)
V6 = ENTRY._replace(remote_address=socket.inet_pton(socket.AF_INET6, "2001:db8::9"))
ON = Options(keepalive=True, time=600, intvl=60, probes=20, user_timeout=0, mptcp=False, idle=1.5)
PROCESS = Process(812, "postgres", 0, 4026531840, "/nowhere")
