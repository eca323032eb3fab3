#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_record
short_description: Record what a host has before its TCP keepalive values are changed
version_added: 0.1.0
description:
  - Works out what M(linux.tcp.keepalive) would change with the same options, and notes each running value and each file
    that this concerns, as it is and as it will be, in a file on the controller.
  - M(linux.tcp.keepalive_restore) puts the host back to it.
  - Fails where M(linux.tcp.keepalive) would, and also where the values would not be there after a reboot because
    nothing applies sysctl files on this host. Never changes the host.
  - The playbook C(linux.tcp.rollout) uses it before and after it changes a host.
extends_documentation_fragment:
  - linux.tcp.attributes
  - linux.tcp.desired_state
  - linux.tcp.attributes.action
attributes:
  async:
    support: none
  diff_mode:
    support: partial
    details: Returns what would change, in check mode only.
options:
  folder:
    description:
      - The folder on the controller in which there is a file for each host. It is made when it is missing, for you
        alone. One that others can write or that belongs to another user than you or root is refused.
      - A record of the same desired state that is there already still leads to the state before the first attempt, as
        does one of an attempt that was never concluded; only files and values that it lacks are added. One of another
        desired state, or of a host that was restored since, is kept beside it under a name with the time at which it
        was made.
      - Without it, in check mode, and when there is nothing to change, nothing is recorded.
    type: path
  write:
    description:
      - Whether to record anything. With V(false) the answer still tells what was recorded before.
    type: bool
    default: true
  found:
    description:
      - Answers of this module with O(write=false), by host. They are recorded, all or none, and no host is asked.
      - For the playbook, which looks at all hosts of a batch before one of them is to be changed.
    type: dict
  conclude:
    description:
      - The hosts whose change was found good. Their records are no longer those of an attempt, and no host is asked.
    type: list
    elements: str
notes:
  - Needs root's rights where something would be changed.
  - The controller asks the host by one plain command first, as M(linux.tcp.keepalive) does, and sends the module where
    something would change or the answer leaves a doubt. It cannot be run with C(async).
  - A copy that M(linux.tcp.keepalive) keeps with O(linux.tcp.keepalive#module:backup=true) is not recorded.
seealso:
  - module: linux.tcp.keepalive
  - module: linux.tcp.keepalive_restore
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Record what the host has
  linux.tcp.keepalive_record:
    time: 600
    folder: ./keepalive-rollout
  register: recorded

- name: Change it
  linux.tcp.keepalive:
    time: 600

- name: Check whether the host has the desired state
  linux.tcp.keepalive_record:
    time: 600
  register: now
  failed_when: now is failed or now.would_change or now.misses | length > 0
"""

RETURN = r"""
would_change:
  description: Whether the host differs from the want.
  returned: success
  type: bool
  sample: true
misses:
  description: In what the host deviates from the desired state now, a sentence each.
  returned: success
  type: list
  elements: str
  sample: ["net.ipv4.tcp_keepalive_time is 7200 in the running kernel, not 600."]
before:
  description: The host's snapshot, as RV(linux.tcp.keepalive#module:before).
  returned: success
  type: dict
after:
  description: The snapshot that the host will have, as RV(linux.tcp.keepalive#module:after) in check mode.
  returned: success
  type: dict
record:
  description: What the change concerns, for O(linux.tcp.keepalive_restore#module:record).
  returned: success
  type: dict
  contains:
    runtime:
      description: For each running value that changes, what it is and what it will be.
      returned: success
      type: dict
      sample: {"time": {"before": 7200, "left": 600}}
    files:
      description:
        - The files that change, each with C(path), C(before), C(left), and C(had_folder), which tells whether there was
          its folder. C(before) and C(left) have C(content) in Base64, C(mode), C(owner), C(group) and C(attributes), or
          are V(null) for no file.
      returned: success
      type: list
      elements: dict
record_file:
  description: The file on the controller.
  returned: when something was recorded
  type: str
  sample: /home/admin/keepalive-rollout/db1.json
unfinished:
  description: Whether there is a record of an attempt on this host that was neither concluded nor put back.
  returned: success, with O(folder)
  type: bool
  sample: false
want:
  description: What was asked for, as the record holds it.
  returned: success
  type: dict
ways_back:
  description: For each host of O(found) what O(linux.tcp.keepalive_restore#module:record) needs to undo this attempt.
  returned: with O(found)
  type: dict
unwritten:
  description: For each host whose record could not be written the reason.
  returned: failure with O(found)
  type: dict
"""

import contextlib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import take_record
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_RECORD
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_record_result

NO_ACTION_PLUGIN = (
    "Records are written by the collection's action plugin, which Ansible has not found. Name the module"
    " linux.tcp.keepalive_record, or give the collection's folder plugins/action to action_plugins in ansible.cfg."
    " Nothing was recorded."
)


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_RECORD, supports_check_mode=True)
    if any(module.params[name] is not None for name in ("folder", "found", "conclude")):
        module.fail_json(msg=NO_ACTION_PLUGIN)
    try:
        want = DesiredState.from_params({**module.params, "backup": False})
        host = LocalHost()
        # a run that is under way, perhaps without its connection, is waited for
        with contextlib.nullcontext() if module.check_mode else host.lock.held("look"):
            change = ensure(host, want, check_mode=True).change
            record = take_record(change, host.files)
        answer = build_record_result(change, record, want, module.params)
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    for warning in change.warnings:
        module.warn(warning)
    if module._diff and module.check_mode:  # noqa: SLF001 -- AnsibleModule has no other name for diff mode
        answer["diff"] = change.diff()
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
