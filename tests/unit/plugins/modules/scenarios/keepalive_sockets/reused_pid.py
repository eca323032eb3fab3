# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let the process that was found end, and another one with its PID have another connection by the same descriptor."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._sockets import apply
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    after_call,
    child,
    end,
    ensure,
    listen,
    look,
    port_of,
    report,
    skip,
)

LAST_PID = Path("/proc/sys/kernel/ns_last_pid")  # of this PID namespace only

listener, other = listen(), listen()
ends = [socket.create_connection(one.getsockname()) for one in (listener, other)]


def hold(one: socket.socket) -> None:
    os.dup2(one.fileno(), 100)
    for each in ends:
        each.close()


def restart() -> None:
    end(pids[0])
    LAST_PID.write_text(str(pids[0] - 1), encoding="ascii")
    pids.append(child(lambda: hold(ends[1])))


if not LAST_PID.exists():
    skip("this kernel has no ns_last_pid")
pids = [child(lambda: hold(ends[0]))]
ends[0].close()
with after_call(apply, "_require_reachable", restart):
    found = ensure(pids[0], remote_ports=[port_of(listener)])
report(
    same=pids[0] == pids[1],
    changed=found["changed"],
    gone=found["totals"]["gone"],
    failed=found.get("failed", False),
    other=look(ends[1])[0],
)
