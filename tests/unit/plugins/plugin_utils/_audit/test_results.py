# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one host returns is its own affair: the reports have the other hosts as if it were not there."""

from __future__ import annotations

import copy
import csv
import io
import json
import typing as t

from hypothesis import event, example, given
from hypothesis import strategies as st

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.tests.browser.fleet import TEMPLATE, info, render, small_fleet, sockets
from ansible_collections.linux.tcp.tests.unit.results import namespace, namespaces

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

PAGE = TEMPLATE.read_text(encoding="utf-8")
CRITERIA: dict[str, t.Any] = {"limit": 1800, "idle_timeout": 900, "covered": 60, "namespaces": True}
# What the report of one host may take at most, with all that it has to say.
MOST_BYTES = 2_000_000


def nested(depth: int) -> object:
    found: object = []
    for _level in range(depth):
        found = [found]
    return found


TEXTS = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    ["\x1b]0;x\x07", "\u202ex", "\ud800", "</script>", "=1+1", "9" * 5000, "y" * 100_000, "{{ 1 }}", "in_order"]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([0, -1, 10**400, 2**31, 2**63, -(10**30)])
KEYS_OF_RESULTS = st.sampled_from(
    ["boot", "runtime", "totals", "unreadable", "failed", "unreachable", "msg", "skipped", "values", "time", "warnings"]
)
LARGE = st.sampled_from([[{}] * 100_000, [None] * 1000, {str(n): n for n in range(1000)}, nested(400)])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS_OF_RESULTS | TEXTS, inner, max_size=4),
    max_leaves=10,
)
DOUBT = {"code": "unreadable", "path": "/etc/x", "line": None, "message": "It cannot be read."}
UNREAD = {"what": "process", "code": "permission_denied", "message": "permission denied", "count": 2}


def genuine_info() -> Result:
    found = info(writer="sysctl -p")
    found["boot"].update(doubts=[DOUBT], notes=[DOUBT])
    return found


def genuine_sockets() -> Result:
    return {**sockets(9, 3), "unreadable": [UNREAD], "warnings": ["Some processes cannot be read."]}


def places(found: object, path: tuple[t.Any, ...] = ()) -> list[tuple[t.Any, ...]]:
    """Return where everything in a result stands."""
    keys: t.Iterable[t.Any] = found if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ()
    below = (place for key in keys for place in places(t.cast("t.Any", found)[key], (*path, key)))
    return [path, *below] if path else list(below)


@st.composite
def mutated(draw: st.DrawFn, genuine: Result) -> Result:
    """Draw a result in which up to three things are missing, or replaced, or there many times."""
    found = copy.deepcopy(genuine)
    drawn = draw(st.lists(st.sampled_from(places(genuine)), max_size=3, unique=True))
    for place in sorted(drawn, key=len, reverse=True):  # what is deeper first, so that all are still there
        *above, last = place
        parent: t.Any = found
        for key in above:
            parent = parent[key]
        how = draw(st.sampled_from(["removed", "replaced", "replaced", "many"]))
        if how == "replaced" or isinstance(last, int):
            parent[last] = draw(JSON | LARGE)
        elif how == "many":
            parent[last] = [parent[last]] * 300
        else:
            del parent[last]
    return found


INFOS = mutated(genuine_info()) | mutated(info()) | st.dictionaries(KEYS_OF_RESULTS, JSON, max_size=4) | JSON
SOCKETS = (
    mutated(genuine_sockets()) | mutated(sockets(9, 3)) | st.dictionaries(KEYS_OF_RESULTS, JSON, max_size=4) | JSON
)


NAMESPACES = (
    mutated(namespaces(namespace(), namespace(same=None, containers=[]), unreadable=[UNREAD]))
    | mutated(namespaces(namespace(same=True)))
    | JSON
)
MANY = namespaces(*[namespace(containers=[{"id": "x" * 999, "name": "y" * 999, "engine": "z" * 999}] * 99)] * 999)


def texts_of(fleet: t.Sequence[tuple[t.Any, ...]]) -> dict[str, str]:
    return render(fleet, template=PAGE, created="2026-01-31T12:00:00Z", **CRITERIA)


def no_constant(name: str) -> t.NoReturn:
    raise AssertionError(name)


OTHERS: list[tuple[t.Any, ...]] = [
    one for one in small_fleet() if one[0] in ("web1.example.com", "db3.example.com", "old.example.com")
]
ALONE = json.loads(texts_of(OTHERS)["report.json"])


@given(first=INFOS, second=SOCKETS, third=NAMESPACES)
@example(info(), {"totals": {}}, {})
@example({**info(), "boot": {}}, {}, {})
@example({**info(), "runtime": {"time": 10**400, "intvl": 1, "probes": 1}}, {}, {})
@example({**info(), "runtime": {"time": True, "intvl": 1, "probes": 1}}, {}, {})
@example(info(), {**sockets(1, 0), "totals": {"sockets": 1, "covered": 5, "not_covered": 0, "unknown": 0}}, {})
@example(info(), {**sockets(1, 0), "unreadable": [{**UNREAD, "what": "planet"}]}, {})
@example({"failed": True, "msg": nested(400)}, {}, {})
@example({"unreachable": True, "msg": "x" * 10_000_000}, {}, {})
@example({**info(), "other_writers": [{"code": "x", "path": "/x", "line": 1, "text": "y" * 10_000}] * 100_000}, {}, {})
@example(info(), {}, MANY)
def test_one_host_does_not_spoil_the_report_of_others(first: Result, second: Result, third: object) -> None:
    texts = texts_of([*OTHERS, ("liar", first, second, (), third)])
    report = json.loads(texts["report.json"], parse_constant=no_constant)
    judged = {host["name"]: host for host in report["hosts"]}
    liar = judged.pop("liar")
    assert list(judged.values()) == ALONE["hosts"]
    assert report["criteria"] == {**CRITERIA, "strict": False, "max_age": None}
    assert report["totals"]["hosts"] == len(ALONE["hosts"]) + 1
    event(f"verdict {liar['verdict']}")
    if liar["verdict"] == "in_order":
        assert all(of[key] > 0 for of in (liar["runtime"], liar["boot"]["values"]) for key in KEYS)
        assert liar["namespaces"]["differ"] == 0
        assert liar["connections"]["share"] is None or liar["connections"]["share"] >= CRITERIA["covered"]
    else:
        assert all(reason["message"] for reason in liar["reasons"])
        assert liar["reasons"]
    assert sum(map(len, texts.values())) < MOST_BYTES
    rows = list(csv.DictReader(io.StringIO(texts["report.csv"], newline=""), strict=True))
    assert [row["host"] for row in rows] == sorted([*judged, "liar"])
    assert all(None not in row for row in rows)
    assert not any(printable(text) != text for row in rows for text in row.values())
    assert printable(texts["report.html"].replace("\n", "")) == texts["report.html"].replace("\n", "")
    assert texts["report.html"].count("<script") == PAGE.count("<script")
    assert texts["report.html"].count('<tbody role="rowgroup">') == len(report["hosts"])
