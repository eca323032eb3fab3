# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import FILTER_OPTIONS, Filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Namespace
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values

ID = "0123456789abcdef" * 4
ONE = Namespace(
    1,
    names=("/run/netns/blue",),
    containers=(Container(ID, "docker", "web-1"), Container("db", "lxc", "db")),
    units=("web.service",),
    pids=frozenset((7, 8)),
)


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({}, True),
        ({"containers": ["web-1"]}, True),
        ({"containers": ["web"]}, False),
        ({"containers": ["x", "web-*"]}, True),
        ({"containers": [ID]}, True),
        ({"containers": [ID[:12]]}, True),
        ({"containers": [ID[:11]]}, False),
        ({"engines": ["podman", "lxc"]}, True),
        ({"engines": ["podman"]}, False),
        ({"engines": ["lxc"], "containers": ["web-1"]}, False),
        ({"engines": ["docker"], "containers": ["web-1"]}, True),
        ({"units": ["web"]}, True),
        ({"units": ["w*.service"]}, True),
        ({"units": ["web.scope"]}, False),
        ({"names": ["blue"]}, True),
        ({"names": ["/run/netns/b*"]}, True),
        ({"names": ["red"]}, False),
        ({"pids": [1, 8]}, True),
        ({"pids": [9]}, False),
        ({"pids": [8], "names": ["red"]}, False),
    ],
)
def test_take(options: dict[str, t.Any], taken: bool) -> None:
    assert Filters.from_options(options).take(ONE) is taken


@pytest.mark.parametrize(
    ("options", "container_user", "user", "taken"),
    [
        pytest.param({"containers": ["web"]}, 0, 0, True, id="root's"),
        pytest.param({"containers": ["web"]}, 1000, 1000, False, id="a user's, by name"),
        pytest.param({"containers": [ID]}, 1000, 1000, False, id="a user's, by its id"),
        pytest.param({"containers": [ID[:12]]}, None, 0, False, id="nobody knows whose"),
        pytest.param({"containers": ["*"], "engines": ["docker"]}, 1000, 1000, False, id="a user's, by both"),
        pytest.param({"engines": ["docker"]}, 1000, 1000, True, id="a user's engine"),
        pytest.param({"engines": ["docker"]}, 1000, 0, False, id="a user who says so in a namespace of root"),
        pytest.param({"engines": ["docker"]}, 1000, 1001, False, id="in a namespace of another user"),
        pytest.param({"engines": ["docker"]}, None, None, False, id="an engine, nobody knows whose"),
        pytest.param({"units": ["user@1000"]}, 1000, 1000, True, id="a user's, by its unit"),
    ],
)
def test_containers_of_users(
    options: dict[str, t.Any], container_user: int | None, user: int | None, *, taken: bool
) -> None:
    one = Namespace(
        1, user=user, units=("user@1000.service",), containers=(Container(ID, "docker", "web", user=container_user),)
    )
    assert Filters.from_options(options).take(one) is taken


@pytest.mark.parametrize(
    ("differ", "values", "host", "taken"),
    [
        (None, Values(), KERNEL_DEFAULTS, True),
        (True, Values(60, 75, 9), KERNEL_DEFAULTS, True),
        (True, KERNEL_DEFAULTS, KERNEL_DEFAULTS, False),
        (False, KERNEL_DEFAULTS, KERNEL_DEFAULTS, True),
        (False, Values(60, 75, 9), KERNEL_DEFAULTS, False),
        (True, Values(60), KERNEL_DEFAULTS, False),
        (False, Values(60), KERNEL_DEFAULTS, False),
        (True, KERNEL_DEFAULTS, Values(), False),
    ],
)
def test_take_values(differ: bool | None, values: Values, host: Values, taken: bool) -> None:
    assert Filters.from_options({"values_differ": differ}).take_values(values, host) is taken


@pytest.mark.parametrize("name", [name for name, option in FILTER_OPTIONS.items() if option["type"] == "list"])
def test_filter_without_elements(name: str) -> None:
    with pytest.raises(InvalidValueError) as failed:
        Filters.from_options({name: []})
    assert str(failed.value) == (
        f"{name} is empty, so no network namespace is selected. Name some, or leave {name} out."
    )


def test_empty_name() -> None:
    with pytest.raises(InvalidValueError) as failed:
        Filters.from_options({"containers": ["web", ""]})
    assert str(failed.value) == ("containers has an empty name, which nothing has. Name one, or leave containers out.")


@pytest.mark.parametrize("options", [{"all": False}, {"all": False, "values_differ": True}])
def test_change_without_filter(options: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidValueError) as failed:
        Filters.for_change(options)
    assert str(failed.value) == (
        "No filter is given, so every network namespace would be selected. Give one of containers, engines, units, "
        "names, pids, or all: true."
    )


def test_change_of_all_with_filter() -> None:
    with pytest.raises(InvalidValueError) as failed:
        Filters.for_change({"all": True, "names": ["blue"]})
    assert str(failed.value) == "all: true means every network namespace, and a filter is given. Leave one out."


@pytest.mark.parametrize("options", [{"all": True}, {"all": True, "values_differ": True}, {"all": False, "pids": [1]}])
def test_change(options: dict[str, t.Any]) -> None:
    assert Filters.for_change(options) == Filters.from_options(options)
