# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria

Result = t.Dict[str, t.Any]


@pytest.mark.parametrize(
    ("given", "criteria"),
    [
        pytest.param({}, Criteria(), id="nothing"),
        pytest.param({"limit": "", "idle_timeout": None, "covered": " "}, Criteria(), id="empty"),
        pytest.param({"limit": "600", "idle_timeout": 350, "covered": "99.5"}, Criteria(600, 350, 99.5), id="all"),
        pytest.param({"covered": 0}, Criteria(covered=0.0), id="zero per cent is judged"),
        pytest.param({"strict": "yes"}, Criteria(strict=True), id="strict"),
        pytest.param({"strict": False}, Criteria(), id="not strict"),
        pytest.param({"max_age": "3600"}, Criteria(max_age=3600), id="age"),
        pytest.param({"namespaces": "true"}, Criteria(namespaces=True), id="namespaces"),
    ],
)
def test_criteria(given: Result, criteria: Criteria) -> None:
    assert Criteria.from_options(**given) == criteria


@pytest.mark.parametrize(
    ("criteria", "judged"),
    [
        (Criteria(), "no limit, no idle timeout, no coverage"),
        (Criteria(600, 350), "limit 600 s, idle timeout 350 s"),
        (Criteria(covered=99.5), "at least 99.5 % of connections covered"),
        (Criteria(600, max_age=3600), "limit 600 s, results at most 3600 s old"),
        (Criteria(600, namespaces=True), "limit 600 s, the values of the host in each network namespace"),
    ],
    ids=["nothing", "times", "coverage", "age", "namespaces"],
)
def test_what_is_judged(criteria: Criteria, judged: str) -> None:
    assert str(criteria) == judged


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {"limit": "10m"},
            "keepalive_audit_limit is '10m': give seconds, a whole number from 1 on, or leave it out.",
            id="a unit",
        ),
        pytest.param(
            {"idle_timeout": 0},
            "keepalive_audit_idle_timeout is '0': give seconds, a whole number from 1 on, or leave it out.",
            id="zero seconds",
        ),
        pytest.param(
            {"limit": "²"},
            "keepalive_audit_limit is '²': give seconds, a whole number from 1 on, or leave it out.",
            id="a digit of another kind",
        ),
        pytest.param(
            {"covered": "080"},
            "keepalive_audit_covered is '080', and a number that begins with 0 is octal in YAML and for the kernel, "
            "and decimal elsewhere: write it without the zero.",
            id="a share that is octal for some",
        ),
        pytest.param(
            {"max_age": "0600"},
            "keepalive_audit_max_age is '0600', and a number that begins with 0 is octal in YAML and for the kernel, "
            "and decimal elsewhere: write it without the zero.",
            id="octal for some",
        ),
        pytest.param(
            {"strict": "maybe"},
            "keepalive_audit_strict is 'maybe': give true or false, or leave it out.",
            id="no truth",
        ),
        pytest.param(
            {"namespaces": "docker"},
            "keepalive_audit_namespaces is 'docker': give true or false, or leave it out.",
            id="no truth about namespaces",
        ),
        pytest.param(
            {"limit": True},
            "keepalive_audit_limit is 'True': give seconds, a whole number from 1 on, or leave it out.",
            id="a boolean",
        ),
        pytest.param(
            {"covered": "100.1"},
            "keepalive_audit_covered is '100.1': give per cent, a number from 0 to 100, or leave it out.",
            id="more than all",
        ),
        pytest.param(
            {"covered": "nan"},
            "keepalive_audit_covered is 'nan': give per cent, a number from 0 to 100, or leave it out.",
            id="no number",
        ),
        pytest.param(
            {"covered": "most"},
            "keepalive_audit_covered is 'most': give per cent, a number from 0 to 100, or leave it out.",
            id="a word",
        ),
    ],
)
def test_criteria_that_make_no_sense(given: Result, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Criteria.from_options(**given)
    assert str(caught.value) == message
