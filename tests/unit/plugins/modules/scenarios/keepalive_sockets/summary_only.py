# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set the connections with summary_only, and again in check mode."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets.connections import (
    open_sockets,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import ensure, port_of, report

port = port_of(open_sockets()["listener"])
found = ensure(remote_ports=[port], summary_only=True)
again = ensure(remote_ports=[port], summary_only=True, _ansible_check_mode=True)
report(
    lists=[found[key] for key in ("changed_sockets", "left_sockets", "unreachable_sockets")],
    totals=found["totals"],
    again=again["totals"],
)
