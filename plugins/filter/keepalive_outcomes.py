# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: keepalive_outcomes
short_description: Summarize the status of each host of a rollout or a restoration
version_added: 0.1.0
description:
  - Judges hosts by the variables that the tasks of the playbooks C(linux.tcp.rollout) and C(linux.tcp.restore)
    registered. It is of use only there.
options:
  _input:
    description: The variables of all hosts, C(hostvars).
    type: dict
    required: true
  hosts:
    description: The hosts to judge.
    type: list
    elements: str
    required: true
  restore:
    description: Whether this is the playbook C(linux.tcp.restore).
    type: bool
    default: false
  check_mode:
    description: Whether the playbook runs in check mode.
    type: bool
    default: false
  folder:
    description: The folder of the records.
    type: str
    default: ./keepalive-rollout
  known:
    description: The hosts of the inventory, so that records of others are told of with O(restore=true).
    type: list
    elements: str
    default: []
  inventory:
    description: Where the inventory comes from, C(ansible_inventory_sources), for the command that is told.
    type: list
    elements: str
    default: []
seealso:
  - module: linux.tcp.keepalive_record
  - module: linux.tcp.keepalive_restore
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Say what became of the hosts
  ansible.builtin.debug:
    msg: "{{ (hostvars | linux.tcp.keepalive_outcomes(ansible_play_hosts_all)).summary }}"
"""

RETURN = r"""
_value:
  description:
    - C(summary), how many hosts and which by outcome; C(wrong), the hosts that are not as they should be, with the
      reason; C(stop), whether one of them ends the rollout; C(found), what is to be recorded; C(unsettled), the hosts
      that were changed and neither concluded nor put back; C(good), those of them that can be concluded.
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible.release import __version__

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.status import (
    ENDS,
    NOTED,
    RESTORATION,
    ROLLOUT,
    WRONG,
    Restoration,
    Rollout,
    records_of_others,
    summarize,
)


def as_data(answer: dict[str, t.Any]) -> dict[str, t.Any]:
    """Keep what hosts say from being taken for a template, wherever it is put together here.

    From ansible-core 2.19 on, nothing is one that was not read from a playbook.
    """
    if tuple(map(int, __version__.split(".")[:2])) >= (2, 19):
        return answer
    from ansible.utils.unsafe_proxy import wrap_var  # noqa: PLC0415 -- only old releases need it, new ones will lack it

    wrapped: dict[str, t.Any] = wrap_var(answer)
    return wrapped


def keepalive_outcomes(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    hosts: t.Iterable[str],
    *,
    restore: bool = False,
    check_mode: bool = False,
    folder: str = "./keepalive-rollout",
    known: t.Iterable[str] = (),
    inventory: t.Iterable[str] = (),
) -> dict[str, t.Any]:
    """Judge hosts by their variables."""
    rollout = Rollout(check_mode=check_mode, folder=folder, inventory=tuple(map(str, inventory)))
    judge = Restoration(check_mode=check_mode) if restore else rollout
    facts = {str(name): hostvars[name] for name in hosts}
    statuses = {name: judge.status_of(name, found) for name, found in facts.items()}
    begun = {name: status for name, status in statuses.items() if status.code == "pending"}
    stop = any(status.code in ENDS for status in statuses.values()) or any(status.reason for status in begun.values())
    told = {name: rollout.told(name, status) for name, status in statuses.items()}
    wrong = {
        name: f"{status.code.replace('_', ' ').capitalize()}. {status.reason}".strip()
        for name, status in told.items()
        if status.code in WRONG
    }
    if not wrong:  # as when tasks were left out: a rollout that stopped has a host to name the reason
        wrong = {name: "Not started." for name, status in told.items() if status.code == "not_started"}
    summary = summarize(told, RESTORATION if restore else ROLLOUT)
    if restore:
        try:
            summary.update(records_of_others(folder, hosts=statuses, known={str(name) for name in known}))
        except KeepaliveError as exc:
            raise AnsibleFilterError(str(exc)) from exc
    return as_data(
        {
            "summary": summary,
            "wrong": wrong,
            "found": {
                name: {key: value for key, value in found["__keepalive_look"].items() if key in NOTED}
                for name, found in facts.items()
                if not restore and statuses[name].code == "not_started" and found.get("__keepalive_look")
            },
            "unsettled": list(begun),
            "good": [] if stop else list(begun),
            "stop": stop,
        }
    )


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return it by its name."""
        return {"keepalive_outcomes": keepalive_outcomes}
