# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the variables of a playbook on the controller, where no managed host can choose them.

The task is delegated to localhost. Ansible then works out the variables of localhost, with those of the
play and of --extra-vars. A template of a playbook would instead be rendered with the variables of the first
host of the play. The facts that this host returned are among these.
"""

from __future__ import annotations

import contextlib
import os
import time
import typing as t
from pathlib import Path

from ansible import context
from ansible.errors import AnsibleError
from ansible.inventory.manager import split_host_pattern
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.loader import lookup_loader

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._state.options import (
    KEEPALIVE_RESTORE,
    KEEPALIVE_VARIABLES,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import shortened
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.earlier import paths_given
from ansible_collections.linux.tcp.plugins.plugin_utils._input.arguments import require_valid
from ansible_collections.linux.tcp.plugins.plugin_utils._input.controller import ControllerAction
from ansible_collections.linux.tcp.plugins.plugin_utils._input.names import (
    OTHERS,
    ROLE_VARIABLES,
    did_you_mean,
    read_elsewhere,
    require_known_names,
    require_prefixes,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._input.playbooks import (
    PLAYBOOK_VARIABLES,
    batches_of,
    folder_of,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import is_set_by_user, require_no_steering_facts
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.variables import UnreadableVariablesError, of_one_host

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

_LONGEST_VALUE = 500  # its template may use a fact of the host
CONTROLLER = "localhost"
NO_HOST = "!all"
_HOSTS = "keepalive_hosts"
_CRITERIA = ("limit", "idle_timeout", "covered", "strict", "max_age", "namespaces")
# The variables of each playbook beside keepalive_hosts.
PLAYBOOKS: dict[str, tuple[str, ...]] = {
    "apply": (),
    "audit": (
        "keepalive_audit_limit",
        "keepalive_audit_idle_timeout",
        "keepalive_audit_covered",
        "keepalive_audit_sockets",
        "keepalive_audit_namespaces",
        "keepalive_audit_become",
        "keepalive_audit_strict",
        "keepalive_audit_folder",
        "keepalive_audit_merge",
        "keepalive_audit_merge_only",
        "keepalive_audit_max_age",
    ),
    "restore": ("keepalive_rollout_folder", "keepalive_restore_force", "keepalive_restore_to"),
    "rollout": ("keepalive_rollout_batches",),  # the others are read for each host, by the action keepalive_rollout
}
# What decides here and is of no use to a playbook.
READ_HERE = ("keepalive_audit_merge_only",)
_FOLDER = Path(__file__).resolve().parents[2] / "playbooks"


class ActionModule(ControllerAction):
    """Return the variables of a playbook, and the hosts that it is for."""

    spec = KEEPALIVE_VARIABLES

    def act(self, params: Result, variables: Result) -> Result:
        """Return the values by the names of the variables, and the hosts of the pattern."""
        if option := self._leaves_out(variables):
            if any(map(_is_ours, context.CLIARGS.get("args", ()))):
                raise InvalidValueError(
                    f"The tasks of this playbook have no tags, so {option} leaves out all of them. "
                    f"Run it without {option.split(maxsplit=1)[0]}."
                )
            return {"skipped": True, "skip_reason": f"{option} leaves out this playbook."}
        playbook = params["playbook"]
        names = PLAYBOOKS[playbook]
        if self._task.delegate_to != CONTROLLER:
            raise InvalidValueError(f"keepalive_variables needs delegate_to: {CONTROLLER}.")
        own: Result = variables["ansible_delegated_vars"][CONTROLLER]
        require_no_steering_facts(own)
        others = self.rendered(own, [OTHERS]).get(OTHERS)
        require_known_names(own, others)
        asked = (_HOSTS, *names)
        given = {**{name: PLAYBOOK_VARIABLES[name] for name in asked}, **self.rendered(own, asked)}
        _require_values(given)
        pattern = NO_HOST if _asks_nothing(given) else given.pop(_HOSTS)
        hosts = [] if pattern == NO_HOST else self._hosts_of(pattern, own)
        known = [name for name in PLAYBOOK_VARIABLES if name in asked or name.startswith(f"keepalive_{playbook}_")]
        known += ROLE_VARIABLES if playbook in ("apply", "rollout") else ()
        extra = self._task.get_variable_manager().extra_vars
        hostvars = variables["hostvars"]
        require_prefixes(
            extra,
            known,
            lambda name: name in own or any(_is_set(name, hostvars, host) for host in hosts),
            others,
        )
        self._require_one({_HOSTS: pattern, **given}, hosts, hostvars)
        elsewhere = read_elsewhere(extra, known, others)
        given = {name: _read(name, given[name]) for name in names if name not in READ_HERE}
        if "keepalive_audit_merge" in names:
            given["keepalive_audit_merge"] = _reports_to_merge(given)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        result = {"hosts": hosts, "pattern": pattern, "read": now, "variables": given}
        if elsewhere:
            what = f"{', '.join(elsewhere)}: given with --extra-vars, and linux.tcp.{playbook} reads no such variable."
            result["warnings"] = [f"{what} Leave it out, or run the playbook that reads it."]
        return result

    def _leaves_out(self, variables: Result) -> str:
        """Return which option leaves out the tasks beside this one, which a site that imports the playbook may tag."""
        beside = self._task._parent  # noqa: SLF001 -- it has the tags of the play and of its import, without the task's own
        tags, skipped = (set(context.CLIARGS.get(name) or ()) for name in ("tags", "skip_tags"))
        if not tags or beside is None or beside.evaluate_tags(tags, skipped, all_vars=variables):
            return ""
        if beside.evaluate_tags(tags, set(), all_vars=variables):
            return f"--skip-tags {','.join(sorted(skipped))}"
        return f"--tags {','.join(sorted(tags))}"

    def _hosts_of(self, pattern: t.Any, own: Result) -> list[str]:
        """Return the hosts of a pattern.

        :raises InvalidValueError: where there are none, or a part of the pattern or of --limit matches nothing.
            In both cases Ansible itself says little, and ends with success.
        """
        groups = own["groups"]
        if not groups["all"]:  # the localhost that Ansible adds is in no group
            raise InvalidValueError(
                "The inventory has no host: name one that has, such as -i hosts.yml, or -i db01, for a single host."
            )
        parts = split_host_pattern(list(pattern) if isinstance(pattern, tuple) else pattern)
        limit = split_host_pattern(context.CLIARGS.get("subset") or [])
        lookup = lookup_loader.get("ansible.builtin.inventory_hostnames", loader=self._loader, templar=self._templar)
        _require_matches("keepalive_hosts", parts, groups, lookup)
        _require_matches("--limit", [part for part in limit if not part.startswith("@")], groups, lookup)
        within = set(own["ansible_play_hosts_all"])
        hosts = [name for name in lookup.run(parts, variables=own) if name in within] if parts else []
        if hosts:
            return hosts
        raise InvalidValueError(
            f"'{','.join(parts)}' (keepalive_hosts) matches no host of the inventory, or none within --limit: correct "
            f"the name, or give the inventory that has these hosts."
        )

    def _require_one(self, given: Result, hosts: t.Iterable[str], hostvars: t.Mapping[str, t.Any]) -> None:
        """Check that no host has a value of its own, which would be ignored. A fact does not count.

        :raises InvalidValueError: where one has another value than the playbook, and than localhost in the inventory.
        """
        of_all: t.Mapping[str, t.Any] = hostvars[CONTROLLER]
        for host in hosts:
            self._require_same(given, of_all, host, hostvars)

    def _require_same(self, given: Result, of_all: t.Mapping[str, t.Any], host: str, hostvars: t.Any) -> None:
        """Check that a host has no value of its own; warn where its variables cannot be read.

        :raises InvalidValueError: where it has another one than the playbook, and than localhost in the inventory.
        """
        try:
            with of_one_host():
                _require_no_other_value(given, of_all, host, hostvars[host])
        except UnreadableVariablesError as exc:
            self._display.warning(
                f"{host}: its variables cannot be read: {str(exc).rstrip('.')}. If it has a value of its own for one "
                f"of the playbook's variables, this value is ignored. Run with --flush-cache."
            )


def _is_set(name: str, hostvars: t.Mapping[str, t.Any], host: str) -> bool:
    """Return whether a host has a variable that is not one of its facts; False where that cannot be read."""
    with contextlib.suppress(UnreadableVariablesError), of_one_host():
        return is_set_by_user(name, hostvars[host])
    return False


def _require_no_other_value(
    given: Result, of_all: t.Mapping[str, t.Any], host: str, known: t.Mapping[str, t.Any]
) -> None:
    """Check that a host has no other value of a variable than the playbook, and than localhost in the inventory.

    :raises InvalidValueError: where it has one.
    """
    facts = known.get("ansible_facts") or {}
    for name in given.keys() & known.keys() - facts.keys():
        own = _of_host(name, known, host)
        if own not in (_comparable(name, given[name]), name in of_all and _of_host(name, of_all, CONTROLLER)):
            raise InvalidValueError(
                f"{name} is {shortened(repr(own), _LONGEST_VALUE)} for {host} and {given[name]!r} for the playbook: "
                f"give one value for all hosts, with --extra-vars or for the group all."
            )


def _require_matches(source: str, parts: t.Iterable[str], groups: t.Mapping[str, list[str]], lookup: t.Any) -> None:
    """Check that each part of a pattern, an exclusion too, matches a host or a group, which may be empty.

    :raises InvalidValueError: for the first that matches nothing.
    """
    names = {*groups, *groups["all"]}
    # an empty group gets a host with its name, since the lookup returns hosts only
    filled = {"groups": {name: hosts or [name] for name, hosts in groups.items()}}
    for part in parts:
        name = part.lstrip("!&")
        if name in names or (name and lookup.run([name], variables=filled)):
            continue
        near = did_you_mean(name, sorted(names - {*parts, "all", "ungrouped"}))
        raise InvalidValueError(
            f"'{part}' ({source}) matches no host of the inventory.{near} Correct the name, or give the inventory that "
            f"has it."
        )


def _of_host(name: str, known: t.Mapping[str, t.Any], host: str) -> str:
    """Return the value that a host has of a variable, to be compared.

    :raises InvalidValueError: where its template cannot be rendered.
    """
    try:
        return _comparable(name, known[name])
    except AnsibleError as exc:
        raise InvalidValueError(
            f"{name} cannot be worked out for {host}: {shortened(str(exc), _LONGEST_VALUE)}"
        ) from exc


def _comparable(name: str, value: object) -> str:
    return folder_of(name, value) if name.endswith("_folder") and value else str(value)


def _is_ours(playbook: str) -> bool:
    """Whether a playbook that is named on the command line is one of this collection."""
    return playbook.startswith("linux.tcp.") or Path(playbook).resolve().parent == _FOLDER


def _read(name: str, value: t.Any) -> t.Any:
    """Return a variable as the tasks take it.

    :raises InvalidValueError: where it makes no sense.
    """
    if name.endswith("_folder"):
        return folder_of(name, value)
    if name == "keepalive_audit_merge":
        return paths_given(name, value)
    if name == "keepalive_audit_become":
        return boolean(value)
    return batches_of(name, value) if name == "keepalive_rollout_batches" else value


def _asks_nothing(given: Result) -> bool:
    """Whether an audit only merges reports.

    :raises InvalidValueError: where there are none.
    """
    merges_only = bool(boolean(given.get("keepalive_audit_merge_only", False)))
    if merges_only and not given["keepalive_audit_merge"]:
        raise InvalidValueError("keepalive_audit_merge_only needs keepalive_audit_merge: give the reports to merge.")
    return merges_only


def _reports_to_merge(given: Result) -> list[str]:
    """Return the paths of earlier reports. The folder of this audit may still be missing or empty.

    So one command can be given for each part of a fleet, the first one included.

    :raises InvalidValueError: where another one is missing.
    """
    own: str = given["keepalive_audit_folder"]
    found = [
        path
        for path in given["keepalive_audit_merge"]
        if os.path.realpath(path) != own or (os.path.isdir(own) and os.listdir(own))
    ]
    for path in found:
        if not os.path.exists(path):
            raise InvalidValueError(f"keepalive_audit_merge has {path!r}, and there is no such file or folder.")
    return found


def _require_values(given: Result) -> None:
    """Check the variables that are no folders.

    :raises InvalidValueError: for the first that makes no sense.
    """
    criteria = {name: given.get(f"keepalive_audit_{name}") for name in _CRITERIA}
    Criteria.from_options(**criteria)
    for name, option in {
        "keepalive_audit_become": {"type": "bool", "default": True},
        "keepalive_audit_merge_only": {"type": "bool", "default": False},
        "keepalive_audit_sockets": {"type": "bool", "default": True},
        "keepalive_restore_force": KEEPALIVE_RESTORE["force"],
        "keepalive_restore_to": KEEPALIVE_RESTORE["to"],
    }.items():
        if name in given:
            require_valid(name, given[name], option)
