# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count the established connections of each family, and note for which families the table is read."""

from __future__ import annotations

import socket
import typing as t
from unittest import mock

from ansible_collections.linux.tcp.plugins.module_utils._sockets import netlink
from ansible_collections.linux.tcp.plugins.module_utils._sockets.netlink import _ask
from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, listen, report


def count() -> list[t.Any]:
    with mock.patch.object(netlink, "_ask", side_effect=_ask) as ask:
        return [netlink.count_established(), [call[0][1].name for call in ask.call_args_list]]


found = [count()]
first = listen()
found.append(count())
connect(first)
found.append(count())
connect(listen("::1", socket.AF_INET6))
connect(listen("::", socket.AF_INET6), "127.0.0.1", family=socket.AF_INET)
found.append(count())
report(found=found)
