# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Close the last duplicate of a socket that lingers for a day."""

from __future__ import annotations

import os
import signal
import socket
import struct

from ansible_collections.linux.tcp.plugins.module_utils._host.signals import waits_cut_short
from ansible_collections.linux.tcp.plugins.module_utils._sockets.pidfd import Duplicator
from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, inode, listen, report, send_until_full

client, server = connect(listen())
send_until_full(client)
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 100000))
with waits_cut_short():
    copy = Duplicator().duplicate(inode(client), [(os.getpid(), client.fileno())])
    client.close()
    os.close(copy)
report(handler=signal.getsignal(signal.SIGALRM) == signal.SIG_DFL, timer=signal.getitimer(signal.ITIMER_REAL))
