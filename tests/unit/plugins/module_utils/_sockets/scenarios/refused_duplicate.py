# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Duplicate a socket while pidfd_getfd(2) fails with the error ``number``.

seccomp(2) stands for older kernels, and for kernels and containers that refuse.
"""

from __future__ import annotations

import os
import socket

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._sockets.pidfd import duplicate, open_process
from ansible_collections.linux.tcp.tests.unit.socket_tools import inode, parameters, report
from ansible_collections.linux.tcp.tests.unit.system_calls import PIDFD_GETFD, refuse_call

refuse_call(PIDFD_GETFD, parameters()["number"])
with socket.socket() as mine:
    try:
        duplicate(open_process(os.getpid()), mine.fileno(), inode=inode(mine))
    except KeepaliveError as exc:
        report(error=type(exc).__name__, message=str(exc))
