# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at the servers' sockets without the collection: with ss, and from inside the processes that own them.

usage: read_sockets.py                  prints the listeners and the established connections
       read_sockets.py ends PORT...     waits until the connections with these ports at the other end are gone, and prints
                                the milliseconds of silence that the kernel counted until then
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys

SERVERS = {80: "nginx", 5432: "postgresql", 6379: "redis"}
PATIENCE = 60  # seconds

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
    """Read a time as ss writes it."""
    found = _LEFT.match(left)
    assert found, left
    minutes, whole, thousandths = (int(number or 0) for number in found.groups())
    return minutes * 60 + whole + thousandths / 1000


def ask_owner(pid: int, descriptors: list[int]) -> list[dict[str, int]]:
    """Let a process call getsockopt(2) for its own descriptors, with a debugger's help."""
    call = "((int (*)(int, int, int, void *, void *)) getsockopt)(%d, %d, %d, $memory, $memory + 4)"
    commands = ["sharedlibrary libc[.]so", "set $memory = ((char *(*)(unsigned long)) malloc)(8)"]
    for descriptor in descriptors:
        for level, option in OPTIONS.values():
            commands.append("set {int} ($memory + 4) = 4")
            commands.append(f"set $failed = {call % (descriptor, level, option)}")
            commands.append(r'printf "told %d %d\n", $failed, {int} $memory')
    commands.append("call ((void (*)(void *)) free)($memory)")
    said = subprocess.run(
        [
            *("gdb", "--nx", "--batch"),
            "--init-eval-command=set auto-solib-add off",  # the C library is enough, and the others take long
            "--init-eval-command=set sysroot /",  # Redis has a mount namespace of its own
            *(f"--eval-command={command}" for command in commands),
            *(os.readlink(f"/proc/{pid}/exe"), str(pid)),
        ],
        capture_output=True,
        check=True,
        text=True,
    )
    told = re.findall(r"^told 0 (\d+)$", said.stdout, re.MULTILINE)
    assert len(told) == len(descriptors) * len(OPTIONS), said
    numbers = iter(map(int, told))
    return [{name: next(numbers) for name in OPTIONS} for _descriptor in descriptors]


def look() -> dict[str, dict[str, object]]:
    """Look, and once more where a process has ended that was asked."""
    for _attempt in range(4):
        with contextlib.suppress(subprocess.CalledProcessError):
            return look_once()
    return look_once()


def look_once() -> dict[str, dict[str, object]]:
    """Return what the sockets have, and the seconds until their timers fire, by server and port at the other end."""
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
        for name, options in zip(held, ask_owner(int(pid), list(held.values()))):
            sockets[name] = {**options, "timer": found[name]["timer"]}
    return {"sockets": sockets, "left": {name: seconds(line["left"]) for name, line in found.items() if line["timer"]}}


def ends(ports: set[int]) -> dict[int, int]:
    """Return the milliseconds for which each connection had been silent at its end; the kernel reports ends to ss."""
    command = ["stdbuf", "--output=L", "ss", "--events", "--tcp", "--info", "--numeric", "--oneline"]
    silence: dict[int, int] = {}
    with subprocess.Popen(["timeout", str(PATIENCE), *command], stdout=subprocess.PIPE, text=True) as watching:
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
    print(json.dumps(look() if len(sys.argv) == 1 else ends(set(map(int, sys.argv[2:])))))
