#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_sockets_info
short_description: Gather which open TCP connections keepalive covers
version_added: 1.0.0
description:
  - Returns the TCP and MPTCP sockets that processes hold, in every network namespace in which a process lives. For each
    socket it returns the owners, whether keepalive is on, the values in force, the timer, and whether keepalive covers
    the socket.
  - Suppose that the peer vanishes now. A connection is covered if keepalive ends it within C(time + intvl * probes)
    seconds, with the values in force for it. If C(intvl) is longer than C(time), it takes the place of C(time).
    O(idle_timeout) and O(limit) are further criteria.
  - A listener is covered if the connections that it accepts are covered. They inherit its options, unless its program
    sets each connection. The module finds this out from the connections of the processes that the filters take,
    whatever O(states) and O(local_addresses) are.
  - Changes nothing. The module never reads data from a connection or sends data to it. To read a socket's options the
    module duplicates it from its process with C(pidfd_getfd(2)), and closes the duplicate at once.
  - Reading other processes needs root, or C(CAP_SYS_PTRACE) and C(CAP_DAC_READ_SEARCH), and Linux 5.6 or newer. Without
    them the module reports the sockets that it can read, and counts the others in RV(unreadable). See
    R(guide_connections, ansible_collections.linux.tcp.docsite.guide_connections) among the collection's guides.
  - A socket is selected if each filter that is given applies. Within a filter, one element that applies is enough.
extends_documentation_fragment:
  - linux.tcp.attributes.info
  - linux.tcp.attributes
  - linux.tcp.attributes.sockets
  - linux.tcp.attributes.action
options:
  summary_only:
    description:
      - Leave RV(sockets) empty and return the counts only. Use this on hosts with many sockets.
    type: bool
    default: false
seealso:
  - module: linux.tcp.keepalive_sockets
  - module: linux.tcp.keepalive_info
  - module: linux.tcp.keepalive
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Count what keepalive covers, by command and by unit
  linux.tcp.keepalive_sockets_info:
    summary_only: true
  register: all_sockets

# What cannot be read is neither covered nor uncovered: see unreadable.
- name: Find the connections to the database that would hang
  linux.tcp.keepalive_sockets_info:
    remote_ports: [5432]
    remote_addresses: [10.0.0.0/8]
    states: [established]
    covered: false
  register: hanging

- name: Find the connections that a load balancer would forget, or whose peer would be missed for ten minutes
  linux.tcp.keepalive_sockets_info:
    states: [established]
    idle_timeout: 350
    limit: 600
    covered: false
  register: too_slow

- name: Count what keepalive covers in one container
  linux.tcp.keepalive_sockets_info:
    containers: [3f4e1c0b7a2d]
    summary_only: true
  register: in_container

- name: Fail unless all of a service's connections are covered
  linux.tcp.keepalive_sockets_info:
    units: ["postgresql@*.service"]
    states: [established]
  register: postgresql
  failed_when: >-
    postgresql.totals.sockets == 0 or postgresql.totals.covered < postgresql.totals.sockets or
    postgresql.unreadable | rejectattr('code', 'eq', 'ended') | length > 0
"""

RETURN = r"""
sockets:
  description:
    - The selected sockets, ordered by namespace, state and addresses. Empty with O(summary_only=true).
    - V(null) stands for what could not be read.
    - In a name, an escape stands for each byte that is not UTF-8. To find such a name with a filter, give the wildcard
      V(?) for each of these bytes.
  returned: success
  type: list
  elements: dict
  contains:
    protocol:
      description: Either V(tcp) or V(mptcp).
      returned: success
      type: str
      sample: tcp
    state:
      description: The state, named as in O(states).
      returned: success
      type: str
      sample: established
    local_address:
      description:
        - The address at this end. With MPTCP, this address and all else that the kernel tells of a subflow are those of
          the first subflow.
      returned: success
      type: str
      sample: 10.0.0.5
    local_port:
      description: The port at this end.
      returned: success
      type: int
      sample: 5432
    remote_address:
      description: The address at the other end. V(null) for a listener.
      returned: success
      type: str
      sample: 10.0.0.9
    remote_port:
      description: The port at the other end. V(null) for a listener.
      returned: success
      type: int
      sample: 51034
    namespace:
      description: The number of the socket's network namespace, as C(readlink /proc/PID/ns/net) shows it.
      returned: success
      type: int
      sample: 4026531840
    inode:
      description:
        - The number of the socket, as C(ss -e) and C(/proc/PID/fd) show it. If workers share a socket, they share this
          number.
      returned: success
      type: int
      sample: 8937296
    processes:
      description:
        - The processes that hold the socket and that the filters select. At most the first 100. C(left_out) counts the
          others.
      returned: success
      type: list
      elements: dict
      contains:
        pid:
          description: The number of the process.
          returned: success
          type: int
          sample: 812
        command:
          description: The name of the process, as in C(/proc/PID/comm).
          returned: success
          type: str
          sample: postgres
        user:
          description: The name of the effective user on this host, or the user's number if there is no name.
          returned: success
          type: str
          sample: postgres
        unit:
          description:
            - The systemd unit, from the process's cgroup. V(null) if the process is outside of all units or has ended.
            - V(null) also if a user made the cgroup, or if it is not known who made it.
          returned: success
          type: str
          sample: postgresql@15-main.service
        container:
          description:
            - The container, from the process's cgroup. V(null) outside of containers.
            - RV(linux.tcp.keepalive_namespaces_info#module:namespaces[].containers) describes its keys.
          returned: success
          type: dict
          sample: null
    left_out:
      description: How many more processes hold the socket. They are left out of C(processes).
      returned: success
      type: int
      sample: 0
    keepalive:
      description: Whether keepalive (C(SO_KEEPALIVE)) is on.
      returned: success
      type: bool
      sample: true
    time:
      description:
        - Seconds of silence before the first probe. This is the value in force for this socket. It comes from the
          program or from the sysctl.
        - V(null) for MPTCP on older kernels, which do not tell it. The same holds for RV(sockets[].intvl) and
          RV(sockets[].probes).
      returned: success
      type: int
      sample: 600
    intvl:
      description: Seconds between unanswered probes. This is the value in force for this socket.
      returned: success
      type: int
      sample: 60
    probes:
      description: Unanswered probes until the connection ends. This is the value in force for this socket.
      returned: success
      type: int
      sample: 20
    user_timeout:
      description:
        - The C(TCP_USER_TIMEOUT) in milliseconds. V(0) if there is none. V(null) also for MPTCP on kernels without it.
      returned: success
      type: int
      sample: 0
    timer:
      description: The timer that runs. V(null) if none runs.
      returned: success
      type: dict
      contains:
        kind:
          description: Either V(keepalive), V(retransmission) or V(zero window). The last two hide V(keepalive).
          returned: success
          type: str
          sample: keepalive
        left:
          description: Seconds until the timer fires.
          returned: success
          type: float
          sample: 7012.4
    idle:
      description: Seconds since the peer was last heard. V(null) if it was never heard.
      returned: success
      type: float
      sample: 187.6
    covered:
      description: Whether keepalive covers the socket. V(null) if this cannot be known.
      returned: success
      type: bool
      sample: false
    reason:
      description:
        - Why the socket is not covered, or why this is not known. V(null) if the socket is covered. If several reasons
          apply, the first in this list is returned.
        - V(keepalive_off) means that keepalive is off.
        - V(negative_value) means that a negative value arms its timer for months. The kernel takes such a value for a
          sysctl.
        - V(timer_armed_earlier) means that the timer was armed with an older value.
        - V(no_timer) means that no timer runs. For instance, both ends opened the connection at the same time.
        - V(user_timeout) means that C(TCP_USER_TIMEOUT) keeps the connection for longer than its values do.
        - V(silent_longer_than_path) means that the connection is silent for O(idle_timeout) or longer.
        - V(noticed_too_late) means that a dead peer is noticed later than O(limit).
        - V(unacknowledged_data) means that data is unacknowledged. No probe is sent meanwhile.
        - V(unknown_until_accepted) means that a listener is not covered, but that its program sets each connection that
          it accepts. The module sees this from the open connections. They have keepalive that they did not inherit.
        - V(options_unreadable) means that the options cannot be read.
      returned: success
      type: dict
      contains:
        code:
          description: Which reason it is. A code stays the same when its message is reworded.
          returned: success
          type: str
          sample: timer_armed_earlier
        message:
          description: The reason in words, with figures or the cause.
          returned: success
          type: str
          sample: "the timer was armed with an older value: 7013 s left, 600 s wanted"
left_out:
  description:
    - How many sockets are left out of RV(sockets), because the result would be larger than 60 million characters.
    - RV(totals) counts them, too.
  returned: success
  type: int
  sample: 0
totals:
  description:
    - How many sockets are selected. Each socket counts once, even if several processes share it.
    - Listeners with the reason V(unknown_until_accepted) do not count here, in RV(by_command) or in RV(by_unit). The
      connections that they accept do.
  returned: success
  type: dict
  sample: {"sockets": 41, "covered": 12, "not_covered": 29, "unknown": 0}
reasons:
  description: How many sockets are not known to be covered, by reason.
  returned: success
  type: list
  elements: dict
  sample:
    - {"code": "keepalive_off", "message": "keepalive is off", "sockets": 26}
    - {"code": "timer_armed_earlier", "message": "the timer was armed with an older value", "sockets": 3}
by_command:
  description:
    - The same numbers by command. A socket that several commands hold counts for each of them.
    - If there are more than 1,000 commands, those with the most sockets are returned.
  returned: success
  type: list
  elements: dict
  sample:
    - {"command": "nginx", "sockets": 26, "covered": 0, "not_covered": 26, "unknown": 0}
    - {"command": "postgres", "sockets": 15, "covered": 12, "not_covered": 3, "unknown": 0}
by_unit:
  description:
    - The same numbers by systemd unit. Sockets outside of all units come last, with the unit V(null).
    - If there are more than 1,000 units, those with the most sockets are returned.
  returned: success
  type: list
  elements: dict
  sample:
    - {"unit": "nginx.service", "sockets": 26, "covered": 0, "not_covered": 26, "unknown": 0}
    - {"unit": "postgresql@15-main.service", "sockets": 15, "covered": 12, "not_covered": 3, "unknown": 0}
commands_left_out:
  description: How many commands are left out of RV(by_command). RV(totals) counts their sockets.
  returned: success
  type: int
  sample: 0
units_left_out:
  description: How many units are left out of RV(by_unit). RV(totals) counts their sockets.
  returned: success
  type: int
  sample: 0
unreadable:
  description:
    - What could not be read, by kind and reason. The kind is V(socket), V(process) or V(namespace).
    - V(permission_denied), V(kernel_too_old) and V(refused) mean that the kernel does not let it be read. The message
      has the cause.
    - V(processes_hidden) means that C(hidepid) hides other users' processes.
    - V(cgroup_too_deep) means that the path of the process's cgroup is longer than the kernel shows. Users can make
      such cgroups. It is not known in which unit and container the process is.
    - V(socket_units_unknown) means that C(systemctl) does not tell where the socket units of O(units) listen.
    - V(table_unreadable) means that a namespace's table of sockets cannot be read.
    - V(first_thread_ended) means that the process is left without its first thread. Kernels before Linux 6.9 need it.
    - V(too_many_descriptors) means that the processes of one user hold more than 2,000,000 descriptors. It also means
      that those of root, or those of all other users together, hold more than 4,000,000.
    - V(ended) means that the process, namespace or socket ended meanwhile.
    - The codes that follow are about sockets without a known process.
    - V(not_accepted) means that the listener has not accepted the socket yet. V(closed) means that its process has
      closed it. V(half_open) means that its peer has not completed the connection.
    - V(no_holder) means that no process that can be seen holds the socket. V(holder_hidden) means that some processes
      cannot be read.
    - Sockets that no process holds are counted here, too, unless O(commands), O(pids), O(units), O(users) or
      O(containers) is given. With these filters, only sockets that wait for a listener of the selected processes are
      counted.
  returned: success
  type: list
  elements: dict
  sample:
    - {"what": "process", "code": "ended", "message": "it ended meanwhile", "count": 1}
"""

import gc

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._budget import MOST_CHARACTERS_OF_SOCKETS, ResultBudget
from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._host.signals import waits_cut_short
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.containers import local_processes
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.scan import SocketScanner
from ansible_collections.linux.tcp.plugins.module_utils._sockets.specs import KEEPALIVE_SOCKETS_INFO
from ansible_collections.linux.tcp.plugins.module_utils._sockets.summary import CoverageSummary


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_SOCKETS_INFO, supports_check_mode=True)
    gc.disable()  # sockets form no cycles, and to look for some among 100,000 takes a fifth of the time
    whole = not module.params["summary_only"]
    summary, shown, budget = CoverageSummary(), [], ResultBudget(MOST_CHARACTERS_OF_SOCKETS)
    try:
        filters = Filters.from_options(module.params)
        with local_processes() as processes:
            scanner = SocketScanner(processes)
            with waits_cut_short():
                for found in scanner.sockets(filters, whole=whole):
                    summary.add(found)
                    if whole:
                        shown.append(found)
            # the containers of processes are looked up here
            sockets = budget.take(found.as_dict() for found in sorted(shown, key=lambda found: found.sort_key))
            counts = summary.as_dict()
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    for warning in scanner.unreadable.warnings():
        module.warn(warning)
    module.exit_json(
        sockets=sockets,
        left_out=budget.left_out,
        **counts,
        unreadable=scanner.unreadable.as_list(),
    )


if __name__ == "__main__":
    main()
