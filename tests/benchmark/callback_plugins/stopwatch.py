# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
import typing as t
from pathlib import Path

from ansible import constants
from ansible.plugins.callback import CallbackBase

if t.TYPE_CHECKING:
    from ansible.executor.stats import AggregateStats
    from ansible.executor.task_result import CallbackTaskResult
    from ansible.playbook.task import Task

DOCUMENTATION = r"""
name: stopwatch
type: aggregate
short_description: Note how long each task took and how much CPU time
description:
  - Appends one line of JSON for each task to the file that the variable E(STOPWATCH) names, with the task's name, the
    seconds from its start to its last host's result, the seconds of CPU time that all processes of this PID namespace
    spent meanwhile, and how many hosts answered and changed.
  - Before a task with the tag C(forget) the payloads of modules that this run has built are removed, so that the task
    builds its own, as the first one of a module does.
author:
  - linux.tcp contributors (@linux-tcp)
"""

FORGET = "forget"
# lib/ansible/executor/module_common.py: the payloads that a run has built, below its own temporary folder
_PAYLOADS = "ansiballz_cache"


def cpu_seconds() -> float:
    """Return the CPU time of all processes of this PID namespace, with that of the children they waited for.

    proc(5): utime, stime, cutime and cstime are the fields 14 to 17 of /proc/PID/stat, in clock ticks.
    """
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        # a process may end meanwhile; its time is then its parent's
        with contextlib.suppress(OSError):
            ticks += sum(map(int, file.read_text(encoding="utf-8").rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


class CallbackModule(CallbackBase):
    """The stopwatch; Ansible makes one for each run."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stopwatch"

    def __init__(self) -> None:
        super().__init__()
        self._task: Task | None = None
        self._start = self._end = self._cpu = 0.0
        self._changed: list[bool] = []

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:  # noqa: ARG002 -- Ansible's signature
        """Start the clock."""
        self._write()
        if FORGET in task.tags:
            shutil.rmtree(Path(vars(constants)["DEFAULT_LOCAL_TMP"], _PAYLOADS), ignore_errors=True)
        self._task = task
        self._changed = []
        self._cpu = cpu_seconds()
        self._start = time.perf_counter()

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        """Note a host's result; the last one's time stays."""
        self._end = time.perf_counter()
        self._changed.append(bool(result.result.get("changed")))

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:  # noqa: ARG002 -- Ansible's signature
        """Write the last task."""
        self._write()

    def _write(self) -> None:
        if self._task is None:
            return
        note = {
            "task": self._task.get_name(),
            "seconds": self._end - self._start,
            "cpu": cpu_seconds() - self._cpu,
            "hosts": len(self._changed),
            "changed": sum(self._changed),
        }
        with Path(os.environ["STOPWATCH"]).open("a", encoding="utf-8") as file:
            print(json.dumps(note), file=file)
