# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reports of an audit, from what Ansible registered for each host."""

from __future__ import annotations

import json
import sys
import typing as t
from unittest import mock

import pytest

if sys.version_info < (3, 10):
    pytest.skip("no controller has this Python", allow_module_level=True)

from ansible_collections.linux.tcp.plugins.action import keepalive_report
from ansible_collections.linux.tcp.tests.browser.fleet import small_fleet
from ansible_collections.linux.tcp.tests.unit.unreadable import Unreadable

if t.TYPE_CHECKING:
    from pathlib import Path

Result = t.Dict[str, t.Any]
NOW = "2026-01-31T12:00:00Z"
NAME, INFO, SOCKETS = small_fleet()[0]


def act(place: Path, known: Result, *, hostvars: Result | None = None, **options: t.Any) -> Result:
    """Run the action for one host, with what is known of it."""
    task = mock.MagicMock(args={"hosts": [NAME], "folder": str(place), "created": NOW, **options}, async_val=0)
    arguments = [mock.MagicMock()] * 5
    action = keepalive_report.ActionModule(task, *arguments)
    result: Result = action.run(task_vars={"hostvars": {NAME: known} if hostvars is None else hostvars})
    return result


def read(folder: Path) -> Result:
    report: Result = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def test_reports_are_written(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text("of an earlier audit", encoding="utf-8")
    done = act(tmp_path, {"__keepalive_info": INFO, "__keepalive_sockets": SOCKETS}, limit="", merge=[])
    report = read(tmp_path)
    assert (done["in_order"], done["summary"], done["changed"]) == (True, report["summary"], False)
    assert [host["name"] for host in report["hosts"]] == [NAME]
    assert report["created"] == NOW
    assert (tmp_path / "report.csv").read_text(encoding="utf-8").startswith("host,")
    assert f">{NAME}</th>" in (tmp_path / "report.html").read_text(encoding="utf-8").replace("<wbr>", "")
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == dict.fromkeys(
        ("report.html", "report.csv", "report.json"), 0o644
    )


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"now": "x", "lookup": "y", "distribution": "z"}, None, id="nothing that is called"),
        pytest.param({"__keepalive_info": INFO}, "failed", id="the name of a result"),
        pytest.param({"omit": 10**9}, "failed", id="the value that leaves an option out"),
    ],
)
def test_facts_of_a_host(tmp_path: Path, facts: Result, code: str | None) -> None:
    act(tmp_path, {**facts, "ansible_facts": facts, "__keepalive_info": INFO, "__keepalive_sockets": SOCKETS})
    assert [reason["code"] for reason in read(tmp_path)["hosts"][0]["reasons"]] == ([code] if code else [])


@pytest.mark.parametrize("error", [RecursionError("too deep"), ValueError("\x9b31m")], ids=["too deep", "any"])
@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda hosts, error: Unreadable(hosts, error, "b"), id="variables"),
        pytest.param(
            lambda hosts, error: {
                **hosts,
                "b": Unreadable({**hosts["b"], "ansible_facts": {}}, error, "ansible_facts"),
            },
            id="facts",
        ),
        pytest.param(
            lambda hosts, error: {**hosts, "b": Unreadable(hosts["b"], error, "__keepalive_info")}, id="a result"
        ),
    ],
)
def test_a_host_whose_results_cannot_be_read_has_failed(
    tmp_path: Path, broken: t.Callable[[Result, Exception], Result], error: Exception
) -> None:
    known = {"__keepalive_info": INFO, "__keepalive_sockets": SOCKETS}
    hostvars = broken({NAME: known, "b": dict(known)}, error)
    assert act(tmp_path, {}, hostvars=hostvars, hosts=[NAME, "b"])["in_order"] is False
    reasons = {host["name"]: host["reasons"] for host in read(tmp_path)["hosts"]}
    assert reasons[NAME] == []
    (reason,) = reasons["b"]
    cause = "too deep" if isinstance(error, RecursionError) else "\\x9b31m"
    assert (reason["code"], cause in reason["message"]) == ("failed", True)
    assert "it gave no answer that can be read" in reason["message"]


def test_host_that_was_not_asked(tmp_path: Path) -> None:
    assert act(tmp_path, {})["in_order"] is False


def test_earlier_reports_are_read_once(tmp_path: Path) -> None:
    act(tmp_path, {"__keepalive_info": INFO, "__keepalive_sockets": SOCKETS})
    with mock.patch.object(json, "loads", wraps=json.loads) as loads:
        act(tmp_path, {}, hosts=[], merge=[str(tmp_path / "report.json")])
    assert loads.call_count == 1
    assert read(tmp_path)["hosts"][0]["report"] == str(tmp_path / "report.json")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"limit": "5 min"}, "keepalive_audit_limit is '5 min': give seconds, ", id="a criterion"),
        pytest.param({"folder": "/no/where"}, "/no/where/report.html cannot be written: No such file", id="no folder"),
    ],
)
def test_refused(tmp_path: Path, options: Result, message: str) -> None:
    refused = act(tmp_path, {}, **options)
    assert refused["failed"]
    assert refused["msg"].startswith(message)
    assert not list(tmp_path.iterdir())


def test_results_are_not_lost(tmp_path: Path) -> None:
    """Where a host has put a report of its own beside that of the audit, only what it says of itself counts."""
    folder = tmp_path / "audit"
    folder.mkdir()
    act(folder, {"__keepalive_info": INFO, "__keepalive_sockets": SOCKETS})
    theirs = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    theirs["hosts"][0]["name"] = "a"
    (folder / "a.json").write_text(json.dumps(theirs), encoding="utf-8")
    before = read(folder)
    refused = act(folder, {}, hosts=[], merge=[str(folder)])
    assert refused["msg"] == (
        f"{folder}/report.json is not replaced, because results would be lost: it has results of other hosts ({NAME}), "
        f"and 1 are left out: in a folder where files are named after hosts each counts for the host of its name only. "
        f"Give reports of several hosts a folder of their own. Nothing was changed."
    )
    assert read(folder) == before
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    act(elsewhere, {}, hosts=[], merge=[str(folder)])
    assert [host["name"] for host in read(elsewhere)["hosts"]] == ["a"]


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    assert act(tmp_path, {})["msg"] == (
        f"{tmp_path}/report.html cannot be written: Is a directory. Make the folder {tmp_path} on the controller "
        f"writable for your user, and make room on its disk, or give another keepalive_audit_folder. "
        f"Nothing was changed."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
