# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options of an open socket: socket(7), tcp(7). Nothing of its data is touched.

A program can hold the lock of its socket for as long as it likes: send(2) and recv(2) have it while they copy from or
to memory of the program, which may be a page of a FUSE file system that never answers. A call that takes the lock then
waits, and SIGKILL does not end it. So no more of such calls are made than the result needs. Measured on Linux 6.18:
SO_KEEPALIVE, SO_PROTOCOL, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT and TCP_USER_TIMEOUT are read without the lock
(net/core/sock.c, sk_getsockopt(); net/ipv4/tcp.c, do_tcp_getsockopt()). It is taken for TCP_INFO (tcp_get_info()), for
all options of MPTCP at the level of TCP (net/mptcp/sockopt.c, mptcp_getsockopt()), and by getsockname(2) and
getpeername(2) (net/ipv4/af_inet.c, inet_getname()). Python calls getsockname(2) for each object of a socket, so options
are read by the number of the descriptor.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import ctypes
import os
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

# Without types for its arguments, which would double the time of a call; all of them fit into an int or are pointers.
_getsockopt = ctypes.CDLL(None, use_errno=True).getsockopt

# Where the kernel writes a number and its length. Made once for all calls, which are of one thread: to make them for
# each call takes as long as the call.
_NUMBER, _LENGTH = ctypes.c_int(), ctypes.c_uint()
_POINTERS = ctypes.byref(_NUMBER), ctypes.byref(_LENGTH)
_LENGTH_OF_NUMBER = ctypes.sizeof(_NUMBER)


def read_options(descriptor: int, *, whole: bool = True) -> Options:
    """Ask the kernel for a TCP or MPTCP socket's options; nothing of its data is touched.

    Unless the ``whole`` is wanted, no more than what :func:`judge` needs, which is little while keepalive is off. The
    lock of the socket is then not taken, but for MPTCP with keepalive on.

    :raises KeepaliveError: where the kernel does not tell.
    """
    try:
        keepalive = bool(_number(descriptor, socket.SOL_SOCKET, socket.SO_KEEPALIVE))
        protocol = _number(descriptor, socket.SOL_SOCKET, _SO_PROTOCOL) if whole else 0
    except OSError as exc:
        raise KeepaliveError(f"the kernel refuses to tell its options: {exc.strerror}.") from exc
    if not whole and not keepalive:
        return _OFF
    options = Options(
        keepalive=keepalive,
        time=_of_tcp(descriptor, socket.TCP_KEEPIDLE),
        intvl=_of_tcp(descriptor, socket.TCP_KEEPINTVL),
        probes=_of_tcp(descriptor, socket.TCP_KEEPCNT),
        user_timeout=_of_tcp(descriptor, socket.TCP_USER_TIMEOUT),
    )
    if not whole:
        return options
    return options._replace(
        mptcp=protocol == _IPPROTO_MPTCP,
        idle=_idle(descriptor),
    )


def _of_tcp(descriptor: int, option: int) -> int | None:
    """Return a TCP option; None where the kernel has none such for MPTCP."""
    try:
        return _number(descriptor, socket.IPPROTO_TCP, option)
    except OSError:
        return None


def _idle(descriptor: int) -> float | None:
    info, length = ctypes.create_string_buffer(_LAST_HEARD.size), ctypes.c_uint(_LAST_HEARD.size)
    pointers = ctypes.byref(info), ctypes.byref(length)
    if _getsockopt(descriptor, socket.IPPROTO_TCP, socket.TCP_INFO, *pointers) or length.value != _LAST_HEARD.size:
        return None
    heard: tuple[int, int] = _LAST_HEARD.unpack(info.raw)
    return min(heard) / 1000


def _number(descriptor: int, level: int, option: int) -> int:
    _LENGTH.value = _LENGTH_OF_NUMBER
    if _getsockopt(descriptor, level, option, *_POINTERS):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return _NUMBER.value
