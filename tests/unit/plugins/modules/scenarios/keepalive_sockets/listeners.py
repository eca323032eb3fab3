# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set listeners, and look at the connections that they accept afterwards."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets.connections import (
    open_sockets,
    summarise,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, ensure, listen, look, port_of, report

sockets = open_sockets()
listener = sockets["listener"]
port = port_of(listener)
unset = connect(listener)[1]
done = summarise(ensure(local_ports=[port], listening=True, time=120, probes=4), sockets)
accepted = connect(listener)[1]
only = listen()
untouched = ensure(local_ports=[port_of(only)])
alone = ensure(local_ports=[port_of(only)], states=["listening"])
report(
    listener=done["sockets"]["listener"],
    changed=done["totals"]["changed"],
    unset=look(unset),
    accepted=look(accepted),
    untouched=untouched["totals"],
    alone=[one["state"] for one in alone["changed_sockets"]],
    later=look(connect(only)[1])[0],
    again=ensure(local_ports=[port], listening=True, time=120, probes=4)["changed"],
)
