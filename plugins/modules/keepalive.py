#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive
short_description: Set the TCP keepalive values, now and after the next reboot
version_added: 1.0.0
description:
  - Gets and sets C(net.ipv4.tcp_keepalive_time), C(net.ipv4.tcp_keepalive_intvl) and C(net.ipv4.tcp_keepalive_probes)
    in the running kernel and in the file that the next boot reads.
  - The module checks the values before it touches anything, and reads them back after it wrote them. It keeps them in
    the file only if the kernel took them. If a step fails, the steps before it are undone.
  - The module works out which file and line will take precedence for each value at the next boot. It uses the rules of
    the host's own loader of sysctl files, C(systemd-sysctl), C(sysctl --system), or the scripts of Alpine and OpenWrt.
  - C(ok) without a warning means that the named values are in force (with O(runtime)) and survive a reboot (with
    O(persistent)).
  - Without O(time), O(intvl) and O(probes) the module reports the values of the host, and changes nothing.
  - The module needs no C(sysctl) program, and applies no other key of any file. Every other line of a file stays as it
    is, byte for byte.
  - "The values count for IPv4 and IPv6 connections that asked for keepalive (C(SO_KEEPALIVE)), in the network namespace
    in which the module runs. R(guide_values, ansible_collections.linux.tcp.docsite.guide_values) among the collection's
    guides (C(docs/docsite/rst) in the collection's folder) helps to choose them."
extends_documentation_fragment:
  - linux.tcp.attributes
  - linux.tcp.attributes.root
  - linux.tcp.desired_state
  - linux.tcp.desired_state.values
  - linux.tcp.attributes.probed
  - linux.tcp.attributes.action
attributes:
  async:
    support: partial
    details: Not with O(sockets), O(namespaces) or O(container_defaults).
options:
  backup:
    description:
      - Whether to keep a copy, with a timestamp in its name, of every file before it is changed or removed.
    type: bool
    default: false
  sockets:
    description:
      - The open connections and listeners to bring under keepalive after the values are set. A lowered O(time) alone
        reaches an open connection only when its old timer fires. Each element has options of
        M(linux.tcp.keepalive_sockets), which is run for it.
      - In an element C(rearm), C(listening) and C(summary_only) are V(true) by default.
      - That module first checks all elements in check mode. If it refuses one, the task fails before any value is set.
      - In check mode the values are not set, so the connections are shown with the present values.
      - With O(state=absent), or with O(root) other than V(/), connections are not changed, and a warning says so. With
        O(runtime=false) they are changed.
      - This option does not work in tasks with C(async). It needs the collection's action plugin, which runs on the
        controller.
    type: list
    elements: dict
    default: []
  namespaces:
    description:
      - The running containers, pods and other network namespaces that get the values, after the host has them. Each one
        has values of its own and never inherits those of the host. M(linux.tcp.keepalive_namespaces) is run for them.
      - V(true) selects all of them. Otherwise give a list of dictionaries. Each has filters of that module,
        C(containers), C(engines), C(units), C(names), C(pids) and C(values_differ), or C(all). It may also have
        C(overrides).
      - They get the values of this task, O(time), O(intvl) and O(probes). At least one is needed, unless
        O(state=absent).
      - That module first checks all elements in check mode. If it refuses one, the task fails before any value is set.
      - If a network namespace cannot be set, the host and the others are still set. The task fails at the end and names
        it.
      - O(state=absent) restores the values that they had before that module set them. See that module for the details.
      - With O(root) other than V(/) they are not changed, and a warning says so. With O(runtime=false) they are
        changed.
      - This option does not work in tasks with C(async). It needs the collection's action plugin, which runs on the
        controller.
    type: raw
    default: false
  container_defaults:
    description:
      - Whether new containers get the values, too. M(linux.tcp.keepalive_container_defaults) is run for this, before
        O(namespaces) and O(sockets).
      - V(true) selects all engines that are installed and have such defaults. Otherwise give a list of V(podman),
        V(cri-o) and V(lxc).
      - They get the values of this task, O(time), O(intvl) and O(probes). At least one is needed. O(state=absent)
        removes all three, whichever are named.
      - That module first checks the engines in check mode. If it refuses one, the task fails before any value is set.
      - This option also works with O(root), and with O(persistent=false).
      - This option does not work in tasks with C(async). It needs the collection's action plugin, which runs on the
        controller.
    type: raw
    default: false
notes:
  - Setting values needs root's rights, also in check mode, so that both give the same result. Reporting needs none.
  - The module refuses zero although the kernel accepts it, because zero kills healthy connections or floods them with
    probes. It refuses negative values because they switch keepalive off.
  - Runs on the same host wait for each other. The lock is C(/run/linux.tcp.keepalive.lock), or with O(root) the root
    folder of the tree.
seealso:
  - module: linux.tcp.keepalive_info
  - name: tcp(7)
    description: What the three values mean.
    link: https://man7.org/linux/man-pages/man7/tcp.7.html
  - name: sysctl.d(5)
    description: Which files systemd-sysctl reads at boot.
    link: https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Notice a dead peer after half an hour at the latest
  linux.tcp.keepalive:
    time: 600
    intvl: 60
    probes: 20

- name: Report what is set and what the next boot will give
  linux.tcp.keepalive:
  register: keepalive

- name: Change one value and leave the others alone
  linux.tcp.keepalive:
    time: 300

- name: Win against another file below /etc, which is commented out
  linux.tcp.keepalive:
    time: 600
    overrides: take_over

- name: Let nginx's open connections follow at once
  linux.tcp.keepalive:
    time: 600
    sockets:
      - units: [nginx]

- name: Set the values in an image that is being built
  linux.tcp.keepalive:
    time: 600
    intvl: 60
    probes: 20
    root: /mnt/image

- name: Persist the values where the running kernel cannot be changed
  linux.tcp.keepalive:
    time: 600
    runtime: false

- name: Go back to what the host would have without this module
  linux.tcp.keepalive:
    state: absent
"""

RETURN = r"""
before:
  description: What the host had before the change.
  returned: success
  type: dict
  contains:
    runtime:
      description: The running kernel's V(time), V(intvl) and V(probes). A value that cannot be read is V(null).
      returned: success
      type: dict
      sample: {"time": 7200, "intvl": 75, "probes": 9}
    runtime_writable:
      description: Whether root can change the running kernel's values here. V(false) if C(/proc/sys) is read-only.
      returned: success
      type: bool
      sample: true
    boot:
      description: What the next boot will give.
      returned: success
      type: dict
      contains:
        loader:
          description:
            - What applies sysctl files at boot. This is V(systemd-sysctl), V(procps), or the scripts of V(alpine) or
              V(openwrt).
            - V(null) if nothing applies them. V(unknown) if this cannot be found out.
          returned: success
          type: str
          sample: systemd-sysctl
        values:
          description: The values after the next boot. A value that cannot be known is V(null).
          returned: success
          type: dict
          sample: {"time": 7200, "intvl": 75, "probes": 9}
        sources:
          description:
            - For each key, the file and line that give the value.
            - V(null) for the kernel's own default, and for a value that cannot be known.
            - The path C(/proc/cmdline) stands for a parameter of the kernel command line. C(sysctl.extra) in one of
              systemd's folders stands for a credential.
          returned: success
          type: dict
          sample: {"time": null, "intvl": null, "probes": null}
        doubts:
          description:
            - What makes the prediction uncertain. RV(linux.tcp.keepalive_info#module:boot.doubts) describes it.
          returned: success
          type: list
          elements: dict
          sample: []
        notes:
          description:
            - What may mislead, although the prediction is certain. RV(linux.tcp.keepalive_info#module:boot.notes)
              describes it.
          returned: success
          type: list
          elements: dict
          sample: []
    settings:
      description:
        - Every assignment of a key in the files of the next boot, in the order in which the loader reads them.
        - If a line excludes the key, its C(value) is V(null).
      returned: success
      type: list
      elements: dict
      sample:
        - {"key": "time", "value": "60", "path": "/etc/sysctl.d/50-local.conf", "line": 2, "effective": false}
    other_writers:
      description:
        - Lines elsewhere that may set the keys after the boot. Each has C(code), C(path), C(line) and C(text). See
          M(linux.tcp.keepalive_info).
        - They are not part of the prediction. The module warns about them.
      returned: success
      type: list
      elements: dict
      sample:
        - code: sets_value
          path: /etc/rc.local
          line: 7
          text: sysctl -w net.ipv4.tcp_keepalive_time=7200
    drift:
      description:
        - The keys whose running value differs from the value of the next boot, if both are known.
      returned: success
      type: list
      elements: str
      sample: []
    detection_time:
      description:
        - After how many seconds a dead peer on an idle connection is noticed at the latest. This is C(time + intvl *
          probes). If C(intvl) is longer than C(time), it takes the place of C(time).
        - Computed from the running values, or from the values of the next boot if the running ones are not known.
          V(null) if those are not known either.
      returned: success
      type: int
      sample: 7875
after:
  description:
    - What the host has now. In check mode, what it would have.
    - It has the same keys as RV(before).
  returned: success
  type: dict
  sample:
    runtime: {"time": 600, "intvl": 60, "probes": 20}
    runtime_writable: true
    boot:
      loader: systemd-sysctl
      values: {"time": 600, "intvl": 60, "probes": 20}
      sources:
        time: {"path": "/etc/sysctl.d/99-tcp-keepalive.conf", "line": 2}
        intvl: {"path": "/etc/sysctl.d/99-tcp-keepalive.conf", "line": 3}
        probes: {"path": "/etc/sysctl.d/99-tcp-keepalive.conf", "line": 4}
      doubts: []
      notes: []
    settings:
      - {"key": "time", "value": "600", "path": "/etc/sysctl.d/99-tcp-keepalive.conf", "line": 2, "effective": true}
      - {"key": "intvl", "value": "60", "path": "/etc/sysctl.d/99-tcp-keepalive.conf", "line": 3, "effective": true}
      - {"key": "probes", "value": "20", "path": "/etc/sysctl.d/99-tcp-keepalive.conf", "line": 4, "effective": true}
    other_writers: []
    drift: []
    detection_time: 1800
overridden_by:
  description:
    - The lines of other files that take precedence at the next boot.
    - They include the lines that took precedence until O(overrides=take_over) commented them out.
    - Also returned when the module fails because of them.
  returned: success, or failure because a line of another file takes precedence
  type: list
  elements: dict
  contains:
    key:
      description: The key, V(time), V(intvl) or V(probes).
      returned: always
      type: str
      sample: time
    value:
      description: The value as it stands in the file. V(null) for a line that excludes the key.
      returned: always
      type: str
      sample: "60"
    path:
      description: The file, with the name under which the loader reads it.
      returned: always
      type: str
      sample: /etc/sysctl.d/zz-local.conf
    line:
      description: The number of the line. The first line is 1.
      returned: always
      type: int
      sample: 3
detection_time:
  description: The C(detection_time) of RV(after), in seconds.
  returned: success
  type: int
  sample: 1800
cautions:
  description:
    - Problems of the desired values and of the change. Each is also a warning.
    - V(nothing_set) means that neither the running kernel nor the file is set.
    - V(single_probe) means that O(probes=1) ends a healthy connection when one probe is lost.
    - V(intvl_longer_than_time) means that idle connections are probed every O(intvl) seconds instead of every O(time)
      seconds.
    - V(hard_link_cut) means that another name of a file (a hard link) keeps the old content.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: Which caution it is.
      returned: success
      type: str
      sample: single_probe
    message:
      description: The caution as a sentence.
      returned: success
      type: str
      sample: net.ipv4.tcp_keepalive_probes = 1 ends a healthy connection when a single probe is lost. Give 3 or more.
backup_files:
  description: The copies of files that were made before the files were changed, with O(backup=true).
  returned: success
  type: list
  elements: str
  sample: ["/etc/sysctl.d/99-tcp-keepalive.conf.4711.2026-03-01@12:00:00~"]
sockets:
  description: What M(linux.tcp.keepalive_sockets) returned for each element of O(sockets).
  returned: when O(sockets) has elements, and nothing is refused
  type: list
  elements: dict
  sample:
    - changed: true
      changed_sockets: []
      left_sockets: []
      unreachable_sockets: []
      second_look: null
      left_out: 0
      totals: {"changed": 29, "left": 12, "unreachable": 0, "gone": 1}
      unreadable: []
namespaces:
  description:
    - What M(linux.tcp.keepalive_namespaces) returned for each element of O(namespaces). With O(namespaces=true) the
      list has one element.
  returned: when O(namespaces) is given, and nothing is refused
  type: list
  elements: dict
  sample:
    - changed: true
      changed_namespaces: []
      left_namespaces: []
      failed_namespaces: []
      second_look: null
      left_out: 0
      totals: {"matched": 12, "changed": 9, "left": 3, "failed": 0}
      unreadable: []
container_defaults:
  description: What M(linux.tcp.keepalive_container_defaults) returned.
  returned: when O(container_defaults) is given, and nothing is refused
  type: dict
  sample:
    changed: true
    engines: []
    cautions: []
"""


import contextlib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError, before_any_change, unchanged
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.options import FURTHER, KEEPALIVE
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_result

NO_ACTION_PLUGIN = unchanged(
    "{} needs the collection's action plugin, which Ansible has not found. Use the full name of the module,"
    " linux.tcp.keepalive, or add the collection's folder plugins/action to action_plugins in ansible.cfg."
)


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE, supports_check_mode=True)
    for name in FURTHER:
        if module.params[name]:
            module.fail_json(msg=NO_ACTION_PLUGIN.format(name))
    try:
        with before_any_change():
            want = DesiredState.from_params(module.params)
            host = LocalHost(module.params["root"])
        with contextlib.closing(host):
            outcome = ensure(host, want, check_mode=module.check_mode)
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    diff = bool(module._diff)  # noqa: SLF001 -- AnsibleModule has no other name for diff mode
    result, warnings = build_result(outcome, want, diff=diff)
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
