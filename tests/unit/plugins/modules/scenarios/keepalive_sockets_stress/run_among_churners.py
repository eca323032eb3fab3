# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the module again and again among the churners, and tell what they found to be wrong.

- runs: how many runs there are at least; there are more, at most 200, until they met the churn

It needs a PID namespace of its own: some runs select from the processes of the whole host.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import typing as t

from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets_stress.churners import (
    BESIDE,
    IN,
    OUT,
    Churner,
    Progress,
    board,
    call_this_process,
    come_and_go,
    elsewhere,
    passing,
    programs,
    reuse,
    start,
    threads,
    workers,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import ensure, inode, options, parameters, report, sysctl

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets_stress.churners import (
        Pair,
    )

KINDS = (
    (reuse, "beside"),
    (come_and_go, "meant"),
    (threads, "beside"),
    (workers, "meant"),
    (workers, "beside"),
    (programs, "beside"),
    (passing, "meant"),
    (elsewhere, "beside"),
)
NUMBERS = range(2, 2 + len(KINDS))

call_this_process("meant steady")
me = Churner("meant steady", 1)
me.begin()
children = [start(work, name, number) for number, (work, name) in zip(NUMBERS, KINDS)]
meant = [os.getpid(), *(pid for pid, (_work, name) in zip(children, KINDS) if name == "meant")]


class Run(t.NamedTuple):
    """A run of the module."""

    time: int  # the sysctl
    params: dict[str, t.Any]
    expected: dict[str, list[int]]  # the options that sockets of this process have afterwards


CYCLE = (
    Run(7200, {"remote_ports": [IN]}, {"client": [1, 7200, 75, 9]}),
    Run(600, {"remote_ports": [IN], "rearm": True}, {"client": [1, 600, 75, 9]}),
    Run(
        600,
        {"local_ports": [IN], "listening": True, "time": 900},
        {"server": [1, 900, 75, 9], "listener": [1, 900, 75, 9]},
    ),
    Run(
        600,
        {"commands": ["meant*"], "remote_ports": [IN, BESIDE], "time": 1000, "intvl": 7, "probes": 3},
        {"client": [1, 1000, 7, 3], "beside": [1, 1000, 7, 3]},
    ),
    Run(
        600,
        {"pids": meant, "remote_ports": [IN, BESIDE], "enabled": False},
        {"client": [0, 1000, 7, 3], "beside": [0, 1000, 7, 3]},
    ),
    Run(
        600,
        {"local_ports": [IN], "listening": True, "enabled": False},
        {"server": [0, 900, 75, 9], "listener": [0, 900, 75, 9]},
    ),
    Run(
        600,
        {"remote_ports": [IN], "remote_addresses": ["127.0.0.0/8"], "time": 1100},
        {"client": [1, 1100, 7, 3]},
    ),
    Run(600, {"remote_ports": [IN], "enabled": False}, {"client": [0, 1100, 7, 3]}),
)


def all_progress() -> list[Progress]:
    return [board.progress(number) for number in NUMBERS]


def changes(since: list[Progress]) -> int:
    return sum(now.changes - then.changes for then, now in zip(since, all_progress()))


def idle(since: list[Progress]) -> list[str]:
    return [work.__name__ for (work, _name), then, now in zip(KINDS, since, all_progress()) if now.looks == then.looks]


def exchange(pair: Pair, number: int) -> list[str]:
    """Send the rest of what was sent before the run, both ways; return what came that was not sent."""
    spoilt = []
    for one, other in ((pair.client, pair.server), (pair.server, pair.client)):
        one.sendall(b", after")
        wanted, received = b"%d before, after" % number, b""
        other.settimeout(30)
        with contextlib.suppress(socket.timeout):
            while len(received) < len(wanted):
                received += other.recv(100)
        if received != wanted:
            spoilt.append(received.decode())
    return spoilt


def descriptors() -> set[str]:
    """Return those that are open."""
    return {*os.listdir("/proc/self/fd")}


outside = [me.open(OUT) for _number in range(6)]
beside, inside, listener = me.open(BESIDE), me.open(IN), me.listeners[IN]

failed: list[str] = []
unset: list[list[object]] = []
spoilt: list[str] = []
leaked: list[str] = []
seconds: list[float] = []
unreachable: list[str] = []
totals = dict.fromkeys(("changed", "left", "unreachable", "gone"), 0)

patience = time.monotonic() + 300
while not all(progress.looks for progress in all_progress()) and time.monotonic() < patience:
    time.sleep(0.01)
first, began = all_progress(), time.monotonic()
for number in range(200):
    if number >= parameters()["runs"] and changes(first) and totals["gone"] and not idle(first):
        break  # enough, and they did meet the churn
    run = CYCLE[number % len(CYCLE)]
    if run is CYCLE[0]:  # a connection that no run has pinned
        me.close(inside)
        inside = me.open(IN)
    sysctl("time", run.time)
    pairs = [*outside, beside, inside]
    for pair in pairs:
        for one in (pair.client, pair.server):
            one.sendall(b"%d before" % number)
    descriptors_before = descriptors()
    run_began = time.monotonic()
    found = ensure(**{"pids": None, **run.params})
    seconds.append(time.monotonic() - run_began)
    leaked.extend(descriptors() - descriptors_before)
    for pair in pairs:
        spoilt.extend(exchange(pair, number))
        me.check(pair)
    if found.get("failed"):
        failed.append(found["msg"])
        continue
    sockets = {"client": inside.client, "server": inside.server, "listener": listener, "beside": beside.client}
    for name, values in run.expected.items():
        if options(sockets[name]) != values or inode(sockets[name]) not in found["changed_by_inode"]:
            unset.append([number, name, options(sockets[name])])
    for key in totals:
        totals[key] += found["totals"][key]
    unreachable.extend(one["reason"]["message"] for one in found["unreachable_sockets"])
took, last, hits, went_idle = time.monotonic() - began, all_progress(), changes(first), idle(first)

board.end()
for pid in children:
    if os.waitpid(pid, 0)[1]:
        board.report("a child failed")
report(
    wrong={
        "troubles": board.troubles()[:20],
        "failed": failed,
        "unset": unset,
        "spoilt": spoilt,
        "leaked": leaked,
        "unreachable": unreachable,
        "slow": [one for one in seconds if one > 60],
        "idle": went_idle,
    },
    hits=hits,
    gone=totals["gone"],
    figures={
        **totals,
        "seconds": took,
        "slowest": max(seconds),
        "churners": {f"{work.__name__} {name}": one for (work, name), one in zip(KINDS, last)},
    },
)
