# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.lxc import (
    COMMON,
    FOLDER,
    predict_lxc,
    read_lines,
)
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Configuration, Place
from ansible_collections.linux.tcp.plugins.module_utils._errors import ConfigurationSyntaxError
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values

TIME = "lxc.sysctl.net.ipv4.tcp_keepalive_time"
INCLUDE = f"lxc.include = {FOLDER}/\n"
A, B = f"{FOLDER}/a.conf", f"{FOLDER}/b.conf"


def file_of(text: str, path: str = "/a") -> SysctlFile:
    return SysctlFile(path, path, text=text.encode())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(" \tlxc.sysctl.net.a\t= 1 \n", [("lxc.sysctl.net.a", "1", 1)], id="blanks"),
        pytest.param("#lxc.sysctl.net.a=1\nx = 1\nlxc.tty.max = 4\n", [], id="other lines"),
        pytest.param("\nlxc.sysctl.net.a='1'", [("lxc.sysctl.net.a", "1", 2)], id="quotation marks"),
        pytest.param('lxc.sysctl.net.a="1', [("lxc.sysctl.net.a", '"1', 1)], id="one quotation mark"),
        pytest.param(
            "lxc.sysctl.net.a=\nlxc.sysctl =", [("lxc.sysctl.net.a", None, 1), ("lxc.sysctl", None, 2)], id="taken"
        ),
        pytest.param(
            "lxc.sysctl.net.a = '1'\r\nlxc.sysctl.net.b = 2\rlxc.sysctl.net.c = 3",
            [("lxc.sysctl.net.a", "1", 1), ("lxc.sysctl.net.b", "2", 2), ("lxc.sysctl.net.c", "3", 2)],
            id="a carriage return ends a line",
        ),
        pytest.param("lxc.sysctl.net.a=1\n\0\nlxc.x", [("lxc.sysctl.net.a", "1", 1)], id="a NUL ends the text"),
    ],
)
def test_lines(text: str, found: list[t.Any]) -> None:
    assert [(one.name, one.value, one.place.line) for one in read_lines(file_of(text))] == found


def test_a_line_that_lxc_fails_for() -> None:
    with pytest.raises(ConfigurationSyntaxError, match="a setting has no '='") as refused:
        read_lines(file_of("\nlxc.sysctl.net.a 1"))
    assert refused.value.details == {"line": 2}


@pytest.mark.parametrize(
    ("texts", "value", "place"),
    [
        pytest.param({}, 7200, None, id="nothing"),
        pytest.param({COMMON: INCLUDE, A: f"{TIME} = 60"}, 60, Place(A, 1), id="included"),
        pytest.param({COMMON: "", A: f"{TIME} = 60"}, 7200, None, id="not included"),
        pytest.param({COMMON: f"{INCLUDE}{TIME} = 70", A: f"{TIME} = 60"}, 70, Place(COMMON, 2), id="a later line"),
        pytest.param({COMMON: f"{TIME} = 70\n{INCLUDE}", A: f"{TIME} = 60"}, 60, Place(A, 1), id="an earlier line"),
        pytest.param({COMMON: f"{TIME} = 70\n{INCLUDE}", A: "lxc.sysctl ="}, 7200, None, id="all are taken away"),
        pytest.param({COMMON: INCLUDE, A: f"{TIME} = 60", B: f"{TIME} = 60"}, 60, Place(B, 1), id="two files agree"),
    ],
)
def test_prediction(texts: dict[str, str], value: int, place: Place | None) -> None:
    found = predict_lxc(Configuration("lxc", tuple(file_of(text, path) for path, text in texts.items())))
    assert (found.values, found.places.get("time"), found.doubts) == (Values(value, 75, 9), place, ())


@pytest.mark.parametrize(
    ("texts", "values", "codes"),
    [
        pytest.param(
            {COMMON: INCLUDE, A: f"{TIME} = 60", B: f"{TIME} = 70"},
            Values(None, 75, 9),
            ["order_unknown"],
            id="two files differ: readdir(3) gives them in no order",
        ),
        pytest.param(
            {COMMON: INCLUDE, A: f"{TIME} = 60", B: "lxc.sysctl ="},
            Values(None, 75, 9),
            ["order_unknown"],
            id="one sets what another takes away",
        ),
        pytest.param({COMMON: f"{INCLUDE}lxc.include = /x\n"}, Values(), ["includes_others"], id="another file"),
        pytest.param({COMMON: INCLUDE, A: "lxc.include = /x\n"}, Values(), ["includes_others"], id="in the folder"),
        pytest.param(
            {COMMON: INCLUDE, "/etc/lxc/default.conf": f"{TIME} = 60"},
            Values(None, 75, 9),
            ["in_some_containers"],
            id="copied into new containers, before or after the line that includes",
        ),
        pytest.param({COMMON: INCLUDE, A: "lxc.x"}, Values(), ["not_understood"], id="a line without a value"),
    ],
)
def test_doubts(texts: dict[str, str], values: Values, codes: list[str]) -> None:
    found = predict_lxc(Configuration("lxc", tuple(file_of(text, path) for path, text in texts.items())))
    assert (found.values, [doubt.code for doubt in found.doubts]) == (values, codes)


def test_what_cannot_be_read_is_not_known() -> None:
    file = SysctlFile(A, A, kind="unreadable", reason="Permission denied")
    found = predict_lxc(Configuration("lxc", (file_of(INCLUDE, COMMON), file)))
    assert (found.values, found.doubts[0].message) == (Values(), f"{A} cannot be read: Permission denied.")
