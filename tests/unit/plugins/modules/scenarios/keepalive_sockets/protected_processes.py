# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set a listener by a child that is hard to reach.

- work: what the child does to that end, a key of WORKS
"""

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    become_nobody,
    child,
    ensure,
    listen,
    look,
    parameters,
    report,
)
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWUSER, PR_SET_DUMPABLE, prctl, unshare


def protect() -> None:
    prctl(PR_SET_DUMPABLE, 0)


def become_nobody_and_protect() -> None:
    become_nobody()
    protect()


WORKS: dict[str, t.Callable[[], object]] = {
    "protect": protect,
    "become_nobody": become_nobody,
    "become_nobody_and_protect": become_nobody_and_protect,
    "live_apart": lambda: unshare(CLONE_NEWUSER),
}

listener = listen()
pid = child(WORKS[parameters()["work"]])
report(changed=ensure(pid, listening=True)["totals"]["changed"], on=look(listener)[0])
