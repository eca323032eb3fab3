# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set a listener and its connections, two of which it has not accepted yet, and set them again after that."""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    ensure,
    kept,
    listen,
    look,
    of_sockets,
    port_of,
    report,
)

listener = listen()
port = port_of(listener)
waiting = [socket.create_connection(listener.getsockname()) for _number in range(2)]
kept.extend(waiting)
planned = ensure(listening=True, local_ports=[port], _ansible_check_mode=True)
done = ensure(listening=True, local_ports=[port])
accepted = [listener.accept()[0] for _client in waiting]
again = ensure(listening=True, local_ports=[port])
report(
    same=[planned["totals"] == done["totals"], planned["warnings"] == done["warnings"]],
    totals=done["totals"],
    unreadable=[[one["code"], one["count"]] for one in of_sockets(done["unreadable"])],
    warnings=done["warnings"],
    then=[look(one)[0] for one in accepted],
    again=again["totals"]["changed"],
)
