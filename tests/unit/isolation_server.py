# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run scripts one after the other, each in a child process with namespaces of its own.

Each line of standard input is a request, an object in JSON:

- script: the path of a Python script
- parameters: an object that the script gets in JSON as its only argument
- own_pids: whether the script runs in a PID namespace too
- output: a folder, where the files out and err receive what the script prints

When the child has ended, its wait status is printed on a line.

The children are forked from this process, so that Python starts once and the modules below are imported once.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import runpy
import signal
import sys
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.tests.unit.system_calls import (
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_REC,
    PR_SET_PDEATHSIG,
    detach,
    mount,
    prctl,
    set_loopback,
    unshare,
)

# What socket_tools.py imports. It is not imported itself, because its import tells when a script began.
PRELOADED = (
    "ansible.module_utils.basic",
    "ansible_collections.linux.tcp.plugins.modules.keepalive_sockets",
    "ansible_collections.linux.tcp.plugins.modules.keepalive_sockets_info",
    "unittest.mock",
)
PATIENCE = 300  # seconds after which a script that waits in vain is killed


def redirect(output: str) -> None:
    """Read from /dev/null and print to the files out and err of the folder ``output``."""
    for number, path in ((0, os.devnull), (1, f"{output}/out"), (2, f"{output}/err")):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)


def enter_namespaces(*, own_pids: bool) -> None:
    """Move this process to new namespaces, as unshare(1) does, and bring up the loopback interface.

    The names that other programs gave to network namespaces, as podman does, are none there: these may end meanwhile.
    """
    unshare(CLONE_NEWNET | CLONE_NEWNS | (CLONE_NEWPID if own_pids else 0))
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    for _number, path in Processes().named_namespaces():
        with contextlib.suppress(OSError):  # unmounted meanwhile, or locked: user_namespaces(7)
            detach(path)
    if own_pids:
        first = os.fork()
        if first:
            status = os.waitpid(first, 0)[1]
            os._exit(1 if status else 0)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        mount("proc", "/proc", "proc", flags=MS_NOSUID | MS_NODEV | MS_NOEXEC)
    set_loopback(up=True)


def run(request: dict[str, t.Any]) -> None:
    """Run the script of a request in this process."""
    redirect(request["output"])
    enter_namespaces(own_pids=request["own_pids"])
    signal.alarm(PATIENCE)
    sys.argv = [request["script"], json.dumps(request["parameters"])]
    runpy.run_path(request["script"], run_name="__main__")


def main() -> None:
    """Serve the requests until standard input ends."""
    for name in PRELOADED:
        importlib.import_module(name)
    for line in iter(sys.stdin.readline, ""):
        pid = os.fork()
        if not pid:
            run(json.loads(line))
            return
        print(os.waitpid(pid, 0)[1], flush=True)


if __name__ == "__main__":
    main()
