# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the connections to the state ``want``: first in check mode, then for real, then again."""

from __future__ import annotations

from ansible_collections.linux.tcp.tests.unit.plugins.modules.scenarios.keepalive_sockets.connections import (
    look_at_all,
    open_sockets,
    summarise,
)
from ansible_collections.linux.tcp.tests.unit.socket_tools import ensure, parameters, port_of, report

sockets = open_sockets()
before = look_at_all(sockets)
want = {"remote_ports": [port_of(sockets["listener"])], **parameters()["want"]}
planned = summarise(ensure(_ansible_check_mode=True, **want), sockets)
untouched = look_at_all(sockets) == before
done = summarise(ensure(**want), sockets)
report(
    untouched=untouched,
    same=planned == done,
    done=done,
    now={name: values for name, values in look_at_all(sockets).items() if values != before[name]},
    again=ensure(**want)["totals"],
)
