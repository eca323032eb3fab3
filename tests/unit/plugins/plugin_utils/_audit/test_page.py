# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json
import typing as t
from html.parser import HTMLParser

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils._audit.page import (
    LEFT,
    MOST_DIFFERENT,
    RIGHT,
    TOP,
    VERDICTS,
    as_script_data,
    coverage_plot,
    detection_plot,
    duration,
)
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.reasons import CODES
from ansible_collections.linux.tcp.tests.browser.fleet import (
    ATTACKS,
    TEMPLATE,
    hostile_fleet,
    info,
    render,
    small_fleet,
    unreachable,
)
from ansible_collections.linux.tcp.tests.unit.results import namespace, namespaces

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.browser.fleet import Asked

Result = t.Dict[str, t.Any]
# Elements of HTML that have no end.
VOID = {"input", "link", "meta"}
# Attributes by which a page fetches something or leads to another one.
ADDRESSES = {"action", "background", "cite", "data", "formaction", "href", "poster", "src", "srcset", "xlink:href"}


@dataclasses.dataclass
class Element:
    """An element of a page with all that is in it, in order."""

    tag: str
    attributes: dict[str, str]
    parts: list[Element | str] = dataclasses.field(default_factory=list)

    @property
    def text(self) -> str:
        """The text within, with single blanks."""
        texts = (part if isinstance(part, str) else f" {part.text} " for part in self.parts)
        return " ".join("".join(texts).split())

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        """Return the elements below this one that have one of the tags, if any is given, and the attributes."""
        found = []
        for part in self.parts:
            if isinstance(part, Element):
                if (not tags or part.tag in tags) and part.attributes.items() >= attributes.items():
                    found.append(part)
                found += part.all(*tags, **attributes)
        return found

    def one(self, *tags: str, **attributes: str) -> Element:
        """Return the only one of them."""
        (found,) = self.all(*tags, **attributes)
        return found


class Reader(HTMLParser):
    """Read a page that ends each element it begins."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "wbr":  # where a name may break
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs)
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def page_of(fleet: list[Asked], *, covered: int | None = 60) -> tuple[Element, Result]:
    """Return the page of a fleet, and its report."""
    template = TEMPLATE.read_text(encoding="utf-8")
    texts = render(fleet, template=template, created="2026-01-31T12:00:00Z", limit=1800, covered=covered)
    reader = Reader()
    reader.feed(texts["report.html"])
    reader.close()
    (page,) = reader.open
    return page, json.loads(texts["report.json"])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        pytest.param(None, "unknown", id="unknown"),
        pytest.param(0, "0 s", id="none"),
        pytest.param(59, "59 s", id="seconds"),
        pytest.param(600, "10 min", id="minutes"),
        pytest.param(7875, "2 h 11 min", id="the two largest"),
        pytest.param(86401, "1 d 1 s", id="a gap"),
        pytest.param(5_497_558_300, "174 y 119 d", id="as long as can be"),
        pytest.param(-5, "-5 s", id="negative"),
    ],
)
def test_duration(seconds: int | None, text: str) -> None:
    assert duration(seconds) == text


def report(
    times: t.Sequence[int | None] = (),
    shares: t.Sequence[float | None] = (),
    *,
    limit: int | None = None,
    covered: float | None = None,
) -> Result:
    return {
        "criteria": {"limit": limit, "covered": covered},
        "hosts": [
            *({"detection_time": time, "connections": None} for time in times),
            *({"detection_time": None, "connections": {"share": share}} for share in shares),
        ],
    }


@pytest.mark.parametrize(
    ("times", "limit", "good", "bad"),
    [
        pytest.param([600, 601], 600, 1, 1, id="the limit itself is within"),
        pytest.param([1, 7875, 365_000_000], None, 3, 0, id="no limit, far apart"),
        pytest.param([0, None, 10], 3600, 2, 0, id="nothing at all, and unknown"),
        pytest.param([], None, 0, 0, id="no hosts"),
        pytest.param([None], 600, 0, 0, id="none known"),
    ],
)
def test_detection_plot(times: list[int | None], limit: int | None, good: int, bad: int) -> None:
    plot = detection_plot(report(times, limit=limit))
    assert (sum(column.good for column in plot.bars), sum(column.bad for column in plot.bars)) == (good, bad)
    assert (plot.shown, plot.missing) == (good + bad, times.count(None))
    assert not any(column.good and column.bad for column in plot.bars)
    assert all(
        column.x >= LEFT and column.x + column.width <= RIGHT + 0.1 and column.bad_y >= TOP for column in plot.bars
    )
    if limit is None:
        assert plot.limit_x is None
    else:
        assert plot.limit_x is not None
        assert all((column.x + column.width < plot.limit_x) == (column.high < limit + 1) for column in plot.bars)


def test_coverage_plot() -> None:
    plot = coverage_plot(report([None], [0.0, 9.9, 10.0, 95.0, 100.0, None], covered=97))
    assert [(column.label, column.good, column.bad) for column in plot.bars if column.good or column.bad] == [
        ("0 to 10 %", 0, 2),
        ("10 to 20 %", 0, 1),
        ("90 to 100 %", 1, 1),
    ]
    assert (plot.shown, plot.missing, plot.limit_label) == (5, 2, "wanted 97 %")


def test_a_plot_without_a_limit_judges_no_host() -> None:
    for limit, classes in ((None, {"bar no-limit"}), (600, {"bar over-limit"})):
        page = render(small_fleet()[:1], template=TEMPLATE.read_text(encoding="utf-8"), created="", limit=limit)
        reader = Reader()
        reader.feed(page["report.html"])
        (document,) = reader.open
        figure = document.all("figure")[0]
        svg = figure.one("svg")
        assert ("not judged" in [one.text for one in figure.all("span")]) is (limit is None)
        assert {rect.attributes["class"] for rect in svg.all("rect") if "class" in rect.attributes} == classes


def test_script_data_cannot_end_its_element() -> None:
    data = ["</script><!--", "a & b"]
    text = as_script_data(data)
    assert not set(text) & set("<>&")
    assert json.loads(text) == data


def share(host: Result) -> str:
    links = host["connections"]
    return f"{links['share']} %" if links and links["sockets"] else "\N{EN DASH}"


def test_page_says_of_each_host_what_the_report_says() -> None:
    """Verdict, detection time, share covered; reasons with file and line; sources of the values, and other writers."""
    page, report = page_of(small_fleet())
    assert page.one("h1").text == "\N{BALLOT X} Not compliant: 5 hosts, 1 of them unreachable"
    assert {line.attributes["data-code"]: line.text for line in page.all("li") if "data-code" in line.attributes} == {
        code: f"{CODES[code].capitalize()} {count} host{'' if count == 1 else 's'}"
        for code, count in report["totals"]["reasons"].items()
    }
    bodies = page.one("table", id="hosts").all("tbody", role="rowgroup")
    shown = {body.all("th")[0].text: body for body in bodies}
    assert len(bodies) == len(shown)
    assert sorted(shown) == [host["name"] for host in report["hosts"]]
    for host in report["hosts"]:
        row, more = (shown[host["name"]].one("tr", **{"class": name}) for name in ("one", more_class(host)))
        answered = host["verdict"] != "no_answer"
        assert [cell.text for cell in row.all("th", "td")[:6]] == [
            host["name"],
            " ".join(VERDICTS[host["verdict"]]),
            duration(host["detection_time"]) if answered else "\N{EN DASH}",
            duration(host["runtime"]["time"]) if answered else "\N{EN DASH}",
            ", ".join(host["drift"]) or ("none" if answered else "\N{EN DASH}"),
            share(host),
        ]
        assert [item.text for item in more.all("li")][: len(host["reasons"])] == [
            " ".join(reason["message"].split()) for reason in host["reasons"]
        ]
        for source in host["boot"]["sources"].values():
            assert (f"{source['path']} line {source['line']}" if source else "") in more.text
        for writer in host["other_writers"]:
            assert f"{writer['path']} line {writer['line']}: {writer['text']}" in more.text


def more_class(host: Result) -> str:
    return "more" if host["reasons"] else "more fine"


def test_plots_have_their_numbers_as_tables() -> None:
    page, report = page_of(small_fleet())
    tables = [figure.one("table").one("tbody").all("tr") for figure in page.all("figure")]
    hosts = [[int(row.all("td")[0].text) for row in rows] for rows in tables]
    known = [host["detection_time"] for host in report["hosts"] if host["detection_time"] is not None]
    shares = [host["connections"]["share"] for host in report["hosts"] if share(host) != "\N{EN DASH}"]
    assert [sum(counts) for counts in hosts] == [len(known), len(shares)]
    assert hosts == [
        [int(title.text.rpartition(": ")[2]) for title in figure.all("title") if ": " in title.text]
        for figure in page.all("figure")
    ]


def test_page_names_namespaces_with_other_values() -> None:
    found = namespaces(namespace(), namespace(5, same=None), namespace(6, containers=[], names=[ATTACKS[0]]))
    template = TEMPLATE.read_text(encoding="utf-8")
    text = render([("a", info(), {}, (), found)], template=template, created="", namespaces=True)["report.html"]
    assert "<p>2 of 3 have other values than the host, 1 unknown.</p>" in text
    assert "<li>web (docker): time 7200, intvl 75, probes 9</li>" in text
    assert '<b class="odd">2</b><span>of 3 namespaces differ from their host, 1 unknown</span>' in text
    assert ATTACKS[0] not in text


@pytest.mark.parametrize("fleet", [small_fleet(), hostile_fleet()], ids=["small", "hostile"])
def test_page_needs_no_other_file_and_no_script(fleet: list[Asked]) -> None:
    """Elements end where they should, whatever hosts say, and what names another element names one that there is."""
    page, report = page_of(fleet)
    assert (
        page.one("meta", **{"http-equiv": "Content-Security-Policy"})
        .attributes["content"]
        .startswith("default-src 'none'; ")
    )
    elements = page.all()
    addresses = [
        value for element in elements for name, value in element.attributes.items() if name.lower() in ADDRESSES
    ]
    assert all(address.startswith("#") or address == "data:," for address in addresses)
    assert not any(name.startswith("on") for element in elements for name in element.attributes)
    assert "no-script" in page.one("body").attributes["class"]
    assert not any("hidden" in element.attributes for element in elements)
    assert len(page.one("table", id="hosts").all("tbody", role="rowgroup")) == len(report["hosts"])
    identified = [element.attributes["id"] for element in elements if "id" in element.attributes]
    assert len(identified) == len(set(identified))
    named = {address[1:] for address in addresses if address.startswith("#")}
    for element in elements:
        named.update(element.attributes.get("aria-labelledby", "").split())
    assert all(page.one(id=name).text for name in named)
    assert all(label.text for label in page.all("label"))
    assert len(page.all("input", "select")) == sum(len(label.all("input", "select")) for label in page.all("label"))


@pytest.mark.parametrize(
    ("fleet", "headline", "tile"),
    [
        pytest.param(small_fleet()[:1], "Compliant: 1 host", "0 \N{BALLOT X} not compliant", id="compliant"),
        pytest.param(
            small_fleet(),
            "Not compliant: 5 hosts, 1 of them unreachable",
            "5 \N{BALLOT X} not compliant, 1 of them unreachable",
            id="some unreachable",
        ),
        pytest.param(
            [("a", unreachable(), {}), ("b", {"failed": True, "msg": "no Python"}, {})],
            "Not compliant: 2 hosts, all without an answer",
            "2 \N{BALLOT X} not compliant, all without an answer",
            id="none answered",
        ),
    ],
)
def test_headline_and_tiles_count_the_same(fleet: list[Asked], headline: str, tile: str) -> None:
    page, _report = page_of(fleet)
    assert page.one("h1").text.partition(" ")[2] == headline
    assert tile in [item.text for item in page.one("ul", **{"class": "tiles"}).all("li")]


def test_no_card_is_empty() -> None:
    """Nothing is wrong, no connection was looked at, and no namespace: there are no cards for these."""
    page, _report = page_of([("a", info(), {})], covered=None)
    assert [title.text for title in page.all("h2")] == ["What was judged", "Detection time", "Hosts"]


def test_axes_have_names() -> None:
    page, _report = page_of(small_fleet())
    names = [[text.text for text in figure.all("text", **{"class": "name"})] for figure in page.all("figure")]
    assert names == [
        ["Time until a dead peer is noticed, logarithmic", "Hosts"],
        ["Share of a host's connections", "Hosts"],
    ]


def test_fleet_of_many_namespaces_lists_the_first() -> None:
    found = namespaces(*(namespace(number) for number in range(1, 30)))
    page = render(
        [("a", info(), {}, (), found)], template=TEMPLATE.read_text(encoding="utf-8"), created="", namespaces=True
    )["report.html"]
    assert page.count("<td>web (docker)</td>") == MOST_DIFFERENT
    assert "The first 20 of 29. The table of hosts has the others." in page
    assert "29 of 29</td>" in page
