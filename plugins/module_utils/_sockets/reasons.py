# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the reasons in results about sockets: why one is not covered, needs nothing, or could not be read or set.

Each has a code for programs and a message for people. Programs compare codes only; the modules document them.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason

# Why a socket is not covered, or why that is not known.
OFF = Reason("keepalive_off", "keepalive is off")
NEGATIVE = Reason("negative_value", "a negative value arms its timer for months")
OLDER = Reason("timer_armed_earlier", "the timer was armed with an older value")
NO_TIMER = Reason("no_timer", "keepalive is on, and its timer does not run")
USER_TIMEOUT = Reason("user_timeout", "TCP_USER_TIMEOUT takes precedence")
SILENT = Reason("silent_longer_than_path", "an idle connection reaches the idle timeout")
LATE = Reason("noticed_too_late", "a dead peer is noticed later than the limit")
UNACKNOWLEDGED = Reason("unacknowledged_data", "data is unacknowledged")
UNTIL_ACCEPTED = Reason("unknown_until_accepted", "its program sets each connection that it accepts")
UNREAD = Reason("options_unreadable", "its options cannot be read")

NOT_COVERED = {
    reason.code: reason
    for reason in (OFF, NEGATIVE, OLDER, NO_TIMER, USER_TIMEOUT, SILENT, LATE, UNACKNOWLEDGED, UNTIL_ACCEPTED, UNREAD)
}

# Why a socket was left as it was.
SHORT_USER_TIMEOUT = Reason(
    "user_timeout_too_short", "with its TCP_USER_TIMEOUT a single lost probe would end the connection"
)
UNSUPPORTED = Reason("not_supported", "the kernel has no such option for MPTCP")

# Why it is not known whether all connections were set.
SECOND_LOOK_FAILED = Reason(
    "second_look_failed",
    "whether connections were accepted meanwhile is not known, because the second look failed",
)

# Why a socket, process or namespace was unreadable.
TOO_OLD = Reason("kernel_too_old", "this system has no pidfd_getfd(2)")
UNITS_UNKNOWN = Reason("socket_units_unknown", "systemctl does not tell where socket units listen")
FIRST_THREAD_ENDED = Reason(
    "first_thread_ended", "the first thread of its process has ended, and the kernel is older than Linux 6.9"
)
TOO_MANY = Reason("too_many_descriptors", "the processes of its user hold more descriptors than are read")
NOT_ACCEPTED = Reason("not_accepted", "it waits to be accepted by its listener's process")
CLOSED = Reason("closed", "its process has closed it")
HALF_OPEN = Reason("half_open", "its peer has not completed the connection")
NO_HOLDER = Reason("no_holder", "no process that can be seen here holds it, or it is the kernel's own")
HIDDEN_HOLDER = Reason("holder_hidden", "its process cannot be read, or it is the kernel's own")

# Why a socket that is in the tables has no process from which it could be duplicated.
NO_PROCESS = (NOT_ACCEPTED, CLOSED, HALF_OPEN, NO_HOLDER, HIDDEN_HOLDER)
