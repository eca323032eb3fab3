# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a socket is not covered by keepalive, and why one could not be looked into."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

OFF = "keepalive is off"
OLDER = "the timer was armed with an older value"
USER_TIMEOUT = "TCP_USER_TIMEOUT decides"
UNACKNOWLEDGED = "data is unacknowledged"
UNREAD = "its options could not be read"
NOT_TOLD = "this kernel does not tell the values of MPTCP"

PERMISSION = "permission denied"
HIDDEN = "other users' processes are hidden"
NO_TABLE = "its table of sockets cannot be read"
FIRST_THREAD_ENDED = "the first thread of its process has ended, and the kernel is older than Linux 6.9"
ENDED = "it ended meanwhile"
NOT_ACCEPTED = "it waits to be accepted by its listener's process"
CLOSED = "its process has closed it"
HALF_OPEN = "its peer has not completed the connection"
NO_HOLDER = "no process that can be seen here holds it, or it is the kernel's own"
HIDDEN_HOLDER = "its process cannot be looked into, or it is the kernel's own"

# why a socket that is in the tables has no process of which it could be had
NO_PROCESS = (NOT_ACCEPTED, CLOSED, HALF_OPEN, NO_HOLDER, HIDDEN_HOLDER)
