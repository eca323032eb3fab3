# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let the peers of connections vanish, and tell which connections end, in which order, after how long and why.

- code: the guide's code
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import threading
import time

from ansible_collections.linux.tcp.tests.unit.docs.scenarios.guide_authors.guide import error_name, load, refusal
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    inode,
    kept,
    listen,
    parameters,
    report,
    sysctl,
    timers,
)
from ansible_collections.linux.tcp.tests.unit.system_calls import drop_packets

guide = load(parameters()["code"])

# the sysctls are far away, so that what ends here ends by the socket's own values
sysctl("time", 7200)
listener = listen()
sockets: dict[str, socket.socket] = {}
starts: dict[int, float] = {}
causes: dict[str, str] = {"asyncio": "open"}
begun = threading.Event()
# tells which connections ended, in the order in which they did, however late this process looks
ends = select.epoll()


def watch(name: str, one: socket.socket, start: float) -> None:
    sockets[name], starts[one.fileno()] = one, start
    ends.register(one.fileno(), select.EPOLLIN | select.EPOLLET)


def begin(name: str, *values: int, data: bytes = b"", seconds: float | None = None, switched_on: bool = True) -> None:
    start = time.monotonic()
    client, server = connect(listener)
    if switched_on:
        guide.keep_alive(client, *values)
    if seconds is not None:
        guide.give_up_after(client, seconds)
    drop_packets(server)
    client.sendall(data)
    watch(name, client, start)


def begin_without_so_keepalive() -> tuple[int, float]:
    start = time.monotonic()
    client, server = connect(listener)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 1)
    drop_packets(server)
    timer = timers()[inode(client)]
    watch("without SO_KEEPALIVE", client, start)
    return timer


async def stream() -> None:
    start = time.monotonic()
    reader, writer = await guide.connect_stream(*listener.getsockname())
    connection = writer.get_extra_info("socket")
    guide.keep_alive(connection, 1, 1, 2)
    server, _address = listener.accept()
    kept.append(server)
    drop_packets(server)
    watch("asyncio", socket.socket(fileno=os.dup(connection.fileno())), start)
    begun.set()
    try:
        await reader.read(1)
    except OSError as exc:
        causes["asyncio"] = error_name(exc)


thread = threading.Thread(target=lambda: asyncio.run(stream()), daemon=True)
alone = begin_without_so_keepalive()
begin("off", switched_on=False)
begin("off, user timeout", seconds=2, switched_on=False)
begin("follows")
begin("data", 1, 1, 2, data=b"x")
# in the order in which they are to end, so that a busy machine, which begins them late, keeps it
begin("data, user timeout", 1, 1, 2, data=b"x", seconds=2)
begin("pinned", 1, 1, 2)
thread.start()
begun.wait()
begin("user timeout", 1, 1, 2, seconds=3.5)
begin("the last to end", 1, 1, 2, data=b"x", seconds=5)

names = {one.fileno(): name for name, one in sockets.items()}
seconds: dict[str, float] = {}
while "the last to end" not in seconds:
    ended = ends.poll(60)
    assert ended, f"after a minute only these have ended: {sorted(seconds)}"
    for number, _events in ended:
        seconds.setdefault(names[number], time.monotonic() - starts[number])
if "asyncio" in seconds:
    thread.join()
for name, one in sockets.items():
    if name != "asyncio":  # its stream tells
        one.setblocking(False)
        causes[name] = refusal(one.recv, 1)
report(order=list(seconds), seconds=seconds, alone=alone, causes=causes)
