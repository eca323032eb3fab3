# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kill a run between two values, and let a later run find what it left."""

from __future__ import annotations

import contextlib
import os
import signal
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.namespace_tools import change, process_in_namespace, values
from ansible_collections.linux.tcp.tests.unit.socket_tools import report

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

pid = process_in_namespace()


class Killed(Kernel):
    def write(self, key: Key, value: int) -> None:
        if key == "probes":
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(key, value)


def run() -> None:
    host = NamespaceHost.of(Processes(), Killed(), WritableFiles())
    with contextlib.closing(host.scanner):
        ensure(host, DesiredState(Values(600, 60, 20)), Filters.from_options({"pids": [pid]}), check_mode=False)


killed = os.fork()
if not killed:
    run()
    os._exit(0)
status = os.waitpid(killed, 0)[1]
left = values(pid)
found = change(pids=[pid], time=600, intvl=60, probes=20)
report(
    killed=os.WTERMSIG(status) == signal.SIGKILL,
    left=left,
    changed=[[one["before"], one["set_by"]["values"]] for one in found["changed_namespaces"]],
    values=values(pid),
)
