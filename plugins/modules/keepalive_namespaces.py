#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_namespaces
short_description: Set the TCP keepalive values of running containers
version_added: 1.0.0
description:
  - Sets the values in the network namespaces of containers and pods, of units with a network of their own, and in those
    that C(ip netns) made. Nothing is restarted, and nothing else of a container is touched.
  - The module works from outside. A thread of the module enters the network namespace with C(setns(2)), writes the
    values, and reads them back. If this fails, the changes in this network namespace are undone. The others are still
    set, and the module fails at the end.
  - Values that others chose are left alone. A network namespace is changed if it has the kernel's 7200, 75 and 9, or
    the values that this module wrote there before. It is also changed if it has the values that the file of
    M(linux.tcp.keepalive_container_defaults) gives, or gave, to the engine of its containers. All others are returned
    in RV(left_namespaces), see O(overrides).
  - The values last as long as the network namespace. RV(changed_namespaces[].lasts) says whether the container has them
    again after a restart. R(guide_namespaces, ansible_collections.linux.tcp.docsite.guide_namespaces) among the
    collection's guides says how containers get them at each start.
  - New values reach open connections only when their old timer fires, as on the host. See
    M(linux.tcp.keepalive_sockets).
  - A network namespace is selected if each filter that is given applies. Within a filter, one element that applies is
    enough. The host's own network namespace is never changed.
extends_documentation_fragment:
  - linux.tcp.attributes
  - linux.tcp.attributes.namespaces
  - linux.tcp.desired_state.values
  - linux.tcp.attributes.action
options:
  all:
    description:
      - Whether every network namespace is selected, except the host's own.
      - The module refuses to run without this, or O(containers), O(engines), O(units), O(names) or O(pids), and with
        both.
    type: bool
    default: false
  state:
    description:
      - V(present) sets the values that are given, at least one of O(time), O(intvl) and O(probes).
      - V(absent) restores the values that a network namespace had before this module wrote there for the first time. It
        restores the keys that are given, with any value, or all three if none is given.
      - V(absent) only restores a network namespace that still has the values that this module wrote. Otherwise the
        network namespace is left alone. The reason is V(nothing_to_restore) if no values are remembered, or
        V(changed_since), with a warning, if others have set it since.
    type: str
    choices: [present, absent]
    default: present
  overrides:
    description:
      - What to do with a network namespace whose values are neither the kernel's nor those that this collection set.
      - V(ignore) leaves it alone and warns, with the reason V(chosen_by_others). V(take_over) sets it, too.
      - With O(state=absent) it has no effect.
    type: str
    choices: [ignore, take_over]
    default: ignore
notes:
  - "The module needs root, or C(CAP_SYS_ADMIN) and C(CAP_SYS_PTRACE), also in check mode."
  - The module searches again after all are set, because a container may have started meanwhile. If the second search
    fails, the module fails, too, and returns the network namespaces that it has set. If an engine applies its own
    settings to a new container at that moment, they take precedence.
  - The module remembers the values that it wrote, and those before, in C(/run/linux.tcp.keepalive.namespaces.json)
    until the next boot. Since Linux 5.14 the kernel gives each network namespace a number that no later one has. On an
    older kernel the module uses the inode and the start of the oldest process there. If that process ends, or no
    process lives there, nothing is remembered, and the values count as chosen by others.
  - Runs on the same host wait for each other, with the lock C(/run/linux.tcp.keepalive.lock).
  - In a chroot the module fails, because the network namespaces are those of the machine around it.
seealso:
  - module: linux.tcp.keepalive_namespaces_info
  - module: linux.tcp.keepalive
  - module: linux.tcp.keepalive_sockets
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Give all containers of docker and podman the host's values
  linux.tcp.keepalive_namespaces:
    engines: [docker, podman]
    time: 600
    intvl: 60
    probes: 20

- name: Change one value of some containers and leave the others alone
  linux.tcp.keepalive_namespaces:
    containers: [postgres, "postgres-*"]
    time: 600

- name: Set all network namespaces but the host's, also where others chose values
  linux.tcp.keepalive_namespaces:
    all: true
    time: 600
    intvl: 60
    probes: 20
    overrides: take_over

- name: Go back to what was there before
  linux.tcp.keepalive_namespaces:
    all: true
    state: absent
"""

RETURN = r"""
changed_namespaces:
  description:
    - The network namespaces that were changed, ordered by number. In check mode, those that would be changed.
    - Each has the keys described here. It also has keys of M(linux.tcp.keepalive_namespaces_info) that tell which
      network namespace it is. These keys are C(id), C(names), C(containers), C(pods), C(units), C(commands),
      C(processes) and C(left_out).
  returned: success, or failure because one could not be set
  type: list
  elements: dict
  contains:
    before:
      description: The values before the change, V(time), V(intvl) and V(probes).
      returned: always
      type: dict
      sample: {"time": 7200, "intvl": 75, "probes": 9}
    after:
      description: The values now. In check mode, the values that it would have.
      returned: always
      type: dict
      sample: {"time": 600, "intvl": 60, "probes": 20}
    lasts:
      description:
        - Whether the network namespace has these values again when it is made anew, such as by a restart of the
          container. V(null) if this cannot be known.
      returned: always
      type: bool
      sample: false
    set_by:
      description:
        - What sets the values when it is made anew. RV(linux.tcp.keepalive_namespaces_info#module:namespaces[].set_by)
          describes it.
      returned: always
      type: dict
      sample:
        code: kernel_defaults
        message: the settings of its container set none, and no program in it may
        path: /var/lib/docker/containers/9cf5e0d0383e/hostconfig.json
        values: {"time": 7200, "intvl": 75, "probes": 9}
left_namespaces:
  description:
    - The network namespaces that were left as they are. They have the same keys, but C(values) in place of C(before)
      and C(after).
    - C(reason) has a C(code) and a C(message).
    - V(already_compliant) means that the network namespace has the desired state. V(host_namespace) means that it is
      the host's own.
    - V(chosen_by_others) means that it has neither the kernel's values nor those that this collection set.
    - With O(state=absent) there are two more codes. V(nothing_to_restore) means that no values are remembered that this
      collection wrote there. V(changed_since) means that it has other values than those that this collection wrote.
  returned: success, or failure because one could not be set
  type: list
  elements: dict
  sample: []
failed_namespaces:
  description:
    - The network namespaces that could not be set. They have the same keys as those of RV(left_namespaces).
    - Their values are as they were before. This does not hold for those with the reason V(not_undone).
    - C(reason) has a C(code) and a C(message).
    - V(values_unreadable) means that the values cannot be read.
    - V(refused) means that the kernel refused a value, or that another program set it at once.
    - V(failed) means that another error occurred, such as a lack of memory.
    - V(not_undone) means that after such an error a value could not be restored.
  returned: success, or failure because one could not be set
  type: list
  elements: dict
  sample: []
second_look:
  description:
    - Why it is not known whether containers have started while others were set. V(null) if this is known.
    - If it is not known, the module fails. The network namespaces in RV(changed_namespaces) were set before.
    - C(code) is V(second_look_failed). C(message) has the cause.
  returned: success, or failure because one could not be set or the second look failed
  type: dict
  sample:
    code: second_look_failed
    message: >-
      whether containers have started meanwhile is not known, because the second look failed: /proc cannot be read:
      Input/output error. Mount a proc file system there
left_out:
  description:
    - How many network namespaces are left out of these lists, because the result would be larger than 20 million
      characters.
    - RV(totals) counts them, too. The diff has the first 1000.
  returned: success, or failure because one could not be set
  type: int
  sample: 0
totals:
  description:
    - How many network namespaces the filters select (C(matched)). Of these, how many were changed, how many were left
      as they are (C(left)), and how many could not be set (C(failed)).
  returned: success, or failure because one could not be set
  type: dict
  sample: {"matched": 12, "changed": 9, "left": 3, "failed": 0}
unreadable:
  description:
    - What could not be read. RV(linux.tcp.keepalive_namespaces_info#module:unreadable) describes it.
  returned: success, or failure because one could not be set
  type: list
  elements: dict
  sample:
    - {"what": "process", "code": "ended", "message": "it ended meanwhile", "count": 1}
"""

import contextlib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError, before_any_change
from ansible_collections.linux.tcp.plugins.module_utils._host.chroot import require_no_chroot
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.specs import KEEPALIVE_NAMESPACES


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_NAMESPACES, supports_check_mode=True)
    params = module.params
    try:
        with before_any_change():
            want = DesiredState.from_params(params)
            filters = Filters.for_change(params)
            require_no_chroot("network namespaces")
            host = NamespaceHost.local()
        with contextlib.closing(host):
            outcome = ensure(host, want, filters, check_mode=module.check_mode)
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    unreadable = host.scanner.unreadable
    for warning in (*outcome.warnings(filters), *unreadable.warnings()):
        module.warn(warning)
    result = {**outcome.as_dict(), "unreadable": unreadable.as_list()}
    if module._diff:  # noqa: SLF001 -- AnsibleModule has no other name for diff mode
        result["diff"] = outcome.diff()
    failure = outcome.failure()
    if failure:
        module.fail_json(msg=failure, **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
