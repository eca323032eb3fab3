# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of the module keepalive."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._state.options import FURTHER, KEEPALIVE, NUMBERS
from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Outcome
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_result
from ansible_collections.linux.tcp.plugins.plugin_utils._further.action import FurtherAction
from ansible_collections.linux.tcp.plugins.plugin_utils._further.runs import left_out, runs_of
from ansible_collections.linux.tcp.plugins.plugin_utils._input.names import OTHERS, message_about_unknown, unknown_names
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.action import ProbingAction
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import without_facts

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._further.runs import Run
    from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost

    Result = t.Dict[str, t.Any]


class ActionModule(ProbingAction, FurtherAction):
    """Take the place of the module where nothing has to change, and run further ones around it."""

    module = "linux.tcp.keepalive"
    spec = KEEPALIVE

    def run_allowed(self, tmp: str | None, task_vars: Result | None) -> Result:
        """Return the result, with those of further modules where options ask for them."""
        warnings = self._warnings(task_vars or {}) if self.is_in_role else []
        runs = runs_of(self._task.args)
        warnings += left_out(self._task.args)
        result = self._run(runs, tmp, task_vars)
        return {**result, "warnings": [*result.get("warnings", ()), *warnings]} if warnings else result

    def _warnings(self, variables: Result) -> list[str]:
        """Return what there is to say of the variables of the role."""
        others = self._templar.template(variables[OTHERS]) if OTHERS in variables else None
        variables = without_facts(variables)  # a host would choose the names
        unknown = unknown_names(variables, others)
        warnings = [message_about_unknown(unknown)] if unknown else []
        arguments = self._task.args
        if not arguments.get("sockets") and arguments.get("state") != "absent" and arguments.keys().isdisjoint(NUMBERS):
            meant = ", and ".join(f"keepalive_{name} for {name}" for name in NUMBERS if name in variables)
            warnings.append(
                "There is nothing to set, so the host is only reported. Give keepalive_time, keepalive_intvl or "
                f"keepalive_probes to set values.{f' Did you mean {meant}?' if meant else ''}"
            )
        return warnings

    def _run(self, runs: list[Run], tmp: str | None, task_vars: Result | None) -> Result:
        arguments = self._task.args
        self._task.args = {name: value for name, value in arguments.items() if name not in FURTHER}
        try:
            if not runs:
                return super().run_allowed(tmp, task_vars)
            return self.run_with_further(runs, functools.partial(super().run_allowed, tmp, task_vars), task_vars)
        finally:
            self._task.args = arguments  # a task with "until" runs again

    def compute_result(self, params: Result, host: ProbedHost) -> tuple[Result, list[str]] | None:
        """Return the result and the warnings, None where something has to change."""
        want, change = self.plan(params, host)
        return build_result(Outcome(change, change.after), want, diff=self._task.diff) if change.is_empty else None
