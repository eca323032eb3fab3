# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reports have one verdict, and earlier ones are read for a time only."""

from __future__ import annotations

import json

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.reports import report_of, texts_of
from ansible_collections.linux.tcp.tests.browser.fleet import ATTACKS, TEMPLATE, hostile_fleet, render, small_fleet

CRITERIA = Criteria.from_options(limit=1800)
CREATED = "2026-01-31T12:00:00Z"
PAGE = TEMPLATE.read_text(encoding="utf-8")


def test_reports_have_the_same_hosts() -> None:
    report = report_of(small_fleet(), CRITERIA, created=CREATED)
    names = [one["name"] for one in report["hosts"]]
    assert names == sorted(name for name, _info, _sockets in small_fleet())
    texts = dict(texts_of(report, PAGE))
    assert list(texts) == ["report.html", "report.csv", "report.json"]
    assert json.loads(texts["report.json"]) == report
    assert [line.split(",")[0] for line in texts["report.csv"].splitlines()] == ["host", *names]
    assert all(f">{name}</th>" in texts["report.html"].replace("<wbr>", "") for name in names)
    assert "2026-01-31 12:00:00 UTC" in texts["report.html"]


def test_what_is_right_reads_so() -> None:
    texts = render(small_fleet()[:1], template=PAGE, created=CREATED)
    assert "<title>Compliant: TCP keepalive audit</title>" in texts["report.html"]
    assert json.loads(texts["report.json"])["in_order"] is True


def test_hosts_add_nothing_but_text_to_the_page() -> None:
    page = render(hostile_fleet(), template=PAGE, created=CREATED)["report.html"]
    assert page.count("<script") == PAGE.count("<script")
    assert page.count("</script") == PAGE.count("</script")
    assert not any(attack in page for attack in ATTACKS if "<" in attack or '"' in attack)
    assert "{{ 7 * 7 }}" in page


@pytest.mark.parametrize("created", ["", "yesterday"])
def test_earlier_reports_need_the_time(created: str) -> None:
    report_of([], CRITERIA, created=created)
    with pytest.raises(InvalidValueError):
        report_of([], CRITERIA, created=created, merge=["/no/where"])
