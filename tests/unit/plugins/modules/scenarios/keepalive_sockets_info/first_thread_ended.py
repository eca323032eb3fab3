# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather the socket of a process whose first thread has ended."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    child_with_threads,
    gather,
    keepalive,
    listen,
    of_sockets,
    report,
)

pid = child_with_threads(lambda: keepalive(listen()), lambda: None, first_ends=True)
found = gather(pid)
report(
    pids=[process["pid"] for one in found["sockets"] for process in one["processes"]],
    mine=[pid],
    seen=[[one["keepalive"], (one["reason"] or {}).get("message")] for one in found["sockets"]],
    unreadable=[one["message"] for one in of_sockets(found["unreadable"])],
)
