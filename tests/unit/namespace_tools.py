# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make network namespaces and run the modules for them: the tools of the scripts of isolation.py that need some."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._host.namespaces import open_namespace, run_in
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.modules import keepalive_namespaces, keepalive_namespaces_info
from ansible_collections.linux.tcp.tests.unit.socket_tools import child, run_module, sysctl
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, mount, set_loopback, unshare

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.socket_tools import Result

    Found = t.TypeVar("Found")

KEYS = ("time", "intvl", "probes")
MEMORY = Path("/run/linux.tcp.keepalive.namespaces.json")

# A script has a folder /run of its own: what is remembered ends with it, and the machine's containers, whose network
# namespaces have names there, cannot be reached.
mount("tmpfs", "/run", "tmpfs", options="mode=0755")
assert not [path for _number, path in Processes().named_namespaces() if os.path.lexists(path)]


def process_in_namespace(*values: int, work: t.Callable[[], object] = lambda: None) -> int:
    """Start a process in a network namespace of its own with these values; return its PID."""

    def move() -> None:
        unshare(CLONE_NEWNET)
        set_loopback(up=True)
        for key, value in zip(KEYS, values):
            sysctl(key, value)
        work()

    return child(move)


def number(pid: int | str) -> int:
    """Return the number of a process's network namespace."""
    return os.stat(f"/proc/{pid}/ns/net").st_ino


def values(pid: int) -> list[int]:
    """Return the values of a process's network namespace, read by the kernel's files."""
    return _run_there(pid, own_values)


def choose(pid: int, key: str, value: int) -> None:
    """Set a value in a process's network namespace, as others do."""
    _run_there(pid, lambda: sysctl(key, value))


def _run_there(pid: int, work: t.Callable[[], Found]) -> Found:
    descriptor = open_namespace(f"/proc/{pid}/ns/net", number(pid))
    try:
        return run_in(descriptor, work)
    finally:
        os.close(descriptor)


def own_values() -> list[int]:
    """Return the values of the network namespace of this thread."""
    return [int(Path(f"/proc/sys/net/ipv4/tcp_keepalive_{key}").read_text(encoding="ascii")) for key in KEYS]


def look(**params: object) -> Result:
    """Run keepalive_namespaces_info; ``by_id`` of the result has the network namespaces by number."""
    found = run_module(keepalive_namespaces_info.main, params)
    found["by_id"] = {one["id"]: one for one in found.get("namespaces", [])}
    return found


def change(*, check_mode: bool = False, diff: bool = False, **params: object) -> Result:
    """Run keepalive_namespaces."""
    return run_module(keepalive_namespaces.main, {"_ansible_check_mode": check_mode, "_ansible_diff": diff, **params})


def codes(found: Result) -> dict[int, str]:
    """Return the codes of the reasons why network namespaces were left or could not be set, by number."""
    return {one["id"]: one["reason"]["code"] for one in found["left_namespaces"] + found["failed_namespaces"]}
