# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold two idle connections, wait until the first one ends, and report how it ended.

usage: idle_connections.py listen PORT
       idle_connections.py hold PORT DOOMED_ADDRESS CONTROL_ADDRESS READY_FILE
"""

from __future__ import annotations

import errno
import json
import pathlib
import socket
import struct
import sys

# include/uapi/linux/tcp.h, struct tcp_info: eight bytes, of which the first is the state, then words
_TCP_INFO = struct.Struct("8B13I")
_LAST_DATA_RECV, _LAST_ACK_RECV = 8 + 11, 8 + 12


def tcp_info(connection: socket.socket) -> tuple[int, ...]:
    """Return the head of the kernel's struct tcp_info."""
    return _TCP_INFO.unpack(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size))


def echo(connection: socket.socket) -> bool:
    """Return whether the peer still answers."""
    connection.sendall(b"?")
    return connection.recv(1) == b"?"


def listen(port: int) -> None:
    """Accept one connection and echo every byte until it ends."""
    with socket.create_server(("", port)) as server:
        connection, _address = server.accept()
        while byte := connection.recv(1):
            connection.sendall(byte)


def hold(port: int, doomed_address: str, control_address: str, ready: pathlib.Path) -> dict[str, object]:
    """Return how the first connection ended, and whether the second one is alive after that.

    Both have SO_KEEPALIVE and no values of their own, so they follow the sysctls. ``silence`` is the
    number of milliseconds since the last segment of the peer, as the kernel counts them.
    """
    doomed, control = (socket.create_connection((address, port)) for address in (doomed_address, control_address))
    for connection in (doomed, control):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    report: dict[str, object] = {"alive_before": echo(doomed) and echo(control), "state": tcp_info(doomed)[0]}
    ready.touch()
    try:
        report["end"] = f"received {doomed.recv(1)!r}"
    except OSError as exc:
        report["end"] = errno.errorcode[exc.errno or 0]
    info = tcp_info(doomed)
    report["silence"] = min(info[_LAST_DATA_RECV], info[_LAST_ACK_RECV])
    report["control_alive"] = echo(control)
    return report


if __name__ == "__main__":
    if sys.argv[1] == "listen":
        listen(int(sys.argv[2]))
    else:
        print(json.dumps(hold(int(sys.argv[2]), sys.argv[3], sys.argv[4], pathlib.Path(sys.argv[5]))))
