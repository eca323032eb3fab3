# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidPathError
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="empty"),
        pytest.param("a.conf", id="relative"),
        pytest.param("/etc/sysctl.d/", id="folder"),
        pytest.param("/etc/sysctl.d/a\n.conf", id="line feed"),
        pytest.param("/etc/sysctl.d/a\0.conf", id="NUL"),
        pytest.param("/etc/sysctl.d/\x1b[2J.conf", id="escape sequence"),
        pytest.param("/etc/sysctl.d/\udcff.conf", id="not UTF-8"),
    ],
)
def test_wish_refuses_a_path(path: str) -> None:
    with pytest.raises(InvalidPathError) as caught:
        DesiredState(path=path)
    assert str(caught.value) == (
        f"path is {path!r}: give the absolute path of a file, such as /etc/sysctl.d/99-tcp-keepalive.conf."
    )


@pytest.mark.parametrize(
    ("want", "is_empty"),
    [
        pytest.param(DesiredState(), True, id="nothing"),
        pytest.param(DesiredState(backup=True, overrides="ignore"), True, id="options only"),
        pytest.param(DesiredState(values=Values(probes=0)), False, id="a value"),
        pytest.param(DesiredState(absent=("time",)), False, id="an absent key"),
    ],
)
def test_wish_is_empty(want: DesiredState, is_empty: bool) -> None:
    assert want.is_empty is is_empty
