# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import COMPLIANT, REFUSED
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Namespace, Origin
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.outcome import (
    NONE_SELECTED,
    ONLY_HOST_SELECTED,
    Outcome,
    totals_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Change, Refusal
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import (
    CHANGED_SINCE,
    CHOSEN_BY_OTHERS,
    HOST_OWN,
    NOTHING_TO_RESTORE,
    SECOND_LOOK_FAILED,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import KERNEL_DEFAULTS as NONE_SET
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason

WEB = Namespace(
    2, containers=(Container("a", "docker", "web"),), values=KERNEL_DEFAULTS, origin=Origin(NONE_SET, KERNEL_DEFAULTS)
)
LABELS = {
    "containers": [{"id": "a", "name": "web", "engine": "docker", "pod": None, "user": 0}],
    "names": [],
    "pods": [],
}
SET_BY = {"code": NONE_SET.code, "message": NONE_SET.message, "path": None, "values": KERNEL_DEFAULTS.as_dict()}
ONE = Filters(engines=frozenset({"docker"}))
SAID = REFUSED.because("no")


def outcome() -> Outcome:
    found = Outcome()
    found.add(Change(WEB, Values(600, 75, 9)))
    found.add(Change(Namespace(1, values=KERNEL_DEFAULTS), Values(600, 75, 9)))
    found.add(Refusal(Namespace(3, values=KERNEL_DEFAULTS), COMPLIANT))
    found.add(Refusal(Namespace(4, values=KERNEL_DEFAULTS), SAID), failed=True)
    return found


def test_as_dict() -> None:
    found = outcome().as_dict()
    assert found["totals"] == {"matched": 4, "changed": 2, "left": 1, "failed": 1}
    assert found["changed"] is True
    assert [one["id"] for one in found["changed_namespaces"]] == [1, 2]
    more = {"units": [], "commands": [], "processes": 0, "left_out": {}}
    assert found["changed_namespaces"][1] == {
        "id": 2,
        **LABELS,
        **more,
        "lasts": False,
        "set_by": SET_BY,
        "before": {"time": 7200, "intvl": 75, "probes": 9},
        "after": {"time": 600, "intvl": 75, "probes": 9},
    }
    (left,), (failed,) = found["left_namespaces"], found["failed_namespaces"]
    assert (left["id"], left["reason"], left["values"]["time"]) == (3, COMPLIANT._asdict(), 7200)
    assert (failed["id"], failed["reason"]) == (4, {"code": "refused", "message": "the kernel refused: no"})


def test_diff() -> None:
    same = "net.ipv4.tcp_keepalive_intvl = 75\nnet.ipv4.tcp_keepalive_probes = 9\n"
    assert outcome().diff()[1] == {
        "before_header": "net:[2] (web)",
        "after_header": "net:[2] (web)",
        "before": f"net.ipv4.tcp_keepalive_time = 7200\n{same}",
        "after": f"net.ipv4.tcp_keepalive_time = 600\n{same}",
    }


def test_failure() -> None:
    assert Outcome().failure() is None
    found = outcome()
    assert found.failure() == "net:[4] could not be set: the kernel refused: no."
    found.add(Refusal(WEB, SAID), failed=True)
    assert found.failure() == (
        "net:[4] could not be set: the kernel refused: no. One more could not be set either: see failed_namespaces."
    )
    found.add(Refusal(WEB, SAID), failed=True)
    assert found.failure() == (
        "net:[4] could not be set: the kernel refused: no. 2 more could not be set either: see failed_namespaces."
    )


def test_failure_of_the_second_look() -> None:
    found = outcome()
    found.second_look = SECOND_LOOK_FAILED.because("no")
    assert found.failure() == (
        "net:[4] could not be set: the kernel refused: no. Whether containers have started meanwhile is not known, "
        "because the second look failed: no. What is in changed_namespaces was set before."
    )
    assert found.as_dict()["second_look"] == {
        "code": "second_look_failed",
        "message": "whether containers have started meanwhile is not known, because the second look failed: no",
    }
    assert outcome().as_dict()["second_look"] is None


@pytest.mark.parametrize(
    ("left", "filters", "expected"),
    [
        ([], ONE, [NONE_SELECTED]),
        ([HOST_OWN], ONE, [ONLY_HOST_SELECTED]),
        ([HOST_OWN, COMPLIANT], ONE, []),
        ([COMPLIANT], ONE, []),
        ([], Filters(), []),
        ([HOST_OWN], Filters(), []),
        ([], Filters(values_differ=True), []),
    ],
)
def test_warnings(left: list[Reason], filters: Filters, expected: list[str]) -> None:
    found = Outcome()
    for reason in left:
        found.add(Refusal(WEB, reason))
    assert found.warnings(filters) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([2], "1 network namespace(s) have values that others chose and are left alone: net:[2] (web)."),
        (
            [5, 4, 2, 3, 6],
            (
                "5 network namespace(s) have values that others chose and are left alone: net:[2] (web), net:[3], "
                "net:[4], and 2 more, see left_namespaces."
            ),
        ),
    ],
    ids=["one", "several"],
)
def test_warning_of_values_that_others_chose(numbers: list[int], expected: str) -> None:
    found = Outcome()
    found.add(Refusal(Namespace(9), HOST_OWN))
    for number in numbers:
        found.add(Refusal(WEB if number == 2 else Namespace(number), CHOSEN_BY_OTHERS))
    assert found.warnings(Filters()) == [f"{expected} Give overrides: take_over to set them, too."]


def test_warning_of_values_that_are_not_restored() -> None:
    found = Outcome()
    found.add(Refusal(WEB, CHANGED_SINCE))
    found.add(Refusal(Namespace(3), NOTHING_TO_RESTORE))
    assert found.warnings(Filters()) == [
        (
            "1 network namespace(s) have other values than this collection wrote there and are not restored: "
            "net:[2] (web). Set them with state: present, or restart their containers."
        )
    ]


def test_totals_of() -> None:
    assert totals_of([True, False, False, None]) == {"namespaces": 4, "differ": 2, "unknown": 1}


def test_a_result_is_bounded_and_failures_come_first() -> None:
    found, names = Outcome(), tuple(f"{number:0200}" for number in range(100))
    for number in range(2000):
        one = Namespace(number, names=names, values=KERNEL_DEFAULTS)
        found.add(Refusal(one, REFUSED), failed=number % 2 == 0)
    shown = found.as_dict()
    assert len(json.dumps(shown)) < 25_000_000
    assert shown["totals"] == {"matched": 2000, "changed": 0, "left": 1000, "failed": 1000}
    assert len(shown["failed_namespaces"]) > len(shown["left_namespaces"])
    assert len(shown["failed_namespaces"]) + len(shown["left_namespaces"]) + shown["left_out"] == 2000
