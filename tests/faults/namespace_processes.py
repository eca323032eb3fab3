# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start processes in network namespaces of their own, whose values the module for namespaces sets, and read these."""

from __future__ import annotations

import json
import os
import signal
import socket
import typing as t

from ansible_collections.linux.tcp.tests.faults.bench import set_values, values
from ansible_collections.linux.tcp.tests.unit.system_calls import CLONE_NEWNET, PR_SET_PDEATHSIG, prctl, unshare

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.bench import Values

# The kernel's defaults, what is wanted, and what others have chosen.
_VALUES: tuple[Values, ...] = ((7200, 75, 9), (600, 60, 20), (300, 30, 3), (7200, 75, 9))
_MOST_BYTES = 1 << 10


class NamespaceProcesses:
    """Processes in a network namespace each; all end with this process."""

    def __init__(self) -> None:
        self._lines = [_start(own) for own in _VALUES]
        self.look()  # until each has its values

    def look(self) -> list[Values]:
        """Return the values of each network namespace, as its process reads them."""
        found = []
        for line in self._lines:
            line.send(b"?")
            found.append(tuple(json.loads(line.recv(_MOST_BYTES))))
        return found

    def close_copies(self) -> None:
        """Close what a child process has of the lines to them."""
        for line in self._lines:
            line.close()


def _start(own: Values) -> socket.socket:
    """Start a process that has these values and tells them whenever it is asked."""
    mine, line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork():
        line.close()
        return mine
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    unshare(CLONE_NEWNET)
    set_values(own)
    while line.recv(1):
        line.send(json.dumps(values()).encode())
    os._exit(0)


class Companion:
    """A process that does nothing and stands for strace among those that the module for namespaces reads."""

    def __enter__(self) -> None:
        """Start it."""
        self._pid = os.fork()
        if not self._pid:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            while True:
                signal.pause()

    def __exit__(self, *_error: object) -> None:
        """End it."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
