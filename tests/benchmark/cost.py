# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure what modules cost by themselves, without Ansible's way to the host, beside other programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.benchmark.report import BenchmarkError

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.benchmark.report import Command

COLLECTIONS = Path(__file__).resolve().parents[2] / "collections"
RUN_MODULE = Path(__file__).with_name("run_module.py")


class Cost(t.NamedTuple):
    """The least seconds of wall time and CPU time that were measured, and the most MiB of memory."""

    wall: float
    cpu: float
    memory: float


def module(name: str, **params: object) -> Command:
    """Return a command that runs a module of the collection."""
    return [sys.executable, str(RUN_MODULE), name, json.dumps(params)]


def measure(commands: t.Iterable[Command]) -> Cost:
    """Run commands that cost the same.

    :raises BenchmarkError: when one fails.
    """
    costs = []
    for command in commands:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(COLLECTIONS)}
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        if status:
            raise BenchmarkError(f"{command[0]} failed ({status}).")
        costs.append(Cost(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    return Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs), max(cost.memory for cost in costs))
