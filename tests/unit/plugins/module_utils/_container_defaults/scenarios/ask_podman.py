# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let podman read each of several ``trees`` of files, and report its release and the list that it has in the end.

A tree has the texts of files by their paths. A list is None where podman fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report, skip

FOLDERS = ("/etc/containers", "/usr/share/containers", "/root/.config")


def ask(store: str) -> str | None:
    """Return the list that podman has once it has read all files, in the form that Go prints lists in."""
    command = [
        "podman",
        "--root",
        f"{store}/a",
        "--runroot",
        f"{store}/b",
        "--storage-driver",
        "vfs",
        "--log-level=trace",
    ]
    names = ("CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE", "XDG_CONFIG_HOME")
    environment = {**{name: value for name, value in os.environ.items() if name not in names}, "HOME": "/root"}
    done = subprocess.run(
        [*command, "version"], capture_output=True, check=False, text=True, env=environment, stdin=subprocess.DEVNULL
    )
    lists = re.findall(r"DefaultSysctls:(?:\{Values:)?\[(.*?)\]", done.stderr)
    return (lists[-1] if lists else "") if done.returncode == 0 else None


def main() -> None:
    if shutil.which("podman") is None:
        skip("needs podman")
    for folder in filter(os.path.isdir, FOLDERS):
        subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    version = subprocess.run(["podman", "--version"], capture_output=True, check=True, text=True).stdout.split()[-1]
    found = []
    with tempfile.TemporaryDirectory() as store:
        for tree in parameters()["trees"]:
            for path, text in tree.items():
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Path(path).write_text(text)
            found.append(ask(store))
            for path in tree:
                Path(path).unlink()
    report(version=version, lists=found)


main()
