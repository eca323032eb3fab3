# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook linux.tcp.audit in the ways in which it is started, on hosts behind SSH."""

from __future__ import annotations

import json
import os
import stat
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.tests.fleet.fleet import ASKED_LIKEWISE, Fleet

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.fleet.fleet import Run

    Report = t.Dict[str, t.Any]

# Where the collection is that is tested: what users get, or this tree.
COLLECTIONS = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH") or Path(__file__).absolute().parents[2] / "collections")
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
REPORTS = ["report.csv", "report.html", "report.json"]
# What a line of a host's file must not be able to do to Ansible, the page or a spreadsheet.
HARM = "echo 7 >/proc/sys/net/ipv4/tcp_keepalive_probes # {{ lookup('pipe', 'touch HARM') }}{% raw %}</script><b>"


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    with Fleet(3, collections=COLLECTIONS) as hosts:
        yield hosts


def audit(fleet: Fleet, *arguments: str, playbook: str = "linux.tcp.audit", **variables: object) -> Run:
    """Run the playbook, without looking at connections unless this is given."""
    given = {"keepalive_audit_sockets": False, **variables}
    return fleet.run(PLAYBOOK, playbook, "--extra-vars", json.dumps(given), *arguments)


def report_of(folder: Path) -> Report:
    """Return the report, and insist that the others are beside it."""
    assert sorted(os.listdir(folder)) == REPORTS
    report: Report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def words(run: Run) -> str:
    """Return what a run printed, however its lines are broken and its quotes are doubled."""
    return " ".join(run.output.split()).replace("''", "'")


@pytest.mark.parametrize(
    ("arguments", "pattern"),
    [
        pytest.param(["--limit=host02"], "host01", id="a limit that leaves none of them"),
        pytest.param([], "nobody", id="a pattern", marks=pytest.mark.test_all(ASKED_LIKEWISE)),
        pytest.param(
            ["--inventory=/dev/null"], "all", id="an empty inventory", marks=pytest.mark.test_all(ASKED_LIKEWISE)
        ),
        pytest.param([], ["host0[7:9]", "!host01"], id="a list", marks=pytest.mark.test_all(ASKED_LIKEWISE)),
    ],
)
def test_an_audit_of_nobody_fails(fleet: Fleet, arguments: list[str], pattern: str | list[str]) -> None:
    run = audit(fleet, *arguments, keepalive_hosts=pattern, keepalive_audit_folder="nobody")
    told = ",".join([pattern] if isinstance(pattern, str) else pattern)
    assert run.status == 2
    assert f"Nothing was done: '{told}' (keepalive_hosts) matches no host" in words(run)
    assert not (fleet.folder / "nobody").exists()


def test_imported_by_a_playbook_that_goes_on(fleet: Fleet) -> None:
    """The hosts are a list, some of it outside of the limit; what the playbook has of its own is not in the way."""
    place = fleet.folder / "site"
    (place / "templates").mkdir(parents=True)
    (place / "templates" / "audit.html.j2").write_text("not this", encoding="utf-8")
    plays = [
        {"ansible.builtin.import_playbook": "linux.tcp.audit", "vars": {"keepalive_audit_limit": 8000}},
        {"hosts": "host02", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": "went on"}}]},
    ]
    (place / "site.yml").write_text(json.dumps(plays), encoding="utf-8")
    given = {"keepalive_hosts": ["host01", "host02"], "keepalive_audit_sockets": True}
    run = audit(fleet, "--limit=host02,host03", playbook=str(place / "site.yml"), **given)
    assert run.status == 0, run.output
    assert "went on" in run.output
    report = report_of(fleet.folder / "keepalive-audit")
    assert [host["name"] for host in report["hosts"]] == ["host02"]
    assert report["criteria"]["limit"] == 8000
    connections = report["hosts"][0]["connections"]  # those by which Ansible asks
    assert connections["sockets"] >= 1
    assert connections["share"] == 100
    page = (fleet.folder / "keepalive-audit" / "report.html").read_text(encoding="utf-8")
    assert "<title>In order: TCP keepalive audit</title>" in page


def test_first_host_is_out_of_reach_and_inventory_is_peculiar(fleet: Fleet) -> None:
    """The reports are written here, as this user, into a folder that keeps its mode."""
    place = fleet.folder / "peculiar"
    place.mkdir(mode=0o700)
    inventory = json.loads(fleet.inventory.read_text(encoding="utf-8"))
    inventory["all"]["hosts"]["localhost"] = {"ansible_connection": "ssh", "ansible_host": "10.0.250.1"}
    inventory["all"]["vars"] = {
        "ansible_become": True,
        "ansible_become_user": "nobody",
        "ansible_become_exe": "/no/sudo",
    }
    (fleet.folder / "peculiar.json").write_text(json.dumps(inventory), encoding="utf-8")
    fleet["host01"].disconnect()
    try:
        run = audit(fleet, "--inventory=peculiar.json", "--limit=host01,host02", keepalive_audit_folder="peculiar")
    finally:
        fleet["host01"].connect()
    assert run.status == 2
    report = report_of(place)
    assert [host["reasons"][0]["code"] for host in report["hosts"]] == ["unreachable", "failed"]
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_what_hosts_say_is_never_run(fleet: Fleet) -> None:
    fleet["host03"].write("/etc/rc.local", f"#!/bin/sh\n{HARM}\n", mode=0o755)
    try:
        run = audit(fleet, "--limit=host03", keepalive_audit_folder="harm")
    finally:
        fleet["host03"].run("rm /etc/rc.local")
    assert run.status == 2
    report = report_of(fleet.folder / "harm")
    assert report["hosts"][0]["other_writers"] == [{"path": "/etc/rc.local", "line": 2, "text": HARM}]
    assert not list(fleet.folder.rglob("HARM"))
    assert "</script><b>" not in (fleet.folder / "harm" / "report.html").read_text(encoding="utf-8")


def test_reports_cannot_be_written(fleet: Fleet) -> None:
    """Nobody is asked in vain."""
    run = audit(fleet, keepalive_audit_folder="/proc/keepalive")
    assert run.status == 2
    assert "TASK [Create the folder of the reports, keepalive_audit_folder]" in run.output
    assert "creating /proc/keepalive as requested" in words(run)
    assert "TASK [Ask for the values]" not in run.output


def test_criteria_that_make_no_sense(fleet: Fleet) -> None:
    run = audit(fleet, keepalive_audit_covered="most", keepalive_audit_folder="senseless")
    assert run.status == 2
    assert "keepalive_audit_covered is 'most': give per cent, a number from 0 to 100" in words(run)
    assert "TASK [Ask for the values]" not in run.output
    assert not (fleet.folder / "senseless").exists()
