# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure what looking at open connections and setting them costs, beside ``ss``.

The sockets are connections on loopback in a network namespace of their own, which ends with the
measurement: run as root below ``unshare --net``, and this module does so by itself. Half of the
connections have keepalive on. Other processes of the machine are looked at, too, by both; set are
only the sockets of the processes that this module started.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import socket
import subprocess
import sys
import typing as t

from ansible_collections.linux.tcp.tests.benchmark.cost import Cost, measure, module
from ansible_collections.linux.tcp.tests.benchmark.report import (
    BenchmarkError,
    as_rst,
    as_text,
    conditions,
    exit_on_signal,
    mark,
    update_page,
)

SS = ("ss", "-tnoep")
MOST_TIMES_SS = 1.5
# These hold for up to 100,000 sockets.
MOST_SECONDS = 1.5
MOST_MEBIBYTES = 100
# Twice as many cost twice as much, or less because the module starts once. This leaves room for noise.
MOST_TIMES_LINEAR = 1.1
HEADINGS = ["sockets", "what", "wall", "CPU", "memory", "expected"]
PAGE_BEGIN = ".. The lines from here on are written by the benchmark of sockets.\n"
PAGE_END = ".. The lines written by the benchmark of sockets end here.\n"


def hold(address: str, connections: int) -> None:
    """Open connections to this process itself."""
    held = []
    with socket.create_server((address, 0), backlog=16) as listener:
        for number in range(connections):
            client = socket.create_connection(listener.getsockname())
            server, _peer = listener.accept()
            if number % 2:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            held += [client, server]
        os.write(1, b"x")
        signal.pause()


def start(processes: int, sockets: int) -> list[subprocess.Popen[bytes]]:
    """Start processes that together hold this many sockets, and wait until they do."""
    command = [sys.executable, "-m", __spec__.name, "--hold", str(sockets // processes // 2)]
    holders = [
        subprocess.Popen([*command, f"127.0.{number}.1"], stdout=subprocess.PIPE) for number in range(1, processes + 1)
    ]
    for holder in holders:
        assert holder.stdout is not None
        if holder.stdout.read(1) != b"x":
            raise BenchmarkError("A process could not open its connections: is 'ulimit -n' high enough?")
    return holders


class Changed(t.NamedTuple):
    """The seconds that it took to set all of a number of sockets."""

    sockets: int
    wall: float


def verdict_on_reading(summary: Cost, by_ss: Cost) -> str:
    """Return how reading all sockets fared."""
    return (
        f"{summary.wall / by_ss.wall:.1f} x ss{mark(summary.wall <= MOST_TIMES_SS * by_ss.wall)}, "
        f"{MOST_SECONDS} s{mark(summary.wall <= MOST_SECONDS)}, "
        f"{MOST_MEBIBYTES} MiB{mark(summary.memory <= MOST_MEBIBYTES)}"
    )


def verdict_on_setting(changed: Changed, former: Changed | None) -> str:
    """Return whether setting all sockets took at most as much longer as there were more sockets."""
    if not former:
        return ""
    times, most = changed.wall / former.wall, MOST_TIMES_LINEAR * changed.sockets / former.sockets
    return f"{times:.1f} x {former.sockets:,}{mark(times <= most)}"


def measure_all(sockets: int, *, processes: int, runs: int, former: Changed | None) -> tuple[list[list[str]], Changed]:
    """Return the lines of the table for a number of sockets, and what setting all of them took."""
    holders = start(processes, sockets)
    pids = [holder.pid for holder in holders]
    short = {"summary_only": True}
    try:
        by_ss = measure([SS] * runs)
        summary = measure([module("keepalive_sockets_info", **short)] * runs)
        one = measure([module("keepalive_sockets_info", pids=pids[:1], **short)] * runs)
        measure([module("keepalive_sockets", pids=pids, listening=True, **short)])
        nothing = measure([module("keepalive_sockets", pids=pids, listening=True, **short)] * runs)
        to_change = measure(
            module("keepalive_sockets", pids=pids, listening=True, enabled=bool(run % 2), **short)
            for run in range(runs)
        )
    finally:
        for holder in holders:
            holder.kill()
            holder.wait()
    changed = Changed(sockets, to_change.wall)
    lines = [
        [f"{sockets:,}", what, f"{cost.wall:.2f} s", f"{cost.cpu:.2f} s", f"{cost.memory:.0f} MiB", verdict]
        for what, cost, verdict in (
            (" ".join(SS), by_ss, ""),
            ("keepalive_sockets_info", summary, verdict_on_reading(summary, by_ss)),
            ("keepalive_sockets_info, one process", one, ""),
            ("keepalive_sockets, nothing to change", nothing, ""),
            ("keepalive_sockets, all to change", to_change, verdict_on_setting(changed, former)),
        )
    ]
    return lines, changed


def main() -> None:
    """Measure and report; the table tells about the expectation, the exit status does not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (default: %(default)s)")
    parser.add_argument("--sockets", type=int, nargs="*", default=[20_000, 100_000], help="default: 20000 100000")
    parser.add_argument("--processes", type=int, default=50, help="that hold them (default: %(default)s)")
    parser.add_argument("--write-page", action="store_true", help="write the table to the documentation's page, too")
    parser.add_argument("--hold", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if arguments.hold:
        hold(arguments.hold[1], int(arguments.hold[0]))
    if not arguments.inside:
        setup = 'ip link set lo up && exec "$0" "$@"'
        again = [sys.executable, "-m", __spec__.name, *sys.argv[1:], "--inside"]
        os.execvp("unshare", ["unshare", "--net", "sh", "-c", setup, *again])
    signal.signal(signal.SIGTERM, exit_on_signal)
    try:
        lines = [HEADINGS]
        former: Changed | None = None
        for sockets in arguments.sockets:
            more, former = measure_all(sockets, processes=arguments.processes, runs=arguments.runs, former=former)
            lines += more
            print(f"Measured: {sockets:,} sockets.", flush=True)
        measured = f"{conditions(arguments.runs)}; {arguments.processes} processes hold the sockets"
        print(f"\n{as_text(lines)}\n\n{measured}.")
        if arguments.write_page:
            update_page(f"Measured {measured}.\n\n{as_rst(lines)}", begin=PAGE_BEGIN, end=PAGE_END)
    except BenchmarkError as exc:
        sys.exit(str(exc))


if __name__ == "__main__":
    main()
