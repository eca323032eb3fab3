# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at listeners whose programs set, or do not set, the connections that they accept."""

from __future__ import annotations

import socket
import typing as t

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    ensure,
    gather,
    inode,
    keepalive,
    listen,
    port_of,
    report,
    sysctl,
)

sysctl("time", 7200)
any_address = listen("::", socket.AF_INET6)
listeners = {
    "sets each": listen(),
    "sets each, on all addresses": any_address,
    "sets none": listen(),
    "sets a time": listen(),
    "has none": listen(),
    "on": listen(),
}
keepalive(listeners["sets a time"], listeners["on"])
for name in ("sets each", "sets none", "sets a time", "on"):
    accepted = connect(listeners[name])[1]
    if name == "sets each":
        keepalive(accepted)
    if name == "sets a time":
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 300)
keepalive(connect(any_address, "127.0.0.1", family=socket.AF_INET)[1])
names = {inode(one): name for name, one in listeners.items()}


def verdicts(**params: object) -> dict[str, list[t.Any]]:
    """Return what is said of each listener."""
    found = gather(**params)["sockets"]
    return {
        names[one["inode"]]: [one["covered"], one["reason"] and one["reason"]["code"]]
        for one in found
        if one["inode"] in names
    }


found = gather(summary_only=True)
report(
    seen=verdicts(),
    by_time=verdicts(idle_timeout=350)["sets a time"],
    # the filters leave the connections out
    listening={name: verdict[1] for name, verdict in verdicts(states=["listening"]).items()},
    at_all=verdicts(local_addresses=["::"]),
    other_states=verdicts(states=["listening", "close_wait"], covered=False),
    uncovered=sorted(verdicts(covered=False)),
    totals=found["totals"],
    by_command=[{**one, "command": "me"} for one in found["by_command"]],
    reasons=[[one["code"], one["sockets"]] for one in found["reasons"]],
    # what it has in the end is not known, so a change does not leave it out
    set=len(
        ensure(local_ports=[port_of(listeners["sets each"])], states=["listening"], covered=False)["changed_sockets"]
    ),
)
