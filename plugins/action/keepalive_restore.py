# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of the module keepalive_restore: hand it the checkpoint, and note that it was restored."""

from __future__ import annotations

import datetime
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import parse_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import store
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.action import GuardedAction
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import claims_identity


class ActionModule(GuardedAction):
    """Hand the host's checkpoint to the module."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, variables)
        arguments = dict(self._task.args)
        folder, host = arguments.pop("folder", None), variables["inventory_hostname"]
        kind = "pending" if boolean(arguments.pop("pending", False)) else "checkpoint"
        try:
            if claims_identity(variables):
                raise InvalidValueError(
                    "The host has a fact that stands for its name in the inventory, so it could take the checkpoint of "
                    "another host. Nothing was restored. Find out what returns it, and run with --flush-cache."
                )
            if folder and not arguments.get("checkpoint"):
                found = store.load(str(folder), host)
                if found is None or found[kind] is None:
                    msg = f"There is no checkpoint of {host}: it was not changed."
                    return {**result, "changed": False, "found": False, "msg": msg}
                arguments["checkpoint"] = found[kind]
                arguments["path"] = found["desired"].get("path", DEFAULT_PATH)
                parse_checkpoint(found[kind], path=arguments["path"])
            result.update(
                self._execute_module(
                    module_name="linux.tcp.keepalive_restore", module_args=arguments, task_vars=variables
                )
            )
            result["found"] = True
            done = not result.get("failed") and not result.get("unreachable") and not self._task.check_mode
            if folder and done:
                self._note(str(folder), host, arguments["checkpoint"], is_pending=kind == "pending")
        except KeepaliveError as exc:
            result.update(failed=True, msg=str(exc))
        return result

    def _note(self, folder: str, host: str, checkpoint: dict[str, t.Any], *, is_pending: bool) -> None:
        """Note that the host was restored. If that fails, the host is restored all the same."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        note = store.discard if is_pending else store.restored
        try:
            note(folder, host, checkpoint=checkpoint, now=now)
        except KeepaliveError as exc:
            self._display.warning(f"{host} was restored, but this could not be noted: {exc}")
