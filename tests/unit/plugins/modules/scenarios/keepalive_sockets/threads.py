# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set a connection that the second thread of a child opened.

- first_ends: whether the first thread has ended, as by pthread_exit(3)
"""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    child_with_threads,
    ensure,
    kept,
    listen,
    parameters,
    port_of,
    report,
)

listener = listen()
pid = child_with_threads(
    lambda: None,
    lambda: kept.append(socket.create_connection(listener.getsockname())),
    first_ends=parameters()["first_ends"],
)
found = ensure(pid, remote_ports=[port_of(listener)], time=77)
sockets = found["changed_sockets"] + found["unreachable_sockets"]
report(
    pids=[process["pid"] for one in sockets for process in one["processes"]] == [pid],
    times=[one["after"]["time"] for one in found["changed_sockets"]],
    unreachable=[one["reason"]["message"] for one in found["unreachable_sockets"]],
    again=ensure(pid, remote_ports=[port_of(listener)], time=77)["changed"],
)
