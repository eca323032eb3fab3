# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather a summary while each call that takes the lock of a socket ends this process: seccomp(2).

- filters: further parameters of the module
"""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    gather,
    keepalive,
    kept,
    listen,
    parameters,
    report,
)
from ansible_collections.linux.tcp.tests.unit.system_calls import (
    GETPEERNAME,
    GETSOCKNAME,
    GETSOCKOPT,
    SETSOCKOPT,
    end_at_call,
)

for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    client, _server = connect(listen(address, family))
    keepalive(client)
end_at_call(GETSOCKNAME)
end_at_call(GETPEERNAME)
end_at_call(GETSOCKOPT, third=socket.TCP_INFO)
end_at_call(SETSOCKOPT)
found = gather(summary_only=True, **parameters()["filters"])
for one in kept:  # Python would warn of those that are left open, and call getsockname(2) for the warning
    one.close()
report(totals=found["totals"], reasons=[one["code"] for one in found["reasons"]])
