# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Document the attributes that all modules of the collection have, and the options that some of them share."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragments C(linux.tcp.attributes), and with a part's name behind it, such as C(.info).

    Of two that have an attribute, the first one that a module names counts.
    """

    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/linux.tcp.keepalive) in C(module_defaults) to set defaults for all modules of the group.
    support: full
    membership:
      - linux.tcp.keepalive
  async:
    description: Supports tasks with C(async).
    support: full
  check_mode:
    description: Can run in C(check_mode) and return the same result without changing the host.
    support: full
  diff_mode:
    description: Returns what has changed, or in C(check_mode) what would change, when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row, the second run changes nothing and says so.
    support: full
  platform:
    description: Operating systems that the module works on.
    support: full
    platforms: Linux
"""

    INFO = r"""
options: {}
attributes:
  diff_mode:
    support: N/A
    details: The module changes nothing.
"""

    INTERNAL = r"""
options: {}
attributes:
  action_group:
    support: none
    membership: []
  async:
    support: none
"""

    ROOT = r"""
options:
  root:
    description:
      - Work on the system tree below this folder, such as an image that is being built, instead of the running system.
      - Paths are then those inside of that tree, and links are followed within it.
      - Only files count there; the running kernel is neither read nor changed.
    type: path
    default: /
"""

    ACTION = r"""
options: {}
attributes:
  action:
    description: Has an action plugin of the same name, which runs on the controller.
    support: full
"""

    PROBED = r"""
options: {}
notes:
  - The controller probes the host by one command of a POSIX shell first, and computes from its output what the module
    would. That takes no Python on the host and no transfer. The return values are the same. As no Python is looked
    for, there is no fact C(discovered_interpreter_python) among them, and none of the warnings that go with it.
  - "The module itself is sent wherever that is not enough: where something has to change; with C(async); for O(root);
    where C(ansible_python_interpreter) is no plain Python but a wrapper, which may run the module in another namespace;
    for a path with C(~) or C($); with a shell that is none of POSIX, such as fish or PowerShell; where C(grep),
    C(find), C(readlink), C(sort), C(tar), C(gzip), C(head) or C(base64) is missing; where a login prints something of
    its own; where OpenRC or BusyBox boots the host, or tuned has a profile; where another program may set the values;
    and where something is odd, such as a file that cannot be read. With C(-vv) Ansible says why."
"""

    SOCKETS = r"""
options:
  commands:
    description:
      - Only sockets of processes with one of these names, as C(/proc/PID/comm) and C(ps -o comm) show them, or whose
        program, the file that C(/proc/PID/exe) leads to, has one of these names.
      - Names may have the wildcards V(*), V(?) and V([...]). The kernel keeps the first 15 bytes of a name, and so
        does the module of a name without wildcards.
    type: list
    elements: str
  pids:
    description: Only sockets of these processes. An empty list is refused here and in the other filters.
    type: list
    elements: int
  units:
    description:
      - Only sockets of processes in one of these systemd units, such as V(nginx.service); V(nginx) means that, too.
      - Names may have (and then must be whole) the wildcards V(*), V(?) and V([...]).
      - The leader of a login session, which systemd moves to a scope of its own, belongs to the unit that started it,
        too. So V(ssh) selects the connections of logins, and not those of what is run within a login.
      - A socket unit, such as V(ssh.socket), selects what systemd itself holds for it, as C(systemctl) tells where the
        unit listens. That are its listeners, and with C(Accept=yes) the connections that it has handed on.
    type: list
    elements: str
  users:
    description: Only sockets of processes that run as one of these users, by name or number.
    type: list
    elements: str
  containers:
    description:
      - Only sockets of processes in one of these containers, by name, or by id, of which the first 12 characters or
        more have to be given.
      - Names may have the wildcards V(*), V(?) and V([...]). They are those in the engine's files, as
        O(linux.tcp.keepalive_namespaces_info#module:containers) has them.
      - Containers are recognised by the cgroups of their processes. For one without a cgroup of its own, as LXC and
        systemd-nspawn may have them, give O(units) or O(namespaces). Only those that root made count, since any other
        user can give a cgroup the id of any container. For those of users give O(users) or O(units).
    type: list
    elements: str
  namespaces:
    description:
      - Only sockets in one of these network namespaces, by its number, such as V(4026532249) or V(net:[4026532249]),
        which C(readlink /proc/PID/ns/net) shows, or by a path to which it is bound, such as V(/run/netns/blue), or the
        last part of one, such as V(blue), as C(ip netns) shows it. Names may have the wildcards V(*), V(?) and
        V([...]).
    type: list
    elements: str
  local_ports:
    description: Only sockets with one of these ports at this end.
    type: list
    elements: int
  remote_ports:
    description: Only sockets with one of these ports at the other end. Listeners have none.
    type: list
    elements: int
  local_addresses:
    description:
      - Only sockets whose address at this end is one of these, or lies in one of these networks in CIDR notation.
      - A listener on all addresses has V(0.0.0.0) or V(::). An IPv4 address that is mapped into IPv6 counts as IPv4.
        Interfaces, as in V(fe80::1%eth0), do not count.
    type: list
    elements: str
  remote_addresses:
    description: The same for the other end. Listeners have none.
    type: list
    elements: str
  states:
    description:
      - Only sockets in one of these states, named as in the kernel's C(tcp_states.h).
      - A socket that its process has closed is in no process's hands any more, whatever its state.
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
      - listening
  idle_longer_than:
    description:
      - Only connections whose peer was last heard longer than this ago, in seconds. A listener has no peer.
      - Those of which that cannot be known are not taken.
    type: int
  covered:
    description:
      - V(true) takes only sockets that keepalive covers, V(false) only those that it does not cover.
      - Those of which it cannot be known are taken only where this is not given.
    type: bool
  idle_timeout:
    description:
      - After how many seconds the path, such as a firewall or a load balancer, forgets an idle connection.
      - A connection that is silent for as long or longer is then not covered. That is C(time), or C(intvl) where this
        is longer, with the values in force for the connection.
    type: int
  limit:
    description:
      - The longest acceptable detection time in seconds, C(time + intvl * probes) with C(intvl) in place of C(time)
        where that is longer. A connection on which a dead peer is noticed later is then not covered.
    type: int
"""

    NAMESPACES = r"""
options:
  containers:
    description:
      - Only network namespaces of one of these containers, by name, or by id, of which the first 12 characters or more
        have to be given.
      - Names may have the wildcards V(*), V(?) and V([...]). An empty list is refused here and in the other filters.
      - Names are those in the engine's files. A container whose name is not known has its id only.
      - Only containers that root made are taken, in network namespaces that belong to root, since any other user can
        give a cgroup the id of any container. Those of users are selected by O(engines), O(units) or O(pids).
    type: list
    elements: str
  engines:
    description:
      - Only network namespaces of containers of one of these engines. With O(containers), both apply to one container.
      - A container of another user than root is taken if the network namespace belongs to that user.
    type: list
    elements: str
    choices:
      - containerd
      - cri-o
      - docker
      - incus
      - lxc
      - nspawn
      - podman
  units:
    description:
      - Only network namespaces in which a process of one of these systemd units lives, such as V(web.service); V(web)
        means that, too. Units inside of containers do not count.
      - Names may have (and then must be whole) the wildcards V(*), V(?) and V([...]).
    type: list
    elements: str
  names:
    description:
      - Only network namespaces that are bound to one of these paths, such as V(/run/netns/blue), or to a path that ends
        with one of these names, such as V(blue), as C(ip netns) shows them. Wildcards as in O(containers).
    type: list
    elements: str
  pids:
    description: Only network namespaces in which one of these processes lives.
    type: list
    elements: int
  values_differ:
    description:
      - V(true) takes only network namespaces with other values than those of the host's own, V(false) only those with
        the same.
      - Those whose values cannot be read are taken only where this is not given.
    type: bool
notes:
  - "A network namespace is found if a process lives there, or if a name is bound to it. Not found is one that only an
    open descriptor or a single thread keeps."
  - "Containers are recognised by the names of cgroups, those of LXC and nspawn by their monitors, too. Their names,
    their pods and their settings are read from the files of the engines: C(/var/lib/docker) (or C(data-root) in
    C(daemon.json)), C(/var/lib/containers/storage) (or C(graphroot) in C(storage.conf)), C(/run/containers) and
    C(/run/containerd). No engine has to run, and no client is called. The files of users' own engines are not read."
  - "A container has the name that root gave it only if each cgroup above its own is a folder of root's, and a monitor
    counts only if root started it. All else is what a user says: it has an id, no name, and the user beside it. Telling
    whose a network namespace is takes Linux 4.11, and a mounted hierarchy of cgroups."
"""
