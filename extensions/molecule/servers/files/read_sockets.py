# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the servers' sockets without the collection: with ss, and inside the processes that own them.

usage: read_sockets.py                  prints the listeners and the established connections
       read_sockets.py ends PORT...     waits until the connections with these remote ports have ended, and prints the
                                        milliseconds of silence that the kernel counted before
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time

SERVERS = {80: "nginx", 5432: "postgresql", 6379: "redis"}
TIMEOUT = 60  # seconds

# include/uapi/asm-generic/socket.h, include/uapi/linux/tcp.h: level and option
OPTIONS = {"keepalive": (1, 9), "time": (6, 4), "intvl": (6, 5), "probes": (6, 6)}

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


def read_options(pid: int, descriptors: list[int]) -> list[dict[str, int]]:
    """Make a process call getsockopt(2) for its own descriptors, with a debugger."""
    call = "((int (*)(int, int, int, void *, void *)) getsockopt)(%d, %d, %d, $memory, $memory + 4)"
    commands = ["sharedlibrary libc[.]so", "set $memory = ((char *(*)(unsigned long)) malloc)(8)"]
    for descriptor in descriptors:
        for level, option in OPTIONS.values():
            commands.append("set {int} ($memory + 4) = 4")
            commands.append(f"set $failed = {call % (descriptor, level, option)}")
            commands.append(r'printf "option %d %d\n", $failed, {int} $memory')
    commands.append("call ((void (*)(void *)) free)($memory)")
    done = subprocess.run(
        [
            *("gdb", "--nx", "--batch"),
            "--init-eval-command=set auto-solib-add off",  # the C library is enough, and the others take long
            "--init-eval-command=set sysroot /",  # Redis has a mount namespace of its own
            # By default a signal such as SIGUSR1, which PostgreSQL sends itself, ends a call halfway, and the process.
            "--init-eval-command=handle all nostop noprint pass",
            "--init-eval-command=set unwindonsignal on",
            *(f"--eval-command={command}" for command in commands),
            *(os.readlink(f"/proc/{pid}/exe"), str(pid)),
        ],
        stdout=subprocess.PIPE,  # where it fails, its messages are the task's
        check=True,
        text=True,
    )
    values = re.findall(r"^option 0 (\d+)$", done.stdout, re.MULTILINE)
    assert len(values) == len(descriptors) * len(OPTIONS), done
    numbers = iter(map(int, values))
    return [{name: next(numbers) for name in OPTIONS} for _descriptor in descriptors]


def read_sockets() -> dict[str, dict[str, object]]:
    """Read the sockets, and repeat it while a process ends or the debugger cannot attach to it."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.CalledProcessError):
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
