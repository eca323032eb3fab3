# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the playbook linux.tcp.audit on hosts behind SSH, in each way to start it."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.tests.fleet.fleet import ASKED_LIKEWISE, Fleet, wait_until

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.fleet.fleet import Run

    Report = t.Dict[str, t.Any]

# The path of the collection under test: the installed artifact, or this tree.
COLLECTIONS = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH") or Path(__file__).absolute().parents[2] / "collections")
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
REPORTS = ["report.csv", "report.html", "report.json"]
# A line of a host's file. Ansible must not run it, and the page must not contain it as markup.
HARM = "echo 7 >/proc/sys/net/ipv4/tcp_keepalive_probes # {{ lookup('pipe', 'touch HARM') }}{% raw %}</script><b>"

SHORT = "net.ipv4.tcp_keepalive_time = 170\n"
HOLD_CONNECTION = Path(__file__).with_name("hold_connection.py")


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    with Fleet(3, collections=COLLECTIONS) as hosts:
        yield hosts


def audit(fleet: Fleet, *arguments: str, playbook: str = "linux.tcp.audit", **variables: object) -> Run:
    """Run the playbook, by default without the connections."""
    given = {"keepalive_audit_sockets": False, **variables}
    return fleet.run(PLAYBOOK, playbook, "--extra-vars", json.dumps(given), *arguments)


def report_of(folder: Path) -> Report:
    """Return the JSON report. Fail unless the other reports are in the folder too."""
    assert sorted(os.listdir(folder)) == REPORTS
    report: Report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def words(run: Run) -> str:
    """Return the output of a run, without its line breaks and doubled quotes."""
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
def test_no_host_matches(fleet: Fleet, arguments: list[str], pattern: str | list[str]) -> None:
    run = audit(fleet, *arguments, keepalive_hosts=pattern, keepalive_audit_folder="nobody")
    part = pattern if isinstance(pattern, str) else pattern[0]
    assert run.status == 2
    is_empty = arguments == ["--inventory=/dev/null"]
    message = "The inventory has no host: name one" if is_empty else f"'{part}' (keepalive_hosts) matches no host"
    assert message in words(run)
    assert not (fleet.folder / "nobody").exists()


def test_imported_by_a_playbook_that_goes_on(fleet: Fleet) -> None:
    """keepalive_hosts is a list with a host outside the limit. A template of the importing playbook is not used."""
    place = fleet.folder / "site"
    (place / "templates").mkdir(parents=True)
    (place / "templates" / "audit.html.j2").write_text("not this", encoding="utf-8")
    plays = [
        {"ansible.builtin.import_playbook": "linux.tcp.audit", "vars": {"keepalive_audit_limit": 8000}},
        {"hosts": "host02", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": "went on"}}]},
    ]
    (place / "site.yml").write_text(json.dumps(plays), encoding="utf-8")
    given = {"keepalive_hosts": ["host01", "host02"], "keepalive_audit_sockets": True}
    deadline = time.monotonic() + 120
    while True:  # until what Ansible kept open from an earlier test is closed, or covered by a timer of its own
        run = audit(fleet, "--limit=host02,host03", playbook=str(place / "site.yml"), **given)
        assert run.status == 0, run.output
        assert "went on" in run.output
        report = report_of(fleet.folder / "keepalive-audit")
        if report["hosts"][0]["connections"]["share"] == 100 or time.monotonic() > deadline:
            break
    assert [host["name"] for host in report["hosts"]] == ["host02"]
    assert report["criteria"]["limit"] == 8000
    connections = report["hosts"][0]["connections"]  # the connections of Ansible
    assert connections["sockets"] >= 1
    assert connections["share"] == 100, connections
    page = (fleet.folder / "keepalive-audit" / "report.html").read_text(encoding="utf-8")
    assert "<title>Compliant: TCP keepalive audit</title>" in page


def test_connections_that_a_criterion_condemns(fleet: Fleet) -> None:
    """The host has values that the criterion allows. One of its connections has another time."""
    host = fleet["host03"]
    host.write("/etc/sysctl.d/99-tcp-keepalive.conf", SHORT)
    host.write("/root/hold.py", HOLD_CONNECTION.read_text(encoding="utf-8"))
    before = host.values()
    host.run("echo 170 >/proc/sys/net/ipv4/tcp_keepalive_time")
    pid = host.run(
        "python3 /root/hold.py >/root/ready 2>&1 & echo $!; until [ -s /root/ready ]; do sleep 0.05; done"
    ).strip()
    try:
        run = audit(
            fleet,
            "--limit=host03",
            keepalive_audit_sockets=True,
            keepalive_audit_idle_timeout=350,
            keepalive_audit_folder="condemned",
        )
    finally:
        host.run(f"kill {pid}; rm /etc/sysctl.d/99-tcp-keepalive.conf")
        host.run(f"echo {before[0]} >/proc/sys/net/ipv4/tcp_keepalive_time")
    assert run.status == 2, run.output
    (judged,) = report_of(fleet.folder / "condemned")["hosts"]
    reasons = {one["code"]: one["sockets"] for one in judged["connections"]["reasons"]}
    assert reasons["silent_longer_than_path"] == 1
    assert [reason["code"] for reason in judged["reasons"]] == ["idle_timeout"]
    assert judged["reasons"][0]["message"].startswith("1 of ")


def test_first_host_is_out_of_reach_and_inventory_is_peculiar(fleet: Fleet) -> None:
    """The controller writes the reports as this user. The folder keeps its mode."""
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


def test_text_of_hosts_is_never_run(fleet: Fleet) -> None:
    fleet["host03"].write("/etc/rc.local", f"#!/bin/sh\n{HARM}\n", mode=0o755)
    try:
        run = audit(fleet, "--limit=host03", keepalive_audit_folder="harm")
    finally:
        fleet["host03"].run("rm /etc/rc.local")
    assert run.status == 2
    report = report_of(fleet.folder / "harm")
    assert report["hosts"][0]["other_writers"] == [
        {"code": "sets_value", "path": "/etc/rc.local", "line": 2, "text": HARM}
    ]
    assert not list(fleet.folder.rglob("HARM"))
    assert "</script><b>" not in (fleet.folder / "harm" / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def other_namespace(fleet: Fleet) -> t.Iterator[str]:
    """Return the ID, on host01, of a process with a network of its own. Then the host is as before."""
    host = fleet["host01"]
    pid = host.run("unshare --net sleep 3600 >/dev/null 2>&1 </dev/null & echo $!").strip()
    wait_until(lambda: host.run(f"cat /proc/{pid}/comm").strip() == "sleep")
    yield pid
    host.run(f"kill {pid}; rm -f /etc/sysctl.d/99-tcp-keepalive.conf; echo 7200 >/proc/sys/net/ipv4/tcp_keepalive_time")


def test_network_namespaces_are_judged_and_set(fleet: Fleet, other_namespace: str) -> None:
    def look() -> tuple[int, list[str]]:
        run = audit(fleet, "--limit=host01", keepalive_audit_folder="others", keepalive_audit_namespaces=True)
        (host,) = report_of(fleet.folder / "others")["hosts"]
        assert host["namespaces"]["namespaces"] == 1
        return run.status, [reason["message"] for reason in host["reasons"] if reason["code"] == "namespaces"]

    def apply(**variables: object) -> Run:
        given = {"keepalive_time": 600, **variables}
        return fleet.run(PLAYBOOK, "linux.tcp.apply", "--limit=host01", "--extra-vars", json.dumps(given))

    assert apply().status == 0
    assert look() == (2, ["1 of 1 network namespaces have other values than the host: sleep."])
    wanted = [{"pids": [int(other_namespace)]}]
    assert "changed=1 " in apply(keepalive_namespaces=wanted).output
    path = "/proc/sys/net/ipv4/tcp_keepalive_time"
    assert fleet["host01"].run(f"nsenter --target={other_namespace} --net cat {path}").strip() == "600"
    assert look() == (0, [])
    assert "changed=0 " in apply(keepalive_namespaces=wanted).output


def test_reports_are_merged(fleet: Fleet) -> None:
    """One command for each part of the fleet, then a report of files only, which needs no host and no inventory.

    The second part begins with a host that no longer answers: its newest result counts, which is none.
    """
    given = {"keepalive_audit_folder": "parts", "keepalive_audit_merge": "parts"}
    fleet["host03"].write("/etc/rc.local", f"#!/bin/sh\n{HARM}\n", mode=0o755)
    try:
        runs = [audit(fleet, f"--limit={limit}", **given) for limit in ("host01", "host01,host03")]
    finally:
        fleet["host03"].run("rm /etc/rc.local")
    assert [run.status for run in runs] == [0, 2], runs[0].output
    report = report_of(fleet.folder / "parts")
    assert [(host["name"], host["verdict"]) for host in report["hosts"]] == [
        ("host01", "in_order"),
        ("host03", "not_in_order"),
    ]
    assert report["totals"]["earlier"]["hosts"] == 0  # both were asked
    run = audit(fleet, "--limit=host02", **given)
    assert "Of earlier audits: 2 hosts, the oldest of " in words(run)
    assert (fleet.folder / "parts" / "site.json").write_text('{"version": 2, "hosts": [{"name": "{{ 7 * 7 }}"}]}')
    merged: Report = {
        "keepalive_audit_merge": ["parts"],
        "keepalive_audit_merge_only": True,
        "keepalive_audit_limit": 60,
    }
    run = audit(fleet, "--inventory=/dev/null", keepalive_audit_folder="whole", **merged)
    assert run.status == 2
    assert "TASK [Gather the values]" not in run.output
    whole = report_of(fleet.folder / "whole")
    assert [host["name"] for host in whole["hosts"]] == ["host01", "host02", "host03"]
    assert whole["totals"]["earlier"] == {
        "hosts": 3,
        "oldest": min(host["asked"] for host in whole["hosts"]),
        "reports": 2,
        "problems": 1,
    }
    assert whole["totals"]["reasons"] == {"other_writer": 1, "detection_time": 3}
    assert whole["hosts"][2]["other_writers"][0]["text"] == HARM
    assert "1 of 2 earlier reports cannot be read in full" in words(run)
    assert not list(fleet.folder.rglob("HARM"))


def test_variables_of_the_inventory(fleet: Fleet) -> None:
    """All are read for the group all, those of keywords of plays too. One of a host is refused, not ignored."""
    inventory = json.loads(fleet.inventory.read_text(encoding="utf-8"))
    inventory["all"]["vars"] = {
        "keepalive_hosts": "host02",
        "keepalive_audit_become": False,
        "ansible_become_exe": "/x",
    }
    (fleet.folder / "given.json").write_text(json.dumps(inventory), encoding="utf-8")
    run = audit(fleet, "--inventory=given.json", keepalive_audit_folder="given")
    assert run.status == 0, run.output
    assert [host["name"] for host in report_of(fleet.folder / "given")["hosts"]] == ["host02"]
    inventory["all"]["hosts"]["host02"]["keepalive_audit_limit"] = 60
    (fleet.folder / "given.json").write_text(json.dumps(inventory), encoding="utf-8")
    run = audit(fleet, "--inventory=given.json", keepalive_audit_folder="refused")
    assert run.status == 2
    assert "keepalive_audit_limit is '60' for host02 and None for the playbook: give one value for all" in words(run)
    assert not (fleet.folder / "refused").exists()


def test_reports_cannot_be_written(fleet: Fleet) -> None:
    """The playbook fails before it gathers from any host."""
    run = audit(fleet, keepalive_audit_folder="/proc/keepalive")
    assert run.status == 2
    assert "TASK [Create the folder of the reports, keepalive_audit_folder]" in run.output
    assert "creating /proc/keepalive as requested" in words(run)
    assert "TASK [Gather the values]" not in run.output


def test_invalid_criteria(fleet: Fleet) -> None:
    run = audit(fleet, keepalive_audit_covered="most", keepalive_audit_folder="senseless")
    assert run.status == 2
    assert "keepalive_audit_covered is 'most': give per cent, a number from 0 to 100" in words(run)
    assert "TASK [Gather the values]" not in run.output
    assert not (fleet.folder / "senseless").exists()
