# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a socket end before the descriptors of its holder are read."""

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.scan import SocketScanner
from ansible_collections.linux.tcp.tests.unit.socket_tools import listen, of_sockets, port_of, report

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process

listener = listen()
port = port_of(listener)


class Meanwhile(Processes):
    def sockets(self, process: Process) -> list[tuple[int, int]]:
        listener.close()
        return super().sockets(process)


scanner = SocketScanner(Meanwhile())
filters = Filters.from_options({"local_ports": [port], "local_addresses": ["127.0.0.1"]})
found = list(scanner.sockets(filters))
report(found=len(found), unreadable=[one["code"] for one in of_sockets(scanner.unreadable.as_list())])
