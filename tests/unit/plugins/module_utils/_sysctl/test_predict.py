# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import shutil
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem, detect_loader
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import Setting, predict
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import SELECTABLE_LOADERS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import BootLoader, Loader, Version

SYSTEMD: Loader = "systemd-sysctl"
PROCPS: Loader = "procps"

A, B, C = "/etc/sysctl.d/a.conf", "/etc/sysctl.d/b.conf", "/etc/sysctl.d/c.conf"
CONF = "/etc/sysctl.conf"
SCENARIOS = Path(__file__).with_name("scenarios")
T = "net.ipv4.tcp_keepalive_time"
STAR = "net.ipv4.tcp_keepalive_*"
T_STAR = "net.ipv4.tcp_keepalive_t*"
LONG = "#" + "x" * (1 << 20) + "\n"


def tree_of(texts: t.Mapping[str, str]) -> Tree:
    return Tree(tuple(SysctlFile(path, path, text=text.encode()) for path, text in texts.items()))


# What the files hold, and for each loader the value of time and the line that decides it;
# a line whose value is 7200 is one that leaves the kernel's own.
DEFAULT = (7200, None, None)


@pytest.mark.parametrize(
    ("texts", "as_systemd", "as_procps"),
    [
        pytest.param({}, DEFAULT, DEFAULT, id="no file"),
        pytest.param({A: "vm.swappiness = 5\n"}, DEFAULT, DEFAULT, id="other keys"),
        pytest.param({A: f"{T} = 60\n"}, (60, A, 1), (60, A, 1), id="one line"),
        pytest.param({A: f"\n# c\n{T} = 60"}, (60, A, 3), (60, A, 3), id="line number"),
        pytest.param({A: f"{T}=60\n{T}=70\n"}, (70, A, 2), (70, A, 2), id="last line of a file"),
        pytest.param({B: f"{T}=60\n", A: f"{T}=70\n"}, (60, B, 1), (60, B, 1), id="last file"),
        pytest.param(
            {"/etc/sysctl.d/10-a.conf": f"{T}=60\n", "/usr/lib/sysctl.d/50-a.conf": f"{T}=70\n"},
            (70, "/usr/lib/sysctl.d/50-a.conf", 1),
            (70, "/usr/lib/sysctl.d/50-a.conf", 1),
            id="the name counts, not the directory",
        ),
        pytest.param(
            {"/etc/sysctl.d/10-a.conf": f"{T}=60\n", "/etc/sysctl.d/9-a.conf": f"{T}=70\n"},
            (70, "/etc/sysctl.d/9-a.conf", 1),
            (70, "/etc/sysctl.d/9-a.conf", 1),
            id="names are no numbers",
        ),
        pytest.param(
            {A: f"{T}=60\n", "/etc/sysctl.d/Z.conf": f"{T}=70\n"}, (60, A, 1), (60, A, 1), id="capitals come first"
        ),
        pytest.param({A: "", "/usr/lib/sysctl.d/a.conf": f"{T}=60\n"}, DEFAULT, DEFAULT, id="masked by an empty file"),
        pytest.param(
            {"/lib/sysctl.d/a.conf": f"{T}=60\n"},
            (60, "/lib/sysctl.d/a.conf", 1),
            (60, "/lib/sysctl.d/a.conf", 1),
            id="lib apart from usr",
        ),
        pytest.param(
            {"/etc/sysctl.d/.z.conf": f"{T}=60\n"}, DEFAULT, (60, "/etc/sysctl.d/.z.conf", 1), id="hidden file"
        ),
        pytest.param({CONF: f"{T}=60\n"}, DEFAULT, (60, CONF, 1), id="sysctl.conf"),
        pytest.param(
            {CONF: f"{T}=60\n", "/etc/sysctl.d/99-sysctl.conf": f"{T}=60\n", "/etc/sysctl.d/99-zz.conf": f"{T}=70\n"},
            (70, "/etc/sysctl.d/99-zz.conf", 1),
            (60, CONF, 1),
            id="sysctl.conf with its link, before 99-zz",
        ),
        # what tests/differential found
        pytest.param(
            {A: "net/core/../ipv4/tcp_keep*_time=50\n"}, DEFAULT, (50, A, 1), id="pattern with a parent folder"
        ),
        pytest.param({A: "-[n]et.ipv4.tcp_keepalive_{time,intvl} =10"}, (10, A, 1), DEFAULT, id="pattern with braces"),
        pytest.param(
            {A: "net.ipv4.tcp_keepalive_{time,intvl} =10"}, DEFAULT, DEFAULT, id="braces alone make no pattern"
        ),
        # what the kernel refuses
        pytest.param({A: f"{T}=66\n", B: f"{T}=99999999999\n"}, (7200, B, 1), (66, A, 1), id="winner too large"),
        pytest.param({A: f"{T}=66\n{T}=60s\n"}, (7200, A, 2), (66, A, 1), id="winner with a unit"),
        pytest.param({A: f"{T}=66\n{T}=\n"}, (7200, A, 2), (66, A, 1), id="winner empty"),
        pytest.param({A: f"{T}=60s\n"}, (7200, A, 1), DEFAULT, id="only one, refused"),
        pytest.param({A: f"{T}=60s\n{T}=66\n"}, (66, A, 2), (66, A, 2), id="loser refused"),
        pytest.param({A: f"{T}=0\n"}, (0, A, 1), (0, A, 1), id="zero is taken"),
        pytest.param({A: f"{T}=-5\n"}, (-5, A, 1), (-5, A, 1), id="negative is taken"),
        pytest.param({A: f"{T}=060\n"}, (48, A, 1), (48, A, 1), id="octal"),
        pytest.param({A: f"{T}=0x3c\n"}, (60, A, 1), (60, A, 1), id="hexadecimal"),
        pytest.param({A: f"{T}=60 # c\n"}, (60, A, 1), (60, A, 1), id="inline comment"),
        pytest.param({A: f"{T}=60# c\n"}, (7200, A, 1), DEFAULT, id="inline comment without a blank"),
        pytest.param({A: f'{T}="60"\n'}, (7200, A, 1), DEFAULT, id="quotes"),
        pytest.param({A: f"{T}=8589934\n"}, (8589934, A, 1), (8589934, A, 1), id="most seconds at 250 Hz"),
        # spellings
        pytest.param({A: "net/ipv4/tcp_keepalive_time=60\n"}, (60, A, 1), (60, A, 1), id="slashes"),
        pytest.param({A: "net/ipv4.tcp_keepalive_time=60\n"}, DEFAULT, DEFAULT, id="slash, then dot"),
        pytest.param({A: "net.ipv4/tcp_keepalive_time=60\n"}, DEFAULT, DEFAULT, id="dot, then slash"),
        pytest.param({A: "/net/ipv4/tcp_keepalive_time=60\n"}, (60, A, 1), (60, A, 1), id="leading slash"),
        pytest.param({A: ".net.ipv4.tcp_keepalive_time=60\n"}, (60, A, 1), (60, A, 1), id="leading dot"),
        pytest.param({A: "net..ipv4.tcp_keepalive_time=60\n"}, (60, A, 1), (60, A, 1), id="doubled dot"),
        pytest.param({A: "/proc/sys/net/ipv4/tcp_keepalive_time=60\n"}, DEFAULT, DEFAULT, id="full path"),
        pytest.param({A: "net/ipv4/../ipv4/tcp_keepalive_time=60\n"}, DEFAULT, (60, A, 1), id="parent folder"),
        pytest.param({A: "net.ipv4.tcp_Keepalive_time=60\n"}, DEFAULT, DEFAULT, id="case counts"),
        pytest.param({A: f"- {T}=60\n"}, (60, A, 1), DEFAULT, id="dash and blank"),
        pytest.param({A: f"--{T}=60\n"}, DEFAULT, (60, A, 1), id="two dashes"),
        pytest.param({A: f"\v{T}\f=60\n"}, DEFAULT, (60, A, 1), id="vertical tab and form feed"),
        pytest.param({A: f"{T}=60\r\n"}, (60, A, 1), (60, A, 1), id="CRLF"),
        pytest.param({A: f"a=1\r{T}=60\r"}, (60, A, 1), DEFAULT, id="lone CR"),
        pytest.param({A: f"a=1\0{T}=60\n"}, (60, A, 1), DEFAULT, id="NUL"),
        pytest.param({A: f"\ufeff{T}=60\n"}, DEFAULT, DEFAULT, id="byte order mark at the first key"),
        pytest.param({A: f"\ufeff\n{T}=60\n"}, (60, A, 2), (60, A, 2), id="byte order mark on a line of its own"),
        pytest.param({A: f"# c \\\n{T}=60\n"}, (60, A, 2), (60, A, 2), id="no continuation of comments"),
        pytest.param({A: f"{LONG}{T}=60\n"}, DEFAULT, (60, A, 2), id="a line of 1 MiB"),
        # a dash before the key
        pytest.param({A: f"-{T}=60\n"}, (60, A, 1), (60, A, 1), id="failures ignored"),
        pytest.param({A: f"{T}=55\n-{T}\n"}, (7200, A, 2), (55, A, 1), id="excluded after its assignment"),
        pytest.param({A: f"-{T}\n{T}=55\n"}, (55, A, 2), (55, A, 2), id="excluded before its assignment"),
        pytest.param({A: f"-{T}\n"}, (7200, A, 1), DEFAULT, id="excluded only"),
        # globs
        pytest.param({A: f"{STAR}=60\n"}, (60, A, 1), (60, A, 1), id="glob"),
        pytest.param({A: f"{STAR}=60\n{T}=70\n"}, (70, A, 2), (70, A, 2), id="glob before the key"),
        pytest.param({A: f"{T}=70\n", B: f"{STAR}=60\n"}, (70, A, 1), (70, A, 1), id="glob after the key"),
        pytest.param({A: f"{T}=70s\n", B: f"{STAR}=60\n"}, (7200, A, 1), DEFAULT, id="excluded by a refused value"),
        pytest.param({A: f"{STAR}=60\n-{T}\n"}, (7200, A, 2), DEFAULT, id="excluded from globs"),
        pytest.param({A: f"-{T}\n", B: f"{STAR}=60\n"}, (7200, A, 1), DEFAULT, id="excluded from a later glob"),
        # procps since 4.0.5: exclusions by pattern
        pytest.param({A: f"{STAR}=60\n-{T_STAR}\n"}, (60, A, 1), DEFAULT, id="excluded from globs by a glob"),
        pytest.param({A: f"-{T_STAR}\n{STAR}=60\n"}, (60, A, 2), DEFAULT, id="excluded by a glob before"),
        pytest.param({A: f"{STAR}=60\n-{STAR}\n"}, DEFAULT, DEFAULT, id="excluded by the same glob"),
        pytest.param({A: f"-{STAR}\n{STAR}=60\n"}, (60, A, 2), DEFAULT, id="excluded by the same glob before"),
        pytest.param({A: f"{STAR}=60\n", B: f"-{T_STAR}\n"}, (60, A, 1), DEFAULT, id="excluded in a later file"),
        pytest.param({A: f"-{T_STAR}\n", B: f"{STAR}=60\n"}, (60, B, 1), DEFAULT, id="excluded in an earlier file"),
        pytest.param({A: f"{STAR}=60\n", CONF: "-*\n"}, (60, A, 1), DEFAULT, id="everything excluded, in sysctl.conf"),
        pytest.param({A: f"{T}=60\n-{T_STAR}\n"}, (60, A, 1), (60, A, 1), id="a glob excludes no key spelled out"),
        pytest.param({A: f"-{T_STAR}\n-{T}=60\n"}, (60, A, 2), (60, A, 2), id="nor one whose failures are ignored"),
        pytest.param(
            {A: f"{T}=60\n{STAR}=70\n-{T_STAR}\n"},
            (60, A, 1),
            (60, A, 1),
            id="a key, a glob and an exclusion by a glob",
        ),
        pytest.param({A: f"{STAR}=60\n-{T_STAR}=70\n"}, (70, A, 2), (70, A, 2), id="a value is no exclusion"),
        pytest.param({A: f"{STAR}=60\n- {T_STAR}\n"}, (60, A, 1), (60, A, 1), id="dash and blank before a glob"),
        pytest.param({A: f"{STAR}=60\n--{T_STAR}\n"}, (60, A, 1), DEFAULT, id="two dashes before a glob"),
        pytest.param({A: f"{STAR}=60\n---{T_STAR}\n"}, (60, A, 1), (60, A, 1), id="three dashes before a glob"),
        pytest.param({A: f"{STAR}=60\n-{T_STAR} \t\v\n"}, (60, A, 1), DEFAULT, id="blanks behind an excluding glob"),
        pytest.param({A: f"{STAR}=60\n-{T_STAR} # x\n"}, (60, A, 1), (60, A, 1), id="remark behind an excluding glob"),
        pytest.param(
            {A: f"{STAR}=60\n-net.ipv4.tcp_keepalive_p*\n"}, (60, A, 1), (60, A, 1), id="another one excluded"
        ),
        pytest.param(
            {A: f"{STAR}=60\n-net.ipv4.tcp_keepalive_p*\n-{T_STAR}\n"}, (60, A, 1), DEFAULT, id="two excluding globs"
        ),
        pytest.param({A: f"{STAR}=60\n-net/ipv4/tcp_keepalive_t*\n"}, (60, A, 1), DEFAULT, id="excluding with slashes"),
        pytest.param({A: f"{STAR}=60\n-net/ipv4.tcp_keepalive_t*\n"}, (60, A, 1), (60, A, 1), id="slash, dot, glob"),
        pytest.param({A: f"{STAR}=60\n-net*time\n"}, (60, A, 1), DEFAULT, id="an excluding star crosses folders"),
        pytest.param({A: f"{STAR}=60\n-*\n"}, (60, A, 1), DEFAULT, id="an excluding star"),
        pytest.param({A: f"{STAR}=60\n-net.*\n"}, (60, A, 1), DEFAULT, id="an excluding star for all that is below"),
        pytest.param({A: f"{STAR}=60\n-net?ipv4?tcp_keepalive_time\n"}, (60, A, 1), DEFAULT, id="? for a slash"),
        pytest.param({A: f"{STAR}=60\n-net[!a]ipv4[/]tcp_keepalive_time\n"}, (60, A, 1), DEFAULT, id="[] for a slash"),
        pytest.param({A: f"{STAR}=60\n-net/ipv4[[:punct:]]*time\n"}, (60, A, 1), DEFAULT, id="class for a slash"),
        pytest.param({A: f"{STAR}=60\n-*/tcp_keepalive_time/\n"}, (60, A, 1), (60, A, 1), id="slash behind a glob"),
        pytest.param({A: f"{STAR}=60\n-net/ipv4/tcp_keepalive_{{time,x}}*\n"}, (60, A, 1), (60, A, 1), id="no braces"),
        pytest.param({A: f"{STAR}=60\n-net.ipv4.tcp\\_keepalive_tim\\e\n"}, (60, A, 1), DEFAULT, id="backslashes"),
        pytest.param({A: f"{STAR}=60\n-net.ipv4.tcp_keepalive_time\\\n"}, (60, A, 1), (60, A, 1), id="backslash last"),
        pytest.param({A: f"{STAR}=60\n-net.ipv4.tcp_keepalive_[t\n"}, (60, A, 1), (60, A, 1), id="bracket without end"),
        pytest.param({A: f"{STAR}=60\n-NET.*\n"}, (60, A, 1), (60, A, 1), id="case counts in an excluding glob"),
        pytest.param({A: f"net//ipv4/tcp_keepalive_t*=60\n-{T_STAR}\n"}, DEFAULT, (60, A, 1), id="doubled slash stays"),
        pytest.param(
            {A: "net//ipv4/tcp_keepalive_t*=60\n-net//ipv4/*\n"}, (60, A, 1), DEFAULT, id="doubled slash in both"
        ),
        pytest.param(
            {A: "net/./ipv4/tcp_keepalive_t*=60\n-net/?/ipv4/*\n"}, (60, A, 1), DEFAULT, id="? for this folder"
        ),
        pytest.param(
            {A: "net/core/../ipv4/tcp_keepalive_t*=60\n-net/*/../*\n"}, DEFAULT, DEFAULT, id="parent folder in both"
        ),
        pytest.param({A: f"{T_STAR}=60\n{STAR}=70\n"}, (70, A, 2), (70, A, 2), id="two globs, the last wins"),
        pytest.param({A: f"{T_STAR}=60\n{STAR}=70s\n"}, (60, A, 1), (60, A, 1), id="last glob refused"),
        pytest.param(
            {A: f"{T_STAR}=10\n", B: f"{STAR}=20\n", C: f"{T_STAR}=10\n"},
            (20, B, 1),
            (10, C, 1),
            id="repeated with the same value keeps its place",
        ),
        pytest.param(
            {A: f"{T_STAR}=10\n", B: f"{STAR}=20\n", C: f"{T_STAR}=30\n"},
            (30, C, 1),
            (30, C, 1),
            id="repeated with another value moves to the end",
        ),
        pytest.param(
            {A: f"net//ipv4/tcp_keepalive_t*=60\n{T}=70\n"},
            (70, A, 2),
            (70, A, 2),
            id="glob with a doubled slash, then the key",
        ),
        pytest.param(
            {A: f"{T}=70\nnet//ipv4/tcp_keepalive_t*=60\n"},
            (70, A, 1),
            (60, A, 2),
            id="procps does not see that a doubled slash is the same key",
        ),
        pytest.param({A: f"{T[:-4]}{{time,intvl}}=60\n"}, DEFAULT, DEFAULT, id="braces"),
        pytest.param({A: "net.*.tcp_keepalive_time=60\n"}, (60, A, 1), (60, A, 1), id="glob for a folder"),
        pytest.param({A: "net.ipv4.tcp_k*=60\n"}, (60, A, 1), (60, A, 1), id="glob that spells little of the key"),
        pytest.param({A: "net.ipv4.tcp?keepalive?time=60\n"}, (60, A, 1), (60, A, 1), id="glob of question marks"),
        pytest.param({A: "net/ipv[4]/tcp[_]keepalive[_]time=60\n"}, (60, A, 1), (60, A, 1), id="glob of brackets"),
        pytest.param({A: "net.*=60\n"}, DEFAULT, DEFAULT, id="glob that is too short"),
    ],
)
def test_predict(
    texts: dict[str, str], as_systemd: tuple[int, str | None, int | None], as_procps: tuple[int, str | None, int | None]
) -> None:
    for loader, expected in ((SYSTEMD, as_systemd), (PROCPS, as_procps)):
        boot = predict(tree_of(texts), loader, hz=250)
        winning = boot.winning.get("time")
        found = (boot.values.time, winning and winning.path, winning and winning.line)
        assert found == expected, loader
        source = boot.sources.get("time")
        assert source == (None if winning is None or winning.reading is None else winning), loader


def test_keys_are_decided_one_by_one() -> None:
    tree = tree_of({A: f"{STAR} = 20\n{T} = 600\n", B: "-net.ipv4.tcp_keepalive_probes = 300\n"})
    for loader in SELECTABLE_LOADERS:
        boot = predict(tree, loader, hz=250)
        assert boot.values == Values(time=600, intvl=20, probes=9)
        assert {key: (setting.path, setting.line) for key, setting in boot.sources.items()} == {
            "time": (A, 2),
            "intvl": (A, 1),
        }
        # what was found, in the order in which it is read
        assert [(setting.key, setting.value, setting.reading, setting.line) for setting in boot.settings] == [
            ("time", "20", 20, 1),
            ("intvl", "20", 20, 1),
            ("probes", "20", 20, 1),
            ("time", "600", 600, 2),
            ("probes", "300", None, 1),
        ]


def test_ticks_of_the_kernel_bound_the_values() -> None:
    tree = tree_of({A: f"{T}=8589934\n"})
    assert predict(tree, PROCPS, hz=100).values.time == 8589934
    assert predict(tree, PROCPS, hz=1000).values.time == 7200


def test_without_a_loader_nothing_decides() -> None:
    boot = predict(tree_of({A: f"{T}=60\n", CONF: f"{T}=70\n"}), None, hz=250)
    assert boot.values == KERNEL_DEFAULTS
    assert boot.winning == {}
    assert [(setting.path, setting.value) for setting in boot.settings] == [(A, "60")]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        pytest.param(
            SysctlFile(A, A),
            f"{T} = 60 # why\n".encode(),
            {"key": "time", "value": "60 # why", "path": A, "line": 1},
            id="plain",
        ),
        pytest.param(
            SysctlFile(A, A),
            f"#\n-{T}\n".encode(),
            {"key": "time", "value": None, "path": A, "line": 2},
            id="exclusion",
        ),
        pytest.param(
            SysctlFile("/etc/sysctl.d/\udcff.conf", "/etc/x"),
            f"{T} = ".encode() + b"\xe9\n",
            {"key": "time", "value": "\\xe9", "path": "/etc/sysctl.d/\\xff.conf", "line": 1},
            id="not UTF-8",
        ),
    ],
)
def test_setting_as_dict(file: SysctlFile, text: bytes, expected: dict[str, object]) -> None:
    (setting,) = predict(Tree((dataclasses.replace(file, text=text),)), SYSTEMD, hz=250).settings
    assert setting.as_dict() == expected


def test_a_setting_knows_what_the_kernel_takes() -> None:
    (setting,) = predict(tree_of({A: f"{T} = 0x10\n"}), PROCPS, hz=250).settings
    assert setting == Setting(key="time", value="0x10", reading=16, path=A, line=1)


@pytest.mark.parametrize(
    ("texts", "loader", "version", "value"),
    [
        pytest.param({A: f"{STAR} = 60\n"}, SYSTEMD, (239,), 7200, id="systemd 239: no patterns"),
        pytest.param({A: f"{STAR} = 60\n"}, SYSTEMD, (247,), 60, id="systemd 247: patterns"),
        pytest.param({A: f"{T} = 60\n-{T}\n"}, SYSTEMD, (239,), 60, id="systemd 239: no exclusions"),
        pytest.param({A: f"{T} = 60\n-{T}\n"}, SYSTEMD, (247,), 7200, id="systemd 247: exclusions"),
        pytest.param({A: "net/ipv4/../ipv4/tcp_keepalive_time=60\n"}, SYSTEMD, (247,), 60, id="systemd 247: parents"),
        pytest.param({A: "net/ipv4/../ipv4/tcp_keepalive_time=60\n"}, SYSTEMD, (252,), 7200, id="systemd 252: none"),
        pytest.param(
            {A: "net/ipv4/tcp_keepalive_time=60\n", B: "net/ipv4/../ipv4/tcp_keepalive_time=no\n"},
            SYSTEMD,
            (247,),
            60,
            id="systemd 247: two spellings, the later one refused",
        ),
        pytest.param({A: f"{STAR} = 60\n"}, PROCPS, (3, 3, 17), 7200, id="procps 3.3.17: no patterns"),
        pytest.param(
            {A: " net/ipv4/tcp_keepalive_intvl\v\r\t-net.ipv4.conf/../tcp_keepalive_time=30\n"},
            PROCPS,
            (3, 3, 17),
            7200,
            id="procps 3.3.17: back from a folder that is none",
        ),
        pytest.param(
            {A: f"{STAR} = 60\n-{T_STAR}\n"}, PROCPS, (4, 0, 4), 60, id="procps 4.0.4: a pattern excludes none"
        ),
        pytest.param({A: f"{STAR} = 60\n-{T_STAR}\n"}, PROCPS, (4, 0, 5), 7200, id="procps 4.0.5: a pattern excludes"),
        pytest.param({A: f"{STAR} = 60\n-{T}\n"}, PROCPS, (4, 0, 4), 7200, id="procps 4.0.4: a name excludes"),
        pytest.param({A: f"--{T} = 60\n"}, PROCPS, (3, 3, 17), 7200, id="procps 3.3.17: one dash"),
        pytest.param({A: f"\v{T} = 60\n"}, PROCPS, (3, 3, 17), 7200, id="procps 3.3.17: vertical tab"),
        pytest.param(
            {"/run/sysctl.d/a.conf": f"{T} = 60\n", A: f"{T} = 70\n"}, PROCPS, (3, 3, 15), 60, id="procps 3.3.15: run"
        ),
    ],
)
def test_releases(texts: t.Mapping[str, str], loader: Loader, version: Version, value: int) -> None:
    assert predict(tree_of(texts), loader, hz=250, version=version).values.time == value


# Seen on Debian 13 and testing.
@pytest.mark.parametrize(
    ("loader", "version", "value"),
    [
        pytest.param(SYSTEMD, (257,), 7200, id="systemd 257"),
        pytest.param(SYSTEMD, (258,), 60, id="systemd 258"),
        pytest.param(PROCPS, (4, 0, 7), 7200, id="procps"),
    ],
)
def test_a_loop_of_links_hides_a_file(loader: Loader, version: Version, value: int) -> None:
    loop = SysctlFile(A, A, kind="missing", reason="it is a loop of links", is_link=True)
    tree = tree_of({"/usr/lib/sysctl.d/a.conf": f"{T}=60\n"})
    assert predict(Tree((loop, *tree.files)), loader, hz=250, version=version).values.time == value
    leads_nowhere = dataclasses.replace(loop, target="/nowhere")
    assert predict(Tree((leads_nowhere, *tree.files)), loader, hz=250, version=version).values.time == 7200


EXTRA = "/etc/credstore/sysctl.extra"
IMAGE_EXTRA = "/usr/lib/credstore/sysctl.extra"
GIVEN_EXTRA = "/run/credentials/@system/sysctl.extra"


# The rows for 252 and 257 were seen on Debian 12 and 13, that for 247 on Debian 11.
@pytest.mark.parametrize(
    ("texts", "version", "value", "path"),
    [
        pytest.param({A: f"{T}=60\n", EXTRA: f"{T}=90\n"}, (247,), 60, A, id="247 takes none"),
        pytest.param({A: f"{T}=60\n", EXTRA: f"{T}=90\n"}, (252,), 90, EXTRA, id="252"),
        pytest.param({A: f"{T}=60\n", EXTRA: f"{T}=90\n"}, (257,), 90, EXTRA, id="257"),
        pytest.param({IMAGE_EXTRA: f"{T}=60\n", EXTRA: f"{T}=90\n"}, (257,), 90, EXTRA, id="/etc before /usr"),
        pytest.param({GIVEN_EXTRA: f"{T}=80\n", EXTRA: f"{T}=90\n"}, (257,), 80, GIVEN_EXTRA, id="what was handed in"),
        pytest.param(
            {"/run/credstore/sysctl.extra": f"{T}=80\n"}, (257,), 80, "/run/credstore/sysctl.extra", id="/run"
        ),
        pytest.param({IMAGE_EXTRA: f"{T}=60\n", EXTRA: ""}, (257,), 7200, None, id="an empty one hides"),
        pytest.param({A: f"{T}=60\n", EXTRA: f"-{T}\n{STAR}=33\n"}, (252,), 7200, None, id="exclusion"),
        pytest.param({A: f"{T}=60\n", EXTRA: "#".ljust(1048564)}, (252,), 60, A, id="as large as may be"),
        pytest.param({A: f"{T}=60\n", EXTRA: "#".ljust(1048565)}, (252,), 7200, None, id="too large"),
    ],
)
def test_credentials(texts: t.Mapping[str, str], version: Version, value: int, path: str | None) -> None:
    boot = predict(tree_of(texts), SYSTEMD, hz=250, version=version)
    assert boot.values.time == value
    assert (boot.sources["time"].path if "time" in boot.sources else None) == path
    assert predict(tree_of(texts), PROCPS, hz=250).values.time in (60, 7200)


@pytest.mark.parametrize(
    ("credential", "version", "value"),
    [
        pytest.param(SysctlFile(EXTRA, EXTRA, kind="directory"), (252,), 7200, id="folder, 252"),
        pytest.param(SysctlFile(EXTRA, EXTRA, kind="directory"), (257,), 7200, id="folder, 257"),
        pytest.param(SysctlFile(EXTRA, EXTRA, kind="directory"), (247,), 60, id="folder, 247"),
        pytest.param(SysctlFile(EXTRA, EXTRA, kind="missing", is_link=True), (252,), 7200, id="loop, 252"),
        pytest.param(SysctlFile(EXTRA, EXTRA, kind="missing", is_link=True), (257,), 7200, id="loop, 257"),
        pytest.param(SysctlFile(EXTRA, "/gone", kind="missing", is_link=True), (252,), 70, id="leads nowhere, 252"),
        pytest.param(SysctlFile(EXTRA, "/gone", kind="missing", is_link=True), (257,), 7200, id="leads nowhere, 257"),
    ],
)
def test_credentials_that_keep_the_service_from_starting(credential: SysctlFile, version: Version, value: int) -> None:
    tree = tree_of({A: f"{T}=60\n", IMAGE_EXTRA: f"{T}=70\n"})
    boot = predict(Tree((*tree.files, credential)), SYSTEMD, hz=250, version=version)
    assert boot.values == Values(value, 75, 9)


OTHER = "/etc/credstore/sysctl.other"


# Seen on Debian 12 and 13, the last row excepted.
@pytest.mark.parametrize(
    ("files", "version", "value"),
    [
        pytest.param([SysctlFile(OTHER, OTHER, kind="directory")], (252,), 60, id="another one, 252"),
        pytest.param([SysctlFile(OTHER, OTHER, kind="directory")], (257,), 7200, id="another one, 257"),
        pytest.param(
            [SysctlFile(EXTRA, EXTRA), SysctlFile(IMAGE_EXTRA, IMAGE_EXTRA, kind="directory")], (257,), 60, id="hidden"
        ),
        pytest.param([SysctlFile(OTHER, OTHER, text=b"#" * 1048564)], (257,), 60, id="as large as may be"),
        pytest.param(
            [SysctlFile(EXTRA, EXTRA, text=b"#" * 524276), SysctlFile(OTHER, OTHER, text=b"#" * 524277)],
            (257,),
            7200,
            id="too large together",
        ),
        pytest.param(
            [SysctlFile("/etc/credstore/other", "/etc/credstore/other", kind="directory")], (257,), 60, id="for others"
        ),
    ],
)
def test_all_credentials_of_the_service_have_to_be_taken(files: list[SysctlFile], version: Version, value: int) -> None:
    tree = Tree((*tree_of({A: f"{T}=60\n"}).files, *files))
    assert predict(tree, SYSTEMD, hz=250, version=version).values == Values(value, 75, 9)


# Seen on Linux 6.1 and 6.12, booted with such a command line; the files' part is what every loader does.
@pytest.mark.parametrize(
    ("command_line", "texts", "value", "path"),
    [
        pytest.param(f"sysctl.{T}=60", {}, 60, "/proc/cmdline", id="no file"),
        pytest.param(f"sysctl.{T}=60 sysctl.{T}=70", {}, 70, "/proc/cmdline", id="the last one"),
        pytest.param(f"sysctl.{T}=60 sysctl.{T}=99999999999", {}, 60, "/proc/cmdline", id="the last valid one"),
        pytest.param(f"sysctl.{T}=060", {}, 48, "/proc/cmdline", id="octal"),
        pytest.param(f"sysctl.{T}=-5", {}, -5, "/proc/cmdline", id="negative"),
        pytest.param(f'sysctl.{T}="60 # x"', {}, 60, "/proc/cmdline", id="remark"),
        pytest.param(f'sysctl.{T}=" 60"', {}, 60, "/proc/cmdline", id="leading blank"),
        pytest.param(f"sysctl.{T}={'60':0>20}", {}, 48, "/proc/cmdline", id="20 digits"),
        *(
            pytest.param(f"sysctl.{T}={value}", {}, 7200, None, id=value)
            for value in ("+60", "60s", "60,70", "60.5", "'60'", "=6", "0x", "8589935", "60".rjust(21, "0"))
        ),
        pytest.param(f"sysctl.{T}=60", {A: f"{T}=90\n"}, 90, A, id="any file beats it"),
        pytest.param(f"sysctl.{T}=60", {A: f"-{T}\n"}, 60, "/proc/cmdline", id="excluded in a file"),
        pytest.param(f"sysctl.{T}=60", {A: f"{T}=60s\n"}, 60, "/proc/cmdline", id="refused in a file"),
    ],
)
def test_command_line(command_line: str, texts: t.Mapping[str, str], value: int, path: str | None) -> None:
    for loader in SELECTABLE_LOADERS:
        boot = predict(tree_of(texts), loader, hz=250, command_line=command_line.encode())
        assert boot.values == Values(value, 75, 9)
        assert (boot.sources["time"].path if "time" in boot.sources else None) == path


def test_the_command_line_is_read_first() -> None:
    boot = predict(tree_of({A: f"{T}=90\n"}), SYSTEMD, hz=250, command_line=f"sysctl.{STAR}=1 sysctl.{T}=60".encode())
    assert [(setting.path, setting.line, setting.value) for setting in boot.settings] == [
        ("/proc/cmdline", 1, "60"),
        (A, 1, "90"),
    ]


UNKNOWN = "unknown"
DEBIAN_SCRIPT = b"""#!/bin/sh
case "$1" in
   start)
      if sysctl $quiet --system; then exit 0; fi ;;
esac
"""


@pytest.mark.parametrize(
    ("init", "loader"),
    [
        pytest.param(InitSystem(), UNKNOWN, id="nothing known"),
        pytest.param(
            InitSystem(process_1="systemd", booted_with_systemd=True, has_systemd_sysctl=True), SYSTEMD, id="systemd"
        ),
        pytest.param(
            InitSystem(
                process_1="systemd",
                booted_with_systemd=True,
                has_systemd_sysctl=True,
                scripts=(DEBIAN_SCRIPT,),
            ),
            SYSTEMD,
            id="systemd with init scripts lying about",
        ),
        pytest.param(
            InitSystem(booted_with_systemd=True, has_systemd_sysctl=True),
            SYSTEMD,
            id="systemd, first process hidden",
        ),
        pytest.param(
            InitSystem(booted_with_systemd=True, has_systemd_sysctl=False, scripts=(DEBIAN_SCRIPT,)),
            UNKNOWN,
            id="systemd without its sysctl program",
        ),
        pytest.param(
            InitSystem(booted_with_systemd=True, is_masked=True, scripts=(DEBIAN_SCRIPT,)),
            None,
            id="systemd without its sysctl unit",
        ),
        pytest.param(
            InitSystem(booted_with_systemd=True, has_systemd_sysctl=True, proc_sys_writable=False),
            None,
            id="systemd with read-only /proc/sys",
        ),
        pytest.param(
            InitSystem(process_1="init", scripts=(DEBIAN_SCRIPT,), proc_sys_writable=False),
            None,
            id="init with read-only /proc/sys",
        ),
        *(
            pytest.param(InitSystem(process_1=name, scripts=(b"", DEBIAN_SCRIPT)), PROCPS, id=name)
            for name in ("init", "runit", "runit-init", "openrc-init")
        ),
        pytest.param(
            InitSystem(process_1="init", has_systemd_sysctl=True, scripts=(DEBIAN_SCRIPT,)),
            PROCPS,
            id="init with systemd installed, too",
        ),
        *(
            pytest.param(InitSystem(process_1=name, scripts=(DEBIAN_SCRIPT,), has_busybox_sysctl=True), None, id=why)
            for name, why in (("init", "BusyBox's sysctl"), ("openrc-init", "BusyBox's sysctl with OpenRC"))
        ),
        pytest.param(InitSystem(process_1="init"), UNKNOWN, id="init without scripts"),
        pytest.param(InitSystem(process_1="init", has_systemd_sysctl=True), UNKNOWN, id="init, systemd only installed"),
        pytest.param(
            InitSystem(process_1="bash", scripts=(DEBIAN_SCRIPT,), role="entry_point"), None, id="entry point"
        ),
        pytest.param(InitSystem(process_1="", scripts=(DEBIAN_SCRIPT,)), UNKNOWN, id="first process hidden"),
        *(
            pytest.param(InitSystem(process_1="init", scripts=(script,)), loader, id=f"script: {why}")
            for script, loader, why in (
                (b"sysctl --system", PROCPS, "bare"),
                (b"\t/sbin/sysctl -q --system >/dev/null\n", PROCPS, "with a path and more"),
                (b"sysctl -p\n", UNKNOWN, "one file only"),
                (b"# sysctl --system\n", UNKNOWN, "commented out"),
                (b"true # sysctl --system\n", UNKNOWN, "in a comment behind"),
                (b"sysctl -p # not --system\n", UNKNOWN, "option in a comment"),
                (b"sysctl -p\nfoo --system\n", UNKNOWN, "option on another line"),
                (b"mysysctl --system\n", UNKNOWN, "another program"),
                (b"sysctl --systemd\n", UNKNOWN, "another option"),
                (b"DAEMON=/sbin/sysctl\n$DAEMON $quiet --system\n", PROCPS, "by a variable"),
                (b'  PROG=sysctl\n  "${PROG}" -q --system\n', PROCPS, "by a variable in braces"),
                (b"DAEMON=/sbin/sysctl\n$DAEMON -p\n", UNKNOWN, "by a variable, one file only"),
                (b"DAEMON=/sbin/sysctl\n# $DAEMON --system\n", UNKNOWN, "by a variable, commented out"),
                (b"DAEMON=/sbin/sysctl\n$DAEMONS --system\n", UNKNOWN, "by another variable"),
                (b"DAEMON=/bin/other\n$DAEMON --system\n", UNKNOWN, "another program by a variable"),
                (b"# DAEMON=/sbin/sysctl\n$DAEMON --system\n", UNKNOWN, "variable commented out"),
                (b"[ -x /sbin/sysctl ] && { LC_ALL=C /sbin/sysctl --system; }\n", PROCPS, "in a group"),
                (b"if ! errors=$(sysctl --system 2>&1); then exit 1; fi\n", PROCPS, "its output kept"),
                (b"echo 'sysctl --system'\n", UNKNOWN, "printed"),
                (b"ip netns exec a sysctl --system\n", UNKNOWN, "in another namespace"),
                (b"sysctl --system --pattern '^kernel'\n", UNKNOWN, "some keys only"),
                (b"sysctl --system --dry-run\n", UNKNOWN, "tried only"),
                (b"#!/bin/sh\nexit 0\nsysctl --system\n", UNKNOWN, "behind an exit"),
                (b"start() {\n  return 0\n  sysctl --system\n}\n", UNKNOWN, "behind a return"),
                (b"if false; then\n  sysctl --system\nfi\n", UNKNOWN, "never"),
                (b": <<'END'\nsysctl --system\nEND\n", UNKNOWN, "in a text"),
                (b"sysctl --system\nexit 0\n", PROCPS, "before an exit"),
            )
        ),
    ],
)
def test_detect_loader(init: InitSystem, loader: BootLoader | None) -> None:
    assert detect_loader(init) == loader


# Each was tried with BusyBox 1.35.0; the scenario does so again where it is installed.
BUSYBOX = {
    f"{T}=60": 60,
    f" {T}\t= 60 # x\n": 60,
    f"\v{T}\f=\f60\r\n": 60,
    f"-{T}=60\n": 7200,
    "net/ipv4/tcp_keepalive_time=60\n": 60,
    "net.ipv4/tcp_keepalive_time=60\n": 7200,
    "net/ipv4.tcp_keepalive_time=60\n": 60,
    "net/ipv4/../ipv4/tcp_keepalive_time=60\n": 60,
    "net..ipv4.tcp_keepalive_time=60\n": 60,
    "net.*.tcp_keepalive_time=60\n": 7200,
    "/proc/sys/net/ipv4/tcp_keepalive_time=60\n": 60,
    f".{T}=60\n": 7200,
    f"/{T}=60\n": 7200,
    f"{T}.=60\n": 7200,
    f"# c\\\n{T}=60\n": 7200,
    f"{T}=6\\\n0\n": 60,
    f"; x\n  # y\n{T}=60\n": 60,
    f"{T}==60\n": 7200,
    f"{T} 60\n": 7200,
    f"{T}=\n": 7200,
    f"{T}=60\n{T}=6x\n": 60,
    f"{T}=0x3c\n": 60,
    f'{T}="60"\n': 7200,
    f"{T}=60\0\n": 60,
    f"{T}#=60\n": 7200,
    f"{T}=60#\n": 7200,
}


@pytest.mark.parametrize("text", BUSYBOX)
def test_busybox(text: str) -> None:
    assert predict(tree_of({A: text}), "openwrt", hz=250).values == Values(BUSYBOX[text], 75, 9)


@pytest.mark.skipif(not shutil.which("busybox"), reason="needs BusyBox")
def test_the_real_busybox(tmp_path: Path) -> None:
    result = run_isolated(SCENARIOS / "real_busybox.py", file=str(tmp_path / "x.conf"), texts=list(BUSYBOX))
    assert result["values"] == list(BUSYBOX.values())


@pytest.mark.parametrize(
    ("texts", "alpine", "openwrt"),
    [
        pytest.param({A: f"{T}=1\n", CONF: f"{T}=2\n"}, 2, 2, id="sysctl.conf is the last"),
        pytest.param(
            {A: f"{T}=1\n", "/usr/lib/sysctl.d/z.conf": f"{T}=2\n"}, 1, 1, id="etc after lib, whatever the name"
        ),
        pytest.param({"/usr/lib/sysctl.d/a.conf": f"{T}=2\n"}, 2, 7200, id="lib"),
        pytest.param({A: "", "/usr/lib/sysctl.d/a.conf": f"{T}=2\n"}, 7200, 7200, id="hidden"),
        pytest.param(
            {"/lib/sysctl.d/z.conf": f"{T}=1\n", "/usr/lib/sysctl.d/b.conf": f"{T}=2\n"}, 2, 7200, id="lib before usr"
        ),
        pytest.param({"/usr/local/lib/sysctl.d/a.conf": f"{T}=2\n"}, 7200, 7200, id="local"),
        pytest.param(
            {"/etc/sysctl.d/.a.conf": f"{T}=2\n", "/etc/sysctl.d/b": f"{T}=2\n"}, 7200, 7200, id="other names"
        ),
        pytest.param({A: f"{T}=1\n", "/etc/sysctl.d/b.conf": f"{T}=2\n"}, 2, 2, id="by name"),
    ],
)
def test_loops_over_files(texts: t.Mapping[str, str], alpine: int, openwrt: int) -> None:
    tree = tree_of(texts)
    assert predict(tree, "alpine", hz=250).values.time == alpine
    assert predict(tree, "openwrt", hz=250).values.time == openwrt
