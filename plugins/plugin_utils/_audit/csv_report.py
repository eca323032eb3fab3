# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the report of an audit as CSV (RFC 4180)."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import csv
import io
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import Result

COLUMNS = (
    "host",
    "verdict",
    "reasons",
    *(f"running_{key}" for key in KEYS),
    *(f"boot_{key}" for key in KEYS),
    *(f"boot_{key}_source" for key in KEYS),
    "loader",
    "drift",
    "detection_time",
    "boot_detection_time",
    "other_writers",
    "connections",
    "connections_covered",
    "connections_covered_share",
    "namespaces",
    "namespaces_differ",
    "namespaces_unknown",
    "namespaces_different",
    "asked",
    "report",
)
# Where a spreadsheet takes text for a formula: at the beginning of a cell, behind blanks and quotes too, also in full
# width. Where another character than the comma separates cells, such as a semicolon, a cell begins behind each of it.
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def as_csv(report: Result) -> str:
    """Return the report as a table with one line for each host (RFC 4180).

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for host in report["hosts"]:
        writer.writerow({name: _harmless(value) for name, value in _row(host).items()})
    return out.getvalue()


def _row(host: Result) -> dict[str, str | int | float | None]:
    boot, connections, namespaces = host["boot"], host["connections"] or {}, host["namespaces"] or {}
    return {
        "host": host["name"],
        "verdict": host["verdict"],
        "reasons": " | ".join(reason["message"] for reason in host["reasons"]),
        **{f"running_{key}": host["runtime"][key] for key in KEYS},
        **{f"boot_{key}": boot["values"][key] for key in KEYS},
        **{f"boot_{key}_source": _place(boot["sources"][key]) for key in KEYS},
        "loader": boot["loader"],
        "drift": " ".join(host["drift"]),
        "detection_time": host["detection_time"],
        "boot_detection_time": host["boot_detection_time"],
        "other_writers": " | ".join(map(_place, host["other_writers"])),
        "connections": connections.get("sockets"),
        "connections_covered": connections.get("covered"),
        "connections_covered_share": connections.get("share"),
        "namespaces": namespaces.get("namespaces"),
        "namespaces_differ": namespaces.get("differ"),
        "namespaces_unknown": namespaces.get("unknown"),
        "namespaces_different": " | ".join(one["label"] for one in namespaces.get("different", ())),
        "asked": host["asked"],
        "report": host["report"],
    }


def _place(source: Result | None) -> str:
    return f"{source['path']} line {source['line']}" if source else ""


def _harmless(value: str | float | None) -> str | float | None:
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value
