# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Select sockets that match, and that no process is known to hold."""

from __future__ import annotations

import array
import os
import socket
import threading

from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, ensure, kept, listen, parameters, report
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_FILES, unshare

ADDRESS = "127.9.8.7"
way, by_process = parameters()["way"], parameters()["by_process"]
listener = listen(ADDRESS)
done, ready = threading.Event(), threading.Event()


def hold_apart() -> None:
    """Accept in a thread whose descriptors are its own."""
    unshare(CLONE_FILES)
    server, _address = listener.accept()
    ready.set()
    done.wait()
    server.close()


thread = threading.Thread(target=hold_apart, daemon=True)
if way == "not accepted":
    kept.extend(socket.create_connection(listener.getsockname()) for _number in range(2))
elif way == "on its way":
    _client, server = connect(listener)
    ours, theirs = socket.socketpair()
    kept.extend((ours, theirs))
    ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [server.fileno()]))])
    kept.remove(server)
    server.close()
elif way == "thread":
    thread.start()
    kept.append(socket.create_connection(listener.getsockname()))
    ready.wait()
found = ensure(
    pids=[os.getpid()] if by_process else None,
    local_ports=[listener.getsockname()[1]],
    local_addresses=[ADDRESS],
)
done.set()
report(
    totals=found["totals"],
    unreadable=[[one["code"], one["count"]] for one in found["unreadable"]],
    warnings=found["warnings"],
)
