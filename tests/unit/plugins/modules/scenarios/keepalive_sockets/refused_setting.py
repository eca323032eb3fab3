# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set the connections while the kernel refuses one of the options."""

from __future__ import annotations

import errno
import socket

from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets.connections import (
    open_sockets,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import ensure, options, port_of, report
from ansible_collections.linux.tcp.tests.unit.system_calls import SETSOCKOPT, refuse_call

sockets = open_sockets()


def values() -> list[list[int]]:
    return [options(one) for one in sockets.values()]


before = values()
refuse_call(SETSOCKOPT, errno.EPERM, third=socket.TCP_KEEPINTVL)
found = ensure(remote_ports=[port_of(sockets["listener"])], time=300, intvl=7, commands=["*"])
report(
    changed=found["changed"],
    reasons=sorted({one["reason"]["message"] for one in found["unreachable_sockets"]}),
    totals=found["totals"],
    warnings=found["warnings"],
    now=values() == before,
)
