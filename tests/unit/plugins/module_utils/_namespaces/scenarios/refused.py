# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set three namespaces, of which one is refused, cannot be undone, or is set by others meanwhile."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, KernelError
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.outcome import Outcome
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.namespace_tools import (
    MEMORY,
    change,
    number,
    own_values,
    process_in_namespace,
    values,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report, sysctl

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

how = parameters()["how"]
pids = [process_in_namespace(), process_in_namespace(), process_in_namespace()]
odd = number(pids[1])


class Refusing(Kernel):
    """Refuses the probes of one namespace, and does there what a test asks for."""

    def write(self, key: Key, value: int) -> None:
        if number("thread-self") == odd and key == "probes" and "no room" not in how:
            raise KernelError("no probes.")
        super().write(key, value)

    def restore(self, key: Key, value: int) -> None:
        if how == "not undone" and key == "time":
            raise KernelError("no undoing.")
        super().restore(key, value)

    def require_writable(self, key: Key) -> None:
        if how == "refused before" and number("thread-self") == odd:
            raise KernelError("no writing.")
        super().require_writable(key)
        if how == "set by others" and number("thread-self") == odd:
            sysctl("time", 60)


class Full(WritableFiles):
    """Has no room for what is remembered, from the replacement of that number on."""

    left = {"no room": 1, "no room later": 2}.get(how, 100)

    def replace(self, target: str, text: bytes | None, *, expected: bytes | None) -> Undo:
        self.left -= 1
        if self.left <= 0:
            raise FileError("no room.")
        return super().replace(target, text, expected=expected)


host = NamespaceHost.of(Processes(), Refusing(), Full())
outcome, error = Outcome(), ""
with contextlib.closing(host.scanner):
    try:
        outcome = ensure(
            host,
            DesiredState(Values(600, 60, 20)),
            Filters.from_options({"pids": pids}),
            check_mode=parameters()["check_mode"],
        )
    except FileError as exc:
        error = str(exc)
times = [values(pid)[0] for pid in pids]
later = change(pids=pids, time=300)
report(
    changed=len(outcome.changed),
    failed=[one.reason.code for one in outcome.failed],
    left=[one.reason.code for one in outcome.left],
    error=error,
    times=times,
    failure=(outcome.failure() or "").replace(str(odd), "odd"),
    values=[values(one) for one in pids],
    later=[len(later["changed_namespaces"]), later["totals"]["left"]],
    host=own_values(),
    remembered=MEMORY.exists(),
)
