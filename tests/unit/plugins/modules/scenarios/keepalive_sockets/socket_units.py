# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set what process 1, which is this script, holds for a socket unit."""

from __future__ import annotations

import os
import socket
from unittest import mock

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._sockets import scan
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    ensure,
    gather,
    inode,
    listen,
    options,
    port_of,
    report,
)

assert os.getpid() == 1
listeners = {"x": listen(), "other": listen()}
client, accepted = connect(listeners["x"])
address = socket.inet_aton("127.0.0.1")
ends = {f"{name}.socket": [(address, port_of(one))] for name, one in listeners.items()}
names = {inode(one): name for name, one in {**listeners, "accepted": accepted, "client": client}.items()}


def found(*units: str, **params: object) -> list[str]:
    """Return the sockets that units select."""
    return sorted(names[one] for one in gather(pids=None, units=list(units), **params)["by_inode"])


with mock.patch.object(scan, "listening_ends", return_value=ends):
    selected = [found("x.socket"), found("x.socket", states=["listening"]), found("*.socket"), found("y.socket")]
    other_user = found("x.socket", users=["65533"])
    changed = ensure(pids=None, units=["x.socket"], listening=True)
    again = ensure(pids=None, units=["x.socket"], listening=True)["changed"]


def fail() -> None:
    raise KeepaliveError("systemctl failed (1): Failed to connect to bus")


with mock.patch.object(scan, "listening_ends", fail):
    lost = gather(pids=None, units=["x.socket"])
    not_asked = gather(pids=None, units=["x.service"])
report(
    selected=selected,
    other_user=other_user,
    changed=sorted(names[one] for one in changed["changed_by_inode"]),
    on=options(listeners["x"])[0],
    later=options(connect(listeners["x"])[1])[0],
    again=again,
    lost=[lost["unreadable"], lost["warnings"]],
    not_asked=not_asked["unreadable"],
)
