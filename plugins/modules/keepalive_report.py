#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_report
short_description: Write the reports of an audit on the controller
version_added: 1.0.0
description:
  - The playbook C(linux.tcp.audit) uses this action. Do not use it directly; it may change at any time.
  - It takes what the playbook registered for each host, judges the fleet once, and writes C(report.html),
    C(report.csv) and C(report.json).
  - No template of the playbook writes them. In such a template, a fact of a managed host could take the place of a
    function.
extends_documentation_fragment:
  - linux.tcp.attributes.internal
  - linux.tcp.attributes
  - linux.tcp.attributes.action
attributes:
  check_mode:
    support: full
    details: It writes the reports in check mode, too.
  diff_mode:
    support: none
  idempotent:
    support: N/A
    details: It writes on the controller only.
options:
  hosts:
    description: The names of the hosts that were asked.
    type: list
    elements: str
    required: true
  folder:
    description: The folder of the reports on the controller. It must exist.
    type: path
    required: true
  created:
    description: When the hosts were asked, in ISO 8601.
    type: str
    required: true
  limit:
    description: The longest acceptable detection time in seconds. Not judged if it is not given or empty.
    type: raw
  idle_timeout:
    description: After how many seconds the path forgets an idle connection. Not judged if it is not given or empty.
    type: raw
  covered:
    description: The least share of covered connections, in per cent. Not judged if it is not given or empty.
    type: raw
  strict:
    description:
      - Whether doubts that are harmless on most hosts are a reason. For instance, a place that only root may read is
        empty on plain hosts.
    type: raw
  max_age:
    description: How many seconds old the result of an earlier audit may be. Not judged if it is not given or empty.
    type: raw
  namespaces:
    description: Whether it is a reason if network namespaces of a host have other values than the host.
    type: raw
  merge:
    description: The C(report.json) of earlier audits, or folders with such files. They are on the controller.
    type: list
    elements: path
    default: []
seealso:
  - module: linux.tcp.keepalive_variables
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Write the reports
  linux.tcp.keepalive_report:
    hosts: "{{ __keepalive_own.hosts }}"
    folder: "{{ __keepalive_own.variables.keepalive_audit_folder }}"
    created: "{{ __keepalive_own.read }}"
  run_once: true
  delegate_to: localhost
  register: __keepalive_report
"""

RETURN = r"""
in_order:
  description: Whether all hosts are compliant.
  returned: success
  type: bool
  sample: true
summary:
  description: How many hosts are compliant, and what is wrong with the others.
  returned: success
  type: str
  sample: "Compliant: 2 hosts. Judged: no limit, no idle timeout, no coverage."
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_REPORT


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_REPORT, supports_check_mode=True)
    module.fail_json(
        msg=(
            "The reports of an audit are written by the collection's action plugin, which Ansible has not found. Use"
            " the playbooks of linux.tcp."
        )
    )


if __name__ == "__main__":
    main()
