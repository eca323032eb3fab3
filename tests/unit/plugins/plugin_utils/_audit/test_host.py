# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import tracemalloc
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import PERMISSION
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import AuditedHost, per_cent
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.judge import judge_host
from ansible_collections.linux.tcp.tests.unit.results import info, namespace, namespaces, sockets

WRONG = "keepalive_info.boot.values.time is not a whole number from -2147483647 to 2147483647"


@pytest.mark.parametrize(
    ("results", "message"),
    [
        pytest.param((info(boot=t.cast("t.Any", ("600", 60, 20))), {}), WRONG, id="text for a number"),
        pytest.param((info((600, 60, 20), (True, 60, 20)), {}), WRONG, id="boolean for a number"),
        pytest.param((info((600, 60, 20), (2**31, 60, 20)), {}), WRONG, id="more than the kernel has"),
        pytest.param(({"boot": {}}, {}), "keepalive_info has no runtime", id="nothing in it"),
        pytest.param(("x", {}), "keepalive_info is not a mapping", id="another type"),
        pytest.param((info(settings={}), {}), "keepalive_info.settings is not a list", id="mapping for a list"),
        pytest.param((info(settings=[{}]), {}), "keepalive_info.settings[0] has no key", id="element"),
        pytest.param((info(), {"totals": {}}), "keepalive_sockets_info.totals has no sockets", id="empty totals"),
        pytest.param((info(), {"changed": False}), "keepalive_sockets_info has no totals", id="no totals"),
        pytest.param(
            (info(), {"totals": {"sockets": 1, "covered": 9, "not_covered": 0, "unknown": 0}}),
            "keepalive_sockets_info.totals has counts that do not add up",
            id="sum",
        ),
        pytest.param(
            (info(), sockets(unreadable=[{"what": "planet", **PERMISSION._asdict(), "count": 1}])),
            "keepalive_sockets_info.unreadable[0] has a what that is none of process, namespace, socket",
            id="unknown kind",
        ),
        pytest.param(
            (info(), sockets(unreadable=[{}] * 101)),
            "keepalive_sockets_info.unreadable has more than 100 elements",
            id="too much that was not counted",
        ),
    ],
)
def test_invalid_result_is_no_answer(results: tuple[t.Any, t.Any], message: str) -> None:
    judged = judge_host(AuditedHost.from_results("a", *results), Criteria())
    assert (judged["verdict"], judged["connections"]) == ("no_answer", None)
    assert [(reason["code"], reason["message"]) for reason in judged["reasons"]] == [
        ("invalid_result", f"It gave a result that is not valid: {message}")
    ]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        pytest.param("x", "keepalive_namespaces_info is not a mapping", id="another type"),
        pytest.param({"namespaces": {}}, "keepalive_namespaces_info.namespaces is not a list", id="mapping for a list"),
        pytest.param(
            namespaces(namespace(same=t.cast("bool", 1))),
            "keepalive_namespaces_info.namespaces[1].same_as_host is not a boolean",
            id="number for a boolean",
        ),
        pytest.param(
            namespaces(namespace(2**32)),
            "keepalive_namespaces_info.namespaces[1].id is not a whole number from 0 to 4294967295",
            id="no inode",
        ),
        pytest.param(
            namespaces(namespace(values={})),
            "keepalive_namespaces_info.namespaces[1].values has no time",
            id="no values",
        ),
    ],
)
def test_invalid_namespaces_are_no_answer(found: t.Any, message: str) -> None:
    judged = judge_host(AuditedHost.from_results("a", info(), {}, (), found), Criteria())
    assert (judged["verdict"], judged["namespaces"]) == ("no_answer", None)
    assert judged["reasons"][0]["message"] == f"It gave a result that is not valid: {message}"


def test_namespaces_with_other_values_are_kept_and_bounded() -> None:
    """The host's own is none of them, and what is cut is said."""
    more = [namespace(number, containers=[]) for number in range(100)]
    host = AuditedHost.from_results("a", info(), {}, (), namespaces(namespace(9, same=True), namespace(), *more))
    found = host.namespaces or {}
    assert {key: found[key] for key in ("namespaces", "differ", "unknown")} == {
        "namespaces": 102,
        "differ": 101,
        "unknown": 0,
    }
    assert len(found["different"]) == 100
    assert found["different"][0] == {
        "id": 4026532551,
        "label": "web (docker)",
        "containers": [{"id": "9cf5e0d0383e97f9", "name": "web", "engine": "docker"}],
        "values": {"time": 7200, "intvl": 75, "probes": 9},
    }
    assert host.notes == ("101 network namespaces have other values, and the first 100 are here.",)


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ({}, "web (docker)"),
        ({"containers": [{"id": "9cf5e0d0383e97f9", "name": None, "engine": None}]}, "9cf5e0d0383e"),
        (
            {"containers": [{"id": "web", "name": None, "engine": "lxc", "user": 1000}]},
            "web (lxc) of the user with the ID 1000",
        ),
        ({"containers": [{"id": "web", "name": None, "engine": "lxc", "user": None}]}, "web (lxc) of an unknown user"),
        ({"containers": []}, "/run/netns/4026532551"),
        ({"containers": [], "names": [], "units": ["a.service", "b.service"]}, "a.service, b.service"),
        ({"containers": [], "names": []}, "nginx"),
        ({"containers": [], "names": [], "commands": []}, "net:[4026532551]"),
    ],
    ids=["container", "id", "a user's", "nobody knows whose", "name", "units", "command", "number"],
)
def test_label_of_a_namespace(given: dict[str, t.Any], label: str) -> None:
    host = AuditedHost.from_results("a", info(), {}, (), namespaces(namespace(**given)))
    assert [one["label"] for one in (host.namespaces or {})["different"]] == [label]


@pytest.mark.parametrize(
    ("facts", "known"), [([], True), (["__keepalive_namespaces"], False), (["__keepalive_info"], False)], ids=str
)
def test_a_fact_is_no_result_about_namespaces(facts: list[str], known: bool) -> None:
    host = AuditedHost.from_results("a", info(), {}, facts, namespaces(namespace()))
    assert (host.namespaces is not None) is known


def test_drift_is_worked_out_and_not_believed() -> None:
    judged = judge_host(AuditedHost.from_results("a", info((999, 60, 20), (600, 60, 20), drift=[]), {}), Criteria())
    assert (judged["verdict"], judged["drift"]) == ("not_in_order", ["time"])


def test_what_is_not_known_is_no_drift() -> None:
    judged = judge_host(AuditedHost.from_results("a", info((600, 60, None), (None, 60, 20)), {}), Criteria())
    assert (judged["drift"], [one["code"] for one in judged["reasons"]]) == ([], ["unknown", "unknown"])


def test_what_is_kept_of_a_host_is_bounded_and_says_so() -> None:
    row = {"code": "sets_value", "path": "/" + "x" * 5000, "line": 1, "text": "y" * 5000}
    judged = judge_host(
        AuditedHost.from_results("a", info(other_writers=[row] * 1000), sockets(warnings=["z" * 600])), Criteria()
    )
    assert len(judged["other_writers"]) == 100
    assert judged["other_writers"][0]["text"] == "y" * 250 + "[... 4500 characters left out ...]" + "y" * 250
    assert judged["notes"][1:] == [
        "z" * 250 + "[... 100 characters left out ...]" + "z" * 250,
        "keepalive_info.other_writers has 1000 elements, and the first 100 are here.",
    ]


@pytest.mark.parametrize(
    ("facts", "trouble", "connections"),
    [
        pytest.param([], None, True, id="none"),
        pytest.param(["hostname", "__keepalive"], None, True, id="of other names"),
        pytest.param(["__keepalive_info"], ("failed", "it gave no answer"), False, id="the values"),
        pytest.param(["__keepalive_sockets"], None, False, id="the connections"),
        pytest.param(
            ["__keepalive_sockets", "__keepalive_info"], ("failed", "it gave no answer"), False, id="both of them"
        ),
    ],
)
def test_a_fact_is_not_a_result(facts: list[str], trouble: object, connections: bool) -> None:
    """A host that has dropped out before the audit has registered nothing: its facts would take the place."""
    host = AuditedHost.from_results("a", info(), sockets(1, 1), facts)
    assert (host.trouble, host.values is None) == (trouble, trouble is not None)
    assert (host.connections is not None) == connections


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(2, 3, 66.6), (999_999, 1_000_000, 99.9), (1, 1, 100), (0, 1, 0), (0, 0, None)],
)
def test_a_share_is_rounded_down(part: int, whole: int, expected: float | None) -> None:
    assert per_cent(part, whole) == expected


def test_network_namespaces_that_a_result_leaves_out_are_not_known() -> None:
    found = AuditedHost.from_results("a", info(), {}, (), namespaces(namespace(same=True), left_out=7)).namespaces or {}
    assert {key: found[key] for key in ("namespaces", "differ", "unknown")} == {
        "namespaces": 8,
        "differ": 0,
        "unknown": 7,
    }


def test_namespaces_are_read_one_by_one() -> None:
    """Else a result with as many as the controller takes would cost it a hundred MiB more."""
    found = namespaces(*[namespace(host=True)] * 100_000)
    tracemalloc.start()
    try:
        host = AuditedHost.from_results("a", info(), {}, (), found)
        _size, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert host.namespaces
    assert host.namespaces["namespaces"] == 0
    assert peak < 1_000_000


def test_host_that_chooses_the_options_of_its_tasks() -> None:
    """The playbook would leave the option ``limit`` out by this value."""
    host = AuditedHost.from_results("a", info(), {}, ["omit"])
    assert host.trouble
    assert host.trouble[0] == "failed"
    assert host.trouble[1].startswith("'omit' is among the facts of the host, so the host could choose it. ")
