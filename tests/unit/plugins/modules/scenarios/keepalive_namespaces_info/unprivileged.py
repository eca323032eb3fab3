# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather and set namespaces as an ordinary user, who may read its own processes only."""

from __future__ import annotations

import os

from ansible_collections.linux.tcp.tests.unit.namespace_tools import change, look, number, process_in_namespace
from ansible_collections.linux.tcp.tests.unit.socket_tools import become_nobody, child, report

own = number("self")
other = process_in_namespace(300)
mine = process_in_namespace(300, work=lambda: become_nobody(dumpable=True))


def work() -> None:
    become_nobody(dumpable=True)
    found = look()
    report(
        found={
            "own" if one["id"] == own else "mine" if one["id"] == number(mine) else "other": [
                one["host"],
                one["values"]["time"],
                one["same_as_host"],
                one["connections"],
            ]
            for one in found["namespaces"]
        },
        host_values=found["host_values"]["time"],
        totals=found["totals"],
        unreadable=sorted([one["what"], one["code"], one["count"]] for one in found["unreadable"]),
        warnings=found["warnings"],
        refused=change(all=True, time=600)["msg"],
        checked=change(all=True, time=600, check_mode=True)["msg"],
    )


child(work)
os.kill(other, 0)
