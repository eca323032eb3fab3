# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replace a file on a file system at ``root``, fill that, and undo the replacement."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report

root = parameters()["root"]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=8", "tmpfs", root], check=True)
path = Path(root, "etc/sysctl.d/a.conf")
path.parent.mkdir(parents=True)
path.write_bytes(b"old")
undo = WritableFiles(root).replace("/etc/sysctl.d/a.conf", b"new", expected=b"old")
error = ""
try:
    with open(f"{root}/full", "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
except OSError as exc:
    error = str(exc.strerror)
undo()
report(error=error, text=path.read_text())
