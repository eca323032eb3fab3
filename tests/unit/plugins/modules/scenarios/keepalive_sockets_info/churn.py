# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather a connection that stays, while two threads of a child open and close others of its listener."""

from __future__ import annotations

import os
import socket
import threading

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    child,
    connect,
    gather,
    inode,
    keepalive,
    listen,
    of_sockets,
    report,
)

listener = listen()
staying, _other = connect(listener)
keepalive(staying)


def churn() -> None:
    while True:
        one = socket.create_connection(listener.getsockname())
        other, _address = listener.accept()
        other.close()
        one.close()


def work() -> None:
    for _number in range(2):
        threading.Thread(target=churn, daemon=True).start()


pid = child(work)
results = [gather(os.getpid(), pid) for _number in range(30)]
report(
    failed=[one["msg"] for one in results if one.get("failed")],
    always=all(one["by_inode"][inode(staying)]["covered"] for one in results),
    reasons=sorted({one["code"] for found in results for one in of_sockets(found["unreadable"])}),
    sums=all(
        sum(found["totals"][key] for key in ("covered", "not_covered", "unknown")) == len(found["sockets"])
        for found in results
    ),
)
