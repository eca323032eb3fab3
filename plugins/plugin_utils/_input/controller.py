# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let an action of the playbooks run on the controller only, and refuse in one way."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError, KeepaliveError, unchanged

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]


class ControllerAction(ActionBase):
    """An action that sends nothing, with ``spec`` and :meth:`act`."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    spec: t.ClassVar[dict[str, t.Any]]
    # Steps before which hosts may have been changed, so that no error of theirs may deny it.
    late_steps: t.ClassVar[tuple[str, ...]] = ()

    def act(self, params: Result, variables: Result) -> Result:
        """Return the result.

        :raises KeepaliveError: where something is refused.
        """
        raise NotImplementedError

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        """Return the result, or why there is none."""
        variables = task_vars or {}
        result: Result = super().run(tmp, variables)
        validated = ArgumentSpecValidator(self.spec).validate(self._task.args)
        params = validated.validated_parameters
        try:
            if validated.error_messages:
                raise InvalidValueError("; ".join(validated.error_messages))
            return {**result, "changed": False, **self.act(params, variables)}
        except KeepaliveError as exc:
            message = str(exc) if params.get("step") in self.late_steps else unchanged(exc)
            return {**result, "failed": True, "msg": message}

    def rendered(self, variables: Result, names: t.Iterable[str]) -> Result:
        """Return the values of those of the names that are among variables, with nothing else to render them with."""
        used = self._templar.available_variables
        self._templar.available_variables = variables
        try:
            return {name: self._templar.template(variables[name]) for name in names if name in variables}
        finally:
            self._templar.available_variables = used
