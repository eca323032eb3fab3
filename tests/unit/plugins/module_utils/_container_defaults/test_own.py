# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.own import (
    all_given,
    given_by,
    read_earlier,
    render,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Engine

TIME = "net.ipv4.tcp_keepalive_time"
EARLIER = [Values(600, 60, 20), Values(30, 20, 10)]
ENGINES = ["podman", "cri-o", "lxc"]


def own(text: bytes, kind: t.Literal["file", "missing"] = "file") -> SysctlFile:
    return SysctlFile(PATHS["podman"], PATHS["podman"], kind=kind, text=text)


@pytest.mark.parametrize("engine", ENGINES)
def test_given_by(engine: Engine) -> None:
    written = render(engine, {"net.a": "1", TIME: "300"}, EARLIER)
    assert given_by(own(written), engine) == {Values(300, 75, 9), *EARLIER}
    assert given_by(own(written, "missing"), engine) == frozenset()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_that_is_not_understood_gives_nothing(engine: Engine) -> None:
    assert given_by(own(b"lxc.x\n[\n"), engine) == frozenset()


def test_a_value_that_is_not_understood_is_not_given() -> None:
    assert all_given({TIME: "soon"}, render("lxc", {}, EARLIER)) == tuple(EARLIER)


def test_earlier_values_are_bounded() -> None:
    many = [Values(time, 60, 20) for time in range(1, 100)]
    assert list(read_earlier(render("podman", {}, many))) == many[:10]


@pytest.mark.parametrize(
    "text", [b"", b"# Earlier values: time 1, intvl x, probes 3.\n", b"#Earlier values: time 1.\n"]
)
def test_other_comments_tell_nothing(text: bytes) -> None:
    assert read_earlier(text) == ()
