# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of fleets, and the page that the audit makes of these."""

from __future__ import annotations

import random
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.plugins.plugin_utils._audit.criteria import Criteria
from ansible_collections.linux.tcp.plugins.plugin_utils._audit.reports import report_of, texts_of
from ansible_collections.linux.tcp.tests.unit.results import namespace, namespaces

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]
    Asked = t.Tuple[str, Result, Result]

TEMPLATE = Path(__file__).parents[2] / "playbooks" / "templates" / "audit.html.j2"
OWN = "/etc/sysctl.d/99-tcp-keepalive.conf"
KEYS = ("time", "intvl", "probes")

# What a host name or a line of a file must not be able to do to the page.
ATTACKS = (
    "<script>window.attacked = 1</script>",
    "</script><script>window.attacked = 1</script>",
    "<!-- <script>",
    "<img src=x onerror='window.attacked = 1'>",
    '" onmouseover="window.attacked = 1',
    "{{ 7 * 7 }}{% raw %}",
    "]]></svg><svg onload='window.attacked = 1'>",
)


def info(
    runtime: tuple[int, int, int] = (600, 60, 20),
    boot: tuple[int, int, int] | None = None,
    *,
    path: str | None = OWN,
    writer: str | None = None,
) -> Result:
    """Result as keepalive_info does, the next boot being decided by one file."""
    running, planned = dict(zip(KEYS, runtime)), dict(zip(KEYS, boot or runtime))
    source = {key: {"path": path, "line": line} if path else None for line, key in enumerate(KEYS, start=2)}
    return {
        "runtime": running,
        "runtime_writable": True,
        "boot": {"loader": "systemd-sysctl", "values": planned, "sources": source, "doubts": [], "notes": []},
        "settings": [
            {"key": key, "value": str(planned[key]), "path": path, "line": line, "effective": True}
            for line, key in enumerate(KEYS, start=2)
            if path
        ],
        "other_writers": [{"code": "sets_value", "path": "/etc/rc.local", "line": 7, "text": writer}] if writer else [],
        "drift": [key for key in KEYS if running[key] != planned[key]],
        "warnings": [],
    }


def sockets(covered: int, not_covered: int) -> Result:
    """Result as keepalive_sockets_info does."""
    return {
        "totals": {"sockets": covered + not_covered, "covered": covered, "not_covered": not_covered, "unknown": 0},
        "reasons": [{"code": "keepalive_off", "message": "keepalive is off", "sockets": not_covered}]
        if not_covered
        else [],
        "by_command": [
            {"command": name, "sockets": good + bad, "covered": good, "not_covered": bad, "unknown": 0}
            for name, good, bad in (("nginx", 0, not_covered), ("postgres", covered, 0))
            if good + bad
        ],
        "unreadable": [],
    }


def unreachable(message: str = "Connection timed out") -> Result:
    """Register what Ansible does for a host that cannot be reached."""
    return {"unreachable": True, "msg": message}


def small_fleet() -> list[Asked]:
    """Return one host of each kind, and some that are compliant."""
    right = [(f"web{number}.example.com", info(), sockets(40 + number, 1)) for number in range(1, 7)]
    return [
        *right,
        ("cache1.example.com", info((300, 30, 5)), sockets(9, 0)),
        ("db1.example.com", info((999, 60, 20), (600, 60, 20)), sockets(80, 0)),
        ("db2.example.com", info((600, 60, 20), (60, 60, 20), path="/etc/sysctl.d/zz-local.conf"), sockets(75, 2)),
        ("db3.example.com", info(writer="sysctl -w net.ipv4.tcp_keepalive_time=7200"), sockets(12, 29)),
        ("mail.example.com", info((7200, 75, 9), path=None), sockets(0, 0)),
        ("old.example.com", unreachable("Failed to connect to the host via ssh: Connection timed out"), {}),
    ]


def containers(name: str) -> Result:
    """Return the network namespaces of a host: two beside its own, one of them with other values on some hosts."""
    differ = name.startswith(("cache", "host00"))
    return namespaces(namespace(6, same=True), namespace(5, same=not differ))


def hostile_fleet() -> list[Asked]:
    """Return hosts whose names, files, lines and messages try to become part of the page."""
    return [
        *((attack, info(path=f"/etc/{attack}", writer=attack), sockets(1, 0)) for attack in ATTACKS),
        *((f"message {attack}", unreachable(attack), {}) for attack in ATTACKS),
    ]


def large_fleet(count: int = 1000) -> list[Asked]:
    """Return a fleet of many hosts, the same each time."""
    draw = random.Random(1)
    kinds: list[t.Callable[[], Result]] = [
        *[info] * 12,
        *[lambda: info((300, 30, 5))] * 4,
        *[lambda: info((draw.choice([60, 120, 240, 350]), 30, draw.choice([3, 6, 9])))] * 6,
        lambda: info((7200, 75, 9), path=None),
        lambda: info((600, 60, 20), (7200, 75, 9), path=None),
        lambda: info(writer="sysctl -w net.ipv4.tcp_keepalive_time=7200"),
        unreachable,
    ]
    fleet = []
    for number in range(count):
        result = draw.choice(kinds)()
        total = draw.randint(1, 400)
        covered = round(total * min(1.0, draw.betavariate(6, 1) + 0.05))
        links = {} if "unreachable" in result else sockets(covered, total - covered)
        fleet.append((f"host{number:04}.example.com", result, links))
    return fleet


def render(
    fleet: t.Iterable[t.Sequence[t.Any]],
    *,
    template: str = "",
    created: str,
    merge: t.Sequence[str] = (),
    **criteria: object,
) -> dict[str, str]:
    """Return the reports of a fleet by their files' names; ``template`` is that of the page."""
    return dict(texts_of(report_of(fleet, Criteria.from_options(**criteria), created=created, merge=merge), template))


def write_reports(folder: Path, fleet: list[Asked]) -> Path:
    """Write the reports of a fleet into a folder; return the page's path."""
    texts = render(
        [(*host, (), {} if "unreachable" in host[1] else containers(host[0])) for host in fleet],
        template=TEMPLATE.read_text(encoding="utf-8"),
        created="2026-01-31T12:00:00Z",
        limit=1800,
        idle_timeout=900,
        covered=60,
        namespaces=True,
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder / "report.html"
