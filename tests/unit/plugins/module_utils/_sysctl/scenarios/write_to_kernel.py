# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write each of the ``spellings`` to each key of a new network namespace, after a value that the kernel takes.

The result has the kernel's ticks a second, and for each key and spelling the value that is in force after the write,
or null where it was refused. Each spelling has a character for a byte.
"""

from __future__ import annotations

import os
import time

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report

COARSE_CLOCK = 6  # CLOCK_MONOTONIC_COARSE of include/uapi/linux/time.h, whose resolution is a tick


def in_force(path: str, written: bytes) -> int | None:
    with open(path, "wb", buffering=0) as file:
        file.write(b"9")
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, written)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    with open(path, encoding="ascii") as shown:
        return int(shown.read()) if written else None


spellings = [text.encode("latin-1") for text in parameters()["spellings"]]
report(
    hz=round(1 / time.clock_getres(COARSE_CLOCK)),
    values={key: [in_force(f"/proc/sys/net/ipv4/tcp_keepalive_{key}", one) for one in spellings] for key in KEYS},
)
