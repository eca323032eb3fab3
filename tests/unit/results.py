# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of keepalive_info, keepalive_sockets_info and keepalive_namespaces_info, as an audit gets them."""

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


def namespace(number: int = 4026532551, *, same: bool | None = False, **other: t.Any) -> Result:
    """Return a network namespace, with a container of docker unless others are given."""
    return {
        "id": number,
        "host": False,
        "names": [f"/run/netns/{number}"],
        "containers": [{"id": "9cf5e0d0383e97f9", "name": "web", "engine": "docker", "pod": None, "user": 0}],
        "pods": [],
        "units": [],
        "commands": ["nginx"],
        "processes": 3,
        "connections": 41,
        "values": dict(zip(KEYS, (600, 60, 20) if same else (7200, 75, 9))),
        "detection_time": 7875,
        "same_as_host": same,
        "lasts": True,
        "set_by": {"code": "kernel_defaults", "message": "x", "path": None, "values": {}},
        **other,
    }


def namespaces(*found: Result, **other: t.Any) -> Result:
    host = namespace(4026531840, same=True, host=True, containers=[])
    shown = [host, *found]
    same = [one["same_as_host"] for one in shown]
    return {
        "namespaces": shown,
        "host_values": host["values"],
        "totals": {"namespaces": len(same), "differ": same.count(False), "unknown": same.count(None)},
        "unreadable": [],
        **other,
    }
