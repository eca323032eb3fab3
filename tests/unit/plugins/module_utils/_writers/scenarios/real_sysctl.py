# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Call the real sysctl(8) with arguments, and tell what the key is after each call."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible_collections.linux.tcp.tests.unit.socket_tools import parameters, report

FILE = Path("/proc/sys/net/ipv4/tcp_keepalive_time")


def value_after(words: str) -> int:
    FILE.write_text("7200", encoding="ascii")
    subprocess.run(["sysctl", *words.split()], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return int(FILE.read_text(encoding="ascii"))


if __name__ == "__main__":
    release = subprocess.run(["sysctl", "--version"], capture_output=True, check=False, text=True).stdout
    report(release=release, values={words: value_after(words) for words in parameters()["calls"]})
