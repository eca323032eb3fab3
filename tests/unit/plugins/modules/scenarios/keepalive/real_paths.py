# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run keepalive and keepalive_info one after the other on the real paths of a host with its own /etc/sysctl.d.

- root: a folder that becomes the root folder, since the lock of the machine's would be the machine's
- steps: module and parameters of each run
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.modules import keepalive, keepalive_info
from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report, run_module

MODULES = {"keepalive": keepalive.main, "keepalive_info": keepalive_info.main}


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


root = parameters()["root"]
mount("--bind", root, root)
for name in os.listdir("/"):
    if os.path.islink(f"/{name}"):
        os.symlink(os.readlink(f"/{name}"), f"{root}/{name}")
    elif os.path.isdir(f"/{name}"):
        os.mkdir(f"{root}/{name}")
        mount("--rbind", f"/{name}", f"{root}/{name}")
os.mkdir(f"{root}/own.d")
mount("--bind", f"{root}/own.d", f"{root}/etc/sysctl.d")
os.chroot(root)
os.chdir("/")
results = [run_module(MODULES[module], params) for module, params in parameters()["steps"]]
report(
    results=results,
    files={path.name: path.read_text(encoding="utf-8") for path in Path("/etc/sysctl.d").iterdir()},
    kernel=[Path(f"/proc/sys/net/ipv4/tcp_keepalive_{key}").read_text(encoding="ascii") for key in KEYS],
)
