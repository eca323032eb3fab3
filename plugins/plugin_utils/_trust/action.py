# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let an action refuse what a host could steer by its facts, and reduce what it returns."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import os
import time
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError, unchanged
from ansible_collections.linux.tcp.plugins.plugin_utils._input.arguments import as_variables, checked
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.explain import (
    explanation,
    has_no_result,
    of_job,
    too_old,
    version_command,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import message_about, steering_facts
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.results import DOCUMENTED, reduced

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

ROLE = "linux.tcp.keepalive"
# What Ansible adds about a module that ran in the background.
_OF_JOBS = ("ansible_job_id", "results_file", "started", "finished")


class GuardedAction(ActionBase):
    """An action with a module's full name and ``spec``, whose results hold only what the module documents.

    In the role it refuses a host whose facts have names of the role's variables: the host would choose its own
    desired state, and be reported to have it. What its messages say of options, they say of these variables there.
    """

    module: t.ClassVar[str]  # a task may have a short name, or another one that leads here
    spec: t.ClassVar[dict[str, t.Any]]

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        """Return the result, or the refusal."""
        result = self.refusal(task_vars or {}) or self.run_allowed(tmp, task_vars)
        if not self.is_in_role:
            return result
        named = {**result, "msg": as_variables(str(result["msg"]))} if "msg" in result else result
        warnings = result.get("warnings")
        return {**named, "warnings": list(map(as_variables, warnings))} if warnings else named

    def run_allowed(self, tmp: str | None, task_vars: Result | None) -> Result:
        """Return the result of a task that is not refused."""
        result: Result = super().run(tmp, task_vars)
        return result

    @property
    def is_in_role(self) -> bool:
        """Whether this is a task of the collection's role."""
        role = self._task._role  # noqa: SLF001 -- Ansible has no other name for the role of a task
        return bool(role and role.get_name() == ROLE)

    def refusal(self, variables: Result) -> Result | None:
        """Return a failure where the module would refuse an argument, or facts of the host steer a task of the role."""
        names = steering_facts(variables) if self.is_in_role else []
        try:
            if names:
                raise InvalidValueError(message_about(names))
            self._task.args = checked(self._task.args, self.spec, module=self.module)
        except InvalidValueError as exc:
            return {"failed": True, "changed": False, "msg": unchanged(exc)}
        return None

    def _execute_module(self, *arguments: t.Any, **named: t.Any) -> Result:
        """Return what a module of the collection returned, reduced to what it documents."""
        name = str(named.get("module_name") or next(iter(arguments), None) or self.module).rpartition(".")[2]
        result: Result = super()._execute_module(*arguments, **named)
        if name not in DOCUMENTED:
            return result
        asked = named.get("module_args") or self._task.args
        summary_only = bool(boolean(asked.get("summary_only", False), strict=False))
        kept = self._explained(self._reduced(result, name, summary_only))
        if not named.get("wrap_async") or kept.get("failed"):
            return kept
        if self._task.poll > 0:
            return self._wait_for(kept, name, named["task_vars"], summary_only)
        message = too_old(**self._asked_for_version())  # what reads the job's status explains nothing
        return {"failed": True, "changed": False, "msg": message} if message else kept

    def _reduced(self, result: Result, name: str, summary_only: bool) -> Result:
        # the controller adds the interpreter that it has found, so that it need not look for it again
        key: str | None = self._discovered_interpreter_key
        facts = result.get("ansible_facts")
        if not key or not isinstance(facts, dict) or facts != {key: self._discovered_interpreter}:
            return reduced(result, name, summary_only=summary_only)
        others = {k: v for k, v in result.items() if k != "ansible_facts"}
        return {**reduced(others, name, summary_only=summary_only), "ansible_facts": facts}

    def _explained(self, result: Result) -> Result:
        """Return a result with the reason where the module has printed none."""
        if not has_no_result(result):
            return result
        explained = explanation(result, **self._asked_for_version())
        return {**{name: value for name, value in result.items() if name != "exception"}, "msg": explained}

    def _asked_for_version(self) -> dict[str, str]:
        """Return the interpreter of the host, and what it printed as its release."""
        interpreter = (self._used_interpreter or "").lstrip("!#").strip()
        output: Result = {}
        if interpreter:
            output = self._low_level_execute_command(version_command(interpreter))  # type: ignore[no-untyped-call]  # it has no types
        return {"interpreter": interpreter, "output": str(output.get("stdout") or "")}

    def _wait_for(self, started: Result, name: str, variables: Result, summary_only: bool) -> Result:
        """Wait for a module that runs in the background; Ansible would take its result as the host has it."""
        limit, poll = self._task.async_val, self._task.poll
        self._task.async_val = 0  # so Ansible does not wait, and a retry runs in the foreground
        job = {"jid": started.get("ansible_job_id"), "_async_dir": os.path.dirname(started.get("results_file") or "")}

        def ask(mode: str) -> Result:
            arguments = {**job, "mode": mode}
            return self._execute_module(
                module_name="ansible.legacy.async_status", module_args=arguments, task_vars=variables
            )

        end = time.monotonic() + limit
        while time.monotonic() < end:
            time.sleep(poll)
            status = ask("status")
            if status.get("finished") or status.get("failed"):
                ask("cleanup")
                found = of_job({k: v for k, v in status.items() if k not in _OF_JOBS})
                return self._explained(self._reduced(found, name, summary_only))
        return {"failed": True, "changed": True, "msg": f"The module did not end within {limit} seconds (async)."}


class ModuleAction(ActionBase):
    """An action that runs the module of its name, as Ansible's own does for modules without an action."""

    _supports_async = True
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        """Return the result of the module."""
        result: Result = super().run(tmp, task_vars)
        result.update(self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val))
        return result
