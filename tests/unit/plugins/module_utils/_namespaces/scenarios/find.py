# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the network namespaces of this PID namespace: this one, one with processes, one with a name only."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.tests.unit.namespace_tools import number, process_in_namespace
from ansible_collections.linux.tcp.tests.unit.socket_tools import child, connect, end, keepalive, listen, report
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, MS_BIND, mount, unshare

NAME = "/run/name space"


def bind() -> None:
    unshare(CLONE_NEWNET)
    mount("/proc/self/ns/net", NAME, flags=MS_BIND)


class Meanwhile(Processes):
    """Starts a process in a namespace of its own once the processes have been listed."""

    newcomer: int = 0

    def pids(self) -> list[int]:
        found = super().pids()
        self.newcomer = self.newcomer or process_in_namespace(200)
        return found


Path(NAME).touch()
end(child(bind))
pid = process_in_namespace(300, work=lambda: keepalive(*connect(listen())))
meanwhile = Meanwhile()
host = NamespaceHost.of(meanwhile, Kernel(), WritableFiles())
with contextlib.closing(host.scanner):
    found = host.scanner.filled(host.scanner.namespaces(), connections=True)
    by_number = {one.number: one for one in found}
    names = {
        number("self"): "host",
        number(pid): "process",
        os.stat(NAME).st_ino: "named",
        number(meanwhile.newcomer): "meanwhile",
    }
    identities = host.scanner.identities()
report(
    found={
        names[one.number]: [one.is_host, list(one.names), one.values.time, one.connections, len(one.pids)]
        for one in found
    },
    pids=by_number[number(pid)].pids == {pid},
    commands=len(by_number[number(pid)].commands),
    identities=len(identities),
    host_values=host.scanner.host_values().time,
    unreadable=host.scanner.unreadable.as_list(),
)
