# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the reasons in results about network namespaces.

Each has a code for programs and a message for people. Programs compare codes only; the modules document them.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason

# What sets the values of a namespace when it is made anew.
HOST_BOOT = Reason("host_boot", "it is the host's own: linux.tcp.keepalive_info tells what the next boot gives")
CONTAINER_SETTINGS = Reason("container_settings", "the settings of its container set it at each start")
KERNEL_DEFAULTS = Reason("kernel_defaults", "the settings of its container set none, and no program in it may")
SET_WHILE_RUNNING = Reason("set_while_running", "it was set by keepalive_namespaces, and had these values before")
UNIT_COMMANDS = Reason("unit_commands", "the files of its unit name the keys")
UNKNOWN = Reason("unknown", "nothing that can be read here tells")

# Why a namespace was left as it was.
CHOSEN_BY_OTHERS = Reason(
    "chosen_by_others", "it has other values than the kernel's, and not those this collection set"
)
CHANGED_SINCE = Reason("changed_since", "it has other values than those that this collection wrote there")
NOTHING_TO_RESTORE = Reason("nothing_to_restore", "nothing is remembered that this collection wrote there")
HOST_OWN = Reason("host_namespace", "it is the host's own, which linux.tcp.keepalive sets")

# Why a namespace could not be set.
UNREADABLE = Reason("values_unreadable", "its values cannot be read")
FAILED = Reason("failed", "an error occurred")
SECOND_LOOK_FAILED = Reason(
    "second_look_failed",
    "whether containers have started meanwhile is not known, because the second look failed",
)
PARTLY = Reason("not_undone", "it is changed in part")
