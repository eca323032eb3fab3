# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and write a key of a child's network namespace, and enter another one than the kernel says."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from unittest import mock

from ansible_collections.linux.tcp.plugins.module_utils._host import namespaces
from ansible_collections.linux.tcp.plugins.module_utils._host.namespaces import cookie, open_namespace, run_in
from ansible_collections.linux.tcp.tests.unit.socket_tools import child, report, sysctl
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, unshare

TIME = Path("/proc/sys/net/ipv4/tcp_keepalive_time")


def work(time: int) -> None:
    unshare(CLONE_NEWNET)
    sysctl("time", time)


def read() -> str:
    return TIME.read_text(encoding="ascii").strip()


def write() -> None:
    TIME.write_text("123", encoding="ascii")


paths = [f"/proc/{child(functools.partial(work, seconds))}/ns/net" for seconds in (300, 600)]
mine = os.stat("/proc/self/ns/net")
first, second = (open_namespace(path, os.stat(path).st_ino) for path in paths)
values = [run_in(one, read) for one in (first, second)]
run_in(first, write)
moved = False
try:
    with mock.patch.object(namespaces, "_setns"):
        run_in(second, write)
except OSError as exc:
    moved = exc.strerror == "the thread is in another namespace than the one that it entered"
report(
    values=values,
    stayed=os.path.samestat(mine, os.stat("/proc/self/ns/net")) and read() == "7200",
    written=run_in(first, read),
    moved=moved and run_in(second, read) == "600",
    cookies=[cookie(), run_in(first, cookie), run_in(second, cookie)],
)
