# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import AuditedHost
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.judge import judge, judge_host
from ansible_collections.linux.tcp.tests.unit.results import GONE, info, namespace, namespaces, sockets

Result = t.Dict[str, t.Any]


@pytest.mark.parametrize(
    ("results", "notes"),
    [
        pytest.param((info(warnings=["y"]), sockets(warnings=["x", "x"])), [GONE, "x"], id="warnings"),
        pytest.param(
            (info(), {"failed": True, "msg": "too old"}),
            [GONE, "The connections could not be read: too old"],
            id="no connections",
        ),
    ],
)
def test_notes(results: tuple[Result, Result], notes: list[str]) -> None:
    judged = judge_host(AuditedHost.from_results("a", *results), Criteria())
    assert judged["notes"] == notes
    assert judged["verdict"] == "in_order"


def hosts(**results: tuple[Result, Result]) -> list[AuditedHost]:
    return [AuditedHost.from_results(name, *pair) for name, pair in results.items()]


def test_judge() -> None:
    fleet = hosts(
        c=(info((999, 60, 20), (600, 60, 20)), sockets(1, 1)),
        a=(info(), sockets(3, 0)),
        b=({"unreachable": True, "msg": "x"}, {}),
    )
    report = judge(fleet, Criteria(limit=1800), created="2026-01-31T12:00:00Z")
    assert [host["name"] for host in report["hosts"]] == ["a", "b", "c"]
    assert {key: report[key] for key in ("version", "created", "in_order", "criteria")} == {
        "version": 2,
        "created": "2026-01-31T12:00:00Z",
        "in_order": False,
        "criteria": {
            "limit": 1800,
            "idle_timeout": None,
            "covered": None,
            "strict": False,
            "max_age": None,
            "namespaces": False,
        },
    }
    assert report["totals"] == {
        "hosts": 3,
        "in_order": 1,
        "not_in_order": 1,
        "no_answer": 1,
        "reasons": {"unreachable": 1, "drift": 1, "detection_time": 1},
        "connections": {"sockets": 5, "covered": 4, "not_covered": 1, "unknown": 0, "share": 80.0},
        "namespaces": {"namespaces": 0, "differ": 0, "unknown": 0},
        "earlier": {"hosts": 0, "oldest": None, "reports": 0, "problems": 0},
    }
    assert {host["asked"] for host in report["hosts"]} == {"2026-01-31T12:00:00Z"}
    assert report["summary"] == (
        "Not compliant: 2 of 3 hosts (could not be reached: 1, other values after a reboot: 1, a dead peer may be "
        "noticed too late: 1). Judged: limit 1800 s."
    )


@pytest.mark.parametrize(
    ("fleet", "in_order", "summary"),
    [
        pytest.param(
            hosts(a=(info(), {})), True, "Compliant: 1 host. Judged: limit 8000 s, idle timeout 7300 s.", id="one"
        ),
        pytest.param(
            hosts(a=(info(), {}), b=(info(), {})),
            True,
            "Compliant: 2 hosts. Judged: limit 8000 s, idle timeout 7300 s.",
            id="two",
        ),
        pytest.param(
            hosts(a=(info(boot=(None, 60, 20)), {})),
            False,
            "Not compliant: 1 of 1 host (a value is not known: 1, a dead peer may be noticed too late: 1, "
            "idle connections may reach the idle timeout: 1). Judged: limit 8000 s, idle timeout 7300 s.",
            id="the next boot is unknown",
        ),
        pytest.param([], False, "Not compliant: there is no host.", id="none"),
    ],
)
def test_summary(fleet: list[AuditedHost], in_order: bool, summary: str) -> None:
    report = judge(fleet, Criteria(8000, 7300), created="")
    assert (report["in_order"], report["summary"]) == (in_order, summary)


def test_namespaces_are_counted_and_judged_where_they_are_asked_for() -> None:
    fleet = [
        AuditedHost.from_results("a", info(), {}, (), namespaces(namespace(), namespace(5, same=True))),
        AuditedHost.from_results("b", info(), {}, (), namespaces(namespace(same=None))),
        AuditedHost.from_results("c", info(), {}, (), {"failed": True, "msg": "no setns"}),
    ]
    report = judge(fleet, Criteria(namespaces=True), created="")
    assert report["totals"]["namespaces"] == {"namespaces": 3, "differ": 1, "unknown": 1}
    assert report["summary"] == (
        "Not compliant: 3 of 3 hosts (network namespaces may have other values than the host: 3). Judged: the values "
        "of the host in each network namespace."
    )
    shown = judge(fleet, Criteria(), created="")
    assert shown["in_order"]
    assert shown["hosts"][2]["notes"] == [GONE, "The network namespaces could not be read: no setns"]


FINE = AuditedHost.from_results("a", info(), {})
OLD = dataclasses.replace(AuditedHost.from_results("b", info(), {}), asked="2026-01-30T12:00:00Z", age=86400)
READ: Result = {"path": "/r.json", "hosts": 1, "problems": []}
BROKEN: Result = {"path": "/r.json", "hosts": 0, "problems": ["cannot be read: Permission denied"]}


@pytest.mark.parametrize(
    ("fleet", "earlier", "max_age", "summary"),
    [
        pytest.param(
            [FINE, OLD],
            [READ],
            86400,
            "Compliant: 2 hosts. Judged: results at most 86400 s old. Of earlier audits: 1 host, the oldest of "
            "2026-01-30T12:00:00Z.",
            id="read",
        ),
        pytest.param(
            [OLD],
            [READ],
            86399,
            "Not compliant: 1 of 1 host (the result is too old: 1). Judged: results at most 86399 s old. Of earlier "
            "audits: 1 host, the oldest of 2026-01-30T12:00:00Z.",
            id="too old",
        ),
        pytest.param(
            [FINE],
            [READ, BROKEN],
            None,
            "Not compliant: 1 of 2 earlier reports cannot be read in full. Judged: no limit, no idle timeout, no "
            "coverage.",
            id="one cannot be read",
        ),
        pytest.param(
            [],
            [BROKEN],
            None,
            "Not compliant: there is no host, 1 of 1 earlier reports cannot be read in full.",
            id="nothing can be read",
        ),
    ],
)
def test_earlier_reports(fleet: list[AuditedHost], earlier: list[Result], max_age: int | None, summary: str) -> None:
    report = judge(fleet, Criteria(max_age=max_age), created="2026-01-31T12:00:00Z", earlier=earlier)
    assert report["summary"] == summary
    assert report["in_order"] is summary.startswith("Compliant")
    assert report["earlier"] == earlier


@pytest.mark.parametrize(("strict", "verdict"), [(False, "in_order"), (True, "not_in_order")])
@pytest.mark.parametrize(
    ("code", "path"), [("hidden_credential", "/etc/credstore/sysctl.extra"), ("hidden_place", "/root")]
)
def test_place_that_only_root_may_see(code: str, path: str, strict: bool, verdict: str) -> None:
    message = f"{path} cannot be read (Permission denied)"
    doubt = {"code": code, "path": path, "line": None, "message": message}
    judged = judge_host(AuditedHost.from_results("a", info(doubts=[doubt]), {}), Criteria(strict=strict))
    assert judged["verdict"] == verdict
    assert (message in judged["notes"]) is not strict
    assert [reason["message"] for reason in judged["reasons"]] == ([message] if strict else [])


def test_place_that_was_not_seen() -> None:
    doubt = {"code": "unseen_place", "path": "/etc/cron.d", "line": None, "message": "/etc/cron.d cannot be read"}
    judged = judge_host(AuditedHost.from_results("a", info(doubts=[doubt]), {}), Criteria())
    assert [(reason["code"], reason["path"]) for reason in judged["reasons"]] == [("doubt", "/etc/cron.d")]


@pytest.mark.parametrize(
    ("criteria", "codes"),
    [
        pytest.param(Criteria(), [], id="a plain host"),
        pytest.param(Criteria(strict=True), ["unknown", "doubt"], id="strict"),
        pytest.param(Criteria(limit=7875), ["detection_time"], id="a limit that the key decides on"),
    ],
)
def test_values_that_the_initramfs_may_set(criteria: Criteria, codes: list[str]) -> None:
    doubt = {"code": "copy_in_initramfs", "path": "/etc/dracut.conf", "line": 1, "message": "x"}
    host = info((7200, 75, 9), (None, 75, 9), doubts=[doubt])
    judged = judge_host(AuditedHost.from_results("a", host, {}), criteria)
    assert [reason["code"] for reason in judged["reasons"]] == codes
