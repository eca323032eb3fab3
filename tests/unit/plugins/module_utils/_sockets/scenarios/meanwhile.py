# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a socket change after its holders were found and before it is duplicated.

- event: what happens meanwhile, a key of EVENTS
- second: whether another child has the socket too
- mine: whether this process, which has it too, is among those that are selected
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.scan import SocketScanner
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    child,
    end,
    keepalive,
    listen,
    of_sockets,
    parameters,
    port_of,
    report,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process

given = parameters()
listener, other = listen(), listen()
keepalive(other)
pid = child(lambda: None)
second = [child(lambda: None)] if given["second"] else []
mine = [os.getpid()] if given["mine"] else []

EVENTS: dict[str, t.Callable[[], object]] = {
    "the process ends": lambda: end(pid),
    "the number is reused": lambda: os.dup2(other.fileno(), listener.fileno()),
}


class Meanwhile(Processes):
    def sockets(self, process: Process) -> list[tuple[int, int]]:
        found = super().sockets(process)
        if process.pid == pid:
            EVENTS[given["event"]]()
        return found


scanner = SocketScanner(Meanwhile())
filters = Filters.from_options({"pids": [pid, *second, *mine], "local_ports": [port_of(listener)]})
descriptors = len(os.listdir("/proc/self/fd"))
found = [[one.options and one.options.keepalive, len(one.processes)] for one in scanner.sockets(filters)]
assert len(os.listdir("/proc/self/fd")) == descriptors
report(found=found, unreadable=of_sockets(scanner.unreadable.as_list()))
