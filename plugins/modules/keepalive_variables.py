#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_variables
short_description: Read the variables of a playbook on the controller
version_added: 1.0.0
description:
  - The playbooks of the collection use this action. Do not use it directly; it may change at any time.
  - It returns the variables of a playbook as C(localhost) has them, with those of the play and of C(--extra-vars). So
    a fact of a managed host is never taken for a variable.
  - It fails if the pattern C(keepalive_hosts) matches no host, or if a part of it or of C(--limit) matches none. It
    also fails if a variable is misspelt, or if a host has another value of its own. That value would be ignored.
extends_documentation_fragment:
  - linux.tcp.attributes.internal
  - linux.tcp.attributes.info
  - linux.tcp.attributes
  - linux.tcp.attributes.action
options:
  playbook:
    description: The playbook whose variables are read.
    type: str
    required: true
    choices:
      - apply
      - audit
      - restore
      - rollout
seealso:
  - module: linux.tcp.keepalive_rollout
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Read the variables of the playbook
  linux.tcp.keepalive_variables:
    playbook: audit
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
hosts:
  description: The hosts of the pattern C(keepalive_hosts) that are within C(--limit).
  returned: success
  type: list
  elements: str
  sample: ["db01", "db02"]
pattern:
  description:
    - The pattern C(keepalive_hosts). If an audit only merges reports, a pattern that matches no host.
  returned: success
  type: raw
  sample: databases
read:
  description: When the variables were read, in ISO 8601.
  returned: success
  type: str
  sample: "2026-01-31T12:00:00Z"
variables:
  description: The other variables by name. Those that are not given have their defaults. A folder is an absolute path.
  returned: success
  type: dict
  sample: {"keepalive_rollout_folder": "/srv/fleet/keepalive-rollout"}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_VARIABLES


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_VARIABLES, supports_check_mode=True)
    module.fail_json(
        msg=(
            "The variables of a playbook are read by the collection's action plugin, which Ansible has not found. Use"
            " the playbooks of linux.tcp."
        )
    )


if __name__ == "__main__":
    main()
