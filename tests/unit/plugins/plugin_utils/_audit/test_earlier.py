# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of earlier audits: each host is judged as if it had been asked now, and no file ends the report."""

from __future__ import annotations

import json
import os
import tracemalloc
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._audit import earlier
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.earlier import (
    EarlierReport,
    counting,
    moment_of,
    paths_given,
    read_reports,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import AuditedHost
from ansible_collections.linux.tcp.tests.browser.fleet import TEMPLATE, render, small_fleet
from ansible_collections.linux.tcp.tests.unit.plugins.plugin_utils._audit.test_results import (
    INFOS,
    JSON,
    NAMESPACES,
    SOCKETS,
)
from ansible_collections.linux.tcp.tests.unit.results import info, namespace, namespaces, sockets

Result = t.Dict[str, t.Any]
PAGE = TEMPLATE.read_text(encoding="utf-8")
BEFORE, NOW = "2026-01-31T11:00:00Z", "2026-01-31T12:00:00Z"
EARLY = "2026-01-30T12:00:00Z"
BAD = info(boot=(7200, 60, 20))
GOOD = ("a", info(), sockets(3, 0), (), namespaces(namespace(same=True)))


def audit(*fleet: tuple[t.Any, ...], created: str = NOW, merge: object = None, **options: t.Any) -> Result:
    texts = render(fleet, created=created, merge=paths_given("merge", merge), **options)
    report: Result = json.loads(texts["report.json"])
    return report


def write(path: Path, report: object) -> str:
    path.write_text(json.dumps(report), encoding="utf-8")
    return str(path)


@pytest.fixture
def known() -> Result:
    """Return the report of an audit of one host, one hour before."""
    return audit(GOOD, created=BEFORE)


def test_hosts_join_each_with_its_time(tmp_path: Path, known: Result) -> None:
    path = write(tmp_path / "report.json", known)
    texts = render([("b", info(), {})], template=PAGE, created=NOW, merge=[path])
    report = json.loads(texts["report.json"])
    assert [(host["name"], host["asked"], host["verdict"]) for host in report["hosts"]] == [
        ("a", BEFORE, "in_order"),
        ("b", NOW, "in_order"),
    ]
    assert report["in_order"]
    assert report["totals"]["earlier"] == {"hosts": 1, "oldest": BEFORE, "reports": 1, "problems": 0}
    assert report["earlier"] == [{"path": path, "hosts": 1, "problems": []}]
    assert [line.split(",")[-2:] for line in texts["report.csv"].splitlines()] == [
        ["asked", "report"],
        [BEFORE, path],
        [NOW, ""],
    ]
    assert texts["report.html"].count("2026-01-31 11:00:00 UTC") == 2  # the oldest of all, and the host's


@pytest.mark.parametrize(
    ("criteria", "code"),
    [
        pytest.param({"limit": 600}, "detection_time", id="limit"),
        pytest.param({"idle_timeout": 600}, "idle_timeout", id="idle timeout"),
        pytest.param({"max_age": 3599}, "outdated", id="age"),
        pytest.param({"max_age": 3600}, None, id="just not too old"),
        pytest.param({"covered": 100, "namespaces": True}, None, id="all that is asked for"),
    ],
)
def test_hosts_are_judged_by_the_criteria_of_this_audit(
    tmp_path: Path, known: Result, criteria: Result, code: str | None
) -> None:
    known["hosts"][0].update(verdict="in_order", drift=["time"], detection_time=1, reasons=[{"code": "x"}])
    (host,) = audit(merge=write(tmp_path / "report.json", known), **criteria)["hosts"]
    assert [reason["code"] for reason in host["reasons"]] == ([code] if code else [])


@pytest.mark.parametrize(
    ("strict", "covered", "notes"),
    [
        pytest.param(False, None, ["x", "It is gone after a reboot.", "The connections could not be read: y"], id="no"),
        pytest.param(True, 50, ["It is gone after a reboot."], id="stricter"),
    ],
)
def test_notes_follow_from_the_criteria_of_this_audit(
    tmp_path: Path, strict: bool, covered: int | None, notes: list[str]
) -> None:
    doubt = {"code": "hidden_credential", "path": None, "line": None, "message": "x"}
    report = audit(("a", info(doubts=[doubt]), {"failed": True, "msg": "y"}), created=BEFORE)
    merged = audit(merge=write(tmp_path / "report.json", report), strict=strict, covered=covered)
    assert merged["hosts"][0]["notes"] == notes


@given(first=INFOS, second=SOCKETS, third=NAMESPACES)
def test_what_is_stored_of_a_host_is_all_that_is_judged(
    tmp_path_factory: pytest.TempPathFactory, first: Result, second: Result, third: object
) -> None:
    fleet: list[tuple[t.Any, ...]] = [*small_fleet(), ("liar", first, second, (), third)]
    criteria: Result = {"limit": 1800, "idle_timeout": 900, "covered": 60, "namespaces": True}
    report = audit(*fleet, created=BEFORE, **criteria)
    path = write(tmp_path_factory.getbasetemp() / "whole.json", report)
    again = audit(merge=[path], **criteria)
    assert again["hosts"] == [{**host, "report": path} for host in report["hosts"]]
    assert again["totals"] == {**report["totals"], "earlier": again["totals"]["earlier"]}
    assert again["totals"]["earlier"]["hosts"] == len(fleet)


@given(
    place=st.sampled_from(["", "version", "hosts", "hosts.0", *(f"hosts.0.{key}" for key in audit(GOOD)["hosts"][0])]),
    value=JSON,
)
def test_a_report_with_anything_in_it_ends_nothing(
    tmp_path_factory: pytest.TempPathFactory, place: str, value: object
) -> None:
    report: t.Any = {"report": audit(GOOD, created=BEFORE)}
    *folders, last = ["report", *filter(None, place.split("."))]
    node = report
    for key in folders:
        node = node[int(key) if key == "0" else key]
    node[int(last) if last == "0" else last] = value
    path = write(tmp_path_factory.getbasetemp() / "any.json", report["report"])
    texts = render([("b", info(), {})], template=PAGE, created=NOW, merge=[path])
    merged = json.loads(texts["report.json"])
    assert [host["verdict"] for host in merged["hosts"] if host["name"] == "b"] == ["in_order"]
    assert texts["report.html"].count("<script") == PAGE.count("<script")


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        pytest.param("name", "", "hosts[0] has an empty name", id="no name"),
        pytest.param("name", 5, "hosts[0].name is not a text", id="a number for a name"),
        pytest.param("asked", None, "hosts[0].asked is not a text", id="no time"),
        pytest.param(
            "asked",
            "yesterday",
            "hosts[0] (a) has no valid asked: 'yesterday' is no time such as 2026-01-31T12:00:00Z.",
            id="another form of time",
        ),
        pytest.param(
            "asked",
            "2026-01-31T12:05:01Z",
            "hosts[0] (a) was asked at 2026-01-31T12:05:01Z, which is later than now: check the clocks of the machines",
            id="the future",
        ),
    ],
)
def test_host_without_name_or_time_is_a_problem_of_its_file(
    tmp_path: Path, known: Result, key: str, value: object, problem: str
) -> None:
    known["hosts"][0][key] = value
    report = audit(("b", info(), {}), merge=write(tmp_path / "report.json", known))
    assert [host["name"] for host in report["hosts"]] == ["b"]
    assert [one["problems"] for one in report["earlier"]] == [[problem]]
    assert not report["in_order"]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param("runtime", {}, "hosts[0].runtime has no time", id="a value"),
        pytest.param("boot", "x", "hosts[0].boot is not a mapping", id="the boot"),
        pytest.param("trouble", {"code": "x", "message": ""}, "hosts[0] has a trouble that is none of ", id="trouble"),
        pytest.param(
            "connections",
            {"sockets": 1, "covered": 9, "not_covered": 0, "unknown": 0},
            "hosts[0].connections has counts that do not add up",
            id="connections",
        ),
        pytest.param(
            "namespaces",
            {"namespaces": 1, "differ": 1, "unknown": 1, "different": [], "unreadable": []},
            "hosts[0].namespaces has counts that do not add up",
            id="namespaces",
        ),
    ],
)
def test_host_whose_values_are_wrong_gave_no_answer(
    tmp_path: Path, known: Result, key: str, value: object, message: str
) -> None:
    """It is named with its file, and is not passed over in silence."""
    known["hosts"][0][key] = value
    path = write(tmp_path / "report.json", known)
    (host,) = audit(merge=[path])["hosts"]
    assert (host["name"], host["verdict"], host["asked"]) == ("a", "no_answer", BEFORE)
    assert host["reasons"][0]["code"] == "invalid_result"
    assert host["reasons"][0]["message"].startswith(f"It gave a result that is not valid: {path}: {message}")


@pytest.mark.parametrize("wanted", [False, True], ids=["not judged", "judged"])
def test_report_of_an_audit_that_did_not_ask_for_namespaces(tmp_path: Path, known: Result, wanted: bool) -> None:
    for name in ("namespaces", "namespaces_trouble"):
        del known["hosts"][0][name]
    (host,) = audit(merge=write(tmp_path / "report.json", known), namespaces=wanted)["hosts"]
    text = "The network namespaces could not be read: it was not asked for"
    assert [reason["message"] for reason in host["reasons"]] == ([text] if wanted else [])


@pytest.mark.parametrize("wanted", [False, True], ids=["not judged", "judged"])
def test_namespaces_that_could_not_be_read_then(tmp_path: Path, wanted: bool) -> None:
    report = audit(("a", info(), {}, (), {"failed": True, "msg": "y"}), created=BEFORE, namespaces=not wanted)
    (host,) = audit(merge=write(tmp_path / "report.json", report), namespaces=wanted)["hosts"]
    text = "The network namespaces could not be read: y"
    assert [reason["message"] for reason in host["reasons"]] == ([text] if wanted else [])
    assert (text in host["notes"]) is not wanted


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        pytest.param(Path.mkdir, "has no report: no file *.json, and no */report.json", id="an empty folder"),
        pytest.param(make_pipe, "is no JSON report of linux.tcp.audit: it is no regular file", id="a pipe"),
        pytest.param(lambda path: path.symlink_to("nowhere"), "cannot be read: No such file or directory", id="a link"),
        pytest.param(
            lambda path: path.write_bytes(b"\xff"), "is no JSON report of linux.tcp.audit: 'utf-8' codec", id="binary"
        ),
        pytest.param(
            lambda path: path.write_text("[1"), "is no JSON report of linux.tcp.audit: Expecting ',' delim", id="cut"
        ),
        pytest.param(
            lambda path: path.write_text("9" * 5000), "is no JSON report of linux.tcp.audit: ", id="a huge number"
        ),
        pytest.param(
            lambda path: path.write_text("[" * 100_000), "is no JSON report: its lists and mappings are", id="deep"
        ),
        pytest.param(
            lambda path: path.write_text("[]"),
            "is no JSON report of linux.tcp.audit: it has no version, or no list of hosts",
            id="a list",
        ),
        pytest.param(
            lambda path: path.write_text('{"version": 1, "hosts": []}'),
            "is no JSON report of linux.tcp.audit: its version is 1 and not 2: audit with the same release",
            id="another version",
        ),
    ],
)
def test_file_that_cannot_be_read_counts_against_the_fleet(
    tmp_path: Path, make: t.Callable[[Path], object], problem: str
) -> None:
    path = tmp_path / "x\x1b.json"
    make(path)
    report = audit(GOOD, merge=[str(path)])
    (found,) = report["earlier"]
    assert found["path"] == str(path).replace("\x1b", "\\x1b")
    assert found["problems"][0].startswith(problem)
    assert (report["in_order"], report["totals"]["in_order"]) == (False, 1)


def test_page_names_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "<b>.json"
    path.write_text("[]")
    page = render([GOOD], template=PAGE, created=NOW, merge=[str(path)])["report.html"]
    assert "Not compliant:</span> 1 earlier report</h1>" in page
    assert "1 of 1 earlier reports cannot be read in full, so hosts may be missing here:" in page
    assert "&lt;b&gt;.json</code>: is no JSON report of linux.tcp.audit: it has no version, or no list of hosts" in page


def test_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.touch()
    os.truncate(path, (64 << 20) + 1)  # it takes no room
    (found,) = audit(GOOD, merge=str(path))["earlier"]
    assert found["problems"] == ["is no JSON report of linux.tcp.audit: it has more than 64 MiB"]


@pytest.mark.parametrize(
    ("start", "value", "times", "problem"),
    [
        pytest.param("", "[],", 1_600_000, "it has more than 3000000 values", id="lists"),
        pytest.param("", '{"a":1},', 1_600_000, "it has more than 3000000 values", id="mappings"),
        pytest.param("", "1,", 3_100_000, "it has more than 3000000 values", id="numbers"),
        pytest.param(
            "\U0001f600",
            "x",
            17 << 20,
            "it has more than 16 MiB, and characters that are not ASCII, as no report has",
            id="wide characters",
        ),
    ],
)
def test_file_that_would_cost_much_memory(tmp_path: Path, start: str, value: str, times: int, problem: str) -> None:
    path = tmp_path / "dense.json"
    path.write_text(f'{{"version": 2, "hosts": ["{start}", {value * times}1]}}', encoding="utf-8")
    tracemalloc.start()
    try:
        (found,) = read_reports([str(path)], now=moment_of(NOW))
        _size, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.problems == (f"is no JSON report of linux.tcp.audit: {problem}",)
    assert peak < 70 << 20  # the largest file, and little more


def test_problems_of_a_file_are_bounded(tmp_path: Path, known: Result) -> None:
    (found,) = read_reports([write(tmp_path / "r.json", {**known, "hosts": [{}] * 500})], now=moment_of(NOW))
    assert len(found.problems) == 101
    assert found.problems[-2:] == ("hosts[99] has no name", "and 400 more")


def test_folders_have_reports(tmp_path: Path, known: Result) -> None:
    for name in ("slice1", "slice2", "empty"):
        (tmp_path / name).mkdir()
    paths = [write(tmp_path / name, known) for name in ("db1.json", "slice1/report.json", "slice2/report.json")]
    write(tmp_path / "slice1" / "other.json", known)
    write(tmp_path / "notes.txt", known)
    (tmp_path / "loop").symlink_to("loop")
    found = read_reports([str(tmp_path), paths[0]], now=moment_of(NOW))
    assert [report.path for report in found] == paths


@pytest.mark.parametrize(
    ("ages", "asked", "winner"),
    [
        pytest.param([5, 3, 9], None, 3, id="the newest, wherever it stands"),
        pytest.param([3, 5], 0, 0, id="this audit"),
    ],
)
def test_the_newest_result_counts(ages: list[int], asked: int | None, winner: int) -> None:
    reports = [EarlierReport(f"/{age}", (AuditedHost("a", asked=NOW, age=age),)) for age in ages]
    hosts = [] if asked is None else [AuditedHost("a", age=asked)]
    assert [host.age for host in counting(reports, hosts, Criteria())] == [winner]


def test_an_answer_of_this_audit_counts_even_where_there_is_none(tmp_path: Path, known: Result) -> None:
    (host,) = audit(("a", {"unreachable": True, "msg": "x"}, {}), merge=write(tmp_path / "r.json", known))["hosts"]
    assert (host["verdict"], host["asked"]) == ("no_answer", NOW)


@pytest.mark.parametrize(
    ("value", "paths"),
    [(None, []), ("", []), ("/a, /b,", ["/a", "/b"]), (["/a,b", "~/c"], ["/a,b", "/home/c"])],
    ids=["none", "empty", "commas", "list"],
)
def test_paths(value: object, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home")
    assert paths_given("x", value) == paths


@pytest.mark.parametrize("value", [5, {"a": 1}, [5]], ids=repr)
def test_no_paths(value: object) -> None:
    with pytest.raises(InvalidValueError) as raised:
        paths_given("merge", value)
    assert str(raised.value) == f"merge is {value!r}: give paths of reports or folders, a list or with commas."


def reports_in(folder: Path, files: t.Mapping[str, t.Sequence[tuple[str, str, bool]]]) -> str:
    """Write reports, each of hosts with their names, times, and whether they are in order."""
    for path, hosts in files.items():
        found = [audit((name, info() if good else BAD, {}), created=asked)["hosts"][0] for name, asked, good in hosts]
        (folder / path).parent.mkdir(exist_ok=True)
        write(folder / path, {"version": 2, "hosts": found})
    return str(folder)


@pytest.mark.parametrize(
    ("files", "options", "verdict", "codes", "counts"),
    [
        pytest.param(
            {"x.json": [("a", BEFORE, True)], "y.json": [("a", EARLY, False)]},
            {},
            *("not_in_order", ["reported_twice", "drift"], "y.json"),
            id="a better one that is newer",
        ),
        pytest.param(
            {"x.json": [("a", BEFORE, True)], "y.json": [("a", EARLY, False)]},
            {"max_age": 3600},
            *("in_order", [], "x.json"),
            id="a worse one that is too old",
        ),
        pytest.param(
            {"x.json": [("a", BEFORE, False)], "y.json": [("a", EARLY, True)]},
            {},
            *("not_in_order", ["drift"], "x.json"),
            id="a worse one that is newer",
        ),
        pytest.param(
            {"x.json": [("a", BEFORE, True), ("a", EARLY, False)]}, {}, *("in_order", [], "x.json"), id="one file"
        ),
        pytest.param(
            {"x.json": [("a", BEFORE, True)], "y.json": [("a", EARLY, True)]},
            {},
            *("in_order", [], "x.json"),
            id="the same",
        ),
    ],
)
def test_of_reports_that_disagree_the_worse_counts(
    tmp_path: Path, files: t.Any, options: Result, verdict: str, codes: list[str], counts: str
) -> None:
    report = audit(merge=reports_in(tmp_path, files), **options)
    (host,) = report["hosts"]
    assert (host["verdict"], [reason["code"] for reason in host["reasons"]]) == (verdict, codes)
    assert host["report"] == str(tmp_path / counts)
    # what is merged again, and alone, is no better
    again = audit(merge=write(tmp_path / "merged", report), **options)
    assert again["hosts"][0]["verdict"] == verdict


@pytest.mark.parametrize(
    ("files", "taken", "refused"),
    [
        pytest.param(
            {"a.json": [("a", EARLY, False)], "b.json": [("b", EARLY, True), ("a", BEFORE, True)]},
            {"a": "a.json", "b": "b.json"},
            ["b.json"],
            id="a host that speaks for another one, too",
        ),
        pytest.param(
            {"a.json": [("a", EARLY, False)], "b.json": [("c", BEFORE, True)]},
            {"a": "a.json"},
            ["b.json"],
            id="a host that speaks for another one only",
        ),
        pytest.param(
            {"A/report.json": [("a", EARLY, False)], "b/report.json": [("a", BEFORE, True)]},
            {"a": "A/report.json"},
            ["b/report.json"],
            id="a folder for each host",
        ),
        pytest.param(
            {"a.json": [("a", EARLY, False)], "report.json": [("report", EARLY, True), ("b", BEFORE, True)]},
            {"a": "a.json", "report": "report.json"},
            ["report.json"],
            id="a host of the name report",
        ),
        pytest.param(
            {"report.json": [("report", EARLY, True), ("b", BEFORE, True)]},
            {"report": "report.json", "b": "report.json"},
            [],
            id="a report of all hosts, one of which has that name",
        ),
        pytest.param(
            {"north.json": [("a", EARLY, True), ("b", EARLY, True)], "south.json": [("c", EARLY, True)]},
            {"a": "north.json", "b": "north.json", "c": "south.json"},
            [],
            id="a file for each site",
        ),
    ],
)
def test_where_files_are_named_after_hosts_each_speaks_for_its_own(
    tmp_path: Path, files: t.Any, taken: dict[str, str], refused: list[str]
) -> None:
    report = audit(merge=reports_in(tmp_path, files))
    assert {host["name"]: host["report"] for host in report["hosts"]} == {
        name: str(tmp_path / path) for name, path in taken.items()
    }
    assert [one["path"] for one in report["earlier"] if one["problems"]] == [str(tmp_path / path) for path in refused]
    assert report["in_order"] is not bool(refused)


@pytest.mark.parametrize(
    ("limit", "value", "paths", "problem"),
    [
        pytest.param("_MOST_FILES", 1, ["."], "has files that are left out: there are more than 1", id="files"),
        pytest.param("_MOST_HOSTS", 3, ["y.json"], "has 1 hosts that are left out: all reports", id="hosts"),
        pytest.param("_MOST_BYTES", 3000, ["y.json"], "is no JSON report of linux.tcp.audit: with it all", id="bytes"),
    ],
)
def test_all_reports_together_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, paths: list[str], problem: str
) -> None:
    folder = reports_in(
        tmp_path,
        {"x.json": [("a", EARLY, True), ("b", EARLY, True)], "y.json": [("c", EARLY, True), ("d", EARLY, True)]},
    )
    monkeypatch.setattr(earlier, limit, value)
    found = audit(merge=folder)["earlier"]
    assert [one["path"] for one in found if one["problems"]] == [os.path.normpath(tmp_path / path) for path in paths]
    assert found[-1]["problems"][0].startswith(problem)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        pytest.param("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", id="the first year"),
        pytest.param("0999-12-31T23:59:59Z", "0999-12-31T23:59:59Z", id="three digits"),
        pytest.param("2026-1-3T1:2:3Z", "2026-01-03T01:02:03Z", id="single digits"),
        pytest.param("2024-02-29T23:59:60Z", None, id="a leap second"),
        pytest.param("2025-02-29T00:00:00Z", None, id="no such day"),
        pytest.param("0000-01-01T00:00:00Z", None, id="no year"),
        pytest.param("9999-12-31T23:59:59Z", None, id="the last year"),
        pytest.param("12026-01-01T00:00:00Z", None, id="five digits"),
        pytest.param("-001-01-01T00:00:00Z", None, id="negative"),
        pytest.param("\u0662\u0660\u0662\u0666-01-31T11:00:00Z", None, id="other digits"),
        pytest.param("2026-01-31T11:00:00+00:00", None, id="an offset"),
        pytest.param("2026-01-31T11:00:00Z\n", None, id="a line's end"),
    ],
)
def test_odd_times(tmp_path: Path, known: Result, asked: str, shown: str | None) -> None:
    known["hosts"][0]["asked"] = asked
    texts = render([], template=PAGE, created=NOW, merge=[write(tmp_path / "r.json", known)])
    report = json.loads(texts["report.json"])
    assert [host["asked"] for host in report["hosts"]] == ([shown] if shown else [])
    assert report["totals"]["earlier"]["oldest"] == shown
    assert bool(report["earlier"][0]["problems"]) is (shown is None)
    if shown:  # and once more
        assert audit(merge=write(tmp_path / "m.json", report))["hosts"][0]["asked"] == shown
