# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at sockets that the guide's code made or switched on, before and after the sysctls change.

- code: the guide's code
"""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.tests.unit.docs.scenarios.guide_authors.guide import load
from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    KEEPALIVE_TIMER,
    connect,
    gather,
    inode,
    kept,
    listen,
    options,
    parameters,
    report,
    sysctl,
    timers,
)

guide = load(parameters()["code"])
for key, value in (("time", 600), ("intvl", 60), ("probes", 5)):
    sysctl(key, value)
listener = listen()
sockets: dict[str, socket.socket] = {}

sockets["follows"] = guide.connect(listener.getsockname())
kept.append(listener.accept()[0])
queued = guide.connect(listener.getsockname())
sockets["accepted"], peer = guide.accept(listener)
assert peer == queued.getsockname()

before = socket.socket()
guide.keep_alive(before, 120, 15, 4)
before.connect(listener.getsockname())
kept.append(listener.accept()[0])
sockets["before connect"] = before
sockets["after connect"], _other = connect(listener)
guide.keep_alive(sockets["after connect"], 120, 15, 4)
sockets["in part"], _other = connect(listener)
guide.keep_alive(sockets["in part"], intvl=15)

heir = listen()
guide.keep_alive(heir, 120, 15, 4)
client = socket.create_connection(heir.getsockname())
waiting = [left for kind, left in timers().values() if kind == KEEPALIVE_TIMER and left == 120]
sockets["inherited"], _address = heir.accept()

first = {name: [*options(one), *timers()[inode(one)]] for name, one in sockets.items()}
covered = {name: gather()["by_inode"][inode(one)]["covered"] for name, one in sockets.items()}
for key, value in (("time", 300), ("intvl", 30), ("probes", 3)):
    sysctl(key, value)
report(
    first=first,
    covered=covered,
    then={name: options(one) for name, one in sockets.items()},
    blocking=[sockets["follows"].gettimeout(), sockets["accepted"].gettimeout()],
    waiting=len(waiting),
)
