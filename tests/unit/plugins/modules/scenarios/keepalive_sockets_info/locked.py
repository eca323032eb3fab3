# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather a summary while a child holds the lock of a socket.

The child sends from a page of memory that userfaultfd(2) never fills. An alarm ends it if the summary waits for it.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, end, gather, keepalive, listen, report, skip
from ansible_collections.linux.tcp.tests.unit.system_calls import send_unfilled_page

PATIENCE = 20


def waits_in_send() -> bool:
    return "handle_userfault" in Path(f"/proc/{pid}/wchan").read_text(encoding="ascii")


client, _server = connect(listen())
keepalive(client)
pid = os.fork()
if pid == 0:
    signal.alarm(PATIENCE)
    try:
        send_unfilled_page(client.fileno())
    finally:
        os._exit(1)
deadline = time.monotonic() + PATIENCE / 2
while not waits_in_send():
    if os.waitpid(pid, os.WNOHANG)[0] or time.monotonic() > deadline:
        end(pid)
        skip("this kernel does not let a child wait for a page in send(2)")
    time.sleep(0.01)
found = gather(os.getpid(), pid, summary_only=True)
locked = waits_in_send()  # else the alarm has ended the child, because the summary waited for it
end(pid)
report(totals=found["totals"], locked=locked)
