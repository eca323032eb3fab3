# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of the module keepalive_restore: it reads the record, and notes that the host was put back."""

from __future__ import annotations

import datetime
import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.plugin_utils import _records


class ActionModule(ActionBase):
    """Hand the host's record to the module."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        answer: dict[str, t.Any] = super().run(tmp, variables)
        arguments = dict(self._task.args)
        folder, host = arguments.get("folder"), variables["inventory_hostname"]
        try:
            if folder and not arguments.get("record"):
                found = _records.load(str(folder), host)
                if found is None:
                    return {**answer, "changed": False, "msg": f"There is no record of {host}: it was not changed."}
                arguments["record"] = found["record"]
            answer.update(
                self._execute_module(
                    module_name="linux.tcp.keepalive_restore", module_args=arguments, task_vars=variables
                )
            )
            done = not answer.get("failed") and not answer.get("unreachable") and not self._task.check_mode
            if folder and done:
                now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
                _records.mark_restored(str(folder), host, record=arguments["record"], now=now)
        except KeepaliveError as exc:
            answer.update(failed=True, msg=str(exc))
        return answer
