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
      - V(present) sets the values that are named.
      - V(absent) removes the named keys from O(path), whatever values are given with them. If none is named, it removes
        all three. If nothing but the module's own header is left, it removes the file.
      - V(absent) also brings back the lines that O(overrides=take_over) commented out. It sets the running kernel to
        the values that the next boot gives then.
    type: str
    choices:
      - present
      - absent
    default: present
  exclusive:
    description:
      - Whether to remove the keys that are not named, as O(state=absent) does. O(path) then has the named keys only.
        Each of the other keys gets the value that holds without O(path).
      - Needs O(time), O(intvl) or O(probes). With O(state=absent) it has no effect.
    type: bool
    default: false
  runtime:
    description:
      - Whether to set the values in the running kernel.
      - In a chroot this must be V(false), because the kernel is the one of the machine around it.
      - If the timer of an open connection already runs, the connection takes a lower value only when that timer fires.
    type: bool
    default: true
  persistent:
    description:
      - Whether to set the values for the next boot.
    type: bool
    default: true
  path:
    description:
      - The file that keeps the values. The file and its folder C(sysctl.d) need not exist.
      - Files are read in the order of their names, whatever their folder. The last one takes precedence.
      - The module refuses a file that the next boot would not read. Examples are C(/etc/sysctl.conf) on Debian 13, and
        files below C(/run) or on another file system that does not survive a reboot, or may not.
      - The module also refuses a name that would hide another file with settings of its own.
      - If the path is a link, the file that it leads to is edited.
    type: path
    default: /etc/sysctl.d/99-tcp-keepalive.conf
  overrides:
    description:
      - What to do if another file would take precedence at the next boot.
      - V(fail) names the file and line, and fails before anything is touched.
      - V(take_over) comments out the lines that take precedence in files below C(/etc), with a marker that names
        O(path). Files elsewhere are never edited. For such a file, the error names an O(path) that would win.
      - V(ignore) warns, and still writes O(path). It also writes to a file system that does not survive a reboot.
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
      - If the alias is given, too, it must have the same value.
    type: int
    aliases:
      - interval
  probes:
    description:
      - Unanswered probes after which the connection is given up, from V(1) to V(255).
      - The kernel's own default is V(9).
    type: int
"""
