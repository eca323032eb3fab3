# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import dataclasses
import io

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.csv_report import COLUMNS, as_csv
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import AuditedHost
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.judge import judge
from ansible_collections.linux.tcp.tests.unit.results import OWN, info, namespace, namespaces, sockets

WRITER = {"code": "sets_value", "path": "/etc/rc.local", "line": 7, "text": "sysctl -w x"}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("=1+1", "'=1+1", id="formula"),
        pytest.param("  @x", "'  @x", id="behind blanks"),
        pytest.param("\u00a0+1", "'\u00a0+1", id="behind a blank of another kind"),
        pytest.param("\uff1d1", "'\uff1d1", id="full width"),
        pytest.param("x; =1", "x;' =1", id="behind a semicolon"),
        pytest.param('x;"=1', "x;'\"=1", id="behind a semicolon and a quote"),
        pytest.param('x; " "\uff1d1', 'x;\' " "\uff1d1', id="behind a semicolon, blanks and quotes"),
        pytest.param('"=1', "'\"=1", id="behind a quote"),
        pytest.param("x|-1", "x|'-1", id="behind a bar"),
        pytest.param("a=1, -b", "a=1,' -b", id="behind a comma"),
        pytest.param("a=1 -b", "a=1 -b", id="within a text"),
        pytest.param("\t=1", "\\t=1", id="behind a tab, which is an escape"),
    ],
)
def test_no_cell_is_a_formula(text: str, cell: str) -> None:
    fleet = [AuditedHost.from_results(text, info(), {})]
    rows = list(csv.DictReader(io.StringIO(as_csv(judge(fleet, Criteria(), created="")), newline="")))
    assert [row["host"] for row in rows] == [cell]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_NONE], ids=["quotes", "no quotes"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param('hello {0}"=HYPERLINK(0)', id="a quote"),
        pytest.param('hello {0}""=1{0}"" @x', id="two quotes"),
        pytest.param('hello "{0}=1', id="a quote before the separator"),
        pytest.param('"{0}"\uff0b1', id="full width"),
        pytest.param('"=1{0}', id="at the beginning"),
        pytest.param("hello {0}{0} '\"=1", id="an apostrophe that is there"),
    ],
)
def test_no_cell_is_a_formula_with_another_separator(text: str, separator: str, quoting: int) -> None:
    trouble = {"failed": True, "msg": text.format(separator)}
    report = as_csv(judge([AuditedHost.from_results(text.format(separator), trouble, {})], Criteria(), created=""))
    table = csv.reader(io.StringIO(report, newline=""), delimiter=separator, quoting=quoting)
    cells = [cell for row in table for cell in row]
    assert any("hello" in cell or "1" in cell for cell in cells)
    assert [cell for cell in cells if cell.strip('" \t')[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20")] == []


def test_csv() -> None:
    fleet = [
        AuditedHost.from_results("=cmd|' /C calc'!A0", info(), sockets(1, 2)),
        AuditedHost.from_results('a, "b"', info((-1, 60, 20), (600, 60, 20)), {}),
        AuditedHost.from_results("@b", {"unreachable": True, "msg": "-x"}, {}),
    ]
    text = as_csv(judge(fleet, Criteria(), created=""))
    assert text.count("\r\n") == 4
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["host"] for row in rows] == ["'=cmd|' /C calc'!A0", "'@b", 'a, "b"']
    assert rows[0]["boot_time_source"] == f"{OWN} line 2"
    assert rows[0]["connections_covered_share"] == "33.3"
    assert rows[1]["reasons"] == "It could not be reached: -x"
    assert rows[2]["running_time"] == "-1"
    assert rows[2]["drift"] == "time"


def test_header_of_no_host() -> None:
    assert as_csv(judge([], Criteria(), created="")) == ",".join(COLUMNS) + "\r\n"


def test_each_column_has_a_value() -> None:
    others = namespaces(namespace(), namespace(5, same=None))
    values = info((700, 60, 20), (600, 60, 20), other_writers=[WRITER])
    asked = AuditedHost.from_results("a", values, sockets(1, 2), (), others)
    fleet = [dataclasses.replace(asked, report="/r.json")]
    row = next(csv.DictReader(io.StringIO(as_csv(judge(fleet, Criteria(), created="now")), newline="")))
    assert [name for name, value in row.items() if not value] == ["boot_intvl_source", "boot_probes_source"]
    assert tuple(row) == COLUMNS


def test_namespaces() -> None:
    found = namespaces(namespace(), namespace(5, same=None), namespace(6, containers=[], names=["=x"]))
    fleet = [AuditedHost.from_results("a", info(), {}, (), found), AuditedHost.from_results("b", info(), {})]
    text = as_csv(judge(fleet, Criteria(), created=""))
    columns = ("namespaces", "namespaces_differ", "namespaces_unknown", "namespaces_different")
    rows = [tuple(row[name] for name in columns) for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert rows == [("3", "2", "1", "web (docker) |' =x"), ("", "", "", "")]
