# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a connection end or its descriptor be reused after it was found and before it is set.

- event: what happens meanwhile, a key of EVENTS
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sockets import apply
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    after_call,
    child,
    connect,
    end,
    ensure,
    kept,
    listen,
    look,
    parameters,
    port_of,
    report,
)
from ansible_collections.linux.tcp.tests.unit.system_calls import disconnect

event = parameters()["event"]
listener, other = listen(), listen()
one, its_end = connect(listener)
port = port_of(listener)


def work() -> None:
    one.close()
    kept.append(socket.create_connection(listener.getsockname()))


pid = child(work) if event == "the process ends" else os.getpid()
number = one.fileno()
elsewhere, _other = connect(other)


def connect_elsewhere() -> None:
    disconnect(one)  # the socket stays the same one
    one.connect(other.getsockname())


def reset() -> None:
    its_end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    its_end.close()


EVENTS: dict[str, t.Callable[[], object]] = {
    "reused": lambda: os.dup2(elsewhere.fileno(), number),
    "closed": one.close,
    "the process ends": lambda: end(pid),
    "connected elsewhere": connect_elsewhere,
    "reset by its peer": reset,
}


def keepalive_at(descriptor: int) -> int:
    try:
        with socket.socket(fileno=os.dup(descriptor)) as found:
            return found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    except OSError as exc:
        if exc.errno != errno.EBADF:
            raise
        return 0


with after_call(apply, "_require_reachable", EVENTS[event]):
    found = ensure(pid, remote_ports=[port])
report(
    changed=found["changed"],
    gone=found["totals"]["gone"],
    failed=found.get("failed", False),
    elsewhere=look(elsewhere)[0],
    again=keepalive_at(number),
)
