# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print the PID of a new process of a user in a network namespace, and end with the input. The argument is the ID."""

from __future__ import annotations

import os
import sys

from ansible_collections.linux.tcp.tests.unit.socket_tools import child
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, CLONE_NEWUSER, unshare


def work() -> None:
    user = int(sys.argv[1])
    if user:
        os.setresuid(user, user, user)
        unshare(CLONE_NEWUSER)
    unshare(CLONE_NEWNET)


print(child(work), flush=True)
sys.stdin.read()
