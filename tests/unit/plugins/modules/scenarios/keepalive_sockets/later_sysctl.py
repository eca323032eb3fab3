# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change the sysctl after the sockets were set."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets.connections import (
    open_sockets,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import ensure, look, port_of, report, sysctl

sockets = open_sockets()
port = port_of(sockets["listener"])
ensure(remote_ports=[port], rearm=True)
ensure(remote_ports=[port], commands=["*"], covered=False, time=100)
sysctl("time", 900)
report(old=look(sockets["old"])[1], timeout=look(sockets["timeout"])[1])
