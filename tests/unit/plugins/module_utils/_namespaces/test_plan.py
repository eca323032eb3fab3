# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import COMPLIANT
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Namespace
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import (
    Change,
    DesiredState,
    Refusal,
    Remembered,
    plan,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import (
    CHANGED_SINCE,
    CHOSEN_BY_OTHERS,
    HOST_OWN,
    NOTHING_TO_RESTORE,
    UNREADABLE,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason

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


ABSENT = DesiredState(Values(), absent=True)
OURS = Remembered(KERNEL_DEFAULTS, WANT)


@pytest.mark.parametrize(
    ("values", "want", "remembered", "expected"),
    [
        pytest.param(WANT, ABSENT, OURS, KERNEL_DEFAULTS, id="ours"),
        pytest.param(WANT, ABSENT, Remembered(CHOSEN, WANT), CHOSEN, id="taken over before"),
        pytest.param(WANT, DesiredState(Values(time=60), absent=True), OURS, Values(7200, 60, 20), id="one key"),
        pytest.param(WANT, DesiredState(Values(time=0), absent=True), OURS, Values(7200, 60, 20), id="any value"),
        pytest.param(
            Values(7200, 60, 20), DesiredState(Values(time=60), absent=True), OURS, COMPLIANT, id="that key is restored"
        ),
        pytest.param(KERNEL_DEFAULTS, ABSENT, OURS, COMPLIANT, id="restored by others"),
        pytest.param(CHOSEN, ABSENT, OURS, CHANGED_SINCE, id="changed since"),
        pytest.param(
            CHOSEN, DesiredState(Values(), take_over=True, absent=True), OURS, CHANGED_SINCE, id="no taking over"
        ),
        pytest.param(
            Values(600, 75, 9), ABSENT, Remembered(KERNEL_DEFAULTS, WANT, KERNEL_DEFAULTS), KERNEL_DEFAULTS, id="killed"
        ),
        pytest.param(WANT, ABSENT, None, NOTHING_TO_RESTORE, id="nothing remembered"),
    ],
)
def test_restoration(
    values: Values, want: DesiredState, remembered: Remembered | None, expected: Values | Reason
) -> None:
    one = Namespace(1, values=values)
    found = plan(one, want, remembered)
    assert found == (Change(one, expected) if isinstance(expected, Values) else Refusal(one, expected))


@pytest.mark.parametrize("one", [Namespace(1, is_host=True, values=WANT), Namespace(1, values=Values(600))])
def test_what_is_not_restored(one: Namespace) -> None:
    assert plan(one, ABSENT, OURS) == Refusal(one, HOST_OWN if one.is_host else UNREADABLE)


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("overrides", ["ignore", "take_over"])
def test_from_params(state: str, overrides: str) -> None:
    params = {"time": 600, "intvl": None, "probes": None, "state": state, "overrides": overrides}
    expected = DesiredState(Values(600), take_over=overrides == "take_over", absent=state == "absent")
    assert DesiredState.from_params(params) == expected


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
