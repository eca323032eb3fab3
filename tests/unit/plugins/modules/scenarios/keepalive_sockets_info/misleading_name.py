# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather the socket of an ordinary user's process whose name looks like a line of root in /proc/PID/status."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import become_nobody, child, gather, listen, report
from ansible_collections.linux.tcp.tests.unit.system_calls import PR_SET_NAME, prctl


def work() -> None:
    prctl(PR_SET_NAME, b"\rUid:\t0\t0")
    become_nobody()
    listen()


pid = child(work)
found = {user: gather(pid, users=[user])["totals"]["sockets"] for user in ("root", "nobody")}
report(found=found, command=gather(pid)["sockets"][0]["processes"][0]["command"])
