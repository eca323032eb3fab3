# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

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
short_description: Note how long each task took
description:
  - Appends one line of JSON for each task to the file that the variable E(STOPWATCH) names, with the task's name, the
    seconds from its start to its last host's result, and how many hosts were O(ignore:ok) and O(ignore:changed).
author:
  - linux.tcp contributors (@linux-tcp)
"""

# lib/ansible/executor/module_common.py: the payloads that a run has built, below its own temporary folder
_PAYLOADS = "ansiballz_cache"


class CallbackModule(CallbackBase):
    """The stopwatch; Ansible makes one for each run."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stopwatch"

    def __init__(self) -> None:
        super().__init__()
        self._task: Task | None = None
        self._start = self._end = 0.0
        self._changed: list[bool] = []

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:  # noqa: ARG002 -- Ansible's signature
        """Start the clock."""
        self._write()
        # Within a run a payload is built once for all tasks of a module. Here each task pays for it, as in real plays.
        shutil.rmtree(Path(vars(constants)["DEFAULT_LOCAL_TMP"], _PAYLOADS), ignore_errors=True)
        self._task = task
        self._changed = []
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
            "hosts": len(self._changed),
            "changed": sum(self._changed),
        }
        with Path(os.environ["STOPWATCH"]).open("a", encoding="utf-8") as file:
            print(json.dumps(note), file=file)
