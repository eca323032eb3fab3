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
from ansible_collections.linux.tcp.tests.browser.fleet import TEMPLATE, small_fleet

CRITERIA = Criteria.from_options(limit=1800)
CREATED = "2026-01-31T12:00:00Z"


def test_reports_have_the_same_hosts() -> None:
    report = report_of(small_fleet(), CRITERIA, created=CREATED)
    names = [one["name"] for one in report["hosts"]]
    texts = dict(texts_of(report, TEMPLATE.read_text(encoding="utf-8")))
    assert list(texts) == ["report.html", "report.csv", "report.json"]
    assert json.loads(texts["report.json"]) == report
    assert names
    for name in names:
        assert name in texts["report.html"]
        assert name in texts["report.csv"]


@pytest.mark.parametrize("created", ["", "yesterday"])
def test_earlier_reports_need_the_time(created: str) -> None:
    report_of([], CRITERIA, created=created)
    with pytest.raises(InvalidValueError):
        report_of([], CRITERIA, created=created, merge=["/no/where"])
