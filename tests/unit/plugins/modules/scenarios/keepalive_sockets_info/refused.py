# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather sockets while pidfd_getfd(2) fails with the error ``number``."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    gather,
    listen,
    of_sockets,
    parameters,
    report,
)
from ansible_collections.linux.tcp.tests.unit.system_calls import PIDFD_GETFD, refuse_call

connect(listen())
refuse_call(PIDFD_GETFD, parameters()["number"])
found = gather()
report(
    totals=found["totals"],
    reasons=found["reasons"],
    seen=sorted(
        [one["state"], one["protocol"], one["keepalive"], one["time"], one["covered"], one["reason"]["message"]]
        for one in found["sockets"]
    ),
    filtered=gather(covered=False)["totals"]["sockets"],
    unreadable=of_sockets(found["unreadable"]),
    warnings=[one for one in found["warnings"] if "socket(s)" in one],
)
