# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidPathError, InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.tests.unit.changes import ZZ

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError


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
def test_refuses_a_path(path: str) -> None:
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
def test_is_empty(want: DesiredState, is_empty: bool) -> None:
    assert want.is_empty is is_empty


PARAMS: dict[str, t.Any] = {
    **dict.fromkeys(KEYS),
    "path": ZZ,
    "state": "present",
    "runtime": False,
    "persistent": False,
    "overrides": "ignore",
    "backup": True,
}
REST: dict[str, t.Any] = {"path": ZZ, "runtime": False, "persistent": False, "overrides": "ignore", "backup": True}


@pytest.mark.parametrize(
    ("params", "want"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"intvl": 60}, {"values": Values(intvl=60)}, id="a value"),
        pytest.param({"state": "absent"}, {"absent": KEYS}, id="absent: every key"),
        pytest.param({"state": "absent", "probes": 20, "time": 600}, {"absent": ("time", "probes")}, id="absent: keys"),
        pytest.param({"state": "absent", "time": 0}, {"absent": ("time",)}, id="absent: any value"),
        pytest.param(
            {"exclusive": True, "intvl": 60}, {"values": Values(intvl=60), "absent": ("time", "probes")}, id="exclusive"
        ),
        pytest.param(
            {"exclusive": True, "time": 1, "intvl": 1, "probes": 3}, {"values": Values(1, 1, 3)}, id="all three"
        ),
        pytest.param(
            {"exclusive": True, "state": "absent", "time": 1}, {"absent": ("time",)}, id="exclusive and absent"
        ),
    ],
)
def test_from_params(params: dict[str, object], want: dict[str, t.Any]) -> None:
    assert DesiredState.from_params({**PARAMS, **params}) == DesiredState(**REST, **want)


@pytest.mark.parametrize(
    ("params", "error"),
    [
        pytest.param({"time": 0}, InvalidValueError, id="value"),
        pytest.param({"exclusive": True}, InvalidValueError, id="exclusive without a value"),
        pytest.param({"path": "zz.conf"}, InvalidPathError, id="path"),
        pytest.param({"path": "zz.conf", "state": "absent"}, InvalidPathError, id="path to remove keys from"),
    ],
)
def test_params_that_cannot_be(params: dict[str, object], error: type[KeepaliveError]) -> None:
    with pytest.raises(error):
        DesiredState.from_params({**PARAMS, **params})
