# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start a process that has the folder ``root`` as its root folder, and look at what the link to that leads to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report

root = parameters()["root"]
command = 'mount -t tmpfs tmpfs "$1" && exec "$2" "$3" "$1"'
pivot = str(Path(__file__).with_name("pivot_root.py"))
with subprocess.Popen(
    ["unshare", "--mount", "sh", "-c", command, "sh", root, sys.executable, pivot],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
) as process:
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    link = f"/proc/{process.pid}/root"
    files = Files(link)
    report(is_running_system=files.is_running_system, is_below_link=files.on_host("/etc") == f"{link}/etc")
    process.communicate("")
