# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather connections that their listener has not accepted, which no process has."""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import gather, kept, listen, of_sockets, port_of, report

listener = listen()
for _number in range(2):
    kept.append(socket.create_connection(listener.getsockname()))
found = gather(pids=None, local_ports=[port_of(listener)])
report(count=found["totals"]["sockets"], unreadable=of_sockets(found["unreadable"]))
