# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options namespaces and container_defaults of keepalive may be."""

from __future__ import annotations

import sys
import typing as t

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._further.options import (
    wanted_defaults,
    wanted_namespaces,
    wanted_sockets,
)

NOTHING: list[object] = [False, None, "", [], "false", "no"]
ALL: list[object] = [True, "true", "yes"]


@pytest.mark.parametrize("given", NOTHING, ids=repr)
def test_nothing_is_wanted(given: object) -> None:
    assert given or wanted_sockets(given) == []
    assert wanted_namespaces(given) == []
    assert wanted_defaults(given) is None


@pytest.mark.parametrize("given", ALL, ids=repr)
def test_all_are_wanted(given: object) -> None:
    assert wanted_namespaces(given) == [{"all": True}]
    assert wanted_defaults(given) == {}


@pytest.mark.parametrize(
    ("given", "engines"),
    [(["podman"], ["podman"]), ("podman, lxc", ["podman", "lxc"]), (["docker"], ["docker"])],
    ids=["list", "commas", "for the module to refuse"],
)
def test_engines(given: object, engines: list[str]) -> None:
    assert wanted_defaults(given) == {"engines": engines}


def test_filters() -> None:
    given = [{"engines": ["docker"]}, {"pids": [1], "overrides": "take_over"}]
    assert wanted_namespaces(given) == wanted_sockets(given) == given


EXAMPLE = "give true, false, or a list of dictionaries, such as [{engines: [docker]}]."


@pytest.mark.parametrize(
    ("wanted", "given", "message"),
    [
        pytest.param(wanted_namespaces, "docker", f"namespaces is 'docker': {EXAMPLE}", id="a word"),
        pytest.param(wanted_namespaces, {"all": True}, f"namespaces is {{'all': True}}: {EXAMPLE}", id="no list"),
        pytest.param(wanted_namespaces, ["docker"], f"namespaces is ['docker']: {EXAMPLE}", id="no dictionary"),
        pytest.param(wanted_namespaces, 1, f"namespaces is 1: {EXAMPLE}", id="a number"),
        pytest.param(
            wanted_namespaces,
            [{"all": True}, {"units": None, "pids": None}],
            "namespaces[1] has no value for pids, units. Give one, or leave it out: without it more network namespaces "
            "are selected.",
            id="null",
        ),
        pytest.param(
            wanted_sockets,
            "nginx",
            "sockets is 'nginx': give a list of dictionaries, such as [{units: [nginx]}].",
            id="sockets, a word",
        ),
        pytest.param(
            wanted_sockets,
            ["nginx"],
            "sockets is ['nginx']: give a list of dictionaries, such as [{units: [nginx]}].",
            id="sockets, no dictionary",
        ),
        pytest.param(
            wanted_sockets,
            [{"units": None, "pids": None}],
            "sockets[0] has no value for pids, units. Give one, or leave it out: without it more sockets are selected.",
            id="sockets, null",
        ),
        pytest.param(
            wanted_defaults,
            [1],
            "container_defaults is [1]: give true, false, or a list of engines, such as [podman].",
            id="no engine",
        ),
    ],
)
def test_refused(wanted: t.Callable[[object], object], given: object, message: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        wanted(given)
    assert str(refused.value) == message
