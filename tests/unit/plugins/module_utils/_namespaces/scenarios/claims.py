# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the network namespaces of a container, and of a user whose process has a parent that is called like a monitor.

Such a parent is what ``exec -a "[lxc monitor] /x web" su`` is: root's, with a name that a user chose.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.tests.unit.namespace_tools import number
from ansible_collections.linux.tcp.tests.unit.socket_tools import report, skip

USER = 1000
CHILD = Path(__file__).with_name("child_of_user.py")


def started(user: int) -> tuple[subprocess.Popen[str], int]:
    """Start a monitor by its name, and below it a process of a user in a network namespace; return that one's PID."""
    monitor = subprocess.Popen(
        ["[lxc monitor] /var/lib/lxc web", str(CHILD), str(user)],
        executable=sys.executable,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert monitor.stdout
    line = monitor.stdout.readline()
    if not line:
        skip("no user namespaces")
    return monitor, int(line)


with contextlib.ExitStack() as stack:
    found = [started(user) for user in (0, USER)]
    for monitor, _pid in found:
        stack.callback(monitor.communicate)
    host = NamespaceHost.local()
    with contextlib.closing(host.scanner):
        by_number = {one.number: one for one in host.scanner.namespaces()}
    report(
        containers=[[one.name for one in by_number[number(pid)].containers] for _monitor, pid in found],
        users=[by_number[number(pid)].user for _monitor, pid in found],
    )
