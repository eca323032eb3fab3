# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import (
    Container,
    Namespace,
    Origin,
    Pod,
    is_whole,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import CONTAINER_SETTINGS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values

POD = Pod("1", "web-7", "shop")
ONE = Namespace(
    7,
    names=("/run/netns/\x1b[31mblue",),
    containers=(Container("a" * 64, "podman", "web", POD), Container("b" * 64, None, None, POD), Container("c" * 64)),
    units=("web.service",),
    commands=("nginx",),
    pids=frozenset((3, 4)),
    values=KERNEL_DEFAULTS,
    connections=5,
    origin=Origin(CONTAINER_SETTINGS, KERNEL_DEFAULTS, "/x\n"),
)


def test_as_dict() -> None:
    pod = {"id": "1", "name": "web-7", "namespace": "shop"}
    assert ONE.as_dict(Values(600, 60, 20)) == {
        "id": 7,
        "host": False,
        "names": ["/run/netns/\\x1b[31mblue"],
        "containers": [
            {"id": "a" * 64, "name": "web", "engine": "podman", "pod": pod, "user": 0},
            {"id": "b" * 64, "name": None, "engine": None, "pod": pod, "user": 0},
            {"id": "c" * 64, "name": None, "engine": None, "pod": None, "user": 0},
        ],
        "pods": [pod],
        "units": ["web.service"],
        "commands": ["nginx"],
        "processes": 2,
        "left_out": {},
        "connections": 5,
        "values": {"time": 7200, "intvl": 75, "probes": 9},
        "detection_time": 7875,
        "same_as_host": False,
        "lasts": True,
        "set_by": {
            "code": "container_settings",
            "message": "the settings of its container set it at each start",
            "path": "/x\\n",
            "values": {"time": 7200, "intvl": 75, "probes": 9},
        },
    }


def test_what_is_not_known() -> None:
    found = Namespace(7).as_dict(KERNEL_DEFAULTS)
    assert {name: found[name] for name in ("connections", "detection_time", "same_as_host", "lasts")} == {
        "connections": None,
        "detection_time": None,
        "same_as_host": None,
        "lasts": None,
    }
    assert ONE.as_dict(Values(60))["same_as_host"] is None
    assert ONE.as_dict(KERNEL_DEFAULTS)["same_as_host"] is True


def test_lasts() -> None:
    assert ONE.lasts(Values(600, 60, 20)) is False
    assert ONE.lasts(Values(600)) is None
    assert Namespace(7, values=KERNEL_DEFAULTS).lasts(KERNEL_DEFAULTS) is None
    assert not is_whole(Values(600, None, 20))


def test_names_are_bounded() -> None:
    shown = Container("x" * 1000, "lxc", "y" * 1000).as_dict()
    assert [len(shown["id"]), len(shown["name"])] == [len(f"{'x' * 256}[... 744 characters left out ...]")] * 2
    assert len(Namespace(7, containers=(Container("x", "lxc", "y" * 1000),)).title()) < 320


def test_title() -> None:
    assert ONE.title() == f"net:[7] (web, {'b' * 12}, {'c' * 12})"
    assert Namespace(7, names=("/run/netns/blue",), units=("x.service",)).title() == "net:[7] (/run/netns/blue)"
    assert Namespace(7, units=("x.service",)).title() == "net:[7] (x.service)"
    assert Namespace(7, commands=("a\x1b", "b")).title() == "net:[7] (a\\x1b, b)"
    assert Namespace(7).title() == "net:[7]"
    of_users = tuple(Container(name, user=user) for name, user in (("a", 1000), ("b", None)))
    assert Namespace(7, containers=of_users).title() == "net:[7] (a of the user with the ID 1000, b of an unknown user)"


def test_what_many_users_make_is_bounded() -> None:
    many = tuple(f"{number:0300}" for number in range(1000))
    containers = tuple(Container(name, "lxc", None, Pod(name), user=1000) for name in many)
    one = Namespace(7, names=many, containers=containers, units=many, commands=many)
    found = one.as_dict(Values())
    names = ("names", "units", "commands", "containers", "pods")
    assert [len(found[name]) for name in names] == [100] * 5
    assert found["left_out"] == dict.fromkeys(names, 900)
    assert len(json.dumps(found)) < 300_000
    assert len(one.title()) < 500
