# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find what does not survive a reboot among mounts that the kernel shows.

- root: an empty folder on a disk
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report

root = parameters()["root"]


def mount(*arguments: str) -> Mounts:
    subprocess.run(["mount", *arguments], check=True)
    return Mounts(Path("/proc/self/mountinfo").read_bytes())


for name in ("memory", "lower", "a b"):
    Path(root, name).mkdir()
mount("-t", "tmpfs", "none", f"{root}/memory")
for name in ("upper", "work"):
    Path(root, "memory", name).mkdir()
layers = f"lowerdir={root}/lower,upperdir={root}/memory/upper,workdir={root}/memory/work"
mounts = mount("-t", "overlay", "-o", layers, "none", f"{root}/a b")
losses = [
    mounts.loss(f"{root}/{path}", in_container=True, folder_at=lambda path: path if Path(path).is_dir() else None)
    for path in ("memory/x", "a b/x", "lower/x")
]
over = mount("--bind", f"{root}/lower", f"{root}/memory").of(f"{root}/memory/x")
report(
    losses=[loss and loss.what.replace(root, "") for loss in losses],
    shown_over_the_tmpfs=over and over.root[-len("/lower") :],
)
