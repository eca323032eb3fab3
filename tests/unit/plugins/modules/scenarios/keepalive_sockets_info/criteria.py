# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold connections against criteria that the host meets and their own values do not, then set those that fail."""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    ensure,
    gather,
    inode,
    keepalive,
    listen,
    options,
    report,
    sysctl,
)

for key, value in {"time": 170, "intvl": 30, "probes": 6}.items():
    sysctl(key, value)
listener = listen()
sockets = {name: connect(listener)[0] for name in ("host", "time", "intvl", "probes", "both")}
sockets["listener"] = listen()
keepalive(*sockets.values())
sockets["time"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 7200)
sockets["intvl"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 350)
sockets["intvl"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 1)
sockets["probes"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 60)
sockets["both"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 7200)
sockets["listener"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 400)
names = {inode(one): name for name, one in sockets.items()}


def failing(**criteria: int) -> dict[str, str]:
    """Return the message about each socket with keepalive that is not covered."""
    found = gather(**criteria)["sockets"]
    return {
        names[one["inode"]]: f"{one['reason']['code']}: {one['reason']['message']}"
        for one in found
        if one["inode"] in names and not one["covered"]
    }


def counts(**criteria: int) -> list[dict[str, object]]:
    """Return how often each reason occurs if only the counts are asked for, but for keepalive that is off."""
    reasons: list[dict[str, object]] = gather(summary_only=True, **criteria)["reasons"]
    return [one for one in reasons if one["code"] != "keepalive_off"]


silent = failing(idle_timeout=350)
late = failing(limit=1200)
summary = counts(limit=1200)
selected = {"covered": False, "states": ["established", "listening"], "time": 170, "probes": 6, "limit": 1200}
done = ensure(remote_ports=[listener.getsockname()[1]], **selected)
report(
    none=failing(),
    silent=silent,
    late=late,
    summary=summary,
    changed=sorted(names[one] for one in done["changed_by_inode"] if one in names and names[one] != "host"),
    then=[options(sockets[name]) for name in ("time", "intvl", "probes")],
    left=failing(limit=1200),
)
