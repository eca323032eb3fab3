#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_container_defaults
short_description: Set the TCP keepalive values that new containers get
version_added: 1.0.0
description:
  - A container with a network of its own does not inherit the host's values. It begins with the kernel's, 7200, 75 and
    9, unless its engine sets others. This module gives the engine a file with the values for each new container.
  - Podman, CRI-O and LXC read such a file. Docker, containerd (also that of k3s and k0s), Incus and systemd-nspawn do
    not. The module warns about these and shows what to do instead, if it changes other engines or finds none that it
    can set.
  - The module works out which values a new container gets, by the rules of each engine and from all files that the
    engine reads. It names the file and line of each value. If another file takes precedence, or this cannot be known,
    the module fails before it touches anything.
  - All engines are changed or none. If a step fails, the steps before it are undone.
  - Podman and CRI-O take only the last list of sysctls. So the list of this module repeats the entries of the list that
    it replaces, such as C(net.ipv4.ping_group_range). When that list changes, the next run repeats the new entries.
  - Without O(time), O(intvl) and O(probes) it reports the values that new containers get, and changes nothing.
extends_documentation_fragment:
  - linux.tcp.attributes
  - linux.tcp.attributes.root
  - linux.tcp.desired_state.values
  - linux.tcp.attributes.action
options:
  state:
    description:
      - V(present) sets the values that are named.
      - V(absent) removes the module's own files, and so all three keys, whatever values are given. Other files are left
        alone, even if they set the keys.
    type: str
    choices:
      - present
      - absent
    default: present
  engines:
    description:
      - The engines to set. The default is all of these that are installed.
      - With O(state=present) an engine that is named but not installed is an error.
    type: list
    elements: str
    choices:
      - podman
      - cri-o
      - lxc
notes:
  - The files are C(/etc/containers/containers.conf.d/99-tcp-keepalive.conf),
    C(/etc/crio/crio.conf.d/99-tcp-keepalive.conf) and
    C(/usr/share/lxc/config/common.conf.d/99-tcp-keepalive.conf).
  - When the values change, a comment in the file keeps up to ten earlier ones. So M(linux.tcp.keepalive_namespaces)
    recognises them in older containers. The comment is removed with the file.
  - Podman fixes the values when a container is created, CRI-O when a pod is created. LXC reads its files at each start
    of a container. CRI-O itself has to be restarted after a change.
  - A container's own values take precedence, such as C(--sysctl), the C(securityContext) of a pod, or the lines of an
    LXC container. Podman's containers of other users, who may have files of their own, are not predicted.
  - Setting values needs root's rights, also in check mode. Reporting needs none if the files can be read.
seealso:
  - module: linux.tcp.keepalive
  - name: containers.conf(5)
    description: Which files podman reads.
    link: https://github.com/containers/common/blob/main/docs/containers.conf.5.md
  - name: crio.conf.d(5)
    description: Which files CRI-O reads.
    link: https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.d.5.md
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Let new containers notice a dead peer after half an hour at the latest
  linux.tcp.keepalive_container_defaults:
    time: 600
    intvl: 60
    probes: 20

- name: Report what new containers get
  linux.tcp.keepalive_container_defaults:
  register: defaults

- name: Set podman only
  linux.tcp.keepalive_container_defaults:
    time: 600
    engines: [podman]

- name: Let new containers begin with what they would have without this module
  linux.tcp.keepalive_container_defaults:
    state: absent
"""

RETURN = r"""
engines:
  description: The engines that are installed, have a place for defaults, and are among O(engines).
  returned: success
  type: list
  elements: dict
  contains:
    engine:
      description: The engine.
      returned: success
      type: str
      sample: podman
    path:
      description: The module's own file for this engine.
      returned: success
      type: str
      sample: /etc/containers/containers.conf.d/99-tcp-keepalive.conf
    status:
      description:
        - What was done to the module's own file. In check mode, what would be done.
        - This is V(set) or V(already_set), V(removed) or V(already_absent). It is V(reported) if no values are given.
        - With O(state=absent), V(removed) also stands for a file that stays because it has other entries.
      returned: success
      type: str
      sample: set
    before:
      description: What a new container would have got before the change.
      returned: success
      type: dict
      contains:
        values:
          description: V(time), V(intvl) and V(probes). A value that cannot be known is V(null).
          returned: success
          type: dict
          sample: {"time": 7200, "intvl": 75, "probes": 9}
        sources:
          description: For each key, the file and line that give the value. V(null) for the kernel's own default.
          returned: success
          type: dict
          sample: {"time": null, "intvl": null, "probes": null}
        doubts:
          description:
            - Why values cannot be known. Each reason has RV(ignore:code), RV(ignore:message), RV(ignore:path) and
              RV(ignore:line). The line is V(null) for a whole file.
            - V(unreadable) means that a file cannot be read.
            - V(not_understood) means that a file has a text that the engine refuses, or that engines may read in
              different ways.
            - V(value_refused) means that not every kernel takes the value.
            - V(unusual_key) means that a key is spelled with slashes.
            - V(depends_on_release) means that releases of the engine differ.
            - V(other_files) means that the environment or a unit may name other files.
            - V(order_unknown) means that two files of LXC differ, and that LXC reads them in no order.
            - V(includes_others) means that a file of LXC includes another one.
            - V(in_some_containers) means that a line of LXC, or of a network of CNI with CRI-O, counts in some
              containers only.
            - V(left_out) is the last of more than 100 reasons. It says how many others there are.
          returned: success
          type: list
          elements: dict
          sample: []
    after:
      description:
        - What a new container gets now. In check mode, what it would get.
        - It has the same keys as RV(engines[].before).
      returned: success
      type: dict
      sample:
        values: {"time": 600, "intvl": 60, "probes": 20}
        sources:
          time: {"path": "/etc/containers/containers.conf.d/99-tcp-keepalive.conf", "line": 6}
          intvl: {"path": "/etc/containers/containers.conf.d/99-tcp-keepalive.conf", "line": 7}
          probes: {"path": "/etc/containers/containers.conf.d/99-tcp-keepalive.conf", "line": 8}
        doubts: []
cautions:
  description:
    - What a file cannot do. Each caution except V(no_engine) is also a warning. There is no warning if engines with
      such a file are installed and none of them is changed.
    - V(has_no_defaults) means that the engine has no defaults for sysctls.
    - V(restart_needed) means that the engine reads its files only when it starts.
    - V(leftover) means that a hidden file of this run could not be removed, and that the engine reads it.
    - V(no_engine) means that no engine is installed that this module knows.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: Which caution it is.
      returned: success
      type: str
      sample: restart_needed
    engine:
      description: The engine. Empty if the caution is about none.
      returned: success
      type: str
      sample: cri-o
    message:
      description: The caution as a sentence.
      returned: success
      type: str
      sample: "CRI-O reads its files when it starts. Restart it: systemctl restart crio."
overridden_by:
  description: Why new containers would not get the values. There is one element for each engine and key.
  returned: failure because another file takes precedence, or that cannot be known
  type: list
  elements: dict
  contains:
    engine:
      description: The engine.
      returned: always
      type: str
      sample: podman
    key:
      description: The key, V(time), V(intvl) or V(probes).
      returned: always
      type: str
      sample: time
    code:
      description:
        - V(takes_precedence) means that a later line sets another value.
        - V(list_replaced) means that a later list without the key replaces the list of this module.
        - V(not_included) means that nothing includes the file of this module.
        - If the value cannot be known, the code is one of RV(engines[].before.doubts).
      returned: always
      type: str
      sample: takes_precedence
    path:
      description: The file that takes precedence, or that makes the value uncertain. V(null) if there is none.
      returned: always
      type: str
      sample: /etc/containers/containers.conf.d/zz-local.conf
    line:
      description: The number of the line. The first line is 1. V(null) for a whole file.
      returned: always
      type: int
      sample: 2
    message:
      description: The reason as a sentence.
      returned: always
      type: str
      sample: >-
        net.ipv4.tcp_keepalive_time in new containers of podman would be 60, not 600, because
        /etc/containers/containers.conf.d/zz-local.conf line 2 takes precedence.
"""


import contextlib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.plan import DesiredDefaults
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.specs import KEEPALIVE_CONTAINER_DEFAULTS
from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError, before_any_change
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_CONTAINER_DEFAULTS, supports_check_mode=True)
    try:
        with before_any_change():
            want = DesiredDefaults.from_params(module.params)
            host = LocalHost(module.params["root"])
        with contextlib.closing(host):
            outcome = ensure(host, want, module.params["engines"], check_mode=module.check_mode)
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    for warning in outcome.warnings:
        module.warn(warning)
    module.exit_json(**outcome.as_dict(diff=bool(module._diff)))  # noqa: SLF001 -- there is no other name for diff mode


if __name__ == "__main__":
    main()
