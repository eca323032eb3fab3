# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open connections that differ in keepalive, and shorten the module's result, for several scripts."""

from __future__ import annotations

import socket
import typing as t

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    armed,
    connect,
    inode,
    keepalive,
    listen,
    look,
    steady,
    sysctl,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.socket_tools import Result

    Sockets = t.Dict[str, socket.socket]


def open_sockets() -> Sockets:
    """Return a listener and clients of it, by name.

    - off: keepalive is off
    - old: its timer was armed when the sysctl was 7200
    - own: it has a time of its own
    - timeout: it has a time of its own, and a TCP_USER_TIMEOUT that keeps it for longer
    - new: its timer was armed when the sysctl was 600, as it is now
    """
    sysctl("time", 7200)
    listener = listen()
    sockets = {name: connect(listener)[0] for name in ("off", "old", "own", "timeout")}
    keepalive(*(one for name, one in sockets.items() if name != "off"))
    sockets["own"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 50)
    sockets["timeout"].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 300)
    sockets["timeout"].setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 2_000_000_000)
    sysctl("time", 600)
    sockets["new"] = connect(listener)[0]
    keepalive(sockets["new"])
    sockets["listener"] = listener
    return sockets


def look_at_all(sockets: Sockets) -> dict[str, list[float | None]]:
    """Return what the kernel has for each socket."""
    return {name: look(one) for name, one in sockets.items()}


def summarise(found: Result, sockets: Sockets) -> Result:
    """Return the module's result in short: what changed on each of these sockets, and why the others did not."""
    names = {inode(one): name for name, one in sockets.items()}
    return {
        "changed": found["changed"],
        "sockets": {
            names[one]: [_state(change["before"]), _state(change["after"])]
            for one, change in found["changed_by_inode"].items()
            if one in names
        },
        "left": {
            names[one]: steady(state["reason"]["message"])
            for one, state in found["left_by_inode"].items()
            if one in names
        },
        "totals": found["totals"],
        "warnings": found["warnings"],
    }


def _state(state: Result) -> list[object]:
    return [
        *(state[key] for key in ("keepalive", "time", "intvl", "probes")),
        state["timer"] and armed(state["timer"]["left"]),
        state["covered"],
    ]
