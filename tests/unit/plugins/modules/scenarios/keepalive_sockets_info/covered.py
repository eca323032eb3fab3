# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather sockets that differ in keepalive, in their own values, in their timers and in what they send."""

from __future__ import annotations

import os
import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    armed,
    connect,
    gather,
    inode,
    keepalive,
    kept,
    listen,
    report,
    send_until_full,
    steady,
    sysctl,
)

sysctl("time", 7200)
listener = listen()
sockets = {
    name: connect(listener)[0]
    for name in ("off", "old", "own time", "own user timeout", "long user timeout", "sending")
}
keepalive(*(one for name, one in sockets.items() if name != "off"))
sockets["own time"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 50)
sockets["own user timeout"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 300)
sockets["own user timeout"].setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30000)
sockets["long user timeout"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 300)
sockets["long user timeout"].setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 601_000)
sysctl("time", 600)
sysctl("intvl", 60)
sysctl("probes", 5)
sockets["new"] = connect(listener)[0]
keepalive(sockets["new"])
sockets["new"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 11)
sockets["new"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
sockets["listener"] = listener
sockets["listener on"] = listen()
keepalive(sockets["listener on"])
sockets["accepted"] = connect(sockets["listener on"])[1]
send_until_full(sockets["sending"])

descriptors = os.listdir("/proc/self/fd")
blocking = [one.getblocking() for one in kept]
found = gather()
assert blocking == [os.get_blocking(one.fileno()) for one in kept]
assert len(os.listdir("/proc/self/fd")) == len(descriptors)

names = {inode(one): name for name, one in sockets.items()}
seen = {names[one["inode"]]: one for one in found["sockets"] if one["inode"] in names}
for one in seen.values():
    one["timer"] = one["timer"] and [one["timer"]["kind"], armed(one["timer"]["left"])]
    one["reason"] = one["reason"] and steady(one["reason"]["message"])
shown = ("state", "keepalive", "time", "intvl", "probes", "user_timeout", "timer", "covered", "reason")
summary = gather(summary_only=True)
report(
    seen={name: [seen[name][key] for key in shown] for name in sockets},
    totals=found["totals"],
    reasons=found["reasons"],
    by_command=[{**one, "command": "me"} for one in found["by_command"]],
    counts=[len(gather(covered=covered)["sockets"]) for covered in (True, False)],
    summary={key: summary[key] == found[key] for key in ("totals", "reasons", "by_command", "by_unit")},
    no_sockets=summary["sockets"],
    idle=[type(one["idle"]).__name__ for one in (seen["off"], seen["listener"])],
    sorted=[one["state"] for one in found["sockets"]],
)
