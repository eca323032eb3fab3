# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the sockets of a child in another network namespace, by netlink and, where setns(2) is refused, from files."""

from __future__ import annotations

import errno
import os
from unittest import mock

from ansible_collections.linux.tcp.plugins.module_utils._errors import GoneError
from ansible_collections.linux.tcp.plugins.module_utils._host import namespaces
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES
from ansible_collections.linux.tcp.plugins.module_utils._sockets.netlink import read_table
from ansible_collections.linux.tcp.tests.unit.socket_tools import child, connect, listen, report
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, set_loopback, unshare


def work() -> None:
    unshare(CLONE_NEWNET)
    set_loopback(up=True)
    connect(listen())


def refuse(_descriptor: int) -> None:
    raise PermissionError(errno.EPERM, "no")


pid = child(work)
mine, its = (os.stat(f"/proc/{who}/ns/net").st_ino for who in ("self", pid))
by_netlink = read_table(f"/proc/{pid}", its, STATES.values())
stayed = os.stat("/proc/self/ns/net").st_ino == mine
moved = False
with mock.patch.object(namespaces, "_setns", refuse):
    by_files = read_table(f"/proc/{pid}", its, STATES.values())
    try:
        read_table(f"/proc/{pid}", mine, STATES.values())
    except GoneError as exc:
        moved = str(exc) == f"/proc/{pid}/ns/net is no longer net:[{mine}]."
same = sorted(by_netlink) == sorted(by_files)
report(lengths=[len(by_netlink), len(by_files)], same=same, stayed=stayed, moved=moved)
