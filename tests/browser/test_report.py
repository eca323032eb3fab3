# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of an audit in a real browser: what it shows, and what one can do with keys and at any width."""

from __future__ import annotations

import base64
import os
import typing as t
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from ansible_collections.linux.tcp.tests.browser.fleet import (
    ATTACKS,
    hostile_fleet,
    info,
    large_fleet,
    small_fleet,
    write_reports,
)

if t.TYPE_CHECKING:
    from selenium.webdriver.remote.webelement import WebElement

    from ansible_collections.linux.tcp.tests.browser.fleet import Asked

PICTURES = Path(os.environ.get("KEEPALIVE_PICTURES", ".build/browser"))
PHONE, DESK = 360, 1200

# What WCAG 2.1 calls contrast (1.4.3): 4.5 for text, 3 for large text. Returns each text that has less.
LOW_CONTRAST = """
const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
const ground = (element) => {
  if (!element) return [255, 255, 255];
  const own = parse(getComputedStyle(element).backgroundColor);
  return own[3] === 1 ? own : over(own, ground(element.parentElement));
};
const found = [];
let seen = 0;
for (const element of document.querySelectorAll("body *")) {
  const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
  if (!text && !element.matches("input, select")) continue;
  if (element.closest("script, title, desc") || !element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const svg = element instanceof SVGElement;
  const behind = ground(svg ? element.closest("section") : element);
  const colour = over(parse(svg ? style.fill : style.color), behind);
  const [a, b] = [light(colour), light(behind)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  seen += 1;
  if (ratio < (large ? 3 : 4.5)) found.push(`${element.tagName} ${text.slice(0, 30)}: ${ratio.toFixed(2)}`);
}
return [seen, found];
"""


class Page:
    """One page in the browser, as wide and as dark as wanted."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def show(self, path: Path, *, width: int = DESK, scheme: str = "light", media: str = "") -> None:
        """Load a page."""
        self.emulate(scheme=scheme, media=media)
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.get(path.as_uri())

    def emulate(self, *, scheme: str = "light", media: str = "") -> None:
        """Choose light or dark, and screen or paper."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})

    def run(self, script: str) -> t.Any:
        """Return what a script returns."""
        return self.driver.execute_script(script)

    def one(self, selector: str) -> WebElement:
        """Return the first element."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def visible_hosts(self) -> list[str]:
        """Return the names of the hosts that the table shows, in its order."""
        script = "return [...document.querySelectorAll('#hosts > tbody')].filter((b) => b.checkVisibility())"
        names: list[str] = self.run(f"{script}.map((b) => b.querySelector('th').textContent)")
        return names

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, condition: str) -> None:
        """Press Tab until what has the focus, `it`, meets a condition."""
        for _try in range(60):
            self.press(Keys.TAB)
            if self.run(f"const it = document.activeElement; return {condition}"):
                return
        pytest.fail(f"Tab never comes to where {condition}")

    def picture(self, name: str, height: int = 1900) -> None:
        """Keep a picture of the page, down to a height."""
        size = self.run("return [innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], height), "scale": 1}
        wanted = {"captureBeyondViewport": True, "clip": clip}
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture = self.driver.execute_cdp_cmd("Page.captureScreenshot", wanted)
        (PICTURES / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))


@pytest.fixture(scope="module")
def driver() -> t.Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--hide-scrollbars", "--force-device-scale-factor=1", "--disable-gpu"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox refuses to run as root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield chrome
    chrome.quit()


@pytest.fixture
def page(driver: webdriver.Chrome) -> t.Iterator[Page]:
    yield Page(driver)
    messages: list[dict[str, t.Any]] = driver.get_log("browser")  # type: ignore[no-untyped-call]  # as above
    assert messages == []


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reports(tmp_path_factory.mktemp("small"), small_fleet())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reports(tmp_path_factory.mktemp("hostile"), hostile_fleet())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reports(tmp_path_factory.mktemp("large"), large_fleet())


def test_the_verdict_comes_first(page: Page, small: Path) -> None:
    page.show(small)
    assert page.one("h1").text == "✗ Not compliant: 6 hosts, 1 of them unreachable"
    assert page.driver.title == "Not compliant: TCP keepalive audit"
    assert page.visible_hosts()[:2] == ["old.example.com", "cache1.example.com"]
    headings = page.run("return [...document.querySelectorAll('h1, h2')].map((h) => h.tagName + ' ' + h.textContent)")
    assert [heading[3:] for heading in headings[1:]] == [
        *("What was judged", "What is wrong", "Containers and namespaces with other values than their host"),
        *("Detection time", "Connections covered", "Hosts"),
    ]
    page.picture("report-top", height=830)


def test_nothing_is_fetched(page: Page, small: Path) -> None:
    page.show(small)
    entries = page.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [entry for entry in entries if not entry.startswith("data:")] == []


@pytest.mark.parametrize(
    ("column", "ascending", "descending"),
    [
        pytest.param("Host", "cache1.example.com", "web6.example.com", id="names"),
        pytest.param("Verdict", "old.example.com", "web1.example.com", id="verdicts"),
        pytest.param("Detection", "cache1.example.com", "mail.example.com", id="numbers, what is unknown last"),
        pytest.param("Covered", "db3.example.com", "cache1.example.com", id="shares"),
        pytest.param("Namespaces", "db1.example.com", "cache1.example.com", id="counts"),
    ],
)
def test_sort_by_click(page: Page, small: Path, column: str, ascending: str, descending: str) -> None:
    page.show(small)
    button = page.driver.find_element(By.XPATH, f"//table[@id='hosts']/thead//button[text()='{column}']")
    if column == "Verdict":  # the order in which the page comes
        button.click()
        assert page.visible_hosts()[0] == descending
        button.click()
        assert page.visible_hosts()[0] == ascending
        return
    for order, first in (("ascending", ascending), ("descending", descending)):
        button.click()
        assert page.visible_hosts()[0] == first
        sorted_by = page.run(
            "return [...document.querySelectorAll('[aria-sort]')].map((h) => [h.innerText, h.ariaSort])"
        )
        assert sorted_by == [[column, order]]


def test_filter(page: Page, small: Path) -> None:
    page.show(small)
    find = page.one("#find")
    find.send_keys("ZZ-local example")
    assert page.visible_hosts() == ["db2.example.com"]
    assert page.one("#shown").text == "1 of 12 hosts"
    find.clear()
    find.send_keys("no such host")
    assert page.visible_hosts() == []
    find.clear()
    find.send_keys(" ")
    assert page.one("#shown").text == "12 hosts"
    choice = Select(page.one("#verdict"))
    for wanted, hosts in (
        ("no answer", ["old.example.com"]),
        ("not compliant", [f"{name}.example.com" for name in ("old", "cache1", "db1", "db2", "db3", "mail")]),
        ("others may set the values", ["db3.example.com"]),
    ):
        choice.select_by_visible_text(wanted)
        assert page.visible_hosts() == hosts


def test_everything_works_with_the_keyboard(page: Page, small: Path) -> None:
    page.show(small)
    page.press(Keys.TAB)
    assert page.run("return document.activeElement.textContent") == "To the table of hosts"
    page.tab_to("it.id === 'find'")
    page.press("db")
    assert len(page.visible_hosts()) == 3
    page.tab_to("it.id === 'verdict'")
    page.press("n", "o", "t")
    assert page.run("return document.getElementById('verdict').value") == "not_in_order"
    page.tab_to("it.textContent === 'Host'")
    page.press(Keys.ENTER)
    assert page.run("return document.activeElement.parentElement.ariaSort") == "ascending"
    page.press(Keys.ENTER)
    assert page.visible_hosts() == [f"db{number}.example.com" for number in (3, 2, 1)]
    page.tab_to("it.tagName === 'SUMMARY' && it.textContent.includes('db3')")
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press(Keys.ENTER)
    assert "/etc/rc.local line 7" in page.one("details[open] .inside").text
    page.press(Keys.SPACE)
    assert page.run("return document.querySelectorAll('details[open]').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(page: Page, small: Path, scheme: str) -> None:
    page.show(small, scheme=scheme)
    ground = page.run("return getComputedStyle(document.body).backgroundColor")
    assert (int(ground[4:-1].split(",")[0]) > 128) == (scheme == "light")
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    seen, found = page.run(LOW_CONTRAST)
    assert found == []
    assert seen > 200
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = false; })")
    page.run("document.querySelectorAll('#hosts details')[2].open = true")
    page.picture(f"report-{scheme}")


@pytest.mark.parametrize("which", ["small", "hostile", "large"])
@pytest.mark.parametrize("width", [PHONE, 600, 800, 970])
def test_no_width_makes_one_scroll_sideways(page: Page, width: int, which: str, request: pytest.FixtureRequest) -> None:
    page.show(request.getfixturevalue(which), width=width)
    page.run("[...document.querySelectorAll('details')].slice(0, 40).forEach((one) => { one.open = true; })")
    assert page.run("return document.documentElement.scrollWidth") <= width
    beyond = "return [...document.querySelectorAll('main *')].filter((e) => e.checkVisibility()"
    assert page.run(f"{beyond} && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML)") == []


@pytest.mark.parametrize("width", [PHONE, 970, DESK])
def test_names_of_hosts_break_after_dots_only(page: Page, small: Path, width: int) -> None:
    page.show(small, width=width)
    labels = (
        "[...document.querySelectorAll('.found tbody th, #hosts .one > th')].flatMap((name) => [...name.childNodes])"
    )
    lines = "const part = document.createRange(); part.selectNode(text); return part.getClientRects().length"
    broken = f"{labels}.filter((node) => node.nodeType === 3).filter((text) => {{ {lines} > 1; }})"
    assert page.run(f"return {broken}.map((text) => text.data)") == []


def test_a_phone_has_cards_that_sort(page: Page, small: Path) -> None:
    page.show(small, width=PHONE)
    assert page.run("return getComputedStyle(document.querySelector('#hosts > tbody')).display") == "block"
    page.driver.find_element(By.XPATH, "//button[text()='Detection']").click()
    assert page.visible_hosts()[0] == "cache1.example.com"
    page.picture("report-phone", height=3000)


def test_paper_has_what_is_wrong_and_no_controls(page: Page, small: Path) -> None:
    page.show(small, scheme="dark", media="print")
    assert page.run("return document.querySelector('.controls').checkVisibility()") is False
    assert page.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.run(LOW_CONTRAST)[1] == []
    page.run("addEventListener('beforeprint', () => { window.opened = document.querySelectorAll('[open]').length; })")
    pdf = base64.b64decode(page.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / "report.pdf").write_bytes(pdf)
    assert page.run("return [window.opened, document.querySelectorAll('[open]').length]") == [6, 0]


def test_it_is_whole_without_a_script(page: Page, small: Path) -> None:
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.show(small)
        assert page.one("h1").text == "✗ Not compliant: 6 hosts, 1 of them unreachable"
        assert not page.one(".controls").is_displayed()
        assert len(page.driver.find_elements(By.CSS_SELECTOR, "#hosts > tbody")) == 12
        page.driver.find_elements(By.CSS_SELECTOR, "#hosts summary")[0].click()
        assert page.one("details[open] .inside").is_displayed()
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_plots_have_words(page: Page, small: Path) -> None:
    page.show(small)
    for plot in page.driver.find_elements(By.CSS_SELECTOR, "svg[role=img]"):
        labels = (plot.get_attribute("aria-labelledby") or "").split()
        assert all(page.run(f"return document.getElementById('{label}').textContent") for label in labels)
    tables = page.run(
        "return [...document.querySelectorAll('figure table')].map((t) => t.tBodies[0].rows[0].textContent)"
    )
    assert tables == ["6 min 28 s to 9 min 29 s11", "20 to 30 %10"]


def test_what_hosts_say_is_only_text(page: Page, hostile: Path) -> None:
    page.show(hostile)
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    names = page.visible_hosts()
    for attack in ATTACKS:
        assert {attack, f"message {attack}"} <= set(names)
    for element in page.driver.find_elements(By.CSS_SELECTOR, "#hosts th, .mark")[:20]:
        webdriver.ActionChains(page.driver).move_to_element(element).perform()
    assert page.run("return window.attacked") is None
    assert page.run("return [document.scripts.length, document.images.length]") == [2, 0]
    assert page.run("return document.querySelectorAll('[onload], [onerror], [onmouseover]').length") == 0


def test_what_is_wrong_leads_to_its_hosts(page: Page, small: Path) -> None:
    page.show(small)
    page.one("#find").send_keys("nothing has this")
    page.one("h1").click()
    page.run("document.activeElement.blur()")
    page.tab_to("it.textContent === 'Other values after a reboot'")
    page.press(Keys.ENTER)
    assert page.visible_hosts() == ["db1.example.com", "db2.example.com"]
    assert page.run("return document.activeElement.id") == "verdict"
    assert page.one("#shown").text == "2 of 12 hosts"


def test_one_host(page: Page, tmp_path: Path) -> None:
    page.show(write_reports(tmp_path, small_fleet()[-1:]))
    assert page.one("header").text.endswith("Not compliant: 1 host, unreachable")
    assert page.one("#shown").text == "1 host"


def test_values_as_large_and_small_as_can_be(page: Page, tmp_path: Path) -> None:
    hosts: list[Asked] = [
        (f"host{n}", info(values), {}) for n, values in enumerate([(21474836, 21474836, 255), (-8, 1, 1), (1, 1, 1)])
    ]
    page.show(write_reports(tmp_path, hosts))
    cells = page.run("return [...document.querySelectorAll('#hosts .one')].map((r) => [r.cells[2], r.cells[3]])")
    assert [[cell.text for cell in row] for row in cells] == [
        ["174 y 119 d", "248 d 13 h"],
        ["\N{EN DASH}", "-8 s"],
        ["2 s", "1 s"],
    ]
    labels = page.run("return [...document.querySelectorAll('svg text')].map((t) => t.getBoundingClientRect().right)")
    assert max(labels) <= DESK


def test_a_thousand_hosts(page: Page, large: Path) -> None:
    assert large.stat().st_size < 3_000_000
    page.show(large)
    assert page.one("#shown").text == "1000 hosts"
    page.picture("report-1000", height=1500)
    page.one("#find").send_keys("host00 rc.local")
    found = page.visible_hosts()
    assert found
    assert all(name.startswith("host00") for name in found)
    page.one("#find").send_keys(Keys.CONTROL, "a", Keys.BACKSPACE)
    page.driver.find_element(By.XPATH, "//button[text()='Covered']").click()
    assert len(page.visible_hosts()) == 1000
