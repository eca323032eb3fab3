# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Options
from ansible_collections.linux.tcp.plugins.module_utils._sockets.options import read_options


@pytest.fixture(name="opened")
def _opened() -> t.Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as opened:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 600)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 30)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 5000)
        yield opened


@pytest.mark.parametrize("keepalive", [False, True])
def test_all_options(opened: socket.socket, keepalive: bool) -> None:
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, keepalive)
    options = read_options(opened.fileno())
    assert options._replace(idle=None) == Options(
        keepalive=keepalive, time=600, intvl=30, probes=4, user_timeout=5000, mptcp=False
    )
    assert options.idle is not None


def test_no_more_is_read_than_decides_what_covers_a_socket(opened: socket.socket) -> None:
    assert read_options(opened.fileno(), whole=False) == Options(keepalive=False)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    assert read_options(opened.fileno(), whole=False) == Options(
        keepalive=True, time=600, intvl=30, probes=4, user_timeout=5000
    )


def test_a_socket_that_is_closed(opened: socket.socket) -> None:
    opened.close()
    with pytest.raises(KeepaliveError) as caught:
        read_options(opened.fileno())
    assert str(caught.value) == "the kernel refuses to tell its options: Bad file descriptor."
