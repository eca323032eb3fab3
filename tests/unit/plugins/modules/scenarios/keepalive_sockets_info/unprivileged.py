# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather sockets as an ordinary user, who may read its own processes only."""

from __future__ import annotations

import os

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    become_nobody,
    child,
    gather,
    inode,
    keepalive,
    listen,
    of_sockets,
    port_of,
    report,
)

listener = listen()
port = port_of(listener)


def work() -> None:
    become_nobody(dumpable=True)
    own = listen()
    keepalive(own)
    os.close(listener.fileno())
    found = gather(os.getpid(), os.getppid())
    mine = found["by_inode"].pop(inode(own))
    everybody = gather(pids=None, local_ports=[port], local_addresses=["127.0.0.1"])
    report(
        mine=[mine["covered"], mine["time"], [one["user"] for one in mine["processes"]]],
        others=list(found["by_inode"]),
        unreadable=[one for one in found["unreadable"] if one["code"] == "permission_denied"],
        hidden=[one["code"] for one in of_sockets(everybody["unreadable"])],
        warnings=[one.replace(f"process {os.getppid()}:", "process PARENT:") for one in found["warnings"]],
    )


child(work)
