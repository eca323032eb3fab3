# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge a fleet once, and render its reports."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import json
import typing as t

from ansible_collections.linux.tcp.plugins.plugin_utils._audit.csv_report import as_csv
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.earlier import (
    REPORT,
    as_data,
    counting,
    moment_of,
    read_reports,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import AuditedHost
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.judge import judge
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.page import as_page

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria

    Report = t.Dict[str, t.Any]


def report_of(
    results: t.Iterable[t.Sequence[t.Any]],
    criteria: Criteria,
    *,
    created: str,
    merge: t.Sequence[str] = (),
    folder: str = "",
) -> Report:
    """Return what report.json has: the verdict about hosts, for each its name and the arguments of from_results().

    :raises InvalidValueError: where earlier reports are merged, and ``created`` is no time, or results are left out of
        the report that is to be replaced in ``folder``.
    """
    earlier = read_reports(merge, now=moment_of(created), folder=folder) if merge else []
    asked = [AuditedHost.from_results(str(name), *found) for name, *found in results]
    return judge(counting(earlier, asked, criteria), criteria, created=created, earlier=as_data(earlier))


def texts_of(report: Report, template: str) -> t.Iterator[tuple[str, str]]:
    """Yield each report's file name and text, one after the other for their size; ``template`` is that of the page."""
    yield "report.html", as_page(report, template)
    yield "report.csv", as_csv(report)
    yield REPORT, json.dumps(report, indent=2, sort_keys=True) + "\n"
