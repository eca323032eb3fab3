# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather sockets as an ordinary user where /proc hides the processes of others."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import become_nobody, child, gather, listen, port_of, report
from ansible_collections.linux.tcp.tests.unit.system_calls import mount

mount("proc", "/proc", "proc", options="hidepid=2")
listener = listen()
port = port_of(listener)


def work() -> None:
    become_nobody(dumpable=True)
    listener.close()
    found = gather(pids=None, local_ports=[port])
    unreadable = [[one["what"], one["code"]] for one in found["unreadable"] if one["what"] != "namespace"]
    report(unreadable=unreadable, warnings=len(found["warnings"]))


child(work)
