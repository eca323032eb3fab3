#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_checkpoint
short_description: Save what a host has before its TCP keepalive values are changed
version_added: 1.0.0
description:
  - The playbook C(linux.tcp.rollout) uses this module before and after it changes a host. Do not use it directly; it
    may change at any time.
  - Works out what M(linux.tcp.keepalive) would change with the same options. It returns each running value and each
    file that would change, as it is and as it will be. Never changes the host.
  - Fails if M(linux.tcp.keepalive) would fail. It also fails if the values would be gone after a reboot because nothing
    applies sysctl files on this host.
extends_documentation_fragment:
  - linux.tcp.attributes
  - linux.tcp.desired_state
  - linux.tcp.desired_state.values
  - linux.tcp.attributes.action
attributes:
  async:
    support: none
  diff_mode:
    support: partial
    details: Returns what would change, in check mode only.
options:
  wait:
    description:
      - Whether to wait for a run that is still under way on the host. The module is then always sent, even if one
        command of the shell would be enough.
    type: bool
    default: false
notes:
  - Needs root's rights if something would be changed.
  - The controller first probes the host by one plain command, as M(linux.tcp.keepalive) does. It sends the module if
    something would change, or if the probe is inconclusive.
  - A copy that M(linux.tcp.keepalive) keeps with O(linux.tcp.keepalive#module:backup=true) is not part of a checkpoint.
seealso:
  - module: linux.tcp.keepalive
  - module: linux.tcp.keepalive_restore
  - module: linux.tcp.keepalive_rollout
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Check whether the host has the desired state
  linux.tcp.keepalive_checkpoint:
    time: 600
  register: now
  failed_when: now is failed or now.would_change or now.deviations | length > 0
"""

RETURN = r"""
would_change:
  description: Whether the host differs from the desired state.
  returned: success
  type: bool
  sample: true
deviations:
  description:
    - The settings of the host that deviate from the desired state.
    - V(runtime) means that a running value differs from the desired one.
    - V(boot) means that the next boot would give another value than the desired one.
    - V(drift) means that the running value and the value of the next boot differ.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: Which deviation it is.
      returned: success
      type: str
      sample: runtime
    key:
      description: The key, V(time), V(intvl) or V(probes).
      returned: success
      type: str
      sample: time
    message:
      description: The deviation as a sentence.
      returned: success
      type: str
      sample: net.ipv4.tcp_keepalive_time is 7200 in the running kernel, not 600.
before:
  description: What the host has. It is described like RV(linux.tcp.keepalive#module:before).
  returned: success
  type: dict
  sample:
    runtime: {time: 7200, intvl: 75, probes: 9}
    runtime_writable: true
    boot:
      loader: systemd-sysctl
      values: {time: 7200, intvl: 75, probes: 9}
      sources: {time: null, intvl: null, probes: null}
      doubts: []
      notes: []
    settings: []
    other_writers: []
    drift: []
    detection_time: 7875
after:
  description: What the host will have. It is described like RV(linux.tcp.keepalive#module:after) in check mode.
  returned: success
  type: dict
  sample:
    runtime: {time: 600, intvl: 75, probes: 9}
    runtime_writable: true
    boot:
      loader: systemd-sysctl
      values: {time: 600, intvl: 75, probes: 9}
      sources:
        time: {path: /etc/sysctl.d/99-tcp-keepalive.conf, line: 2}
        intvl: null
        probes: null
      doubts: []
      notes: []
    settings:
      - {key: time, value: "600", path: /etc/sysctl.d/99-tcp-keepalive.conf, line: 2, effective: true}
    other_writers: []
    drift: []
    detection_time: 1275
checkpoint:
  description: What the change concerns. It is given to O(linux.tcp.keepalive_restore#module:checkpoint).
  returned: success
  type: dict
  contains:
    runtime:
      description: For each running value that changes, the value before (C(before)) and after the change (C(left)).
      returned: success
      type: dict
      sample: {"time": {"before": 7200, "left": 600}}
    files:
      description:
        - The files that change. Each has C(path), C(before), C(left) and C(had_folder). C(had_folder) tells whether the
          folder of the file existed.
        - If a link leads to a file, C(name) is the path of the link.
        - C(before) is the file before the change, and C(left) after it. Both have C(content) in Base64, C(mode),
          C(owner), C(group) and C(attributes). V(null) means that there is no file.
      returned: success
      type: list
      elements: dict
desired:
  description:
    - The desired state, as the rollout's store holds it. It has all options of the module except O(wait).
  returned: success
  type: dict
  sample:
    time: 600
    intvl: null
    probes: null
    state: present
    exclusive: false
    runtime: true
    persistent: true
    path: /etc/sysctl.d/99-tcp-keepalive.conf
    overrides: fail
"""

import contextlib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError, before_any_change
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import take_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_CHECKPOINT
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_checkpoint_result


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_CHECKPOINT, supports_check_mode=True)
    try:
        with before_any_change(), contextlib.closing(LocalHost()) as host:
            want = DesiredState.from_params(module.params)
            # a run that is under way, perhaps without its connection, is waited for
            with contextlib.nullcontext() if module.check_mode else host.lock.held("look"):
                change = ensure(host, want, check_mode=True).change
                checkpoint = take_checkpoint(change, host.files)
            result = build_checkpoint_result(change, checkpoint, want, module.params)
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    for warning in change.warnings:
        module.warn(warning)
    if module._diff and module.check_mode:  # noqa: SLF001 -- AnsibleModule has no other name for diff mode
        result["diff"] = change.diff()
    module.exit_json(**result)


if __name__ == "__main__":
    main()
