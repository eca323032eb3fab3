# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let this process change the descriptor of a socket after it was found and before it is duplicated.

- event: what happens meanwhile, a key of EVENTS
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.scan import SocketScanner
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    keepalive,
    listen,
    of_sockets,
    parameters,
    port_of,
    report,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process

one, other = listen(), listen()
keepalive(other)
number, port = one.fileno(), port_of(one)

EVENTS: dict[str, t.Callable[[], object]] = {
    "another socket": lambda: os.dup2(other.fileno(), number),
    "a file": lambda: os.dup2(os.open(os.devnull, os.O_RDONLY), number),
    "closed": one.close,
}


class Meanwhile(Processes):
    def sockets(self, process: Process) -> list[tuple[int, int]]:
        found = super().sockets(process)
        EVENTS[parameters()["event"]]()
        return found


scanner = SocketScanner(Meanwhile())
filters = Filters.from_options({"pids": [os.getpid()], "local_ports": [port]})
seen = [one.options for one in scanner.sockets(filters)]
report(seen=seen, unreadable=of_sockets(scanner.unreadable.as_list()))
