# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather the sockets of a process that is not dumpable and of one in a user namespace of its own."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import child, gather, keepalive, listen, report
from ansible_collections.linux.tcp.tests.unit.system_calls import (
    CLONE_NEWNET,
    CLONE_NEWUSER,
    PR_SET_DUMPABLE,
    prctl,
    unshare,
)


def protect() -> None:
    prctl(PR_SET_DUMPABLE, 0)
    keepalive(listen())


def live_apart() -> None:
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    keepalive(listen())


report(found=[[one["keepalive"] for one in gather(child(work))["sockets"]] for work in (protect, live_apart)])
