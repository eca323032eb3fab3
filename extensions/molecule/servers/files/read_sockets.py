# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the servers' sockets without the collection: with ss, and with duplicates of the processes' descriptors.

usage: read_sockets.py                  prints the listeners and the established connections
       read_sockets.py ends PORT...     waits until the connections with these remote ports have ended, and prints the
                                        milliseconds of silence that the kernel counted before
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import socket
import subprocess
import sys

SERVERS = {80: "nginx", 5432: "postgresql", 6379: "redis"}
TIMEOUT = 60  # seconds

# include/uapi/asm-generic/socket.h, include/uapi/linux/tcp.h: level and option
OPTIONS = {"keepalive": (1, 9), "time": (6, 4), "intvl": (6, 5), "probes": (6, 6)}

PIDFD_OPEN, PIDFD_GETFD = 434, 438  # pidfd_open(2), pidfd_getfd(2)
_LIBC = ctypes.CDLL(None, use_errno=True)

_ADDRESSES = r"\s+\d+\s+\d+\s+\S+:(?P<local>\d+)\s+\S+:(?P<remote>\d+|\*)\s+"
_SOCKET = re.compile(
    r"(?P<state>LISTEN|ESTAB)" + _ADDRESSES + r"users:\(\(\S+?,pid=(?P<pid>\d+),fd=(?P<fd>\d+)\)"
    r"\S*(?:\s+timer:\((?P<timer>\w+),(?P<left>[\w.]*),\d+\))?"
)
_END = re.compile(r"\S+" + _ADDRESSES + r".*\blastrcv:(?P<data>\d+)\s(?:.*\blastack:(?P<ack>\d+)\s)?")
# iproute2, misc/ss.c, print_ms_timer(): 119min, 9min59sec, 12sec, 712ms; for 3.712 s 3.712ms or 3.712sec; nothing for 0
_LEFT = re.compile(r"(?:(\d+)min)?(?:(\d+)(?:sec|\.))?(?:(\d+)(?:ms|sec))?\Z")


def seconds(left: str) -> float:
    """Parse a time that ss prints."""
    found = _LEFT.match(left)
    assert found, left
    minutes, whole, thousandths = (int(number or 0) for number in found.groups())
    return minutes * 60 + whole + thousandths / 1000


def call(number: int, *arguments: int) -> int:
    """Make a system call that returns a descriptor."""
    descriptor: int = _LIBC.syscall(number, *arguments)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return descriptor


def read_options(pid: int, descriptors: list[int]) -> list[dict[str, int]]:
    """Return the options of a process's sockets."""
    process = call(PIDFD_OPEN, pid, 0)
    found = []
    for descriptor in descriptors:
        with socket.socket(fileno=call(PIDFD_GETFD, process, descriptor, 0)) as duplicate:
            found.append({name: duplicate.getsockopt(*option) for name, option in OPTIONS.items()})
    os.close(process)
    return found


def read_sockets() -> dict[str, dict[str, object]]:
    """Read the sockets, and repeat it if a process has ended meanwhile."""
    for _attempt in range(4):
        with contextlib.suppress(OSError):
            return read_once()
    return read_once()


def read_once() -> dict[str, dict[str, object]]:
    """Return the options of the sockets and the seconds until their timers fire, by server and remote port."""
    listing = subprocess.run(
        ["ss", "--tcp", "--all", "--numeric", "--options", "--processes"], capture_output=True, check=True, text=True
    )
    found = {
        f"{SERVERS[int(line['local'])]} {'listens' if line['state'] == 'LISTEN' else line['remote']}": line
        for line in _SOCKET.finditer(listing.stdout)
        if int(line["local"]) in SERVERS
    }
    sockets: dict[str, object] = {}
    for pid in {line["pid"] for line in found.values()}:
        held = {name: int(line["fd"]) for name, line in found.items() if line["pid"] == pid}
        for name, options in zip(held, read_options(int(pid), list(held.values()))):
            sockets[name] = {**options, "timer": found[name]["timer"]}
    return {"sockets": sockets, "left": {name: seconds(line["left"]) for name, line in found.items() if line["timer"]}}


def ends(ports: set[int]) -> dict[int, int]:
    """Return how many milliseconds each connection was silent before its end, which the kernel reports to ss."""
    command = ["stdbuf", "--output=L", "ss", "--events", "--tcp", "--info", "--numeric", "--oneline"]
    silence: dict[int, int] = {}
    with subprocess.Popen(["timeout", str(TIMEOUT), *command], stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout
        for line in watching.stdout:
            found = _END.match(line)
            if found and found["remote"] != "*" and int(found["remote"]) in ports:
                silence[int(found["remote"])] = min(int(found["data"]), int(found["ack"] or 0))
                if silence.keys() == ports:
                    watching.terminate()
                    return silence
    return silence


if __name__ == "__main__":
    print(json.dumps(read_sockets() if len(sys.argv) == 1 else ends(set(map(int, sys.argv[2:])))))
