# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set all namespaces while another one is made."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.namespace_tools import own_values, process_in_namespace, values
from ansible_collections.linux.tcp.tests.unit.socket_tools import end, report

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

first = process_in_namespace()
later: list[int] = []


class Meanwhile(Kernel):
    """Replaces the container at the first write: one ends, another one starts."""

    def write(self, key: Key, value: int) -> None:
        super().write(key, value)
        if not later:
            later.append(process_in_namespace())
            end(first)


host = NamespaceHost.of(Processes(), Meanwhile(), WritableFiles())
with contextlib.closing(host.scanner):
    outcome = ensure(host, DesiredState(Values(600, 60, 20)), Filters.for_change({"all": True}), check_mode=False)
report(
    changed=len(outcome.changed),
    failed=len(outcome.failed),
    left=[one.reason.code for one in outcome.left],
    values=values(later[0]),
    host=own_values(),
)
