# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let the listener accept a connection after all sockets were found and before the first one is set."""

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._sockets import apply
from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets.connections import (
    open_sockets,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    after_call,
    connect,
    ensure,
    inode,
    kept,
    look,
    port_of,
    report,
)

listener = open_sockets()["listener"]
with after_call(apply, "_require_reachable", lambda: connect(listener)):
    found = ensure(local_ports=[port_of(listener)], listening=True)
late = kept[-1]  # the end that the listener accepted
report(late=look(late)[0], counted=inode(late) in found["changed_by_inode"])
