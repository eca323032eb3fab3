# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Document the options of the desired state, for all modules that take them."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment C(linux.tcp.desired_state), and that of the values, C(linux.tcp.desired_state.values)."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(present) brings the host to the values that are named.
      - V(absent) removes the named keys, or all three when none is named, from O(path), whatever values are given with
        them. It removes the file when nothing but the module's own header is left, brings back the lines that
        O(overrides=take_over) commented out, and sets the running kernel to what the next boot now gives.
    type: str
    choices:
      - present
      - absent
    default: present
  exclusive:
    description:
      - Whether to remove the keys that are not named, as O(state=absent) does, so that O(path) has the named ones only
        and each other key gets what holds without it.
      - Needs O(time), O(intvl) or O(probes). With O(state=absent) it has no effect.
    type: bool
    default: false
  runtime:
    description:
      - Whether to bring the running kernel to the values.
      - In a chroot this has to be V(false), because the kernel is the one of the machine around it.
      - Open connections whose timer runs already take a lower value only when that timer fires.
    type: bool
    default: true
  persistent:
    description:
      - Whether to bring the next boot to the values.
    type: bool
    default: true
  path:
    description:
      - The file that keeps the values. It need not exist, and neither need its folder C(sysctl.d).
      - Files are read in the order of their names, whatever their folder, and the last one takes precedence.
      - A file that the next boot would not read is refused, such as C(/etc/sysctl.conf) on Debian 13, or one below
        C(/run) or on another file system that does not survive a reboot. So is a name that would hide another file with
        settings of its own.
      - When it is a link, the file that it leads to is edited.
    type: path
    default: /etc/sysctl.d/99-tcp-keepalive.conf
  overrides:
    description:
      - What to do when another file would take precedence at the next boot.
      - V(fail) names the file and line, and fails before anything is touched.
      - V(take_over) comments out the lines that take precedence in files below C(/etc), with a marker with O(path).
        Files elsewhere are never edited; the error then names a O(path) that would win.
      - V(ignore) warns, and writes O(path) nonetheless, also to a file system that does not survive a reboot.
    type: str
    choices:
      - fail
      - take_over
      - ignore
    default: fail
"""

    VALUES = r"""
options:
  time:
    description:
      - Seconds for which a connection must be idle before the first probe is sent, from V(1) to V(2147483).
      - The kernel's own default is V(7200).
      - A key that is not named is left alone. The same holds for O(intvl) and O(probes).
    type: int
  intvl:
    description:
      - Seconds between two probes that are not answered, from V(1) to V(2147483).
      - The kernel's own default is V(75).
      - Where the alias is given too, it has to have the same value.
    type: int
    aliases:
      - interval
  probes:
    description:
      - Unanswered probes after which the connection is given up, from V(1) to V(255).
      - The kernel's own default is V(9).
    type: int
"""
