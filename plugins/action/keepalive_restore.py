# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of the module keepalive_restore: it reads the record, and notes that the host was put back."""

from __future__ import annotations

import datetime
import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store as _records


class ActionModule(ActionBase):
    """Hand the host's record to the module."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        answer: dict[str, t.Any] = super().run(tmp, variables)
        arguments = dict(self._task.args)
        folder, host = arguments.get("folder"), variables["inventory_hostname"]
        attempt = arguments.get("record")
        try:
            if folder and not attempt:
                found = _records.load(str(folder), host)
                if found is None:
                    msg = f"There is no record of {host}: it was not changed."
                    return {**answer, "changed": False, "recorded": False, "msg": msg}
                arguments["record"] = found["record"]
            answer.update(
                self._execute_module(
                    module_name="linux.tcp.keepalive_restore",
                    module_args={name: value for name, value in arguments.items() if name != "folder"},
                    task_vars=variables,
                )
            )
            answer["recorded"] = True
            done = not answer.get("failed") and not answer.get("unreachable") and not self._task.check_mode
            if folder and done:
                self._note(str(folder), host, arguments["record"], is_attempt=bool(attempt))
        except KeepaliveError as exc:
            answer.update(failed=True, msg=str(exc))
        return answer

    def _note(self, folder: str, host: str, record: dict[str, t.Any], *, is_attempt: bool) -> None:
        """Note that the host was put back. That it could not be noted makes it no less so."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        note = _records.withdraw if is_attempt else _records.mark_restored
        try:
            note(folder, host, record=record, now=now)
        except KeepaliveError as exc:
            self._display.warning(f"{host} was put back, but this could not be noted: {exc}")
