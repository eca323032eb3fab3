# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open the connections whose options the module for sockets sets, and read these as their owner."""

from __future__ import annotations

import socket
import typing as t

Options = t.Tuple[int, int, int, int]  # SO_KEEPALIVE, then time, intvl and probes
_PINS = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)


class Endpoints:
    """A listener and both ends of three connections. Two have keepalive on, one of them with values of its own."""

    def __init__(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [listener]
        for _number in range(3):
            client = socket.create_connection(listener.getsockname())
            self._sockets += [client, listener.accept()[0]]
        own, following = self._sockets[1], self._sockets[3]
        for pin, value in zip(_PINS, (300, 90, 3)):
            own.setsockopt(socket.IPPROTO_TCP, pin, value)
        for one in (own, following):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def look(self) -> list[Options]:
        """Return SO_KEEPALIVE and the three values of each socket."""
        return [_options_of(one) for one in self._sockets]

    def close_copies(self) -> None:
        """Close them in a child process, which would be one of their owners."""
        for one in self._sockets:
            one.close()


def _options_of(one: socket.socket) -> Options:
    time, intvl, probes = (one.getsockopt(socket.IPPROTO_TCP, pin) for pin in _PINS)
    return one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), time, intvl, probes
