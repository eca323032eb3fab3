# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure what finding and setting the network namespaces of a host costs, beside ``lsns``.

Each namespace has one process. All live in a PID namespace with a folder /run of its own, which ends with the
measurement: run as root below ``unshare``, and this module does so by itself. CPU time is compared, because what else
runs on the machine changes it least.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.benchmark.cost import measure, module
from ansible_collections.linux.tcp.tests.benchmark.report import (
    BenchmarkError,
    as_rst,
    as_text,
    conditions,
    exit_on_signal,
    mark,
    update_page,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.benchmark.report import Command

LSNS = ("lsns", "--type=net")
MOST_TIMES_LSNS = 2.0
# Twice as many cost twice as much, or less because the module starts once. This leaves room for noise.
MOST_TIMES_HALF = 2.2
SECONDS_TO_START = 60
HEADINGS = ["network namespaces", "what", "wall", "CPU", "memory", "expected"]
PAGE_BEGIN = ".. The lines from here on are written by the benchmark of network namespaces.\n"
PAGE_END = ".. The lines written by the benchmark of network namespaces end here.\n"


def start(count: int) -> list[subprocess.Popen[bytes]]:
    """Start processes in network namespaces of their own, and wait until they live there.

    :raises BenchmarkError: when they do not get there in time.
    """
    holders = [subprocess.Popen(["unshare", "--net", "sleep", "infinity"]) for _number in range(count)]
    deadline = time.monotonic() + SECONDS_TO_START
    own = os.readlink("/proc/self/ns/net")
    while any(Path(f"/proc/{holder.pid}/ns/net").readlink() == Path(own) for holder in holders):
        if time.monotonic() > deadline:
            raise BenchmarkError(f"{count} network namespaces could not be made in {SECONDS_TO_START} s.")
        time.sleep(0.05)
    return holders


def setting(seconds: int) -> Command:
    """Return a command that sets all network namespaces."""
    return module("keepalive_namespaces", all=True, time=seconds, intvl=60, probes=20)


def measure_all(counts: list[int], *, runs: int) -> list[list[str]]:
    """Return the lines of the table for rising numbers of network namespaces."""
    lines = []
    holders: list[subprocess.Popen[bytes]] = []
    former: tuple[int, float] | None = None
    try:
        for count in counts:
            holders += start(count - len(holders))
            by_lsns = measure([LSNS] * runs)
            listed = measure([module("keepalive_namespaces_info")] * runs)
            to_change = measure(setting(600 + run % 2) for run in range(runs))
            nothing = measure([setting(600 + (runs - 1) % 2)] * runs)
            ratio = listed.cpu / by_lsns.cpu
            linear = ""
            if former:
                times, most = to_change.cpu / former[1], MOST_TIMES_HALF * count / former[0] / 2
                linear = f"{times:.1f} x {former[0]}{mark(times <= most)}"
            former = count, to_change.cpu
            lines += [
                [f"{count}", what, f"{cost.wall:.2f} s", f"{cost.cpu:.2f} s", f"{cost.memory:.0f} MiB", verdict]
                for what, cost, verdict in (
                    (" ".join(LSNS), by_lsns, ""),
                    ("keepalive_namespaces_info", listed, f"{ratio:.1f} x lsns{mark(ratio <= MOST_TIMES_LSNS)}"),
                    ("keepalive_namespaces, nothing to change", nothing, ""),
                    ("keepalive_namespaces, all to change", to_change, linear),
                )
            ]
            print(f"Measured: {count} network namespaces.", flush=True)
    finally:
        for holder in holders:
            holder.kill()
            holder.wait()
    return lines


def main() -> None:
    """Measure and report; the table tells about the expectations, the exit status does not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (default: %(default)s)")
    parser.add_argument("--namespaces", type=int, nargs="*", default=[50, 100, 200], help="default: 50 100 200")
    parser.add_argument("--write-page", action="store_true", help="write the table to the documentation's page, too")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.inside:
        setup = 'mount -t tmpfs none /run && exec "$0" "$@"'
        again = [sys.executable, "-m", __spec__.name, *sys.argv[1:], "--inside"]
        spaces = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
        os.execvp("unshare", ["unshare", *spaces, "sh", "-c", setup, *again])
    signal.signal(signal.SIGTERM, exit_on_signal)
    try:
        lines = [HEADINGS, *measure_all(sorted(arguments.namespaces), runs=arguments.runs)]
        measured = conditions(arguments.runs)
        print(f"\n{as_text(lines)}\n\n{measured}.")
        if arguments.write_page:
            update_page(f"Measured {measured}.\n\n{as_rst(lines)}", begin=PAGE_BEGIN, end=PAGE_END)
    except BenchmarkError as exc:
        sys.exit(str(exc))


if __name__ == "__main__":
    main()
