#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_rollout
short_description: Keep the state of a rollout on the controller
version_added: 1.0.0
description:
  - The playbooks C(linux.tcp.rollout) and C(linux.tcp.restore) use this action. Do not use it directly; it may change
    at any time.
  - It runs on the controller only. It stores checkpoints, and works out the status of each host from the results of its
    tasks. It also works out whether the rollout goes on. It keeps its state in a file of the run's temporary folder.
extends_documentation_fragment:
  - linux.tcp.attributes.internal
  - linux.tcp.attributes
  - linux.tcp.attributes.action
attributes:
  diff_mode:
    support: none
  idempotent:
    support: N/A
    details: It writes on the controller only.
options:
  step:
    description:
      - V(prepare) checks the variables of one host. V(begin) begins a rollout with the results of V(prepare).
      - V(checkpoint) stores the checkpoints of a batch. V(verify) works out which hosts get a health check. V(commit)
        commits the batch if nothing is wrong. V(rollback) works out which hosts are rolled back.
      - V(finish) sums up a rollout. V(restored) sums up the playbook C(linux.tcp.restore).
    type: str
    required: true
    choices:
      - prepare
      - begin
      - checkpoint
      - verify
      - commit
      - rollback
      - finish
      - restored
  hosts:
    description: The hosts of the step. These are the hosts of the play or of the batch.
    type: list
    elements: str
    default: []
  folder:
    description: The folder of the checkpoints on the controller. For O(step=restored).
    type: path
  inventory:
    description: Where the inventory comes from. A message names it in a command. For O(step=begin).
    type: list
    elements: str
    default: []
  known:
    description: All hosts of the inventory. For O(step=restored).
    type: list
    elements: str
    default: []
seealso:
  - module: linux.tcp.keepalive_checkpoint
  - module: linux.tcp.keepalive_restore
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Begin a rollout
  linux.tcp.keepalive_rollout:
    step: begin
    hosts: "{{ ansible_play_hosts_all }}"
  run_once: true
"""

RETURN = r"""
check:
  description: The file of the host's health check, as it is given.
  returned: with O(step=prepare)
  type: str
  sample: health.yml
sockets:
  description: Whether open connections of the host will be set.
  returned: with O(step=prepare)
  type: bool
  sample: false
desired:
  description: The desired state of the host.
  returned: with O(step=prepare)
  type: dict
  sample: {"time": 600, "intvl": null, "probes": null, "state": "present"}
pending:
  description:
    - The hosts that an earlier rollout has left pending. So the module that takes their checkpoint waits for a run that
      is still under way there.
  returned: with O(step=begin)
  type: list
  elements: str
  sample: []
checks:
  description: The absolute path of the health check of each host that has one.
  returned: with O(step=begin)
  type: dict
  sample: {"db01": "/srv/fleet/health.yml"}
folder:
  description: The folder of the checkpoints. With O(step=begin) it is the absolute path, otherwise the path as given.
  returned: with O(step=prepare) and O(step=begin)
  type: str
  sample: /srv/fleet/keepalive-rollout
selected:
  description: The hosts that the next tasks are for.
  returned: with O(step=checkpoint), O(step=verify) and O(step=rollback)
  type: list
  elements: str
  sample: ["db01", "db02"]
stop:
  description: Whether the rollout ends here.
  returned: with O(step=checkpoint) and O(step=commit)
  type: bool
  sample: false
summary:
  description:
    - The number of hosts and their names, by status. Each host with which something is wrong has its reason with it.
    - After a rollout the status is V(would_change), V(changed), V(already_compliant), V(not_started), V(rolled_back),
      V(failed), V(unknown) or V(unreachable). V(unknown) means that the host was changed, or may have been changed, and
      could not be rolled back.
    - After a restoration the status is V(would_be_restored), V(restored), V(unchanged), V(no_checkpoint),
      V(changed_by_others), V(failed) or V(unreachable).
    - Three more keys are possible after a restoration. V(not_selected) and V(not_in_inventory) name the hosts that have
      a checkpoint and were not restored. V(older_checkpoints_left) names the hosts that an earlier rollout has changed,
      too.
  returned: with O(step=finish) and O(step=restored)
  type: dict
  sample: {"changed": "2: db01, db02"}
wrong:
  description:
    - The hosts with which something is wrong. Each has a C(code), a C(reason), and a C(message) for people. C(code) is
      the status, as in RV(summary).
    - C(reason) is V(unreachable), V(checkpoint_failed), V(checkpoint_invalid), V(checkpoint_not_stored),
      V(steering_facts), V(connection_lost), V(unreachable_after_change), V(role_failed), V(not_verified),
      V(results_unreadable), V(health_check_failed), V(health_check_ended), V(unreachable_after_health_check),
      V(batch_failed), V(not_rolled_back), V(restore_failed) or V(changed_by_others). It is V(null) if the host was not
      started.
  returned: with O(step=finish) and O(step=restored)
  type: dict
  sample: {"db05": {"code": "failed", "reason": "health_check_failed", "message": "The health check failed."}}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_ROLLOUT


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_ROLLOUT, supports_check_mode=True)
    module.fail_json(
        msg=(
            "The state of a rollout is kept by the collection's action plugin, which Ansible has not found. Use the"
            " playbook linux.tcp.rollout."
        )
    )


if __name__ == "__main__":
    main()
