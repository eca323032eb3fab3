# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import ENDED, NO_TABLE, PERMISSION
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import LATE, NO_HOLDER, OFF, SILENT
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import AuditedHost
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.judge import judge_host
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.reasons import CODES
from ansible_collections.linux.tcp.tests.unit.results import OWN, info, namespace, namespaces, sockets

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason

Result = t.Dict[str, t.Any]
UNREADABLE = {
    "code": "unreadable",
    "path": "/etc/sysctl.d/x.conf",
    "line": None,
    "message": "/etc/sysctl.d/x.conf cannot be read (permission denied).",
}
# What the module's own warnings said once, by which an audit must not judge.
FOREIGN = ["The interpreter may be another one at the next boot.", "may set other keepalive values after the boot"]
DEFAULT = "no file sets it, so the kernel's default counts."
NO_LOADER = "nothing applies sysctl files when this host boots."
FORGETS = "and the path forgets it after"
TIME, INTVL, PROBES = "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"


def unread(what: str, reason: Reason) -> Result:
    return {"unreadable": [{"what": what, **reason._asdict(), "count": 2}]}


def condemned(*reasons: Reason) -> Result:
    """Return what the module says of connections that these reasons condemn, one for each."""
    return {"reasons": [{**reason._asdict(), "sockets": 1} for reason in reasons]}


def reworded(result: t.Any) -> t.Any:
    """Return a result with another text in place of each message, as a later release may word it."""
    if isinstance(result, dict):
        return {
            key: "other words" if key in ("message", "msg") else reworded(value)
            for key, value in result.items()
            if key != "warnings"
        }
    return type(result)(map(reworded, result)) if isinstance(result, (list, tuple)) else result


@pytest.mark.parametrize(
    ("results", "criteria", "verdict", "reasons"),
    [
        pytest.param((info(), sockets()), Criteria(), "in_order", [], id="right"),
        pytest.param((info(), {}), Criteria(1800, 601), "in_order", [], id="just within the limits"),
        pytest.param(
            (info((600, 60, 0)), {}),
            Criteria(),
            "not_in_order",
            [("harmful", f"Now {PROBES} is 0: that kills healthy connections or floods them with probes.")],
            id="no probes",
        ),
        pytest.param(
            (info((600, 60, 20), (-1, 60, 20)), {}),
            Criteria(),
            "not_in_order",
            [
                ("harmful", f"After a reboot {TIME} is -1: that switches keepalive off."),
                ("drift", f"{TIME} is 600, and at the next boot it would be -1: {OWN} line 2 takes precedence."),
            ],
            id="off after a reboot",
        ),
        pytest.param(
            ({"unreachable": True, "msg": "no\nroute"}, {}),
            Criteria(1, 1, 100),
            "no_answer",
            [("unreachable", "It could not be reached: no route")],
            id="unreachable",
        ),
        pytest.param(
            ({"failed": True, "msg": "No start", "module_stderr": "sudo: not found\n"}, {}),
            Criteria(),
            "no_answer",
            [("failed", "It could not be asked: No start sudo: not found")],
            id="no sudo",
        ),
        pytest.param(
            ({"failed": True}, {"skipped": True}),
            Criteria(),
            "no_answer",
            [("failed", "It could not be asked: no message")],
            id="failed",
        ),
        pytest.param(
            ({}, {}), Criteria(), "no_answer", [("failed", "It could not be asked: it gave no answer")], id="not asked"
        ),
        pytest.param(
            ({"skipped": True}, {}),
            Criteria(),
            "no_answer",
            [("failed", "It could not be asked: it gave no answer")],
            id="skipped",
        ),
        pytest.param(
            (info((999, 60, 20), (600, 75, 20)), {}),
            Criteria(),
            "not_in_order",
            [
                ("drift", f"{TIME} is 999, and at the next boot it would be 600: {OWN} line 2 takes precedence."),
                (
                    "drift",
                    f"{INTVL} is 60, and at the next boot it would be 75: {DEFAULT}",
                ),
            ],
            id="drift",
        ),
        pytest.param(
            ({**info((600, 60, 20), (600, 75, 20)), "boot": {**info((600, 75, 20))["boot"], "loader": None}}, {}),
            Criteria(),
            "not_in_order",
            [
                (
                    "drift",
                    f"{INTVL} is 60, and at the next boot it would be 75: {NO_LOADER}",
                )
            ],
            id="drift without a loader",
        ),
        pytest.param(
            (info((None, 60, 20), (600, None, 20)), {}),
            Criteria(600, 350),
            "not_in_order",
            [
                ("unknown", f"The running kernel's {TIME} could not be read."),
                ("unknown", f"What {INTVL} will be at the next boot is not known."),
                ("detection_time", "Now it is not known after how long a dead peer is noticed."),
                ("detection_time", "After a reboot it is not known after how long a dead peer is noticed."),
                ("idle_timeout", "Now it is not known how long an idle connection is silent."),
                ("idle_timeout", "After a reboot it is not known how long an idle connection is silent."),
            ],
            id="unknown values",
        ),
        pytest.param(
            (info(doubts=[UNREADABLE]), {}),
            Criteria(),
            "not_in_order",
            [("doubt", "/etc/sysctl.d/x.conf cannot be read (permission denied).")],
            id="an uncertain boot",
        ),
        pytest.param((info(warnings=FOREIGN), {}), Criteria(), "in_order", [], id="warnings of others"),
        pytest.param(
            (info((600, 60, 20), (600, 60, 20), warnings=[]), {}), Criteria(), "in_order", [], id="no warnings"
        ),
        pytest.param(
            (
                info(other_writers=[{"code": "sets_value", "path": "/etc/rc.local", "line": 7, "text": "sysctl -w x"}]),
                {},
            ),
            Criteria(),
            "not_in_order",
            [
                (
                    "other_writer",
                    "/etc/rc.local line 7 may set other keepalive values after the boot: sysctl -w x",
                )
            ],
            id="another writer",
        ),
        pytest.param(
            (info(other_writers=[{"code": "appends_to_file", "path": "/a", "line": 7, "text": "echo x >> y"}]), {}),
            Criteria(),
            "not_in_order",
            [("other_writer", "/a line 7 may append other keepalive values to a sysctl file: echo x >> y")],
            id="a line that appends to a file",
        ),
        pytest.param(
            (info(), {}),
            Criteria(limit=1799, idle_timeout=600),
            "not_in_order",
            [
                ("detection_time", "Now a dead peer is noticed after 1800 s, and the limit is 1799 s."),
                (
                    "idle_timeout",
                    f"Now an idle connection is silent for 600 s ({TIME}), {FORGETS} 600 s.",
                ),
            ],
            id="just beyond the limits",
        ),
        pytest.param(
            (info((60, 400, 3)), {}),
            Criteria(idle_timeout=350),
            "not_in_order",
            [
                (
                    "idle_timeout",
                    f"Now an idle connection is silent for 400 s ({INTVL}), {FORGETS} 350 s.",
                )
            ],
            id="an interval that is longer than the time",
        ),
        pytest.param(
            (info((60, 10, 3), (7200, 75, 9)), {}),
            Criteria(limit=600, idle_timeout=350),
            "not_in_order",
            [
                ("drift", f"{TIME} is 60, and at the next boot it would be 7200: {OWN} line 2 takes precedence."),
                (
                    "drift",
                    f"{INTVL} is 10, and at the next boot it would be 75: {DEFAULT}",
                ),
                (
                    "drift",
                    f"{PROBES} is 3, and at the next boot it would be 9: {DEFAULT}",
                ),
                ("detection_time", "After a reboot a dead peer is noticed after 7875 s, and the limit is 600 s."),
                (
                    "idle_timeout",
                    f"After a reboot an idle connection is silent for 7200 s ({TIME}), {FORGETS} 350 s.",
                ),
            ],
            id="right now, wrong after a reboot",
        ),
        pytest.param(
            (info((170, 30, 6)), sockets(0, 3, **condemned(SILENT, LATE, OFF))),
            Criteria(limit=600, idle_timeout=350),
            "not_in_order",
            [
                ("detection_time", "On 1 of 3 connections a dead peer is noticed after more than 600 s."),
                ("idle_timeout", "1 of 3 connections are silent for 350 s or longer, and the path forgets them then."),
            ],
            id="connections with other values than the host",
        ),
        pytest.param(
            (info((170, 30, 6)), sockets(9, 1, **condemned(SILENT))),
            Criteria(idle_timeout=350, covered=90),
            "in_order",
            [],
            id="connections with other values, just enough covered",
        ),
        pytest.param((info(), sockets(9, 1)), Criteria(covered=90), "in_order", [], id="just enough covered"),
        pytest.param((info(), sockets(0, 0)), Criteria(covered=100), "in_order", [], id="no connections"),
        pytest.param(
            (info(), sockets(1999, 0, 1)),
            Criteria(covered=100),
            "not_in_order",
            [("coverage", "1999 of 2000 connections are covered (99.9 %), and 100 % are wanted.")],
            id="what is unknown is not covered",
        ),
        pytest.param(
            (info(), sockets(1, 2)),
            Criteria(covered=50),
            "not_in_order",
            [("coverage", "1 of 3 connections are covered (33.3 %), and 50 % are wanted (keepalive is off: 2).")],
            id="too few covered",
        ),
        pytest.param(
            (info(), {"failed": True, "msg": "too old"}),
            Criteria(covered=0),
            "not_in_order",
            [("coverage", "The connections could not be read: too old")],
            id="coverage is wanted and not known",
        ),
        pytest.param(
            (info(), {}),
            Criteria(covered=0),
            "not_in_order",
            [("coverage", "The connections could not be read: it was not asked for")],
            id="coverage is wanted and not asked for",
        ),
        pytest.param(
            (info(), {"failed": True, "msg": "too old"}), Criteria(), "in_order", [], id="coverage is not wanted"
        ),
        pytest.param(
            (info(), sockets(3, 0, **unread("process", PERMISSION))),
            Criteria(covered=0),
            "not_in_order",
            [("coverage", "Not all connections could be read: 2 process(es): permission denied.")],
            id="hidden processes",
        ),
        pytest.param(
            (info(), sockets(3, 0, **unread("process", ENDED))),
            Criteria(covered=100),
            "in_order",
            [],
            id="processes that ended",
        ),
        pytest.param(
            (info(), sockets(3, 0, **unread("socket", NO_HOLDER))),
            Criteria(covered=100),
            "in_order",
            [],
            id="the kernel's own",
        ),
    ],
)
def test_reasons_and_verdict(
    results: tuple[Result, Result], criteria: Criteria, verdict: str, reasons: list[tuple[str, str]]
) -> None:
    judged = judge_host(AuditedHost.from_results("a", *results), criteria)
    assert judged["verdict"] == verdict
    found = [(reason["code"], reason["message"]) for reason in judged["reasons"]]
    assert sorted(found) == sorted(reasons)
    assert {code for code, _message in found} <= set(CODES)
    other_words = judge_host(AuditedHost.from_results("a", *reworded(results)), criteria)
    assert other_words["verdict"] == verdict
    assert [reason["code"] for reason in other_words["reasons"]] == [code for code, _message in found]


def test_reasons_name_the_file_and_line() -> None:
    judged = judge_host(AuditedHost.from_results("a", info((999, 60, 20), (600, 60, 20)), {}), Criteria())
    assert [{key: reason[key] for key in ("code", "key", "path", "line")} for reason in judged["reasons"]] == [
        {"code": "drift", "key": "time", "path": OWN, "line": 2}
    ]


@pytest.mark.parametrize(
    ("found", "messages"),
    [
        pytest.param({}, ["The network namespaces could not be read: it was not asked for"], id="not asked for"),
        pytest.param(
            {"failed": True, "msg": "no setns"}, ["The network namespaces could not be read: no setns"], id="failed"
        ),
        pytest.param(namespaces(), [], id="the host's own only"),
        pytest.param(namespaces(namespace(same=True)), [], id="the same values"),
        pytest.param(
            namespaces(namespace(), namespace(5, same=True)),
            ["1 of 2 network namespaces have other values than the host: web (docker)."],
            id="other values",
        ),
        pytest.param(
            namespaces(*(namespace(number, containers=[], names=["n"]) for number in range(7))),
            ["7 of 7 network namespaces have other values than the host: n, n, n, n, n and 2 more."],
            id="many",
        ),
        pytest.param(
            namespaces(namespace(same=None)),
            ["The values of 1 of 1 network namespaces could not be read."],
            id="not known",
        ),
        pytest.param(
            namespaces(**unread("process", PERMISSION)),
            ["Not all network namespaces could be read: 2 process(es): permission denied."],
            id="hidden processes",
        ),
        pytest.param(namespaces(**unread("process", ENDED)), [], id="processes that ended"),
        pytest.param(namespaces(**unread("namespace", NO_TABLE)), [], id="connections that cannot be counted"),
    ],
)
def test_namespaces(found: Result, messages: list[str]) -> None:
    host = AuditedHost.from_results("a", info(), {}, (), found)
    judged = judge_host(host, Criteria(namespaces=True))
    assert [(one["code"], one["message"]) for one in judged["reasons"]] == [("namespaces", text) for text in messages]
    assert judge_host(host, Criteria())["reasons"] == []
