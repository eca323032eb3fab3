# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of the module keepalive_restore. It gives the checkpoint, and notes that it was restored."""

from __future__ import annotations

import datetime
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError, KeepaliveError, unchanged
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import parse_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_RESTORE
from ansible_collections.linux.tcp.plugins.plugin_utils._input.playbooks import folder_of
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import folder_lock, store
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.action import GuardedAction
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import claims_identity

if t.TYPE_CHECKING:
    Json = t.Dict[str, t.Any]


class ActionModule(GuardedAction):
    """Hand the host's checkpoint to the module."""

    module = "linux.tcp.keepalive_restore"
    spec = KEEPALIVE_RESTORE

    def run_allowed(self, tmp: str | None, task_vars: Json | None) -> Json:
        """Return the result of the module, or that there is no checkpoint."""
        variables = task_vars or {}
        result: Json = super().run_allowed(tmp, variables)
        arguments = dict(self._task.args)
        given, host = arguments.pop("folder", None), variables["inventory_hostname"]
        kind = "pending" if boolean(arguments.pop("pending", False)) else "checkpoint"
        to = arguments.pop("to", None) or "last"
        try:
            if claims_identity(variables):
                raise InvalidValueError(
                    "The host has a fact that stands for its name in the inventory, so it could take the checkpoint of "
                    "another host. Find out what returns it, and run with --flush-cache."
                )
            folder = folder_of("folder", given) if given else None
            noted = arguments.get("checkpoint")
            if folder:
                folder_lock.require_free(folder)
            if folder and not noted:
                noted, chosen = self._choose(folder, host, kind=kind, to_first=to == "first")
                if not noted:
                    msg = f"There is no checkpoint of {host}: it was not changed."
                    return {**result, "changed": False, "found": False, "msg": msg}
                result.update(saved=chosen["saved"], older=chosen["older"])
                arguments.update(checkpoint=chosen["checkpoint"], path=chosen["path"])
            result.update(
                self._execute_module(
                    module_name="linux.tcp.keepalive_restore", module_args=arguments, task_vars=variables
                )
            )
            result["found"] = True
            done = not result.get("failed") and not result.get("unreachable") and not self._task.check_mode
            if folder and done:
                self._note(folder, host, t.cast("Json", noted), kind=kind, to_first=to == "first")
        except KeepaliveError as exc:
            result.update(failed=True, msg=unchanged(exc))
        return result

    def _choose(self, folder: str, host: str, *, kind: str, to_first: bool) -> tuple[Json | None, Json]:
        """Return the checkpoint that the store has of a host, and what the host is to be restored to.

        :raises KeepaliveError: where it cannot be read, or is none that the collection takes.
        """
        found = store.load(folder, host)
        if found is None or found[kind] is None:
            return None, {}
        older = store.older(folder, host) if kind == "checkpoint" else []
        to_first = to_first and kind == "checkpoint"
        checkpoint = store.first_of(found, older) if to_first else found[kind]
        path = found["desired"].get("path", DEFAULT_PATH)
        parse_checkpoint(checkpoint, path=path)
        saved = ([found, *older][-1] if to_first else found)["time"]
        return found[kind], {
            "checkpoint": checkpoint,
            "path": path,
            "saved": saved,
            "older": 0 if to_first else len(older),
        }

    def _note(self, folder: str, host: str, checkpoint: Json, *, kind: str, to_first: bool) -> None:
        """Note that the host was restored. If that fails, the host is restored all the same."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        try:
            if kind == "pending":
                store.discard(folder, host, checkpoint=checkpoint, now=now)
            else:
                store.restored(folder, host, checkpoint=checkpoint, now=now, to_first=to_first)
        except KeepaliveError as exc:
            self._display.warning(f"{host} was restored, but this could not be noted: {exc}")
