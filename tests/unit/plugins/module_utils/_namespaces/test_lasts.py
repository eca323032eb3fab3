# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.lasts import origin_of
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import (
    Container,
    Namespace,
    Origin,
    Pod,
    Settings,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Remembered
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import (
    CONTAINER_SETTINGS,
    HOST_BOOT,
    SET_WHILE_RUNNING,
    UNIT_COMMANDS,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import KERNEL_DEFAULTS as NONE_SET
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values

OURS = Values(600, 60, 20)
ENTRY = Remembered(KERNEL_DEFAULTS, OURS)
ENGINE_NAME = "/run/netns/netns-ed7c797b-cfd8-9cf4-ede6-f8496b6d0ad8"


def containers(*settings: Settings | None, engine: str = "docker", names: tuple[str, ...] = ()) -> Namespace:
    found = tuple(Container(str(number), engine, settings=one) for number, one in enumerate(settings))
    return Namespace(1, values=OURS, containers=found, names=names)


PLAIN = Settings("plain")
SIXTY = Settings("sixty", Values(time=60))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(Namespace(1, values=OURS), Origin(), id="nothing known"),
        pytest.param(Namespace(1, values=OURS, is_host=True), Origin(HOST_BOOT), id="the host's"),
        pytest.param(containers(PLAIN), Origin(NONE_SET, KERNEL_DEFAULTS, "plain"), id="a container"),
        pytest.param(
            containers(PLAIN, names=(ENGINE_NAME,)), Origin(NONE_SET, KERNEL_DEFAULTS, "plain"), id="with a name"
        ),
        pytest.param(containers(SIXTY), Origin(CONTAINER_SETTINGS, Values(60, 75, 9), "sixty"), id="with a sysctl"),
        pytest.param(
            containers(PLAIN, SIXTY),
            Origin(CONTAINER_SETTINGS, Values(60, 75, 9), "sixty"),
            id="two, of which one sets",
        ),
        pytest.param(containers(SIXTY, Settings("x", Values(time=30))), Origin(), id="two that disagree"),
        pytest.param(containers(PLAIN, None), Origin(), id="one is not known"),
        pytest.param(containers(Settings("x", may_set=True)), Origin(), id="a program may set others"),
        pytest.param(containers(PLAIN, Settings("x", may_set=True)), Origin(), id="a program in the second one may"),
        pytest.param(containers(Settings("x", is_foreign=True)), Origin(), id="joined"),
        pytest.param(containers(PLAIN, names=("/run/netns/blue",)), Origin(), id="named by another program"),
        pytest.param(containers(PLAIN, engine="cri-o"), Origin(), id="CRI-O"),
        pytest.param(
            containers(SIXTY, engine="cri-o"), Origin(CONTAINER_SETTINGS, Values(time=60), "sixty"), id="CRI-O, sysctl"
        ),
    ],
)
def test_origin_of(one: Namespace, expected: Origin) -> None:
    assert origin_of(one, None, None) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(Namespace(1, values=OURS), Origin(SET_WHILE_RUNNING, KERNEL_DEFAULTS), id="ours"),
        pytest.param(Namespace(1, values=Values(1, 2, 3)), Origin(), id="changed since"),
        pytest.param(containers(PLAIN), Origin(NONE_SET, KERNEL_DEFAULTS, "plain"), id="settings are known"),
        pytest.param(containers(None), Origin(SET_WHILE_RUNNING, KERNEL_DEFAULTS), id="settings are not known"),
        # what their engine has by default then is set at each start
        pytest.param(containers(None, engine="lxc"), Origin(), id="LXC"),
        pytest.param(containers(PLAIN, engine="cri-o"), Origin(), id="CRI-O"),
        pytest.param(
            containers(SIXTY, engine="cri-o"), Origin(CONTAINER_SETTINGS, Values(time=60), "sixty"), id="CRI-O, sysctl"
        ),
    ],
)
def test_remembered(one: Namespace, expected: Origin) -> None:
    assert origin_of(one, ENTRY, None) == expected


TUNED = Values(170, 75, 9)
POD = Pod("1")


@pytest.mark.parametrize("container", [Container("1", "containerd"), Container("1", "docker", pod=POD)], ids=str)
@pytest.mark.parametrize(
    ("values", "settings", "remembered", "expected"),
    [
        pytest.param(KERNEL_DEFAULTS, PLAIN, None, Origin(NONE_SET, KERNEL_DEFAULTS, "plain"), id="none"),
        pytest.param(Values(), PLAIN, None, Origin(NONE_SET, KERNEL_DEFAULTS, "plain"), id="unreadable"),
        pytest.param(TUNED, PLAIN, None, Origin(), id="sets"),
        pytest.param(TUNED, SIXTY, None, Origin(CONTAINER_SETTINGS, Values(60, 75, 9), "sixty"), id="not seen"),
        pytest.param(
            Values(60, 30, 9), SIXTY, None, Origin(CONTAINER_SETTINGS, Values(time=60), "sixty"), id="sets another"
        ),
        pytest.param(OURS, PLAIN, ENTRY, Origin(NONE_SET, KERNEL_DEFAULTS, "plain"), id="none, ours"),
        pytest.param(OURS, PLAIN, Remembered(TUNED, OURS), Origin(SET_WHILE_RUNNING, TUNED), id="set, then ours"),
    ],
)
def test_values_by_the_network_of_cni(
    container: Container, values: Values, settings: Settings, remembered: Remembered | None, expected: Origin
) -> None:
    one = Namespace(1, values=values, containers=(dataclasses.replace(container, settings=settings),))
    assert origin_of(one, remembered, None) == expected


def test_unit_that_names_the_keys() -> None:
    assert origin_of(Namespace(1, values=OURS), ENTRY, "/x.service") == Origin(UNIT_COMMANDS, path="/x.service")
