# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of keepalive_info and keepalive_sockets_info, as an audit gets them."""

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import OFF

Result = t.Dict[str, t.Any]
OWN = "/etc/sysctl.d/99-tcp-keepalive.conf"
KEYS = ("time", "intvl", "probes")
GONE = "It is gone after a reboot."
VOLATILE = {"code": "volatile", "path": "/run/sysctl.d/x.conf", "line": 1, "message": GONE}


def info(
    runtime: tuple[int | None, ...] = (600, 60, 20),
    boot: tuple[int | None, ...] | None = None,
    *,
    doubts: list[Result] | None = None,
    **other: t.Any,
) -> Result:
    running, planned = dict(zip(KEYS, runtime)), dict(zip(KEYS, boot or runtime))
    return {
        "runtime": running,
        "boot": {
            "loader": "systemd-sysctl",
            "values": planned,
            "sources": {"time": {"path": OWN, "line": 2}, "intvl": None, "probes": None},
            "doubts": doubts or [],
            "notes": [VOLATILE],
        },
        "settings": [{"key": "time", "value": "600", "path": OWN, "line": 2, "effective": True}],
        "other_writers": [],
        "drift": [key for key in KEYS if running[key] is not None and running[key] != planned[key]],
        **other,
    }


def sockets(covered: int = 9, not_covered: int = 1, unknown: int = 0, **other: t.Any) -> Result:
    total = covered + not_covered + unknown
    return {
        "totals": {"sockets": total, "covered": covered, "not_covered": not_covered, "unknown": unknown},
        "reasons": [{**OFF._asdict(), "sockets": not_covered}] if not_covered else [],
        "by_command": [
            {"command": None, "sockets": total, "covered": covered, "not_covered": not_covered, "unknown": unknown}
        ],
        "unreadable": [],
        **other,
    }
