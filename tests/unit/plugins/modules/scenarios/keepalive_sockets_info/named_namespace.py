# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather and set a socket of a network namespace that has a name and no process."""

from __future__ import annotations

import os
from pathlib import Path

from ansible_collections.linux.tcp.tests.unit.socket_tools import child, end, ensure, gather, listen, report
from ansible_collections.linux.tcp.tests.unit.system_calls import (
    CLONE_NEWNET,
    MS_BIND,
    mount,
    set_loopback,
    setns,
    unshare,
)

NAME = "/mnt/name space"


def bind() -> None:
    unshare(CLONE_NEWNET)
    mount("/proc/self/ns/net", NAME, flags=MS_BIND)


def work() -> None:
    home, named = os.open("/proc/self/ns/net", os.O_RDONLY), os.open(NAME, os.O_RDONLY)
    setns(named, CLONE_NEWNET)
    set_loopback(up=True)
    listen()
    setns(home, CLONE_NEWNET)
    os.close(home)
    os.close(named)


mount("tmpfs", "/mnt", "tmpfs")
Path(NAME).touch()
end(child(bind))
pid = child(work)
found = gather(pid)["sockets"]
report(
    found=[[one["state"], one["namespace"] == os.stat(NAME).st_ino] for one in found],
    changed=ensure(pid, listening=True)["totals"]["changed"],
)
