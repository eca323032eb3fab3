#!/usr/bin/python
# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keepalive_info
short_description: Gather the TCP keepalive values that a host has, and will have after a reboot
version_added: 1.0.0
description:
  - Returns C(net.ipv4.tcp_keepalive_time), C(net.ipv4.tcp_keepalive_intvl) and C(net.ipv4.tcp_keepalive_probes) of the
    running kernel. It also returns the values that the next boot will give, with the file and line of each of them.
  - The prediction follows the rules of the loader that the host's boot uses. See R(guide_boot,
    ansible_collections.linux.tcp.docsite.guide_boot) among the collection's guides.
  - Changes nothing and needs no privileges.
  - A warning names a file that cannot be read, because it may take precedence or set the keys after the boot, and a
    line below C(/run), because it is gone after a reboot. A warning also names each place that may set the keys after
    the boot.
extends_documentation_fragment:
  - linux.tcp.attributes.info
  - linux.tcp.attributes
  - linux.tcp.attributes.root
  - linux.tcp.attributes.probed
  - linux.tcp.attributes.action
options:
  loader:
    description:
      - The loader of sysctl files to predict for.
      - V(auto) is the loader that this host's boot uses. It is C(systemd-sysctl) if the host is booted with systemd and
        can write to C(/proc/sys). It is C(procps) if a boot script of another init calls C(sysctl --system), which
        BusyBox's C(sysctl) does not have. On Alpine and OpenWrt it is the script of the distribution, if this calls
        BusyBox's C(sysctl). Below O(root), and in a chroot, it is the loader that is installed there.
      - If nothing applies files at boot, as in most containers, there is no loader. If the loader cannot be found out,
        it is unknown, and so are the values of the next boot.
      - V(systemd-sysctl) and V(procps) predict for this loader, whatever the host uses.
    type: str
    choices:
      - auto
      - systemd-sysctl
      - procps
    default: auto
seealso:
  - module: linux.tcp.keepalive
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Look at a host
  linux.tcp.keepalive_info:
  register: keepalive

- name: Fail unless the values survive a reboot
  ansible.builtin.assert:
    that:
      - keepalive.drift | length == 0
      - keepalive.other_writers | length == 0
    fail_msg: "This would not last: {{ keepalive.drift }}, {{ keepalive.other_writers }}"

- name: Ask what 'sysctl --system' would make of the files
  linux.tcp.keepalive_info:
    loader: procps

- name: Look at an image
  linux.tcp.keepalive_info:
    root: /mnt/image
"""

RETURN = r"""
runtime:
  description: The running kernel's V(time), V(intvl) and V(probes). A value that cannot be read is V(null).
  returned: success
  type: dict
  sample: {"time": 600, "intvl": 75, "probes": 9}
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
      description: The values after the next boot. A value that cannot be known is V(null), see C(doubts).
      returned: success
      type: dict
      sample: {"time": 600, "intvl": 75, "probes": 9}
    sources:
      description:
        - For each key, the file and line that give the value.
        - V(null) for the kernel's own default, and for a value that cannot be known.
        - The path C(/proc/cmdline) stands for a parameter of the kernel command line. C(sysctl.extra) in one of
          systemd's folders stands for a credential.
      returned: success
      type: dict
      sample: {"time": {"path": "/etc/sysctl.d/99-tcp-keepalive.conf", "line": 2}, "intvl": null, "probes": null}
    doubts:
      description:
        - What makes the prediction uncertain. Empty if it is certain.
        - V(credential_unusable) means that a credential keeps systemd-sysctl.service from starting, so no file is
          applied.
        - V(unit_changed) means that a line changes what that service does.
        - V(unreadable) means that a file or folder cannot be read.
        - V(hidden_credential) means that only root may see whether there is a credential of systemd.
        - V(volatile_file_system) means that a folder or file is on a file system that does not survive a reboot, or of
          which this cannot be known. If the file system is an overlay, it may have the files in a lower layer.
        - V(unseen_place) means that a file or folder in which a line may set the keys after the boot cannot be read,
          is too large, takes too long to understand or has more than is looked at. It also means that a file names a
          profile of tuned that is not found, or that only tuned knows.
        - V(hidden_place) means the same of a place that only root may read on most hosts, such as cron's tables.
        - With the codes that follow, the values that cannot be known are V(null). This also holds for
          V(volatile_file_system) on an overlay, and if it cannot be known whether a file system survives.
        - V(loader_unknown) means that it is not known what applies sysctl files at boot.
        - V(release_unknown) means that the release of the loader is not known, and that releases read a line in
          different ways.
        - V(kernel_unknown) means that a line counts for one kernel only, and that it is not known which kernel boots
          next.
        - V(copy_in_initramfs) means that no file sets a key, but that dracut builds an initramfs. It may have a copy of
          a file that set the key.
        - V(set_when_the_container_started) means that a container has a value that no file sets. It may have been
          started with this value.
      returned: success
      type: list
      elements: dict
      contains:
        code:
          description: Which doubt it is. A code stays the same when its message is reworded.
          returned: success
          type: str
          sample: unreadable
        path:
          description: The file or folder. V(null) if the doubt is about none.
          returned: success
          type: str
          sample: /etc/sysctl.d/x.conf
        line:
          description: The number of the line. The first line is 1. V(null) if the doubt is about the whole file.
          returned: success
          type: int
          sample: null
        message:
          description: The doubt as a sentence. It is also a warning.
          returned: success
          type: str
          sample: "/etc/sysctl.d/x.conf cannot be read (Permission denied): it may take precedence at the next boot."
      sample: []
    notes:
      description:
        - What may mislead, although the prediction is certain. Each note has the same keys as one of C(doubts).
        - V(no_loader) means that files were found, but that nothing applies them at boot. C(path) is then V(null).
        - V(volatile) means that a line is in a file that is gone after a reboot.
        - V(chroot) means that the module runs in a chroot. The prediction is then for the system in the chroot, and the
          running kernel is left out.
      returned: success
      type: list
      elements: dict
      sample: []
settings:
  description: Every assignment of a key in the files of the next boot, in the order in which the loader reads them.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: The key, V(time), V(intvl) or V(probes).
      returned: success
      type: str
      sample: time
    value:
      description: The value as it stands in the file. V(null) for a line that excludes the key.
      returned: success
      type: str
      sample: "600"
    path:
      description: The file, with the name under which the loader reads it.
      returned: success
      type: str
      sample: /etc/sysctl.d/99-tcp-keepalive.conf
    line:
      description: The number of the line. The first line is 1.
      returned: success
      type: int
      sample: 2
    effective:
      description: Whether this is the assignment that gives the value at the next boot.
      returned: success
      type: bool
      sample: true
other_writers:
  description:
    - Lines elsewhere that may set the keys after the boot. They are not part of the prediction.
    - The module searches the scripts that run at boot or with the network, cron's tables, systemd's units and
      C(tmpfiles.d). It also searches ufw's sysctl file, the active profile of tuned, the notes of saptune and more.
    - C(boot.doubts) names the places that cannot be read.
    - Commands that run in a container, in another network namespace or on another host are left out. So are commands
      that only print, and commands that fail.
    - Of one file, at most 1,000 lines are returned.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description:
        - What the line does.
        - V(sets_value) gives a key another value in the running kernel, or a value that the line does not show.
        - V(applies_files) applies sysctl files that give other values than the boot.
        - V(appends_to_file) appends a line for a key to a sysctl file. V(writes_file) writes or edits a sysctl file.
          With these two codes the running kernel keeps its values, but a later boot may give others.
        - A line that does several of these is there once for each.
      returned: success
      type: str
      sample: sets_value
    path:
      description: The file.
      returned: success
      type: str
      sample: /etc/rc.local
    line:
      description: The number of the line. The first line is 1.
      returned: success
      type: int
      sample: 7
    text:
      description: The first 200 characters of the line, as they stand in the file.
      returned: success
      type: str
      sample: sysctl -w net.ipv4.tcp_keepalive_time=7200
  sample: []
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
    - Computed from the running values, or from the values of the next boot if the running values are not known.
      V(null) if those are not known either.
  returned: success
  type: int
  sample: 1275
"""


import contextlib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_INFO
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_info_result


def main() -> None:
    module = AnsibleModule(argument_spec=KEEPALIVE_INFO, supports_check_mode=True)
    try:
        with contextlib.closing(LocalHost(module.params["root"])) as host:
            snapshot = take_snapshot(host, loader=module.params["loader"])
    except KeepaliveError as exc:
        module.fail_json(msg=str(exc), **exc.details)
    result, warnings = build_info_result(snapshot)
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
