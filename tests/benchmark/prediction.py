# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure what a prediction costs on a usual host, and on hosts whose files ask too much.

The hosts are folders, see hosts.py; each is measured in processes of its own, one for each loader, see probe.py.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import SELECTABLE_LOADERS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS
from ansible_collections.linux.tcp.tests.benchmark import hosts, probe
from ansible_collections.linux.tcp.tests.benchmark.report import (
    PAGE,
    TARGET_PYTHON,
    BenchmarkError,
    as_rst,
    as_text,
    conditions,
    exit_on_signal,
    mark,
    output_of,
    update_page,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader

COLLECTIONS = Path(__file__).resolve().parents[2] / "collections"
PAGE_BEGIN = ".. The lines from here on are written by the benchmark of predictions.\n"
PAGE_END = ".. The lines written by the benchmark of predictions end here.\n"

MOST_SECONDS = 0.020  # of reading and predicting on the usual host
NO_ANSWER_SECONDS = 120.0
SHORT = 75

HEADINGS = ["host", "loader", "reading", "predicting", "both", "other writers", "all", "memory"]


@dataclasses.dataclass(frozen=True)
class Row:
    """What was measured on one host for one loader; ``result`` is None where no answer came in time."""

    host: str
    loader: Loader
    result: dict[str, t.Any] | None

    def cells(self, memory_of_empty: int) -> list[str]:
        """Return the figures as text, in the order of :data:`HEADINGS`."""
        if self.result is None:
            return [self.host, self.loader, *["none"] * (len(HEADINGS) - 2)]
        seconds = self.result["seconds"]
        both = seconds["reading"] + seconds["predicting"]
        return [
            self.host,
            self.loader,
            duration(seconds["reading"]),
            duration(seconds["predicting"]),
            duration(both) + (mark(both < MOST_SECONDS) if self.host == hosts.USUAL else ""),
            duration(seconds["writers"]),
            duration(seconds["whole"]),
            f"{max(0, self.result['memory'] - memory_of_empty) / 1024:.0f} MiB",
        ]

    def in_words(self) -> str:
        """Return the result in words."""
        if self.result is None:
            return f"no answer within {NO_ANSWER_SECONDS:.0f} s"
        if self.result["warnings"]:
            (warning,) = self.result["warnings"]
            return f'warning: "{warning if len(warning) <= SHORT else warning[:SHORT].rstrip() + "…"}"'
        values = self.result["values"]
        reading = ", ".join(f"{key} {value}" for key, value in values.items())
        told = "the kernel's defaults" if values == KERNEL_DEFAULTS.as_dict() else reading
        return f"{told}, out of {self.result['settings']:,} settings"


def duration(seconds: float) -> str:
    """Return seconds as text."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def measure(host: str, root: Path, loader: Loader, *, runs: int) -> Row:
    """Measure one host in a fresh process.

    :raises BenchmarkError: with its output when that fails.
    """
    command = [TARGET_PYTHON, probe.__file__, str(root), loader, str(runs)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
            stdin=subprocess.DEVNULL,
            timeout=NO_ANSWER_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Row(host, loader, None)
    if done.returncode:
        raise BenchmarkError(f"{' '.join(command)} failed ({done.returncode}):\n{done.stderr.decode()}")
    return Row(host, loader, json.loads(done.stdout))


def measure_all(folder: Path, *, runs: int) -> list[Row]:
    """Make each host in turn, measure it, and remove it again."""
    rows = []
    for host in (hosts.EMPTY, hosts.USUAL, *hosts.BAD):
        root = folder / "root"
        hosts.build(host, root)
        rows += [measure(host, root, loader, runs=1 if host in hosts.BAD else runs) for loader in SELECTABLE_LOADERS]
        shutil.rmtree(root)
        print(f"Measured: {host}.", flush=True)
    return rows


def figures(rows: list[Row]) -> list[list[str]]:
    """Return the table of what was measured."""
    of_empty = {row.loader: row.result["memory"] for row in rows if row.host == hosts.EMPTY and row.result}
    return [HEADINGS, *(row.cells(of_empty[row.loader]) for row in rows)]


def outcomes(rows: list[Row]) -> list[list[str]]:
    """Return the table of the results for bad hosts; loaders with the same result share a line."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.host in hosts.BAD:
            found.setdefault((row.host, row.in_words()), []).append(row.loader)
    lines = [[host, " and ".join(loaders), in_words] for (host, in_words), loaders in found.items()]
    return [["host", "loader", "result"], *lines]


def main() -> None:
    """Measure and report; the table tells about the expectation, the exit status does not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--runs",
        type=int,
        default=25,
        help="how often a good host is measured, a bad one is once (default: %(default)s)",
    )
    parser.add_argument("--write-page", action="store_true", help="write the tables to the documentation's page, too")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, exit_on_signal)
    try:
        with tempfile.TemporaryDirectory(prefix="linux-tcp-prediction-") as folder:
            rows = measure_all(Path(folder), runs=arguments.runs)
        tables = [figures(rows), outcomes(rows)]
        about = f"{conditions(arguments.runs)}; {output_of([TARGET_PYTHON, '--version'])} on the hosts."
        print("\n" + "\n\n".join([*map(as_text, tables), about]))
        if arguments.write_page:
            update_page("\n\n".join([about, *map(as_rst, tables)]), begin=PAGE_BEGIN, end=PAGE_END)
            print(f"The tables are in {PAGE} now.")
    except BenchmarkError as exc:
        sys.exit(str(exc))


if __name__ == "__main__":
    main()
