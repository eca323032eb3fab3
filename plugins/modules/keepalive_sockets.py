#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_sockets
short_description: Bring open TCP connections under keepalive
version_added: 1.0.0
description:
  - Switches keepalive on (or off) for TCP and MPTCP sockets that are open already, pins values to them, and re-arms
    their timers. The programs that hold the sockets are not restarted.
  - The module works from outside with C(pidfd_getfd(2)). A pidfd pins the process, so a reused PID is never mistaken
    for it. The module checks that its duplicate is the selected socket before it sets anything, and closes the
    duplicate at once. It reads back the options that it set. It never reads data from a connection or sends data to it.
  - All selected sockets are read before the first one is set. A socket or process that ends meanwhile is counted, and
    is not an error.
  - A program can change its own sockets at any time, and its later settings count. A restarted program has new sockets.
  - The module needs root, or C(CAP_SYS_PTRACE) and C(CAP_DAC_READ_SEARCH), and Linux 5.6 or newer. See
    R(guide_connections, ansible_collections.linux.tcp.docsite.guide_connections) among the collection's guides.
  - A socket is selected if each filter that is given applies. Within a filter, one element that applies is enough. If a
    process outside of the filters shares a selected socket, the socket changes for that process, too.
extends_documentation_fragment:
  - linux.tcp.attributes
  - linux.tcp.attributes.sockets
  - linux.tcp.attributes.action
options:
  all:
    description:
      - Whether all sockets of the host are selected, those of its containers among them.
      - The module refuses to run without this, or O(commands), O(pids), O(units), O(users), O(containers),
        O(namespaces), O(local_ports), O(remote_ports), O(local_addresses) or O(remote_addresses), and with both.
    type: bool
    default: false
  enabled:
    description:
      - Whether keepalive (C(SO_KEEPALIVE)) is to be on.
      - Switching it on starts the timer with the whole time that is in force for the socket.
    type: bool
    default: true
  time:
    description:
      - Pin the seconds of silence before the first probe (C(TCP_KEEPIDLE)), from V(1) to V(32767).
      - The silence until now counts. If the peer has been silent for longer, the kernel sends a probe at once.
      - A pin cannot be removed, only replaced. From then on the socket no longer follows the sysctl.
      - A value that is in force already is left alone. The kernel does not show whether it is a pin or comes from the
        sysctl. The same holds for O(intvl) and O(probes).
    type: int
  intvl:
    description: Pin the seconds between unanswered probes (C(TCP_KEEPINTVL)), from V(1) to V(32767).
    type: int
    aliases:
      - interval
  probes:
    description: Pin the unanswered probes until the connection ends (C(TCP_KEEPCNT)), from V(1) to V(127).
    type: int
  rearm:
    description:
      - Whether to re-arm timers that were armed with an older value than the one in force, for instance before the
        host's sysctl was lowered. If keepalive is on and no timer runs, one is started. The sockets then follow the
        sysctl as before.
      - The module does so by switching keepalive off and on, which the peer does not see.
      - With V(false) such timers are left alone, and the module warns about them.
      - A timer is left alone while a probe is unanswered. It is also left alone while data is unacknowledged, because
        the kernel does not show the timer then.
    type: bool
    default: false
  listening:
    description:
      - Whether to set listeners, too, by adding V(listening) to O(states). As long as the listener lives, every new
        connection inherits the options that were set on it.
      - Listeners are set first, so that connections which are accepted meanwhile have the options, too. Connections
        that wait to be accepted have the earlier options of the listener, and the module warns about them.
    type: bool
    default: false
  user_timeout:
    description:
      - What to do with a socket whose program has set a short C(TCP_USER_TIMEOUT), of at most C(time + intvl). With
        keepalive a single lost probe then ends the connection. Without keepalive the connection survives a short
        failure of the network.
      - V(leave) leaves the socket as it is and warns about it. V(accept) changes the socket.
      - If a single lost probe ends the connection already, or C(probes) is 1, the socket is changed in both cases.
    type: str
    choices:
      - leave
      - accept
    default: leave
  states:
    description:
      - Only sockets in one of these states, named as in the kernel's C(tcp_states.h).
      - If a process has closed its socket, no process holds the socket any more, whatever its state.
    type: list
    elements: str
    choices:
      - established
      - syn_sent
      - syn_recv
      - fin_wait1
      - fin_wait2
      - close_wait
      - last_ack
      - listening
      - closing
    default:
      - established
  summary_only:
    description:
      - Leave RV(changed_sockets), RV(left_sockets) and RV(unreachable_sockets) empty and return the counts only. Use
        this if many sockets are selected.
    type: bool
    default: false
notes:
  - The module fails, and changes nothing, if it lacks the privilege to read a process whose sockets may be selected. It
    also fails, and changes nothing, if permission is denied for all selected sockets.
  - A single process may be protected from root as well, and the kernel may refuse to set a socket. These are reported
    in RV(unreachable_sockets) or RV(unreadable), with a warning.
  - In check mode RV(changed_sockets[].after) has the options that the socket would have after the change.
  - In a chroot the module fails, because the connections are those of the machine around it.
seealso:
  - module: linux.tcp.keepalive_sockets_info
  - module: linux.tcp.keepalive
  - name: tcp(7)
    description: What the socket options mean.
    link: https://man7.org/linux/man-pages/man7/tcp.7.html
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Bring nginx under keepalive, with all connections that it accepts from now on
  linux.tcp.keepalive_sockets:
    units: [nginx]
    listening: true

- name: Let PostgreSQL's idle connections follow the values that were just lowered
  linux.tcp.keepalive_sockets:
    units: ["postgresql@*.service"]
    rearm: true

- name: Pin values of their own to the connections to one database
  linux.tcp.keepalive_sockets:
    remote_ports: [5432]
    remote_addresses: [10.0.7.0/24]
    time: 60
    intvl: 10
    probes: 3

- name: Give the connections that a load balancer would forget values of their own
  linux.tcp.keepalive_sockets:
    units: [myapp]
    idle_timeout: 350
    covered: false
    time: 170

- name: Cover whatever is not covered yet, on the whole host
  linux.tcp.keepalive_sockets:
    all: true
    covered: false
    rearm: true
    listening: true
    summary_only: true
"""

RETURN = r"""
changed_sockets:
  description:
    - The sockets that were changed. In check mode, those that would be changed. They are ordered by namespace, state
      and addresses.
    - Each socket has C(before) and C(after). It also has keys of M(linux.tcp.keepalive_sockets_info) that tell which
      socket it is. These keys are C(protocol), C(state), C(local_address), C(local_port), C(remote_address),
      C(remote_port), C(namespace), C(inode), C(processes) and C(left_out).
    - With O(summary_only=true) this list and the two that follow are empty.
  returned: success, or failure because the second look failed
  type: list
  elements: dict
  contains:
    before:
      description:
        - C(keepalive), C(time), C(intvl), C(probes), C(timer), C(covered) and C(reason) before the change.
          M(linux.tcp.keepalive_sockets_info) describes them.
      returned: success
      type: dict
      sample:
        keepalive: true
        time: 600
        intvl: 75
        probes: 9
        timer: {"kind": "keepalive", "left": 7012.4}
        covered: false
        reason:
          code: timer_armed_earlier
          message: "the timer was armed with an older value: 7013 s left, 600 s wanted"
    after:
      description: The same keys, as the kernel reports them after the change.
      returned: success
      type: dict
      sample:
        keepalive: true
        time: 600
        intvl: 75
        probes: 9
        timer: {"kind": "keepalive", "left": 600.0}
        covered: true
        reason: null
left_sockets:
  description:
    - The sockets that needed no change or were left alone. Each has the same keys that tell which socket it is. The
      keys of C(before) stand next to them.
    - C(reason) has a C(code). V(already_compliant) means that the socket needs nothing. For V(user_timeout_too_short)
      see O(user_timeout).
    - All other codes say why keepalive still does not cover the socket.
      RV(linux.tcp.keepalive_sockets_info#module:sockets[].reason) describes them.
  returned: success, or failure because the second look failed
  type: list
  elements: dict
  sample: []
unreachable_sockets:
  description:
    - The sockets that could not be read or set. They have the same keys as those of RV(left_sockets).
    - Their options are as they were before. If a value had to be rolled back, it is pinned from then on, and the
      message says so.
    - The C(code) of C(reason) is one of the codes of RV(unreadable), V(not_supported) or V(refused). V(not_supported)
      means that the kernel has no such option for MPTCP. V(refused) means that the kernel refused to set an option.
  returned: success, or failure because the second look failed
  type: list
  elements: dict
  sample: []
second_look:
  description:
    - Why it is not known whether listeners accepted connections while they were set. V(null) if this is known.
    - If it is not known, the module fails. The sockets that RV(totals) counts as changed were set before.
    - C(code) is V(second_look_failed). C(message) has the cause.
  returned: success, or failure because the second look failed
  type: dict
  sample:
    code: second_look_failed
    message: >-
      whether connections were accepted meanwhile is not known, because the second look failed:
      /var/lib/docker/containers cannot be read: Input/output error
left_out:
  description:
    - How many sockets are left out of the three lists, because the result would be larger than 60 million characters.
    - RV(totals) counts them, and they are set like the others.
  returned: success, or failure because the second look failed
  type: int
  sample: 0
totals:
  description:
    - How many sockets were changed, how many were left alone, and how many could not be reached. C(gone) is how many
      were gone before they could be set.
    - Each socket counts once, even if several processes share it.
    - C(unreachable) also counts sockets without a known process. RV(unreadable) explains them.
    - If all numbers are zero, a warning says why. For instance, sockets match but none can be reached.
  returned: success, or failure because the second look failed
  type: dict
  sample: {"changed": 29, "left": 12, "unreachable": 0, "gone": 1}
unreadable:
  description:
    - What could not be read. RV(linux.tcp.keepalive_sockets_info#module:unreadable) describes it.
  returned: success, or failure because the second look failed
  type: list
  elements: dict
  sample:
    - {"what": "process", "code": "ended", "message": "it ended meanwhile", "count": 1}
"""

import contextlib
import gc

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError, before_any_change
from ansible_collections.linux.tcp.plugins.module_utils._host.chroot import require_no_chroot
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import ENDED
from ansible_collections.linux.tcp.plugins.module_utils._host.signals import waits_cut_short
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.containers import local_processes
from ansible_collections.linux.tcp.plugins.module_utils._sockets.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import NO_PROCESS, NOT_ACCEPTED
from ansible_collections.linux.tcp.plugins.module_utils._sockets.specs import KEEPALIVE_SOCKETS


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_SOCKETS, supports_check_mode=True)
    gc.disable()  # sockets form no cycles, and to look for some among 100,000 takes a fifth of the time
    params = module.params
    try:
        with contextlib.ExitStack() as stack:
            with before_any_change():
                want = DesiredState.from_params(params)
                filters = Filters.for_change(params)
                require_no_chroot("connections")
                processes = stack.enter_context(local_processes())
            with waits_cut_short():
                outcome, unreadable = ensure(want, filters, processes, check_mode=module.check_mode)
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    for warning in (*outcome.warnings(want, waiting=unreadable.count("socket", NOT_ACCEPTED)), *unreadable.warnings()):
        module.warn(warning)
    may_be_none = params["covered"] is not None or params["idle_longer_than"] is not None
    if not (outcome.changed or outcome.left or outcome.unreachable or may_be_none):
        module.warn(outcome.explain_none(unreadable))
    totals = {
        "changed": len(outcome.changed),
        "left": len(outcome.left),
        "unreachable": len(outcome.unreachable) + unreadable.count("socket", *NO_PROCESS),
        "gone": outcome.gone + unreadable.count("socket", ENDED),
    }
    result = {
        "changed": bool(outcome.changed),
        **outcome.as_dict(summary_only=params["summary_only"]),
        "totals": totals,
        "unreadable": unreadable.as_list(),
    }
    if module._diff:  # noqa: SLF001 -- AnsibleModule has no other name for diff mode
        result["diff"] = outcome.diff()
    failure = outcome.failure()
    if failure:
        module.fail_json(msg=failure, **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
