# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which further modules the options of keepalive ask for, in which order and with which arguments."""

from __future__ import annotations

import sys
import typing as t

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.plugin_utils._further.runs import (
    DEFAULTS_MODULE,
    NAMESPACES_MODULE,
    RETURNED,
    SOCKETS_MODULE,
    Run,
    left_out,
    runs_of,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.results import DOCUMENTED

Arguments = t.Dict[str, t.Any]
VALUES = {"time": 600, "interval": 60}
NGINX, DOCKER = {"units": ["nginx"]}, {"engines": ["docker"]}
OF_SOCKETS = {"rearm": True, "listening": True, "summary_only": True}


@pytest.mark.parametrize(
    ("arguments", "runs"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"sockets": [], "namespaces": False, "container_defaults": "no"}, [], id="nothing is wanted"),
        pytest.param(
            {"sockets": [NGINX, {**NGINX, "rearm": False}]},
            [
                Run("sockets[0]", SOCKETS_MODULE, {**OF_SOCKETS, **NGINX}),
                Run("sockets[1]", SOCKETS_MODULE, {**OF_SOCKETS, **NGINX, "rearm": False}),
            ],
            id="sockets have values of their own",
        ),
        pytest.param(
            {"namespaces": True, "probes": None},
            [Run("namespaces[0]", NAMESPACES_MODULE, {**VALUES, "all": True})],
            id="all namespaces",
        ),
        pytest.param(
            {"sockets": [NGINX], "namespaces": [DOCKER], "container_defaults": True},
            [
                Run("container_defaults", DEFAULTS_MODULE, VALUES),
                Run("namespaces[0]", NAMESPACES_MODULE, {**VALUES, **DOCKER}),
                Run("sockets[0]", SOCKETS_MODULE, {**OF_SOCKETS, **NGINX}),
            ],
            id="order",
        ),
        pytest.param(
            {"sockets": [NGINX], "namespaces": True, "container_defaults": ["lxc"], "state": "absent", "root": "/"},
            [
                Run("container_defaults", DEFAULTS_MODULE, {"state": "absent", "root": "/", "engines": ["lxc"]}),
                Run("namespaces[0]", NAMESPACES_MODULE, {**VALUES, "state": "absent", "all": True}),
            ],
            id="absent",
        ),
        pytest.param(
            {"sockets": [NGINX], "namespaces": True, "container_defaults": True, "root": "/mnt"},
            [Run("container_defaults", DEFAULTS_MODULE, {**VALUES, "root": "/mnt"})],
            id="another root",
        ),
    ],
)
def test_runs(arguments: Arguments, runs: list[Run]) -> None:
    assert runs_of({**VALUES, **arguments}) == runs


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        pytest.param({}, [], id="all is done"),
        pytest.param({"state": "absent"}, ["sockets"], id="absent"),
        pytest.param({"root": "/mnt"}, ["namespaces", "sockets"], id="another root"),
        pytest.param({"root": "/mnt", "state": "absent"}, ["namespaces", "sockets"], id="absent in another root"),
        pytest.param({"root": "/mnt", "namespaces": "no", "sockets": []}, [], id="nothing is wanted"),
    ],
)
def test_left_out(arguments: Arguments, names: list[str]) -> None:
    given = {"sockets": [NGINX], "namespaces": True, "container_defaults": True, **arguments}
    assert [sentence.partition(" ")[0] for sentence in left_out(given)] == names


@pytest.mark.parametrize("module", RETURNED)
def test_what_is_returned_is_documented(module: str) -> None:
    assert {"changed", *DOCUMENTED[module.rpartition(".")[2]]} == set(RETURNED[module])
