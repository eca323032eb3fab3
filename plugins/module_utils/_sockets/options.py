# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options of an open socket: socket(7), tcp(7). Nothing of its data is touched."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import socket
import struct

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Options

# include/uapi/linux/in.h, include/uapi/asm-generic/socket.h; Python has no name for them
_IPPROTO_MPTCP = 262
_SO_PROTOCOL = 38

# struct tcp_info: tcpi_last_data_recv and tcpi_last_ack_recv, in milliseconds. What is heard last
# counts: include/net/tcp.h, keepalive_time_elapsed().
_LAST_HEARD = struct.Struct("=52xII")

_OFF = Options(keepalive=False)


def read_options(copy: socket.SocketType, *, whole: bool = True) -> Options:
    """Ask the kernel for a TCP or MPTCP socket's options; nothing of its data is touched.

    Unless the ``whole`` is wanted, no more than what :func:`judge` needs, which is little while keepalive is off.

    :raises KeepaliveError: where the kernel does not tell.
    """
    try:
        keepalive = bool(copy.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
        protocol = copy.getsockopt(socket.SOL_SOCKET, _SO_PROTOCOL) if whole else 0
    except OSError as exc:
        raise KeepaliveError(f"the kernel refuses to tell its options: {exc.strerror}.") from exc
    if not whole and not keepalive:
        return _OFF
    options = Options(
        keepalive=keepalive,
        time=_number(copy, socket.TCP_KEEPIDLE),
        intvl=_number(copy, socket.TCP_KEEPINTVL),
        probes=_number(copy, socket.TCP_KEEPCNT),
        user_timeout=_number(copy, socket.TCP_USER_TIMEOUT),
    )
    if not whole:
        return options
    return options._replace(
        mptcp=protocol == _IPPROTO_MPTCP,
        idle=_idle(copy),
    )


def _number(copy: socket.SocketType, option: int) -> int | None:
    """Return a TCP option; None where the kernel has none such for MPTCP."""
    try:
        return copy.getsockopt(socket.IPPROTO_TCP, option)
    except OSError:
        return None


def _idle(copy: socket.SocketType) -> float | None:
    try:
        info = copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_HEARD.size)
    except OSError:
        return None
    return min(_LAST_HEARD.unpack(info)) / 1000 if len(info) == _LAST_HEARD.size else None
