# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check a host with one shell command, and send the module only where that is not enough.

One command costs a connection's round trip, and no transfer and no Python on the host. The host is
then computed here with the very code that the module runs there. Whenever something would have to
change, is refused, or is not certain, the module itself is sent and returns the result.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.compute_budget import ComputeBudget
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import preview
from ansible_collections.linux.tcp.plugins.module_utils._text import printable, shortened
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.interpreter import guarded, interpreter_of, is_plain
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.parse import parse_probe
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.script import PROBE_SCRIPT
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.action import GuardedAction
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.results import reduced

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Change
    from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost

    Result = t.Dict[str, t.Any]

_MOST_SECONDS, _MOST_MEMORY = 10.0, 512 << 20  # a probe takes milliseconds
_LONGEST_REASON = 500


class ProbingAction(GuardedAction):
    """An action that probes the host before it sends its module, with :meth:`compute_result`."""

    _supports_async = True
    _supports_check_mode = True

    def compute_result(self, params: Result, host: ProbedHost) -> tuple[Result, list[str]] | None:
        """Return the module's result and warnings for a host, None where the module has to change something.

        :raises KeepaliveError: where the module has to report an error, or the probe is inconclusive.
        """
        raise NotImplementedError

    @staticmethod
    def plan(params: Result, host: ProbedHost) -> tuple[DesiredState, Change]:
        """Return the desired state and the change that brings a host there.

        :raises KeepaliveError: where the module has to report an error, or the probe is inconclusive.
        """
        if not params["path"].startswith("/"):
            raise InconclusiveProbeError("path is one that only the host can read")
        want = DesiredState.from_params(params)
        change = preview(host, want)
        host.require_certain(change.before)
        return want, change

    def can_probe(self) -> bool:
        """Whether a probe can take the place of the module with these arguments."""
        return True

    def run_allowed(self, tmp: str | None, task_vars: Result | None) -> Result:
        """Return what the probe gives, or else the module; both are reduced in the same way."""
        result = super().run_allowed(tmp, task_vars)
        probed = None if self._task.async_val or not self.can_probe() else self._probe(task_vars or {})
        if probed is None:
            result.update(self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val))
        else:
            result.update(reduced(probed, self.module.rpartition(".")[2]))
        return result

    def _probe(self, variables: Result) -> Result | None:
        # the validation here would expand these; only the module may, on the host
        if any(set("$~") & set(str(self._task.args.get(name, ""))) for name in ("path", "root")):
            return None
        validated = ArgumentSpecValidator(self.spec).validate(self._task.args)
        params = validated.validated_parameters
        shell = self._connection._shell  # noqa: SLF001 -- Ansible's own actions have no other name for it
        complaints = validated.error_messages or validated._warnings or validated._deprecations  # noqa: SLF001 -- no other name
        if complaints or params.get("root", "/") != "/" or getattr(shell, "SHELL_FAMILY", "") != "sh":
            return None
        interpreter = interpreter_of(variables, self._task.delegate_to, self._templar.template)
        if not is_plain(interpreter):
            self._display.vv("The module is sent: ansible_python_interpreter is not a plain Python.")
            return None
        output: Result = self._low_level_execute_command(guarded(PROBE_SCRIPT, interpreter))  # type: ignore[no-untyped-call]  # it has no types
        try:
            with ComputeBudget(_MOST_SECONDS, _MOST_MEMORY).spent():
                computed = self.compute_result(params, parse_probe(output["stdout"]))
        except (KeepaliveError, OverflowError, RecursionError, ValueError) as exc:
            if not self._task.no_log:
                self._display.vv(f"The module is sent: {printable(shortened(str(exc), _LONGEST_REASON))}")
            return None
        if computed is None:
            return None
        returned, warnings = computed
        result = {"changed": False, **returned}
        if _has_invocation(variables):
            result["invocation"] = {"module_args": params}
        return {**result, "warnings": warnings} if warnings else result


def _has_invocation(variables: Result) -> bool:
    """Return whether a module repeats its arguments: always before ansible-core 2.21, on request since then."""
    try:
        return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=variables))
    except AnsibleError:  # there is no such setting
        return True
