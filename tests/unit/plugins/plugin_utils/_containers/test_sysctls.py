# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.plugin_utils._containers.sysctls import (
    as_list,
    as_mapping,
    as_options,
    values_from,
)

TIME, INTVL, PROBES = (f"net.ipv4.tcp_keepalive_{key}" for key in ("time", "intvl", "probes"))
VALUES = Values(time=170, intvl=30, probes=6)


@pytest.mark.parametrize(
    ("given", "values"),
    [
        pytest.param({"time": 170, "intvl": 30, "probes": 6}, VALUES, id="options"),
        pytest.param({"keepalive_time": 170, "keepalive_intvl": 30, "keepalive_probes": 6}, VALUES, id="variables"),
        pytest.param({"probes": 6, "interval": 30, "time": 170}, VALUES, id="alias"),
        pytest.param({"keepalive_interval": 30}, Values(intvl=30), id="alias of the variable"),
        pytest.param({"time": "170", "intvl": " 30 ", "probes": 6.0}, VALUES, id="as templates leave them"),
        pytest.param({"time": 170, "intvl": None}, Values(time=170), id="null is not given"),
        pytest.param({"intvl": 30, "interval": None}, Values(intvl=30), id="defaults of the role"),
        pytest.param({"time": 1, "intvl": 2147483, "probes": 255}, Values(1, 2147483, 255), id="limits"),
    ],
)
def test_values(given: dict[str, t.Any], values: Values) -> None:
    assert values_from(given) == values


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            [170, 30, 6], "keepalive_sysctls is given no mapping: give one with time, intvl or probes.", id="list"
        ),
        pytest.param("600", "keepalive_sysctls is given no mapping: give one with time, intvl or probes.", id="text"),
        pytest.param(
            {},
            "keepalive_sysctls is given no value: give time, intvl or probes.",
            id="empty",
        ),
        pytest.param(
            {"time": None, "intvl": None},
            "keepalive_sysctls is given no value: give time, intvl or probes.",
            id="only null",
        ),
        pytest.param(
            {"tiem": 170, "probes": 6},
            "'tiem' is no value of keepalive. Did you mean 'time'? Give time, intvl (or interval) and probes, "
            "with or without keepalive_ before the name.",
            id="misspelt",
        ),
        pytest.param(
            {"keepalive_probe": 6},
            "'keepalive_probe' is no value of keepalive. Did you mean 'keepalive_probes'? Give time, intvl (or "
            "interval) and probes, with or without keepalive_ before the name.",
            id="misspelt variable",
        ),
        pytest.param(
            {"net.ipv4.tcp_keepalive_time": 170},
            "'net.ipv4.tcp_keepalive_time' is no value of keepalive. Did you mean 'keepalive_time'? Give time, intvl "
            "(or interval) and probes, with or without keepalive_ before the name.",
            id="what it returns",
        ),
        pytest.param(
            {7: 170},
            "'7' is no value of keepalive. Give time, intvl (or interval) and probes, with or without keepalive_ "
            "before the name.",
            id="no text",
        ),
        pytest.param(
            {"intvl": 30, "interval": 30},
            "intvl is given twice, as 'intvl' and as 'interval': give one of them.",
            id="twice",
        ),
        pytest.param(
            {"time": 170, "keepalive_time": 600},
            "time is given twice, as 'time' and as 'keepalive_time': give one of them.",
            id="twice, once as a variable",
        ),
        pytest.param(
            {"interval": "30s"},
            "interval is '30s': give a whole number of seconds, or leave it out.",
            id="no number",
        ),
        pytest.param(
            {"keepalive_time": 0},
            "time is 0: the kernel would take it and then send a probe every intvl seconds, forever. Give a whole "
            "number between 1 and 2147483 (seconds), or leave time out to keep what is set.",
            id="zero",
        ),
        pytest.param(
            {"probes": 256},
            "probes is 256: not every kernel takes more than 255. Give a whole number between 1 and 255, or leave "
            "probes out to keep what is set.",
            id="above the limit",
        ),
        pytest.param(
            {"time": True}, "time is True, a boolean: give a whole number between 1 and 2147483.", id="boolean"
        ),
    ],
)
def test_refused(given: object, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        values_from(given)
    assert str(caught.value) == message


def test_mapping_is_in_the_usual_order() -> None:
    assert list(as_mapping(VALUES).items()) == [(TIME, "170"), (INTVL, "30"), (PROBES, "6")]


def test_list_has_the_name_that_is_asked_for() -> None:
    assert as_list(Values(time=170, probes=6), name="namespace") == [
        {"namespace": TIME, "value": "170"},
        {"namespace": PROBES, "value": "6"},
    ]


def test_options_have_the_prefix() -> None:
    assert as_options(VALUES, prefix="--sysctl=") == [
        f"--sysctl={TIME}=170",
        f"--sysctl={INTVL}=30",
        f"--sysctl={PROBES}=6",
    ]
