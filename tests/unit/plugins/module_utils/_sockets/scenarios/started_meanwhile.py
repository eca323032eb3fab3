# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a process hand its socket on to a new one and end, just before its descriptors are read."""

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.scan import SocketScanner
from ansible_collections.linux.tcp.tests.unit.socket_tools import child, end, listen, own_command, port_of, report

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process

listener = listen()
first = child(lambda: None)
started: list[int] = []


class Meanwhile(Processes):
    def sockets(self, process: Process) -> list[tuple[int, int]]:
        if process.pid == first:
            started.append(child(lambda: None))
            listener.close()
            end(first)
        return super().sockets(process)


scanner = SocketScanner(Meanwhile())
found = list(scanner.sockets(Filters.from_options({"commands": [own_command()], "local_ports": [port_of(listener)]})))
report(held=started[0] in [process.pid for one in found for process in one.processes])
