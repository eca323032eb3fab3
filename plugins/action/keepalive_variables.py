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

from ansible.plugins.loader import lookup_loader

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._state.options import (
    KEEPALIVE_RESTORE,
    KEEPALIVE_VARIABLES,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.arguments import require_valid
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.controller import ControllerAction
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import require_no_steering_facts
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.names import (
    OTHERS,
    ROLE_VARIABLES,
    require_known_names,
    require_prefixes,
)
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


class ActionModule(ControllerAction):
    """Return the variables of a playbook, and the hosts that it is for."""

    spec = KEEPALIVE_VARIABLES

    def act(self, params: Result, variables: Result) -> Result:
        """Return the values by the names of the variables, and the hosts of the pattern."""
        playbook = params["playbook"]
        names = PLAYBOOKS[playbook]
        if self._task.delegate_to != CONTROLLER:
            raise InvalidValueError(f"keepalive_variables needs delegate_to: {CONTROLLER}.")
        own: Result = variables["ansible_delegated_vars"][CONTROLLER]
        require_no_steering_facts(own)
        others = self.rendered(own, [OTHERS]).get(OTHERS)
        require_known_names(own, others)
        asked = ("keepalive_hosts", *names)
        given = {**{name: PLAYBOOK_VARIABLES[name] for name in asked}, **self.rendered(own, asked)}
        hosts = self._hosts_of(given.pop("keepalive_hosts"), own)
        known = [name for name in PLAYBOOK_VARIABLES if name in asked or name.startswith(f"keepalive_{playbook}_")]
        known += ROLE_VARIABLES if playbook in ("apply", "rollout") else ()
        extra = self._task.get_variable_manager().extra_vars
        hostvars = variables["hostvars"]
        require_prefixes(
            extra, known, lambda name: name in own or any(name in hostvars[host] for host in hosts), others
        )
        for name in names:
            if name.endswith("_folder"):
                given[name] = folder_of(name, given[name])
                self._require_one(name, given[name], hosts, variables)
        _require_values({**given, **self.rendered(own, ["keepalive_audit_become"])})
        return {"hosts": hosts, "variables": given}

    def _hosts_of(self, pattern: t.Any, own: Result) -> list[str]:
        """Return the hosts of a pattern.

        :raises InvalidValueError: where there are none. Ansible itself says little of that, and ends well.
        """
        patterns = ",".join(map(str, pattern)) if isinstance(pattern, (list, tuple)) else str(pattern)
        lookup = lookup_loader.get("ansible.builtin.inventory_hostnames", loader=self._loader, templar=self._templar)
        within = set(own["ansible_play_hosts_all"])
        hosts = [name for name in lookup.run([patterns], variables=own) if name in within]
        if hosts:
            return hosts
        if not set(own["groups"]["all"]) - {CONTROLLER}:
            raise InvalidValueError(
                "The inventory has no host: name one that has, such as -i hosts.yml, or -i db01, for a single host."
            )
        raise InvalidValueError(
            f"'{patterns}' (keepalive_hosts) matches no host of the inventory, or none within --limit: correct the "
            f"name, or give the inventory that has these hosts."
        )

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


def _require_values(given: Result) -> None:
    """Check the variables that are no folders.

    :raises InvalidValueError: for the first that makes no sense.
    """
    criteria = {name: given.get(f"keepalive_audit_{name}") for name in ("limit", "idle_timeout", "covered", "strict")}
    Criteria.from_options(**criteria)
    for name, option in {
        "keepalive_audit_become": {"type": "bool", "default": True},
        "keepalive_audit_sockets": {"type": "bool", "default": True},
        "keepalive_restore_force": KEEPALIVE_RESTORE["force"],
        "keepalive_restore_to": KEEPALIVE_RESTORE["to"],
    }.items():
        if name in given:
            require_valid(name, given[name], option)
