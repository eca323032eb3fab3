#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_namespaces_info
short_description: Gather the TCP keepalive values of every network namespace
version_added: 1.0.0
description:
  - Returns the network namespaces of a host with the values that are in force there. These are the namespaces of the
    host, of its containers and pods, of units with a network of their own, and those that C(ip netns) made.
  - A network namespace never inherits the host's values. It begins with 7200, 75 and 9. So the result shows which
    containers do not have the host's values.
  - The result says for each whether its values last. They last if it has the same values when it is made anew, such as
    by a restart of its container. This cannot always be known.
  - Changes nothing, and needs no engine's client. Reading other users' processes needs root, or C(CAP_SYS_ADMIN) and
    C(CAP_SYS_PTRACE). Without them the module reports the network namespaces that it can read, and counts the others in
    RV(unreadable).
  - A network namespace is selected if each filter that is given applies. Within a filter, one element that applies is
    enough.
extends_documentation_fragment:
  - linux.tcp.attributes.info
  - linux.tcp.attributes
  - linux.tcp.attributes.namespaces
  - linux.tcp.attributes.action
seealso:
  - module: linux.tcp.keepalive_namespaces
  - module: linux.tcp.keepalive_info
  - module: linux.tcp.keepalive_sockets_info
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Show which containers have which values
  linux.tcp.keepalive_namespaces_info:
  register: everywhere

- name: Find the containers that the host's values do not reach
  linux.tcp.keepalive_namespaces_info:
    engines: [docker, podman]
    values_differ: true
  register: missed

- name: Fail if a restart of the database would bring other values
  linux.tcp.keepalive_namespaces_info:
    containers: [postgres]
  register: database
  failed_when: database.totals.namespaces == 0 or database.namespaces | rejectattr('lasts') | length > 0
"""

RETURN = r"""
namespaces:
  description: The selected network namespaces, ordered by number.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The number of the network namespace, as C(readlink /proc/PID/ns/net) and C(lsns -t net) show it.
      returned: success
      type: int
      sample: 4026532551
    host:
      description: Whether it is the host's own, which is that of process 1, or that in which the module runs.
      returned: success
      type: bool
      sample: false
    names:
      description: The paths to which it is bound. C(ip netns) and engines bind network namespaces to paths.
      returned: success
      type: list
      elements: str
      sample: ["/run/netns/netns-ed7c797b-cfd8-9cf4-ede6-f8496b6d0ad8"]
    containers:
      description: The containers that live there, ordered by id. All containers of a pod share one network namespace.
      returned: success
      type: list
      elements: dict
      contains:
        id:
          description: The id that the engine gave it. For LXC, Incus and nspawn it is the name.
          returned: success
          type: str
          sample: 9cf5e0d0383e97f9ed186d115b3f779bfc8b2cdf5e791bdf7de2e214dcd624c7
        name:
          description: The name. V(null) if no file of the engine tells it.
          returned: success
          type: str
          sample: web
        engine:
          description:
            - The engine, named as in O(engines). V(null) if neither the cgroup nor a file of an engine tells it.
          returned: success
          type: str
          sample: podman
        pod:
          description:
            - The pod, as in RV(namespaces[].pods). V(null) if neither the cgroup nor a file of the engine names one.
          returned: success
          type: dict
          sample: null
        user:
          description:
            - The ID of the user who made its cgroup or its network namespace. V(0) is root. V(null) if it is not known.
            - The id is what this user says. If the user is not root, nothing else confirms it. Such a container is, for
              instance, one of a user who runs podman without root.
          returned: success
          type: int
          sample: 0
    pods:
      description: The pods of these containers, each with C(id), C(name) and C(namespace). V(null) if not known.
      returned: success
      type: list
      elements: dict
      sample: [{"id": "0f9b4f0e-8b6f-4c0c-9d0e-6f2a4b0d1c55", "name": "web-7d4b9c", "namespace": "shop"}]
    units:
      description: The systemd units of the host whose processes live there.
      returned: success
      type: list
      elements: str
      sample: ["web.service"]
    commands:
      description: The names of the processes that live there, as in C(/proc/PID/comm), each once.
      returned: success
      type: list
      elements: str
      sample: ["nginx"]
    processes:
      description: How many processes live there.
      returned: success
      type: int
      sample: 3
    left_out:
      description:
        - How many elements are left out of C(names), C(units), C(commands), C(containers) and C(pods), by the name of
          the list. The first 100 elements of each list are returned.
        - Lists of which nothing is left out are not named here.
      returned: success
      type: dict
      sample: {}
    connections:
      description: How many established TCP connections there are. V(null) if this cannot be read.
      returned: success
      type: int
      sample: 41
    values:
      description: The values of V(time), V(intvl) and V(probes). A value that cannot be read is V(null).
      returned: success
      type: dict
      sample: {"time": 7200, "intvl": 75, "probes": 9}
    detection_time:
      description:
        - After how many seconds a dead peer on an idle connection is noticed at the latest, as in
          RV(linux.tcp.keepalive#module:detection_time). V(null) if this cannot be known.
      returned: success
      type: int
      sample: 7875
    same_as_host:
      description: Whether it has the same values as the host's own. V(null) if a value cannot be read.
      returned: success
      type: bool
      sample: false
    lasts:
      description:
        - Whether it has these values again when it is made anew, such as by a restart of the container. V(null) if this
          cannot be known.
      returned: success
      type: bool
      sample: true
    set_by:
      description:
        - What sets the values when it is made anew, as far as this can be known. It has a C(code), a C(message), the
          C(path) of the file that tells it, and the C(values). What is not known is V(null).
        - V(container_settings) means that the container was made with the values, such as by C(--sysctl) or a pod's
          C(sysctls).
        - V(kernel_defaults) means that the container's settings have none of the keys, and that no program in the
          container may write them.
        - V(set_while_running) means that M(linux.tcp.keepalive_namespaces) has set it, and that it had these values
          before. This code is not used for LXC and CRI-O.
        - V(unit_commands) means that a file of its unit names the keys.
        - V(host_boot) means that it is the host's own. See M(linux.tcp.keepalive_info).
        - V(unknown) means that nothing that can be read tells it. This is so for C(ip netns), and for containers whose
          own init may set the values. It is also so for containers of containerd, and of docker in a pod, if CNI may
          have set their values.
      returned: success
      type: dict
      sample:
        code: kernel_defaults
        message: the settings of its container set none, and no program in it may
        path: /var/lib/docker/containers/9cf5e0d0383e/hostconfig.json
        values: {"time": 7200, "intvl": 75, "probes": 9}
left_out:
  description:
    - How many network namespaces are left out of RV(namespaces), because the result would be larger than 20 million
      characters.
    - RV(totals) counts them, too.
  returned: success
  type: int
  sample: 0
host_values:
  description: The values of the host's own network namespace. A value that cannot be read is V(null).
  returned: success
  type: dict
  sample: {"time": 600, "intvl": 60, "probes": 20}
totals:
  description:
    - How many network namespaces are selected. C(differ) is how many of them have other values than the host's own.
      C(unknown) is for how many this cannot be known.
  returned: success
  type: dict
  sample: {"namespaces": 12, "differ": 9, "unknown": 0}
unreadable:
  description:
    - What could not be read, by kind and reason. The kind is V(process) or V(namespace).
    - V(permission_denied) and V(refused) mean that the kernel does not let it be read. The message has the cause.
    - V(processes_hidden) means that C(hidepid) hides other users' processes.
    - V(cgroup_too_deep) means that the path of the process's cgroup is longer than the kernel shows. Users can make
      such cgroups. It is not known in which unit and container the process is.
    - V(table_unreadable) means that the connections cannot be counted.
    - V(ended) means that the process or network namespace ended meanwhile.
  returned: success
  type: list
  elements: dict
  sample:
    - {"what": "process", "code": "ended", "message": "it ended meanwhile", "count": 1}
"""

import contextlib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._budget import ResultBudget
from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.apply import select
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.outcome import totals_of
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.specs import KEEPALIVE_NAMESPACES_INFO


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_NAMESPACES_INFO, supports_check_mode=True)
    try:
        filters = Filters.from_options(module.params)
        host = NamespaceHost.local()
        with contextlib.closing(host):
            host.memory.load()
            found = select(host, filters, connections=True)
            host_values = host.scanner.host_values()
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    for warning in host.scanner.unreadable.warnings():
        module.warn(warning)
    budget = ResultBudget()
    module.exit_json(
        namespaces=budget.take(one.as_dict(host_values) for one in found),
        left_out=budget.left_out,
        host_values=host_values.as_dict(),
        totals=totals_of([one.same_as(host_values) for one in found]),
        unreadable=host.scanner.unreadable.as_list(),
    )


if __name__ == "__main__":
    main()
