# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set a listener in the network namespace of a child."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import child, ensure, listen, report, sysctl
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, set_loopback, unshare


def work() -> None:
    unshare(CLONE_NEWNET)
    set_loopback(up=True)
    sysctl("time", 300)
    listen()


pid = child(work)
found = ensure(pid, states=["listening"])
again = ensure(pid, states=["listening"])
report(times=[one["after"]["time"] for one in found["changed_sockets"]], again=again["changed"])
