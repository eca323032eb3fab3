# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the steps of a rollout on the controller, and keep its state between them."""

from __future__ import annotations

import os
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.options import (
    DESIRED_STATE,
    KEEPALIVE,
    KEEPALIVE_ROLLOUT,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._further.options import wanted_defaults, wanted_namespaces
from ansible_collections.linux.tcp.plugins.plugin_utils._input.arguments import as_variables, checked
from ansible_collections.linux.tcp.plugins.plugin_utils._input.controller import ControllerAction
from ansible_collections.linux.tcp.plugins.plugin_utils._input.names import OTHERS, ROLE_VARIABLES, require_known_names
from ansible_collections.linux.tcp.plugins.plugin_utils._input.playbooks import PLAYBOOK_VARIABLES, folder_of
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout import folder_lock
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.state import Rollout, checkpoints_of_others
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.status import (
    RESTORATION,
    STEERING,
    UNREADABLE,
    HostStatus,
    after_restoration,
    counted,
    distrust,
    summarize,
    wrong,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import (
    require_no_steering_facts,
    steering_facts,
    without_facts,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.variables import (
    UnreadableVariablesError,
    of_one_host,
    plain,
)

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]
    Facts = t.Dict[str, t.Mapping[str, t.Any]]


_FOLDER = "keepalive_rollout_folder"
_CHECK = "keepalive_rollout_check"
_PLAYBOOK = ("import_playbook", "ansible.builtin.import_playbook")
# What is read of each host: what its tasks have registered.
_RESULTS = (
    "keepalive_result",
    "__keepalive_checkpoint",
    "__keepalive_connection",
    "__keepalive_prepared",
    "__keepalive_reason",
    "__keepalive_restored",
    "__keepalive_rollback",
    "__keepalive_verification",
)
_MAY_STAY = "they may stay changed: the same command resumes, and linux.tcp.restore restores them."


def _validated(given: Result) -> Result:
    """Check the variables of the role that a host has, and return the options of the module with their defaults.

    :raises KeepaliveError: where there cannot be such a desired state, or is none.
    """
    arguments = checked(given, KEEPALIVE, module="linux.tcp.keepalive")
    params: Result = ArgumentSpecValidator(KEEPALIVE).validate(arguments).validated_parameters
    if params["root"] != "/":
        raise InvalidValueError("root is not for hosts that run: leave it out.")
    for name, wanted in (("namespaces", wanted_namespaces), ("container_defaults", wanted_defaults)):
        if wanted(params[name]) not in ([], None):
            raise InvalidValueError(
                f"{name} is not for a rollout, which cannot roll containers back: leave {name} out, and run "
                f"linux.tcp.apply with it after the rollout."
            )
    if DesiredState.from_params(params).is_empty:
        raise InvalidValueError(
            "No value is set. Give keepalive_time, keepalive_intvl, keepalive_probes or keepalive_state=absent."
        )
    return params


def _results_of(hostvars: t.Mapping[str, t.Any], host: str) -> Result:
    """Return the results of a host's tasks, and the facts that steer; where they cannot be read, only the cause.

    What a task registers beats a fact of that name. But a result that a task has not registered could be a fact.
    """
    try:
        with of_one_host():
            known = hostvars[host]
            facts = steering_facts(known)
            found = {name: plain(known[name]) for name in _RESULTS if name in known and name not in facts}
    except UnreadableVariablesError as exc:
        return {UNREADABLE: str(exc)}
    return {**found, STEERING: facts} if facts else found


def _require_readable(facts: Facts) -> None:
    """Check that the results of all hosts could be read.

    :raises InvalidValueError: which names each host whose results could not.
    """
    causes = [
        f"{name}: {distrusted.message.rstrip('.')}"
        for name, known in facts.items()
        for distrusted in [distrust(known)]
        if distrusted and UNREADABLE in known
    ]
    if causes:
        raise InvalidValueError(f"{'; '.join(causes)}. Run with --flush-cache, or leave such a host out with --limit.")


def _after_restoration(known: t.Mapping[str, t.Any], *, check_mode: bool) -> HostStatus:
    """Return the status of a host that the playbook restore has restored, or should have."""
    result = known.get("__keepalive_restored")
    distrusted = distrust(known) if result is None else None
    return HostStatus("failed", distrusted) if distrusted else after_restoration(result, check_mode=check_mode)


def _only(name: str, given: t.Iterable[str]) -> str:
    """Return the value that a variable has for all hosts.

    :raises InvalidValueError: where it has several.
    """
    values = sorted(set(given))
    if len(values) != 1:
        raise InvalidValueError(f"{name} is {values}: give one folder for all hosts.")
    return values[0]


def _require_health_check(given: str, path: str, loader: t.Any) -> None:
    """Check that a file of a health check is there, has tasks, and notifies no handler.

    :raises InvalidValueError: where it is not so.
    """
    what, remedy = f"{_CHECK} is {given!r}, and {path}", "give the path of a file with tasks, or leave it out."
    try:
        with open(path, encoding="utf-8") as file:
            file.read()
        tasks = loader.load_from_file(path)
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidValueError(f"{what} cannot be read ({getattr(exc, 'strerror', None) or exc}): {remedy}") from exc
    except AnsibleError as exc:
        raise InvalidValueError(f"{what} is no YAML that Ansible can read: {' '.join(str(exc).split())}") from exc
    if not isinstance(tasks, list) or not tasks or not all(isinstance(task, dict) for task in tasks):
        raise InvalidValueError(f"{what} is no list of tasks: {remedy}")
    if any(name in task for task in tasks for name in ("hosts", *_PLAYBOOK)):
        raise InvalidValueError(f"{what} is a playbook: give a file with the tasks alone.")
    if _notifies(tasks):
        raise InvalidValueError(f"{_CHECK} is {given!r}: handlers cannot be notified from there.")


def _notifies(tasks: object) -> bool:
    """Whether one of the tasks, or of those in their blocks, notifies a handler."""
    return any(
        "notify" in task or any(_notifies(task.get(name)) for name in ("block", "rescue", "always"))
        for task in (tasks if isinstance(tasks, list) else ())
        if isinstance(task, dict)
    )


class ActionModule(ControllerAction):
    """Take one step of a rollout. Of each host it reads only what the host's own tasks registered."""

    spec = KEEPALIVE_ROLLOUT
    late_steps = ("verify", "commit", "rollback", "finish", "restored")

    def act(self, params: Result, variables: Result) -> Result:
        """Return what the next tasks of the playbook need to know."""
        hostvars = variables.get("hostvars") or {}
        facts: Facts = {name: _results_of(hostvars, name) for name in params["hosts"]}
        if params["step"] == "prepare":
            return self._prepare(variables)
        if params["step"] == "begin":
            return self._begin(params, facts)
        if params["step"] == "restored":
            return self._restored(params, facts)
        rollout = Rollout.load(self._path)
        folder_lock.touch(rollout.folder)
        facts.update((name, _results_of(hostvars, name)) for name in rollout.pending)
        given = self._step(params["step"], rollout, facts)
        rollout.keep(self._path)
        return given

    @property
    def _path(self) -> str:
        """Where the state is: in the folder that Ansible makes for a run, and removes."""
        folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # constants are made at run time
        return os.path.join(folder, "linux.tcp.rollout.json")

    def _prepare(self, variables: Result) -> Result:
        """Read the variables of one host, those of the play included."""
        require_no_steering_facts(variables)  # where the name could be a fact, Ansible alone knows it
        try:
            of_role = self.rendered(variables, (OTHERS, *ROLE_VARIABLES))
            require_known_names(without_facts(variables), of_role.pop(OTHERS, None))
            params = _validated({name.partition("_")[2]: v for name, v in of_role.items() if v is not None})
            given = self._without_facts(variables)
            folder = folder_of(_FOLDER, given.get(_FOLDER, PLAYBOOK_VARIABLES[_FOLDER]))
        except KeepaliveError as exc:
            raise InvalidValueError(f"{variables.get('inventory_hostname')}: {as_variables(str(exc))}") from exc
        return {
            "check": str(given.get(_CHECK) or ""),
            "folder": folder,
            "sockets": bool(params["sockets"]),
            "desired": {name: params[name] for name in DESIRED_STATE},
        }

    def _without_facts(self, variables: Result) -> Result:
        """Return the values of the variables that name files of the controller.

        :raises InvalidValueError: where the template of one needs a fact.
        """
        known = without_facts(variables)
        given: Result = {}
        for name in (_CHECK, _FOLDER):
            given.update(self._without_fact(name, known))
        return given

    def _without_fact(self, name: str, known: Result) -> Result:
        try:
            return self.rendered(known, [name])
        except AnsibleError as exc:
            raise InvalidValueError(
                f"{name} cannot be worked out without the facts of the host: {str(exc).rstrip('.')}. Use variables of "
                f"the inventory that no fact has the name of, and neither hostvars nor vars: a host must not choose it."
            ) from exc

    def _begin(self, params: Result, facts: Facts) -> Result:
        _require_readable(facts)
        prepared: Facts = {name: known["__keepalive_prepared"] for name, known in facts.items()}
        folder = _only(_FOLDER, (known["folder"] for known in prepared.values()))
        paths = {check: os.path.abspath(check) for known in prepared.values() for check in [known["check"]] if check}
        for check, path in paths.items():
            _require_health_check(check, path, self._loader)
        checks = {name: paths[known["check"]] for name, known in prepared.items() if known["check"]}
        sockets = [name for name, known in prepared.items() if known["sockets"]]
        desired = {name: dict(known["desired"]) for name, known in prepared.items()}
        rollout = Rollout(folder, desired, checks, tuple(params["inventory"]), tuple(sockets))
        rollout.hosts = {name: HostStatus() for name in params["hosts"]}
        if not self._task.check_mode:
            folder_lock.acquire(folder)
        pending = rollout.left_pending()
        rollout.keep(self._path)
        return {"pending": pending, "checks": checks, "folder": folder}

    def _step(self, step: str, rollout: Rollout, facts: Facts) -> Result:
        if step == "checkpoint":
            batch = {name: facts[name] for name in facts if rollout.hosts[name].code == "not_started"}
            selected = rollout.checkpoint(batch, check_mode=self._task.check_mode)
            self._say(selected, "about to be changed", _MAY_STAY)
            return {"selected": selected, "stop": rollout.stops and not selected and not self._task.check_mode}
        if step == "verify":
            return {"selected": rollout.verify(facts)}
        if step == "commit":
            pending = rollout.pending
            for name, reason in rollout.commit(facts).items():
                self._display.warning(
                    f"{name}: the change was verified, and will be checked again, as this was not noted: {reason}"
                )
            if not rollout.pending:
                self._say(pending, "changed and verified", "they stay so: the same command resumes with the others.")
            return {"stop": rollout.stops and not self._task.check_mode}  # a plan shows all hosts
        if step == "rollback":
            rollout.judge(facts)
            self._say(rollout.pending, "about to be rolled back", _MAY_STAY)
            return {"selected": rollout.pending}
        folder_lock.release(rollout.folder)
        return rollout.finish(facts)

    def _say(self, hosts: t.Sequence[str], what: str, then: str) -> None:
        """Say what an interruption would leave from here on. This is then the last line that the user reads."""
        if hosts:
            self._display.display(f"linux.tcp: {counted(hosts)}: {what}. If this run is interrupted, {then}")

    def _restored(self, params: Result, facts: Facts) -> Result:
        check_mode = self._task.check_mode
        statuses = {name: _after_restoration(known, check_mode=check_mode) for name, known in facts.items()}
        summary = summarize(statuses, RESTORATION)
        older = [
            name
            for name, status in statuses.items()
            if status.code in ("restored", "would_be_restored", "unchanged")
            and facts[name]["__keepalive_restored"].get("older")
        ]
        if older:
            summary["older_checkpoints_left"] = counted(older)
        others = checkpoints_of_others(params["folder"], hosts=statuses, known=params["known"])
        for code, names in others.items():
            if names:
                most = len(names) if code == "not_in_inventory" else 8
                summary[code] = counted(names, most=most)
        return {"summary": summary, "wrong": wrong(statuses)}
