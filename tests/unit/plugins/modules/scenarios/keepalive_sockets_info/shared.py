# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather a listener that this process, its threads and three of its four children have, by two descriptors here."""

from __future__ import annotations

import os
import threading

from ansible_collections.linux.tcp.tests.unit.socket_tools import child, gather, inode, listen, report

listener = listen()
stop = threading.Event()
for _number in range(3):
    threading.Thread(target=stop.wait).start()
workers = sorted(child(lambda: None) for _number in range(3))
private = child(listener.close)
twice = os.dup(listener.fileno())
found = gather(os.getpid(), *workers, private)
one = found["by_inode"][inode(listener)]
report(
    count=found["totals"]["sockets"],
    by_command=sum(one["sockets"] for one in found["by_command"]),
    holders=[process["pid"] for process in one["processes"]] == sorted([os.getpid(), *workers]),
    some=[process["pid"] for process in gather(workers[1])["sockets"][0]["processes"]] == workers[1:2],
    none=gather(private)["sockets"],
)
stop.set()
