# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Give sockets the least and the highest values that the guide names, and those beyond.

- code: the guide's code
"""

from __future__ import annotations

import socket

from ansible_collections.linux.tcp.tests.unit.docs.scenarios.guide_authors.guide import load, refusal
from ansible_collections.linux.tcp.tests.unit.socket_tools import connect, listen, parameters, report

guide = load(parameters()["code"])
client, _other = connect(listen())


def set_option(option: int, value: int) -> str:
    return refusal(client.setsockopt, socket.IPPROTO_TCP, option, value)


def user_timeout() -> int:
    return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)


bounds = {
    name: [option, *(set_option(option, value) for value in (0, 1, most, most + 1))]
    for name, option, most in (
        ("TCP_KEEPIDLE", socket.TCP_KEEPIDLE, 32767),
        ("TCP_KEEPINTVL", socket.TCP_KEEPINTVL, 32767),
        ("TCP_KEEPCNT", socket.TCP_KEEPCNT, 127),
    )
}
guide.give_up_after(client, 1.5)
given = user_timeout()
guide.give_up_after(client, 0)
report(
    bounds=bounds,
    user_timeout=[socket.TCP_USER_TIMEOUT, given, user_timeout()],
    milliseconds=[set_option(socket.TCP_KEEPIDLE, value) for value in (600000, 30000)],
)
