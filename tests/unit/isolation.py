# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a script in network and mount namespaces of its own."""

from __future__ import annotations

import atexit
import functools
import json
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.tests.unit.host import AS_ROOT, NAMESPACES, environment, require_namespaces

SERVER = Path(__file__).with_name("isolation_server.py")


@functools.lru_cache(maxsize=None)
def _server() -> subprocess.Popen[str]:
    # Without root, the server is root of a user namespace.
    command = [*(["unshare", *AS_ROOT] if AS_ROOT else []), sys.executable, str(SERVER)]
    server = subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server


def run_isolated(script: Path, *, own_pids: bool = False, **parameters: object) -> dict[str, t.Any]:
    """Run a Python script in network and mount namespaces that end with it, and return what it gave to report().

    The script reads its parameters with parameters(); see socket_tools.py for both functions.

    /proc shows the sockets of all network namespaces. A script whose filters select sockets beyond its own
    processes needs ``own_pids``: it is then process 1 of a PID namespace, and its children end with it.

    Skips the test if the machine does not give these namespaces, and if the script calls skip().
    """
    require_namespaces(*NAMESPACES, *AS_ROOT, *(["--pid", "--fork", "--mount-proc"] if own_pids else []))
    server = _server()
    assert server.stdin
    assert server.stdout
    with tempfile.TemporaryDirectory() as output:
        request = {"script": str(script), "parameters": parameters, "own_pids": own_pids, "output": output}
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        status = server.stdout.readline()
        assert status == "0\n", Path(output, "err").read_text()
        result: dict[str, t.Any] = json.loads(Path(output, "out").read_text())
    if "skip" in result:
        pytest.skip(result["skip"])
    return result
