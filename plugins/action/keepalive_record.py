# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of the module keepalive_record: it writes the record."""

from __future__ import annotations

import datetime
import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.plugin_utils import _records


class ActionModule(ActionBase):
    """Let the module look at the host, and write down what it says."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        answer: dict[str, t.Any] = super().run(tmp, variables)
        arguments = self._task.args
        answer.update(
            self._execute_module(
                module_name="linux.tcp.keepalive_record", module_args=dict(arguments), task_vars=variables
            )
        )
        folder = arguments.get("folder")
        if not folder or self._task.check_mode or not answer.get("would_change"):
            return answer
        wish = {name: str(value) for name, value in arguments.items() if name != "folder"}
        try:
            answer["record_file"] = _records.keep(
                str(folder),
                variables["inventory_hostname"],
                wish=wish,
                before=answer["before"],
                record=answer["record"],
                now=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            )
        except KeepaliveError as exc:
            answer.update(failed=True, msg=str(exc))
        return answer
