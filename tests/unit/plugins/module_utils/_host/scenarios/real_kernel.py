# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and write the values of a new network namespace, and then with /proc/sys mounted read-only."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._errors import KernelError
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.tests.unit.socket_tools import report

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


def message(step: t.Callable[[], object]) -> str | None:
    try:
        step()
    except KernelError as exc:
        return str(exc)
    return None


def shown() -> list[str]:
    return [Path(f"/proc/sys/net/ipv4/tcp_keepalive_{key}").read_text(encoding="ascii") for key in KEYS]


VALUES: dict[Key, int] = {"time": 60, "intvl": 2147483, "probes": 255}
kernel = Kernel()
found: dict[str, object] = {"fresh": [kernel.read().as_dict(), kernel.writable()]}
for key, value in VALUES.items():
    kernel.require_writable(key)
    kernel.write(key, value)
found["written"] = shown()
found["refused"] = message(lambda: kernel.write("probes", 256))
subprocess.run(["mount", "--bind", "/proc/sys", "/proc/sys"], check=True)
subprocess.run(["mount", "-o", "remount,ro,bind", "/proc/sys"], check=True)
found["read_only"] = [
    kernel.writable(),
    message(lambda: kernel.require_writable("time")),
    message(lambda: kernel.write("time", 61)),
    kernel.read().time,
]
report(**found, after=shown())
