# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather sockets as an ordinary user in a network namespace that has none, of a process of another user."""

from __future__ import annotations

import os

from ansible_collections.linux.tcp.tests.unit.socket_tools import become_nobody, child, gather, listen, port_of, report
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, unshare

listener = listen()
port = port_of(listener)


def work() -> None:
    unshare(CLONE_NEWNET)
    become_nobody(dumpable=True)
    os.close(listener.fileno())
    found = gather(os.getppid(), local_ports=[port])
    denied = [one for one in found["unreadable"] if one["code"] == "permission_denied"]
    report(sockets=found["sockets"], unreadable=denied)


child(work)
