# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.own import render
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Namespace
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.own_defaults import OwnDefaults
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import files_of, lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

TIME = "net.ipv4.tcp_keepalive_time"
GIVEN = {Values(300, 75, 9), Values(600, 60, 20)}


@pytest.mark.parametrize(
    ("engines", "expected"),
    [
        pytest.param(["podman"], GIVEN, id="podman"),
        pytest.param(["podman", "podman"], GIVEN, id="a pod"),
        pytest.param(["podman", "docker"], set(), id="one of another engine"),
        pytest.param(["lxc"], set(), id="an engine without a file"),
        pytest.param(["incus"], set(), id="an engine without defaults"),
        pytest.param([None], set(), id="an unknown engine"),
        pytest.param([], set(), id="no container"),
    ],
)
def test_given_to(tmp_path: Path, engines: list[str | None], expected: set[Values]) -> None:
    lay_out(tmp_path, {PATHS["podman"]: render("podman", {TIME: "300"}, [Values(600, 60, 20)])})
    containers = tuple(Container(str(number), engine) for number, engine in enumerate(engines))
    assert OwnDefaults(files_of(tmp_path)).given_to(Namespace(1, containers=containers)) == expected
