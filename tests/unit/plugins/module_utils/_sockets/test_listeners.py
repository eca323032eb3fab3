# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sockets.listeners import AcceptedConnections
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Options, Socket
from ansible_collections.linux.tcp.tests.unit.samples import ENTRY, LISTENER, ON, PROCESS

OFF = Options(keepalive=False)
ANY_V6, V6 = (socket.inet_pton(socket.AF_INET6, address) for address in ("::", "2001:db8::5"))


@pytest.mark.parametrize(
    ("listener", "accepted", "differ"),
    [
        pytest.param(OFF, ON, True, id="on, its listener is off"),
        pytest.param(OFF, OFF, False, id="both off"),
        pytest.param(ON, ON, False, id="inherited"),
        pytest.param(ON, OFF, False, id="off, which it may have inherited before its listener was set"),
        pytest.param(ON, ON._replace(time=300), True, id="another time"),
        pytest.param(ON, ON._replace(user_timeout=5), False, id="another user timeout"),
        pytest.param(None, ON, False, id="a listener that cannot be read"),
        pytest.param(OFF, None, False, id="a connection that cannot be read"),
    ],
)
def test_values(listener: Options | None, accepted: Options | None, differ: bool) -> None:
    connections = AcceptedConnections()
    connections.add(Socket(8, 1, (ENTRY,), ((PROCESS, 4),), accepted))
    assert connections.differ_from(Socket(7, 1, (LISTENER,), ((PROCESS, 3),), listener)) is differ


@pytest.mark.parametrize(
    ("listening", "address", "differ"),
    [
        pytest.param(LISTENER.local_address, ENTRY.local_address, True, id="on all addresses"),
        pytest.param(ENTRY.local_address, ENTRY.local_address, True, id="on this address"),
        pytest.param(socket.inet_aton("10.0.0.6"), ENTRY.local_address, False, id="on another address"),
        pytest.param(ANY_V6, V6, True, id="on all of IPv6"),
        pytest.param(ANY_V6, ENTRY.local_address, True, id="on all of IPv6 and IPv4"),
        pytest.param(LISTENER.local_address, V6, False, id="on all of IPv4"),
    ],
)
def test_addresses(listening: bytes, address: bytes, differ: bool) -> None:
    connections = AcceptedConnections()
    connections.add(Socket(8, 1, (ENTRY._replace(local_address=address),), ((PROCESS, 4),), ON))
    listener = Socket(7, 1, (LISTENER._replace(local_address=listening),), ((PROCESS, 3),), OFF)
    assert connections.differ_from(listener) is differ


@pytest.mark.parametrize(("namespace", "port"), [(2, ENTRY.local_port), (1, 1)], ids=["namespace", "port"])
def test_connections_of_another_listener(namespace: int, port: int) -> None:
    connections = AcceptedConnections()
    connections.add(Socket(8, namespace, (ENTRY._replace(local_port=port),), ((PROCESS, 4),), ON))
    assert not connections.differ_from(Socket(7, 1, (LISTENER,), ((PROCESS, 3),), OFF))
