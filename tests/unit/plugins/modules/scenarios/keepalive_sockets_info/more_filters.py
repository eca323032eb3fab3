# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Select sockets by the namespace that they are in, and by how long their peers have been silent."""

from __future__ import annotations

import os
import socket
import struct
import time
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    child,
    connect,
    ensure,
    gather,
    inode,
    listen,
    report,
)
from ansible_collections.linux.tcp.tests.unit.system_calls import (
    CLONE_NEWNET,
    MS_BIND,
    mount,
    set_loopback,
    unshare,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.socket_tools import Result

NAME = "/mnt/blue"


def work() -> None:
    unshare(CLONE_NEWNET)
    set_loopback(up=True)
    mount("/proc/self/ns/net", NAME, flags=MS_BIND)
    connect(listen())


mount("tmpfs", "/mnt", "tmpfs")
Path(NAME).touch()
pid = child(work)
listener = listen()
silent, server = connect(listener)


def heard(one: socket.socket) -> float:
    # struct tcp_info: milliseconds since data came, and since an acknowledgement came
    data, acknowledgement = struct.unpack("=52xII", one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 60))
    return float(min(data, acknowledgement)) / 1000


while min(heard(silent), heard(server)) < 1.1:
    time.sleep(0.02)
talking, other = connect(listener)
mine, its = (os.stat(f"/proc/{who}/ns/net").st_ino for who in ("self", pid))
names = {inode(silent): "silent", inode(server): "server"}


def spaces(*namespaces: object, **params: object) -> list[str]:
    """Return in which namespace each of the selected sockets is."""
    found = gather(os.getpid(), pid, namespaces=list(namespaces), **params)["sockets"]
    return ["mine" if one["namespace"] == mine else "its" for one in found]


def while_talking(look: t.Callable[..., Result], **params: object) -> Result:
    """Return what a module finds silent for a second, once the talking pair was not silent for so long meanwhile."""
    while True:
        talking.send(b"x")
        other.recv(1)
        found = look(os.getpid(), idle_longer_than=1, **params)
        if max(heard(talking), heard(other)) < 1:
            return found


idle = while_talking(gather)["by_inode"]
report(
    number=spaces(its),
    name=spaces("blue"),
    both=sorted(spaces(str(mine), "blue", states=["listening"])),
    none=spaces("red"),
    idle=sorted(names.get(one, "another") for one in idle),
    counted=while_talking(gather, summary_only=True)["totals"]["sockets"],
    longer=gather(os.getpid(), idle_longer_than=9999)["sockets"],
    changed=ensure(pids=None, namespaces=["blue"], time=77)["totals"]["changed"],
    changed_idle=while_talking(ensure, _ansible_check_mode=True)["totals"]["changed"],
    warnings=ensure(os.getpid(), idle_longer_than=9999)["warnings"],
    container=gather(os.getpid(), containers=["0123456789ab"])["sockets"],
)
