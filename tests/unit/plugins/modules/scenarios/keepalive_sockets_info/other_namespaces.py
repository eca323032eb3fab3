# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather the sockets of a child that has one of this network namespace and one of its own."""

from __future__ import annotations

import os

from ansible_collections.linux.tcp.tests.unit.socket_tools import child, gather, keepalive, listen, report, sysctl
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, set_loopback, unshare


def work() -> None:
    unshare(CLONE_NEWNET)
    set_loopback(up=True)
    sysctl("time", 300)
    keepalive(listen())


listener = listen()
keepalive(listener)
sysctl("time", 600)
pid = child(work)
listener.close()
mine, its = (os.stat(f"/proc/{who}/ns/net").st_ino for who in ("self", pid))
found = gather(pid)["sockets"]
report(found=sorted([one["namespace"] == mine, one["namespace"] == its, one["time"], one["covered"]] for one in found))
