# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import (
    NOTHING,
    Application,
    Call,
    read_call,
    read_systemd_call,
    values_of,
)
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

SCENARIOS = Path(__file__).with_name("scenarios")
KEY = "net.ipv4.tcp_keepalive_time"
DEFAULT = Call(Application("procps", ("/etc/sysctl.conf",)))
CALLS: dict[str, Call] = {
    f"-w {KEY}=60": Call(settings=(1,)),
    f"{KEY}=60 -q": Call(settings=(0,), is_quiet=True),
    f"-n {KEY}=60": Call(settings=(1,), is_quiet=True),
    f"-b {KEY}=60": Call(settings=(1,), is_quiet=True),
    f"--deprecated {KEY}=60": Call(settings=(1,)),
    f"--wri {KEY}=60": Call(settings=(1,)),
    f"-w -- {KEY}=60": Call(settings=(2,)),
    f"-w {KEY} = 60": Call(settings=(1, 2, 3)),
    f"-r keepalive {KEY}=60": Call(settings=(2,)),
    f"-r swap {KEY}=60": NOTHING,
    f"-a {KEY}=60": NOTHING,
    f"-X {KEY}=60": NOTHING,
    f"-d {KEY}=60": NOTHING,
    f"-h {KEY}=60": NOTHING,
    f"-V {KEY}=60": NOTHING,
    f"--dry-run {KEY}=60": NOTHING,
    f"-Z {KEY}=60": NOTHING,
    f"{KEY}=60 -Z": NOTHING,
    f"--bogus {KEY}=60": NOTHING,
    f"--v {KEY}=60": NOTHING,
    f"-w -{KEY}=60": NOTHING,
    "-p": DEFAULT,
    "-p -": Call(reads_input=True),
    "-p /dev/stdin": Call(reads_input=True),
    "-p /a /b": Call(Application("procps", ("/a", "/b"))),
    "$quiet -p a.conf $x": Call(Application("procps", ("a.conf", "$x"))),
    "-f /a": Call(Application("procps", ("/a",))),
    "-f/a": NOTHING,
    "-qp/a": Call(Application("procps", ("/a",))),
    "--load=/a": Call(Application("procps", ("/a",))),
    "--load": DEFAULT,
    f"-p {KEY}=60": Call(),
    "-a -p /a": NOTHING,
    "--system": Call(Application("procps", None)),
}


@pytest.mark.parametrize("words", CALLS)
def test_calls(words: str) -> None:
    assert read_call(words.split()) == CALLS[words]


@pytest.mark.parametrize(
    ("pattern", "may_choose"),
    [
        ("keepalive", True),
        ("swap", False),
        ("^net[.]ipv4[.]ip_.*", False),
        ("^(vm|fs)[.]", False),
        ("ipv4.(ip_|tcp_keepalive)", True),
        ("[", True),
        # these could take long
        ("((.+)+)+!", True),
        ("(.*!)*", True),
        ("(.|.)(.|.)(.|.)" * 3 + "!", True),
        ("a?" * 4 + "!", True),
        (".*.*.*.*!", True),
        ("swap{99999999999999999999}", True),
        ("(" * 2000 + ")" * 2000 + "!", True),
    ],
)
def test_patterns_of_calls(pattern: str, *, may_choose: bool) -> None:
    assert (read_call(["--system", "-r", pattern]) != NOTHING) is may_choose


def test_calls_of_systemd() -> None:
    assert read_systemd_call(["--prefix=/net", "/a"]) == Call(Application("systemd-sysctl", ("/a",)))
    assert read_systemd_call(["--prefix=/net"]) == NOTHING


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        (f"{KEY}=60", {"time": 60}),
        (f"{KEY} = 60", {"time": 60}),
        ("net/ipv4/tcp_keepalive_probes=0x5", {"probes": 5}),
        ("-net.ipv4.tcp_keepalive_intvl=060", {"intvl": 48}),
        (f"{KEY}=60 # remark", {"time": 60}),
        (f"{KEY}=$x", {"time": None}),
        (f"{KEY}=%i", {"time": None}),
        (f"{KEY}=%(ENV_KA)s", {"time": None}),
        ("net.ipv4.tcp_keepalive_%i=60", {"time": None, "intvl": None, "probes": None}),
        ("net.ipv4.tcp_%i=60", {}),
        ("net.ipv4.tcp_keepalive_*=60", {"time": None, "intvl": None, "probes": None}),
        ("$prefix.tcp_keepalive_time=60", {"time": 60}),
        (f"{KEY}=60s", {}),
        (f"{KEY}=", {}),
        (KEY, {}),
        ("net.ipv4.tcp_keepalive_probes=256", {}),
        ("net.ipv4.tcp_fin_timeout=60", {}),
        ("net.ipv4.tcp_fin_timeout=%i", {}),
        (f"x.{KEY}=60", {}),
    ],
)
def test_values(setting: str, values: dict[str, int | None]) -> None:
    assert values_of(setting) == values


@pytest.mark.skipif(not shutil.which("sysctl"), reason="needs sysctl(8)")
def test_the_real_program_does_the_same() -> None:
    calls = [words for words in CALLS if KEY in words]
    result = run_isolated(SCENARIOS / "real_sysctl.py", calls=calls)
    if "procps-ng 4." not in result["release"]:
        pytest.skip("needs sysctl of procps 4")
    sets = {words: any(values_of(words.split()[index]) for index in CALLS[words].settings) for words in calls}
    assert result["values"] == {words: 60 if does else 7200 for words, does in sets.items()}
