# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather IPv4 and IPv6 connections of one listener, and count what each filter selects."""

from __future__ import annotations

import os
import socket

from ansible_collections.linux.tcp.tests.unit.socket_tools import (
    connect,
    gather,
    inode,
    listen,
    own_command,
    port_of,
    report,
)

listener = listen("::", socket.AF_INET6)
four = connect(listener, "127.0.0.1", family=socket.AF_INET)
six = connect(listener, "::1")
found = gather()["by_inode"]
port = port_of(listener)


def addresses(one: socket.socket) -> list[str | None]:
    return [found[inode(one)]["local_address"], found[inode(one)]["remote_address"]]


def count(**params: object) -> int:
    sockets: int = gather(**params)["totals"]["sockets"]
    return sockets


report(
    listener=addresses(listener),
    four=[addresses(one) for one in four],
    six=[addresses(one) for one in six],
    counts=[
        count(local_addresses=["127.0.0.0/8"]),
        count(remote_addresses=["::/0"]),
        count(local_addresses=["::"]),
        count(local_ports=[port]),
        count(remote_ports=[port]),
        count(local_ports=[port], states=["established"]),
        count(states=["listening"]),
        count(states=["close_wait"]),
        count(commands=["nobody"]),
        count(commands=["py*", "nobody"]) + count(commands=[own_command()]),
        count(users=[str(os.geteuid())]),
        count(users=["4242424"]),
    ],
)
