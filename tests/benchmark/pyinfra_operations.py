# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The usual way in pyinfra: one operation for each of the three keys, with values and path as its data."""

from pyinfra import host
from pyinfra.operations import server

for key in ("time", "intvl", "probes"):
    server.sysctl(
        name=f"Set {key}",
        key=f"net.ipv4.tcp_keepalive_{key}",
        value=host.data.get(key),
        persist=True,
        persist_file=host.data.path,
    )
