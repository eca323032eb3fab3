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
    description: In diff mode, returns what has changed, or what would change in C(check_mode).
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
      - Work on the system tree below this folder instead of the running system. Such a tree is, for instance, an image
        that is being built.
      - All paths are then paths inside of that tree, and links are followed within it.
      - Only files count there. The running kernel is neither read nor changed.
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
  - The controller first probes the host by one command of a POSIX shell. From its output the controller computes what
    the module would return. This needs no Python on the host and no transfer. The return values are the same. As the
    controller does not look for a Python, they have no fact C(discovered_interpreter_python), and the warnings that go
    with it are not shown.
  - The module itself is sent if the probe is not enough. With C(-vv) Ansible says why.
  - The module is sent if something has to change, with C(async), for O(root), and for a path with C(~) or C($). It is
    also sent if C(ansible_python_interpreter) is no plain Python but a wrapper, because a wrapper may run the module in
    another namespace.
  - The module is sent if the shell is not a POSIX shell, such as fish or PowerShell, or if a login prints something of
    its own. It is also sent if C(grep), C(find), C(readlink), C(sort), C(tar), C(gzip), C(head) or C(base64) is
    needed and missing.
  - The module is sent if OpenRC or BusyBox boots the host, if tuned is installed, or if another program may set the
    values. It is also sent if something is odd, such as a file that cannot be read, or a file that a unit or a script
    names and another user than root may replace, as that of Redis.
"""

    SOCKETS = r"""
options:
  commands:
    description:
      - Only sockets of processes with one of these names, as C(/proc/PID/comm) and C(ps -o comm) show them. The name of
        the program counts, too. This is the name of the file that C(/proc/PID/exe) leads to.
      - Names may have the wildcards V(*), V(?) and V([...]). The kernel keeps only the first 15 bytes of a name. The
        module shortens a name without wildcards in the same way.
    type: list
    elements: str
  pids:
    description: Only sockets of these processes. An empty list is refused here and in the other filters.
    type: list
    elements: int
  units:
    description:
      - Only sockets of processes in one of these systemd units, such as V(nginx.service). V(nginx) means the same.
      - Names may have the wildcards V(*), V(?) and V([...]). A name with wildcards must be a whole name, such as
        V(postgresql@*.service).
      - systemd moves the leader of a login session to a scope of its own. The leader also belongs to the unit that
        started it. So V(ssh) selects the connections of logins, but not those of programs that run within a login.
      - A socket unit, such as V(ssh.socket), selects the sockets that systemd itself holds for it. C(systemctl) tells
        where the unit listens. These sockets are its listeners. With C(Accept=yes) they are also the connections that
        it has handed on.
    type: list
    elements: str
  users:
    description: Only sockets of processes that run as one of these users, by name or number.
    type: list
    elements: str
  containers:
    description:
      - Only sockets of processes in one of these containers, by name or id. Give at least the first 12 characters of an
        id.
      - Names may have the wildcards V(*), V(?) and V([...]). The names are those in the engine's files, as with
        O(linux.tcp.keepalive_namespaces_info#module:containers).
      - Containers are recognised by the cgroups of their processes. Containers of LXC and systemd-nspawn may have no
        cgroup of their own. For these, give O(units) or O(namespaces).
      - Only containers that root made count, because any other user can give a cgroup the id of any container. For
        containers of other users, give O(users) or O(units).
    type: list
    elements: str
  namespaces:
    description:
      - Only sockets in one of these network namespaces, by number, path or name.
      - The number is the one that C(readlink /proc/PID/ns/net) shows, such as V(4026532249) or V(net:[4026532249]).
      - The path is one to which the network namespace is bound, such as V(/run/netns/blue). The name is the last part
        of this path, such as V(blue), as C(ip netns) shows it. Names may have the wildcards V(*), V(?) and V([...]).
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
      - listening
  idle_longer_than:
    description:
      - Only connections whose peer was last heard more than this many seconds ago. A listener has no peer.
      - Connections for which this cannot be known are not selected.
    type: int
  covered:
    description:
      - V(true) selects only sockets that keepalive covers. V(false) selects only sockets that it does not cover.
      - Sockets for which this cannot be known are only selected if this option is not given.
    type: bool
  idle_timeout:
    description:
      - After how many seconds the path forgets an idle connection. The path is, for instance, a firewall or a load
        balancer.
      - A connection that is silent for that long or longer is then not covered. A connection is silent for C(time), or
        for C(intvl) if this is longer, with the values in force for it.
    type: int
  limit:
    description:
      - The longest acceptable detection time in seconds. The detection time is C(time + intvl * probes). If C(intvl) is
        longer than C(time), it takes the place of C(time).
      - A connection on which a dead peer is noticed later is then not covered.
    type: int
"""

    NAMESPACES = r"""
options:
  containers:
    description:
      - Only network namespaces of one of these containers, by name or id. Give at least the first 12 characters of an
        id.
      - Names may have the wildcards V(*), V(?) and V([...]). An empty list is refused here and in the other filters.
      - The names are those in the engine's files. A container whose name is not known has its id only.
      - Only containers that root made are selected, and only in network namespaces that belong to root. The reason is
        that any other user can give a cgroup the id of any container. O(engines), O(units) and O(pids) select
        containers of other users.
    type: list
    elements: str
  engines:
    description:
      - Only network namespaces of containers of one of these engines. If O(containers) is given, too, one container
        must match both.
      - A container of another user than root is selected if the network namespace belongs to that user.
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
      - Only network namespaces in which a process of one of these systemd units lives, such as V(web.service). V(web)
        means the same. Units inside of containers do not count.
      - Names may have the wildcards V(*), V(?) and V([...]). A name with wildcards must be a whole name, such as
        V(web@*.service).
    type: list
    elements: str
  names:
    description:
      - Only network namespaces that are bound to one of these paths, such as V(/run/netns/blue). The last part of the
        path is enough, such as V(blue), as C(ip netns) shows it. Names may have the same wildcards as in O(containers).
    type: list
    elements: str
  pids:
    description: Only network namespaces in which one of these processes lives.
    type: list
    elements: int
  values_differ:
    description:
      - V(true) selects only network namespaces with other values than those of the host's own. V(false) selects only
        network namespaces with the same values.
      - Network namespaces whose values cannot be read are only selected if this option is not given.
    type: bool
notes:
  - A network namespace is found if a process lives there, or if a name is bound to it. It is not found if only an open
    descriptor or a single thread keeps it.
  - Containers are recognised by the names of cgroups. Containers of LXC and nspawn are also recognised by their
    monitors.
  - The names, pods and settings of containers are read from the files of the engines. These are in C(/var/lib/docker)
    (or C(data-root) in C(daemon.json)), C(/var/lib/containers/storage) (or C(graphroot) in C(storage.conf)),
    C(/run/containers) and C(/run/containerd). No engine has to run, and no client is called. The files of users' own
    engines are not read.
  - A container has the name that root gave it only if each cgroup above its own is a folder of root's. A monitor
    counts only if root started it. All else is what a user says. Such a container has an id, no name, and the user next
    to it.
  - To find out who owns a network namespace, the module needs Linux 4.11 and a mounted hierarchy of cgroups.
"""
