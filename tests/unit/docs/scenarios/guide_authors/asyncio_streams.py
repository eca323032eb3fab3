# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather both ends of a connection that the guide's code for asyncio made and handled.

- code: the guide's code
"""

from __future__ import annotations

import asyncio

from ansible_collections.linux.tcp.tests.unit.docs.scenarios.guide_authors.guide import load
from ansible_collections.linux.tcp.tests.unit.socket_tools import gather, parameters, port_of, report, sysctl

guide = load(parameters()["code"])


async def echo() -> dict[str, object]:
    server = await asyncio.start_server(guide.handle, "127.0.0.1", 0)
    port = port_of(server.sockets[0])
    reader, writer = await guide.connect_stream("127.0.0.1", port)
    writer.write(b"hello\n")
    line = await reader.readline()
    ends = {
        "server" if one["local_port"] == port else "client": [one[key] for key in ("keepalive", "time", "covered")]
        for one in gather(states=["established"])["sockets"]
        if port in (one["local_port"], one["remote_port"])
    }
    writer.close()
    server.close()
    return {"echo": line.decode(), **ends}


sysctl("time", 600)
report(**asyncio.run(echo()))
