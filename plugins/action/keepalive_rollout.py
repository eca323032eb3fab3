# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the steps of a rollout on the controller, and keep its state between them."""

from __future__ import annotations

import os
import typing as t

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.options import DESIRED_STATE, KEEPALIVE_ROLLOUT
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.state import Rollout, checkpoints_of_others
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.status import (
    RESTORATION,
    HostStatus,
    after_restoration,
    counted,
    summarize,
    wrong,
)

if t.TYPE_CHECKING:
    Answer = t.Dict[str, t.Any]
    Facts = t.Dict[str, t.Mapping[str, t.Any]]


def _require_desired_state(host: str, variables: t.Mapping[str, t.Any]) -> None:
    """Check the desired state that a host's variables describe.

    :raises KeepaliveError: where it cannot be, or is none.
    """
    given = {name: variables.get(f"keepalive_{name}") for name in DESIRED_STATE}
    validated = ArgumentSpecValidator(DESIRED_STATE).validate(
        {name: value for name, value in given.items() if value is not None}
    )
    try:
        if validated.error_messages:
            raise InvalidValueError("; ".join(validated.error_messages))
        if str(variables.get("keepalive_root", "/")) != "/":
            raise InvalidValueError("keepalive_root is not for hosts that run: leave it out.")
        if DesiredState.from_params({**validated.validated_parameters, "backup": False}).is_empty:
            raise InvalidValueError(
                "No value is wanted. Give keepalive_time, keepalive_intvl, keepalive_probes or keepalive_state=absent."
            )
    except KeepaliveError as exc:
        raise InvalidValueError(f"{host}: {exc}") from exc


def _check_of(variables: t.Mapping[str, t.Any]) -> str:
    """Return the file of a host's health check, as it is given; an empty text where there is none."""
    return str(variables.get("keepalive_rollout_check") or "")


class ActionModule(ActionBase):
    """Take one step of a rollout; of each host only what its own tasks registered is read."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: Answer | None = None) -> Answer:
        """Return what the next tasks of the playbook need to know."""
        variables = task_vars or {}
        result: Answer = super().run(tmp, variables)
        validated = ArgumentSpecValidator(KEEPALIVE_ROLLOUT).validate(self._task.args)
        if validated.error_messages:
            return {**result, "failed": True, "msg": "; ".join(validated.error_messages)}
        params = validated.validated_parameters
        hostvars = variables.get("hostvars") or {}
        facts: Facts = {name: hostvars[name] for name in params["hosts"]}
        try:
            if params["step"] == "begin":
                given = self._begin(params, facts)
            elif params["step"] == "restored":
                given = self._restored(params, facts)
            else:
                rollout = Rollout.load(self._path)
                facts.update((name, hostvars[name]) for name in rollout.pending)
                given = self._step(params["step"], rollout, facts)
                rollout.keep(self._path)
        except KeepaliveError as exc:
            return {**result, "failed": True, "msg": f"{exc} Nothing was changed."}
        return {**result, "changed": False, **given}

    @property
    def _path(self) -> str:
        """Where the state is: in the folder that Ansible makes for a run, and removes."""
        folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # constants are made at run time
        return os.path.join(folder, "linux.tcp.rollout.json")

    def _begin(self, params: Answer, facts: Facts) -> Answer:
        for name, known in facts.items():
            _require_desired_state(name, known)
        folder = os.path.abspath(os.path.expanduser(params["folder"] or "./keepalive-rollout"))
        checks = {
            name: os.path.abspath(check) for name, known in facts.items() for check in [_check_of(known)] if check
        }
        rollout = Rollout(folder, checks, tuple(params["inventory"]))
        rollout.hosts = {name: HostStatus() for name in params["hosts"]}
        pending = rollout.left_pending()
        rollout.keep(self._path)
        return {"pending": pending, "checks": checks, "folder": folder}

    def _step(self, step: str, rollout: Rollout, facts: Facts) -> Answer:
        if step == "checkpoint":
            batch = {name: facts[name] for name in facts if rollout.hosts[name].code == "not_started"}
            selected = rollout.checkpoint(batch, check_mode=self._task.check_mode)
            return {"selected": selected, "stop": rollout.stops and not selected and not self._task.check_mode}
        if step == "verify":
            return {"selected": rollout.verify(facts)}
        if step == "commit":
            for name, reason in rollout.commit(facts).items():
                self._display.warning(
                    f"{name}: the change was verified, and will be checked again, as this was not noted: {reason}"
                )
            return {"stop": rollout.stops}
        if step == "rollback":
            rollout.judge(facts)
            return {"selected": rollout.pending}
        return rollout.finish(facts)

    def _restored(self, params: Answer, facts: Facts) -> Answer:
        check_mode = self._task.check_mode
        statuses = {
            name: after_restoration(known.get("__keepalive_restored"), check_mode=check_mode)
            for name, known in facts.items()
        }
        summary = summarize(statuses, RESTORATION)
        others = checkpoints_of_others(params["folder"], hosts=statuses, known=params["known"])
        for code, names in others.items():
            if names:
                most = len(names) if code == "not_in_inventory" else 8
                summary[code] = counted(names, most=most)
        return {"summary": summary, "wrong": wrong(statuses)}
