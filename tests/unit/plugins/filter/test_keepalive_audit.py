# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.linux.tcp.plugins.filter.keepalive_audit import FilterModule
from ansible_collections.linux.tcp.tests.browser.fleet import ATTACKS, TEMPLATE, hostile_fleet, small_fleet

audit = FilterModule().filters()["keepalive_audit"]
PAGE = TEMPLATE.read_text(encoding="utf-8")


def test_the_reports_tell_of_the_same_hosts() -> None:
    texts = audit(small_fleet(), template=PAGE, created="2026-01-31T12:00:00Z", limit="1800")
    report = json.loads(texts["report.json"])
    names = [host["name"] for host in report["hosts"]]
    assert names == sorted(name for name, _info, _sockets in small_fleet())
    assert [line.split(",")[0] for line in texts["report.csv"].splitlines()] == ["host", *names]
    assert all(f">{name}</th>" in texts["report.html"] for name in names)
    assert "2026-01-31 12:00:00 UTC" in texts["report.html"]


def test_what_is_right_reads_so() -> None:
    texts = audit(small_fleet()[:1], template=PAGE, created="2026-01-31T12:00:00Z")
    assert "<title>Compliant: TCP keepalive audit</title>" in texts["report.html"]
    assert json.loads(texts["report.json"])["in_order"] is True


@pytest.mark.parametrize(
    ("facts", "in_order"),
    [
        pytest.param([], True, id="not given"),
        pytest.param([["distribution"]], True, id="of other names"),
        pytest.param([["__keepalive_info", "distribution"]], False, id="of the name of a result"),
    ],
)
def test_a_host_does_not_answer_by_its_facts(facts: list[list[str]], in_order: bool) -> None:
    host = (*small_fleet()[0], *facts)
    report = json.loads(audit([host], template=PAGE, created="x")["report.json"])
    assert report["in_order"] is in_order


def test_hosts_add_nothing_but_text_to_the_page() -> None:
    page = audit(hostile_fleet(), template=PAGE, created="x")["report.html"]
    assert page.count("<script") == PAGE.count("<script")
    assert page.count("</script") == PAGE.count("</script")
    assert not any(attack in page for attack in ATTACKS if "<" in attack or '"' in attack)
    assert "{{ 7 * 7 }}" in page


def test_options_that_make_no_sense() -> None:
    with pytest.raises(AnsibleFilterError, match=r"^keepalive_audit_limit is '5 min': give seconds, "):
        audit([], template="", created="", limit="5 min")
