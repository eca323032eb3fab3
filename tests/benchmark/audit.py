# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure an audit that merges the reports of a large fleet: its time, its memory and the size of its reports.

No host is needed: reports of parts of the fleet are written first, as earlier audits would have left them.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.browser.fleet import large_fleet, render

ROOT = Path(__file__).absolute().parents[2]
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
REPORTS = ("report.html", "report.json", "report.csv")


def write_part(folder: Path, number: int, hosts: int) -> None:
    """Write the JSON report of one part of the fleet."""
    fleet = [(f"part{number:03}-{name}", *results) for name, *results in large_fleet(hosts)]
    created = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    texts = render(fleet, created=created)
    (folder / f"part{number:03}.json").write_text(texts["report.json"], encoding="utf-8")


def merge(parts: Path, folder: Path) -> t.Iterator[tuple[str, str]]:
    """Yield what an audit of all reports in a folder costs: what it is, and how much."""
    given = {"keepalive_audit_merge": str(parts), "keepalive_audit_merge_only": True, "keepalive_audit_limit": 1800}
    variables = json.dumps({**given, "keepalive_audit_folder": str(folder)})
    begin = time.monotonic()
    done = subprocess.run(
        [PLAYBOOK, "linux.tcp.audit", "--inventory=/dev/null", "--extra-vars", variables],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={"ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), **os.environ},
        text=True,
    )
    seconds = time.monotonic() - begin
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    if done.returncode != 2 or report["totals"]["earlier"]["problems"]:  # the fleet is not compliant
        raise SystemExit(done.stdout + done.stderr)
    yield "hosts", str(report["totals"]["hosts"])
    yield "reports", str(report["totals"]["earlier"]["reports"])
    yield "seconds", f"{seconds:.1f}"
    used = resource.getrusage(resource.RUSAGE_CHILDREN)  # of Ansible and all its workers; memory of the largest one
    yield "processor seconds", f"{used.ru_utime + used.ru_stime:.1f}"
    yield "MiB of memory", str(used.ru_maxrss >> 10)
    for name in REPORTS:
        yield f"MiB of {name}", f"{(folder / name).stat().st_size / (1 << 20):.1f}"


def main() -> None:
    """Measure once, and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=500, help="hosts in each report (default: %(default)s)")
    parser.add_argument("--reports", type=int, default=20, help="(default: %(default)s)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        parts = Path(name) / "parts"
        parts.mkdir()
        for number in range(given.reports):
            write_part(parts, number, given.hosts)
        for what, figure in merge(parts, Path(name) / "whole"):
            print(f"{what:<20} {figure:>8}")


if __name__ == "__main__":
    main()
