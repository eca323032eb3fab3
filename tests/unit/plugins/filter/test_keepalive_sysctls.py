# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.linux.tcp.plugins.filter.keepalive_sysctls import FilterModule

sysctls = FilterModule().filters()["keepalive_sysctls"]
GIVEN = {"keepalive_time": "170", "keepalive_probes": 6}


@pytest.mark.parametrize(
    ("arguments", "given", "found"),
    [
        pytest.param(
            [],
            {},
            {"net.ipv4.tcp_keepalive_time": "170", "net.ipv4.tcp_keepalive_probes": "6"},
            id="mapping by default",
        ),
        pytest.param(
            ["mapping"], {}, {"net.ipv4.tcp_keepalive_time": "170", "net.ipv4.tcp_keepalive_probes": "6"}, id="mapping"
        ),
        pytest.param(
            ["list"],
            {},
            [
                {"name": "net.ipv4.tcp_keepalive_time", "value": "170"},
                {"name": "net.ipv4.tcp_keepalive_probes", "value": "6"},
            ],
            id="list",
        ),
        pytest.param(
            ["list"],
            {"name": "namespace"},
            [
                {"namespace": "net.ipv4.tcp_keepalive_time", "value": "170"},
                {"namespace": "net.ipv4.tcp_keepalive_probes", "value": "6"},
            ],
            id="list with another name",
        ),
        pytest.param(
            ["options"],
            {},
            ["--sysctl=net.ipv4.tcp_keepalive_time=170", "--sysctl=net.ipv4.tcp_keepalive_probes=6"],
            id="options",
        ),
        pytest.param(
            ["options"],
            {"prefix": ""},
            ["net.ipv4.tcp_keepalive_time=170", "net.ipv4.tcp_keepalive_probes=6"],
            id="options without a prefix",
        ),
    ],
)
def test_forms(arguments: list[str], given: dict[str, str], found: object) -> None:
    assert sysctls(GIVEN, *arguments, **given) == found


@pytest.mark.parametrize(
    ("arguments", "given", "message"),
    [
        pytest.param(
            ["dict"], {}, "The form of keepalive_sysctls is 'dict': give mapping or list or options.", id="unknown form"
        ),
        pytest.param(
            ["options"],
            {"name": "namespace"},
            "keepalive_sysctls takes name='namespace' with the form list only, and the form is 'options'.",
            id="name without a list",
        ),
        pytest.param(
            [],
            {"prefix": "Sysctl="},
            "keepalive_sysctls takes prefix='Sysctl=' with the form options only, and the form is 'mapping'.",
            id="prefix without options",
        ),
        pytest.param(
            ["list"],
            {"name": "value"},
            "The name of keepalive_sysctls is 'value': give name or namespace.",
            id="unknown name",
        ),
        pytest.param(
            ["options"],
            {"prefix": ["--sysctl", ""]},
            "The prefix of keepalive_sysctls is ['--sysctl', '']: give a text.",
            id="prefix that is no text",
        ),
    ],
)
def test_arguments_that_make_no_sense(arguments: list[str], given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        sysctls(GIVEN, *arguments, **given)
    assert str(caught.value) == message


def test_values_that_make_no_sense() -> None:
    with pytest.raises(AnsibleFilterError, match=r"^'tiem' is no value of keepalive\. Did you mean 'time'\?"):
        sysctls({"tiem": 170})
