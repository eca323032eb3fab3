# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set a listener that three children and this process have, by two of the children."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import child, ensure, listen, look, report

listener = listen()
workers = [child(lambda: None) for _number in range(3)]
found = ensure(workers[0], workers[1], states=["listening"])
one = found["changed_sockets"][0]
report(
    changed=found["totals"]["changed"],
    holders=sorted(process["pid"] for process in one["processes"]) == sorted(workers[:2]),
    on=look(listener)[0],
)
