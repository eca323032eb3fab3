# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Namespace
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import (
    Change,
    DesiredState,
    Refusal,
    Remembered,
    plan,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import (
    CHOSEN_BY_OTHERS,
    COMPLIANT,
    HOST_OWN,
    UNREADABLE,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import Reason

WANT = Values(600, 60, 20)
CHOSEN = Values(60, 75, 9)


@pytest.mark.parametrize(
    ("one", "remembered", "expected"),
    [
        pytest.param(Namespace(1, values=KERNEL_DEFAULTS), None, WANT, id="the kernel's"),
        pytest.param(Namespace(1, values=WANT), None, COMPLIANT, id="the desired ones"),
        pytest.param(Namespace(1, values=CHOSEN), None, CHOSEN_BY_OTHERS, id="chosen"),
        pytest.param(Namespace(1, values=CHOSEN), Remembered(KERNEL_DEFAULTS, CHOSEN), WANT, id="ours"),
        pytest.param(Namespace(1, values=CHOSEN, defaults=frozenset({CHOSEN})), None, WANT, id="of our defaults"),
        pytest.param(
            Namespace(1, values=CHOSEN), Remembered(CHOSEN, Values(1, 2, 3)), CHOSEN_BY_OTHERS, id="changed since"
        ),
        pytest.param(
            Namespace(1, values=Values(60, 60, 9)),
            Remembered(KERNEL_DEFAULTS, Values(60, 60, 5), KERNEL_DEFAULTS),
            WANT,
            id="killed meanwhile",
        ),
        pytest.param(
            Namespace(1, values=Values(60, 60, 9)),
            Remembered(KERNEL_DEFAULTS, Values(60, 60, 5)),
            CHOSEN_BY_OTHERS,
            id="changed in part since",
        ),
        pytest.param(Namespace(1, values=Values(60, None, 9)), None, UNREADABLE, id="unreadable"),
        pytest.param(Namespace(1, values=KERNEL_DEFAULTS, is_host=True), None, HOST_OWN, id="the host's"),
    ],
)
def test_plan(one: Namespace, remembered: Remembered | None, expected: Values | Reason) -> None:
    found = plan(one, DesiredState(WANT), remembered)
    assert found == (Change(one, expected) if isinstance(expected, Values) else Refusal(one, expected))


def test_what_is_unreadable_has_its_cause() -> None:
    found = plan(Namespace(1, trouble="no. Do so"), DesiredState(WANT), None)
    assert found == Refusal(Namespace(1, trouble="no. Do so"), UNREADABLE.because("no. Do so"))


@pytest.mark.parametrize("is_host", [True, False])
def test_take_over(is_host: bool) -> None:
    one = Namespace(1, values=CHOSEN, is_host=is_host)
    found = plan(one, DesiredState(WANT, take_over=True), None)
    assert found == (Refusal(one, HOST_OWN) if is_host else Change(one, WANT))


def test_values_that_are_not_desired_stay() -> None:
    found = plan(Namespace(1, values=KERNEL_DEFAULTS), DesiredState(Values(probes=5)), None)
    assert isinstance(found, Change)
    assert (found.after, found.writes) == (Values(7200, 75, 5), {"probes": 5})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (Values(), "None of time, intvl and probes is given. Give at least one of them."),
        (
            Values(probes=0),
            (
                "probes is 0: the kernel would take it and then kill healthy connections without a probe. Give a whole "
                "number between 1 and 255, or leave probes out to keep what is set."
            ),
        ),
    ],
)
def test_refused_values(values: Values, message: str) -> None:
    with pytest.raises(InvalidValueError) as failed:
        DesiredState(values)
    assert str(failed.value) == message
