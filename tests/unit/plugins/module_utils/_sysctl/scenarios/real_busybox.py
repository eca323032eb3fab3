# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let BusyBox's sysctl apply texts, each to a kernel with its defaults, and return the time that each gives.

- file: where to write the texts
- texts: what to apply
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report

KEY = Path("/proc/sys/net/ipv4/tcp_keepalive_time")
values = []
for text in parameters()["texts"]:
    KEY.write_text("7200")
    Path(parameters()["file"]).write_bytes(text.encode())
    subprocess.run(["busybox", "sysctl", "-e", "-p", parameters()["file"]], capture_output=True, check=False)
    values.append(int(KEY.read_text()))
report(values=values)
