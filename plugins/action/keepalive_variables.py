# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the variables of a playbook on the controller, where no managed host can choose them.

The task is delegated to localhost. Ansible then works the variables of localhost out, with those of the
play and of --extra-vars. A template of a playbook would be rendered with the variables of the first host
of the play instead, among which are the facts that this host returned.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError, KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_VARIABLES
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import require_no_steering_facts
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.names import OTHERS, message_about_unknown, unknown_names
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.playbooks import PLAYBOOK_VARIABLES, folder_of

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

CONTROLLER = "localhost"
# The variables of each playbook beside keepalive_hosts, without those that keywords of its plays read.
PLAYBOOKS: dict[str, tuple[str, ...]] = {
    "apply": (),
    "audit": (
        "keepalive_audit_limit",
        "keepalive_audit_idle_timeout",
        "keepalive_audit_covered",
        "keepalive_audit_sockets",
        "keepalive_audit_strict",
        "keepalive_audit_folder",
    ),
    "restore": ("keepalive_rollout_folder", "keepalive_restore_force", "keepalive_restore_to"),
    "rollout": (),  # read for each host, by the action keepalive_rollout
}


class ActionModule(ActionBase):
    """Return the variables of a playbook, and the hosts that it is for."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        """Return the values by the names of the variables, and the hosts of the pattern."""
        variables = task_vars or {}
        result: Result = super().run(tmp, variables)
        validated = ArgumentSpecValidator(KEEPALIVE_VARIABLES).validate(self._task.args)
        if validated.error_messages:
            return {**result, "failed": True, "msg": "; ".join(validated.error_messages)}
        names = PLAYBOOKS[validated.validated_parameters["playbook"]]
        try:
            if self._task.delegate_to != CONTROLLER:
                raise InvalidValueError(f"keepalive_variables needs delegate_to: {CONTROLLER}.")
            own: Result = variables["ansible_delegated_vars"][CONTROLLER]
            require_no_steering_facts(own)
            _require_known(own, self._given(own, [OTHERS]).get(OTHERS))
            asked = ("keepalive_hosts", *names)
            given = {**{name: PLAYBOOK_VARIABLES[name] for name in asked}, **self._given(own, asked)}
            hosts = self._hosts_of(given.pop("keepalive_hosts"), own)
            for name in names:
                if name.endswith("_folder"):
                    given[name] = folder_of(name, given[name])
                    self._require_one(name, given[name], hosts, variables)
        except KeepaliveError as exc:
            return {**result, "failed": True, "msg": f"Nothing was done: {exc}"}
        return {**result, "changed": False, "hosts": hosts, "variables": given}

    def _given(self, own: Result, names: t.Iterable[str]) -> Result:
        """Return the values of variables as localhost has them, with those of the play."""
        used = self._templar.available_variables
        self._templar.available_variables = own
        try:
            return {name: self._templar.template(own[name]) for name in names if name in own}
        finally:
            self._templar.available_variables = used

    def _hosts_of(self, pattern: t.Any, own: Result) -> list[str]:
        """Return the hosts of a pattern.

        :raises InvalidValueError: where there are none. Ansible itself says little of that, and ends well.
        """
        patterns = ",".join(map(str, pattern)) if isinstance(pattern, (list, tuple)) else str(pattern)
        lookup = lookup_loader.get("ansible.builtin.inventory_hostnames", loader=self._loader, templar=self._templar)
        within = set(own["ansible_play_hosts_all"])
        hosts = [name for name in lookup.run([patterns], variables=own) if name in within]
        if not hosts:
            raise InvalidValueError(
                f"'{patterns}' (keepalive_hosts) matches no host of the inventory, or none within --limit."
            )
        return hosts

    def _require_one(self, name: str, value: str, hosts: t.Iterable[str], variables: Result) -> None:
        """Check that no host has another folder.

        :raises InvalidValueError: where one has. A fact does not count.
        """
        for host in hosts:
            known = variables["hostvars"][host]
            if name in known and name not in (known.get("ansible_facts") or {}):
                other = folder_of(name, known[name])
                if other != value:
                    raise InvalidValueError(
                        f"{name} is {other!r} for {host} and {value!r} for the playbook: give one folder for all "
                        "hosts, with --extra-vars or for the group all."
                    )


def _require_known(variables: Result, others: object) -> None:
    """Check that no variable is misspelt.

    :raises InvalidValueError: for names that look like the collection's and are none.
    """
    unknown = unknown_names(variables, others)
    if unknown:
        raise InvalidValueError(message_about_unknown(unknown))
