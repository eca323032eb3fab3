# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the JSON reports of earlier audits, and take the newest result of each host.

Other controllers, and hosts that audit themselves, wrote these files. So each is read like a result of a host: its
types and ranges are checked, its size is bounded, and what is wrong with one is said and ends nothing. In a folder
where a file is named after a host that it has, each counts for the host of its name only. Where reports disagree about
a host, the worse result counts.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import stat
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._text import printable, shortened
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.host import TROUBLES, AuditedHost, with_share, with_times
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.judge import (
    VERSION,
    note_of_connections,
    note_of_namespaces,
    notes_of_values,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.reasons import reasons_of
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.results import (
    Given,
    InvalidResultError,
    connections_in,
    namespaces_in,
    text_of,
    values_in,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria

REPORT = "report.json"
# 10,000 hosts have 2 KiB each as a rule, and 11 KiB with twenty network namespaces that differ; a value takes 27 bytes.
_MOST_BYTES_OF_A_FILE = 1 << 26
_MOST_VALUES_OF_A_FILE = 3_000_000
# Of all reports together.
_MOST_BYTES = 1 << 28
_MOST_FILES = 10_000
_MOST_HOSTS = 100_000
_MOST_PROBLEMS = 100
_MOST_OF_NAMES = 300
# More than any text in a report, so that none is cut again: 500 characters may have become ten times as many.
_MOST_CHARACTERS = 12_000
# By how much the clock of the machine that wrote a report may be ahead.
_CLOCK_SKEW = 300
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclasses.dataclass(frozen=True)
class EarlierReport:
    """The report of an earlier audit: its file, the hosts that could be read, and what is wrong with the file."""

    path: str
    hosts: tuple[AuditedHost, ...] = ()
    problems: tuple[str, ...] = ()


@dataclasses.dataclass
class _Left:
    """What may still be read."""

    files: int
    size: int
    hosts: int


def moment_of(text: str) -> datetime.datetime:
    """Return the moment that a text such as 2026-01-31T12:00:00Z means.

    :raises InvalidValueError: where it has another form.
    """
    try:
        if not text.isascii():  # strptime() takes digits of all scripts
            raise ValueError
        return datetime.datetime.strptime(text, _TIME).replace(tzinfo=datetime.timezone.utc)
    except ValueError as exc:
        raise InvalidValueError(f"'{text}' is no time such as 2026-01-31T12:00:00Z.") from exc


def _text_of_moment(moment: datetime.datetime) -> str:
    """Return a moment as a text with four digits for each year, which strftime(3) does not promise."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def paths_given(name: str, given: object) -> list[str]:
    """Return the absolute paths that a variable has, as a list or as a text with commas.

    :raises InvalidValueError: where it is neither.
    """
    listed = given.split(",") if isinstance(given, str) else [] if given is None else given
    if not isinstance(listed, (list, tuple)) or not all(isinstance(path, str) for path in listed):
        raise InvalidValueError(f"{name} is {given!r}: give paths of reports or folders, a list or with commas.")
    return [os.path.abspath(os.path.expanduser(path.strip())) for path in listed if path.strip()]


def read_reports(paths: t.Iterable[str], *, now: datetime.datetime, folder: str = "") -> list[EarlierReport]:
    """Return the reports that files and folders have, each file once.

    A folder stands for each file in it whose name ends with .json, and for each report.json one folder below.

    :raises InvalidValueError: where results are left out of the report that the new one is to replace in ``folder``.
    """
    reports: dict[str, EarlierReport] = {}
    left = _Left(_MOST_FILES, _MOST_BYTES, _MOST_HOSTS)
    for path in paths:
        try:
            files = _files_in(path) if os.path.isdir(path) else [path]
        except OSError as exc:
            reports[path] = _unreadable(path, f"cannot be read: {exc.strerror}")
            continue
        if not files:
            reports[path] = _unreadable(path, "has no report: no file *.json, and no */report.json")
        for file in (one for one in files if one not in reports):
            if not left.files:
                reports[path] = _unreadable(path, f"has files that are left out: there are more than {_MOST_FILES}")
                break
            left.files -= 1
            reports[file] = _read(file, now, left)
    kept = _without_other_hosts(reports)
    replaced = os.path.realpath(os.path.join(folder, REPORT)) if folder else ""
    for path, report in kept.items():
        if len(report.hosts) < len(reports[path].hosts) and os.path.realpath(path) == replaced:
            raise InvalidValueError(
                f"{report.path} is not replaced, because results would be lost: it {report.problems[-1]}."
            )
    return list(kept.values())


def _without_other_hosts(reports: t.Mapping[str, EarlierReport]) -> dict[str, EarlierReport]:
    """Return reports by their paths without what a file says of other hosts where files are named after hosts.

    They are in a folder as soon as one file of it is named after a host that it has. So no host has to be trusted with
    the verdict of another one.
    """
    named = {
        folder
        for path, report in reports.items()
        for folder, own in _places_of(path)[:1]
        if any(host.name.casefold() == own for host in report.hosts)
    }
    allowed = {path: [own for folder, own in _places_of(path) if folder in named] for path in reports}
    return {path: _only_of(report, allowed[path]) if allowed[path] else report for path, report in reports.items()}


def _places_of(path: str) -> list[tuple[str, str]]:
    """Return the folder of the reports, and after which host this one is named, as HOST.json or HOST/report.json.

    A report.json may be either, and HOST.json of a host "report" only where others are named in that way.
    """
    folder, name = os.path.split(path)
    places = [(folder, os.path.splitext(name)[0])]
    if name == REPORT:
        places.insert(0, os.path.split(folder))
    return [(place, printable(own).casefold()) for place, own in places]


def _only_of(report: EarlierReport, own: t.Collection[str]) -> EarlierReport:
    others = [host.name for host in report.hosts if host.name.casefold() not in own]
    if not others:
        return report
    problem = (
        f"has results of other hosts ({shortened(', '.join(others[:3]), _MOST_OF_NAMES)}), and {len(others)} are left "
        "out: in a folder where files are named after hosts each counts for the host of its name only. Give reports "
        "of several hosts a folder of their own"
    )
    hosts = tuple(host for host in report.hosts if host.name.casefold() in own)
    return dataclasses.replace(report, hosts=hosts, problems=(*report.problems, problem))


def counting(
    reports: t.Iterable[EarlierReport], asked: t.Iterable[AuditedHost], criteria: Criteria
) -> list[AuditedHost]:
    """Return each host once: as it was asked now, or else as the newest of the reports has it.

    Where a report has a worse result that is not too old, that counts: the newer one may be from another host.
    """
    found: dict[str, list[AuditedHost]] = {}
    for report in reports:
        own: dict[str, AuditedHost] = {}
        for host in report.hosts:
            if host.name not in own or host.age <= own[host.name].age:
                own[host.name] = host
        for name, host in own.items():
            found.setdefault(name, []).append(host)
    chosen = {name: hosts[0] if len(hosts) == 1 else _worst(hosts, criteria) for name, hosts in found.items()}
    return list({**chosen, **{host.name: host for host in asked}}.values())


def _worst(results: t.Sequence[AuditedHost], criteria: Criteria) -> AuditedHost:
    """Return the newest result of a host, or the newest by which it is not compliant."""
    newest = min(reversed(results), key=lambda one: one.age)
    recent = [one for one in results if criteria.max_age is None or one.age <= criteria.max_age]
    bad = [one for one in recent if any(reasons_of(one, criteria))]
    if newest in bad or not bad:
        return newest
    return dataclasses.replace(min(bad, key=lambda one: one.age), contradicted_by=newest.report)


def as_data(reports: t.Iterable[EarlierReport]) -> list[dict[str, t.Any]]:
    """Return what the report of this audit says of earlier ones."""
    return [{"path": report.path, "hosts": len(report.hosts), "problems": list(report.problems)} for report in reports]


def _unreadable(path: str, problem: str) -> EarlierReport:
    return EarlierReport(printable(path), problems=(problem,))


def _files_in(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    # not os.DirEntry.is_dir(), which fails for a link that leads to itself
    below = [os.path.join(entry.path, REPORT) for entry in found if os.path.isdir(entry.path)]
    files = [entry.path for entry in found if entry.name.endswith(".json") and not os.path.isdir(entry.path)]
    return files + [path for path in below if os.path.lexists(path)]


def _read(path: str, now: datetime.datetime, left: _Left) -> EarlierReport:
    try:
        document = json.loads(_content(path, left))
        hosts = _list_of_hosts(document)
    except OSError as exc:
        return _unreadable(path, f"cannot be read: {exc.strerror}")
    except RecursionError:
        return _unreadable(path, "is no JSON report: its lists and mappings are too deep")
    except (ValueError, InvalidResultError) as exc:  # no JSON, no UTF-8, a number with thousands of digits
        return _unreadable(path, f"is no JSON report of linux.tcp.audit: {printable(str(exc))}")
    taken, left_out = hosts[: left.hosts], len(hosts[left.hosts :])
    left.hosts -= len(taken)
    results = [_host_or_problem(value, f"hosts[{index}]", printable(path), now) for index, value in enumerate(taken)]
    found = [one for one in results if isinstance(one, AuditedHost)]
    problems = [one for one in results if isinstance(one, str)]
    more = [f"and {len(problems) - _MOST_PROBLEMS} more"] if len(problems) > _MOST_PROBLEMS else []
    if left_out:
        more.append(f"has {left_out} hosts that are left out: all reports together have more than {_MOST_HOSTS}")
    return EarlierReport(printable(path), tuple(found), (*problems[:_MOST_PROBLEMS], *more))


def _content(path: str, left: _Left) -> bytes:
    """Return what a file has.

    :raises OSError: where it cannot be read, or is none.
    :raises InvalidResultError: where it is too large, or has so many values that to read it costs much memory.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe has no end to wait for
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise InvalidResultError("it is no regular file")
        content = file.read(min(_MOST_BYTES_OF_A_FILE, left.size) + 1)
    if len(content) > _MOST_BYTES_OF_A_FILE:
        raise InvalidResultError(f"it has more than {_MOST_BYTES_OF_A_FILE >> 20} MiB")
    if not content.isascii() and len(content) > _MOST_BYTES_OF_A_FILE >> 2:  # one character widens all of a text
        raise InvalidResultError(
            f"it has more than {_MOST_BYTES_OF_A_FILE >> 22} MiB, and characters that are not ASCII, as no report has"
        )
    if sum(map(content.count, (b",", b"[", b"{"))) > _MOST_VALUES_OF_A_FILE:  # before they cost memory
        raise InvalidResultError(f"it has more than {_MOST_VALUES_OF_A_FILE} values")
    if len(content) > left.size:
        raise InvalidResultError(f"with it all reports together have more than {_MOST_BYTES >> 20} MiB")
    left.size -= len(content)
    return content


def _list_of_hosts(document: object) -> list[object]:
    """Return the hosts of a report, not yet checked.

    :raises InvalidResultError: where it is none of this layout.
    """
    report = document if isinstance(document, dict) else {}
    version = report.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or not isinstance(report.get("hosts"), list):
        raise InvalidResultError("it has no version, or no list of hosts")
    if version != VERSION:
        raise InvalidResultError(f"its version is {version} and not {VERSION}: audit with the same release")
    hosts: list[object] = report["hosts"]
    return hosts


def _host_or_problem(value: object, place: str, path: str, now: datetime.datetime) -> AuditedHost | str:
    try:
        return _host_in(value, place, path, now)
    except InvalidResultError as exc:
        return str(exc)


def _host_in(value: object, place: str, path: str, now: datetime.datetime) -> AuditedHost:
    """Return a host of a report. If something else than its name and time is wrong, it gave no answer.

    :raises InvalidResultError: where its name or its time is wrong.
    """
    cuts: list[str] = []
    given = Given(value, place, cuts, most=_MOST_CHARACTERS)
    name = given["name"].text()
    if not name:
        raise given.refusal("has an empty name")
    age = _age(given, name, now)
    asked = _text_of_moment(now - datetime.timedelta(seconds=age))
    try:
        host = _known(given, name)
        host = dataclasses.replace(host, notes=(*host.notes, *cuts))
    except InvalidResultError as exc:
        host = AuditedHost(name, trouble=("invalid_result", f"{text_of(path)}: {exc}"))
    return dataclasses.replace(host, asked=asked, age=age, report=text_of(path, _MOST_CHARACTERS))


def _age(given: Given, name: str, now: datetime.datetime) -> int:
    """Return how many seconds ago a host was asked."""
    text = given["asked"].text()
    try:
        age = int((now - moment_of(text)).total_seconds())
    except InvalidValueError as exc:
        raise given.refusal(f"({name}) has no valid asked: {exc}") from exc
    if age < -_CLOCK_SKEW:
        raise given.refusal(f"({name}) was asked at {text}, which is later than now: check the clocks of the machines")
    return max(age, 0)


def _known(given: Given, name: str) -> AuditedHost:
    trouble = given["trouble"].optional(lambda one: (one["code"].text(), one["message"].text()))
    if trouble and trouble[0] not in TROUBLES:
        raise given.refusal(f"has a trouble that is none of {', '.join(TROUBLES)}")
    values = None if trouble else with_times(values_in(given))
    connections = given["connections"].optional(lambda one: with_share(connections_in(one, one)))
    sockets_trouble = given["connections_trouble"].optional(Given.text)
    # reports of audits that did not ask for these have neither
    namespaces = given.get("namespaces", None).optional(namespaces_in)
    namespaces_trouble = given.get("namespaces_trouble", None).optional(Given.text)
    # these follow from the rest, by other criteria maybe others
    derived = {
        *notes_of_values(values),
        *([note_of_connections(sockets_trouble)] if sockets_trouble else []),
        *([note_of_namespaces(namespaces_trouble)] if namespaces_trouble else []),
    }
    notes = [note for note in given["notes"].each(Given.text) if note not in derived]
    return AuditedHost(
        name,
        values,
        connections,
        trouble,
        sockets_trouble,
        tuple(notes),
        namespaces=namespaces,
        namespaces_trouble=namespaces_trouble,
    )
