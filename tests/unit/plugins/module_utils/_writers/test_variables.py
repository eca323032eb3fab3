# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._writers.variables import Variables

SCRIPT = "key=net.ipv4.tcp_keepalive_time; if x; then dir=/proc; fi; two=a; two=b; same=c; same=c; other=$key"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("$dir/sys", "/proc/sys", id="one value"),
        pytest.param("${dir}sys", "/procsys", id="braces"),
        pytest.param("$same", "c", id="the same value again"),
        pytest.param("$two", "$two", id="two values"),
        pytest.param("$other", "$other", id="the value of another variable"),
        pytest.param("$unknown", "$unknown", id="no value"),
    ],
)
def test_expanded(text: str, expected: str) -> None:
    variables = Variables()
    variables.note(parse_shell(SCRIPT))
    assert variables.expanded(text) == expected


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        pytest.param("$key=60", {"time": 60}, id="name"),
        pytest.param("[$key]=60", {"time": 60}, id="name of an element"),
        pytest.param("$key=$same", {"time": None}, id="value"),
        pytest.param("$two=60", {}, id="name that is not known"),
    ],
)
def test_values_of(setting: str, values: dict[str, int | None]) -> None:
    variables = Variables()
    variables.note(parse_shell(SCRIPT))
    assert variables.values_of(setting) == values


def test_what_is_too_long_may_be_any_key() -> None:
    variables = Variables()
    variables.note(parse_shell(f"long={'a' * 5000}"))
    assert variables.expanded("$long" * 200) is None
    assert variables.values_of(f"{'$long' * 200}=60") == {"time": None, "intvl": None, "probes": None}
    assert variables.values_of(f"{'$none' * 200}=60") == {}


def test_what_is_read_again_and_again_is_too_long() -> None:
    variables = Variables()
    variables.note(parse_shell(f"long={'a' * 5000}"))
    found = [variables.expanded("$long") for _time in range(200)]
    assert found.count(None) == 96


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (["/opt/*.conf", "$d/x.conf"], ["/opt/*.conf", "/srv/x.conf"]),
        (["/etc/sysctl.d/a.conf"], ["/etc/sysctl.d/a.conf"]),
        (["/opt/a.conf", "/etc/sysctl.conf"], ["/opt/a.conf", "/etc/sysctl.conf"]),
        (["a"] * 300_000, ["a"] * 300_000),
    ],
    ids=["patterns", "a file of the boot", "one of them", "many"],
)
def test_files_of_a_loop(words: list[str], files: list[str]) -> None:
    variables = Variables()
    variables.note(parse_shell("d=/srv"))
    variables.note_loop("f", words)
    assert variables.files_of("$f") == files
    assert variables.files_of("${f}") == (files if len(files) < 10 else ["${f}"])
    assert variables.files_of("$g") == ["$g"]


@pytest.mark.parametrize(
    ("script", "known"),
    [
        ("f=/a; x $f", True),
        (". /x; f=/a", True),
        ("f=/a; . /x", False),
        ("f=/a; source /x", False),
        ("f=/a; command . /x", False),
        ("f=/a; eval $y", False),
        ("f=/a; read f < /x", False),
        ("f=/a; read -r e f < /x", False),
        ("f=/a; mapfile -t f < /x", False),
        ("f=/a; f+=b", False),
        ("f=/a; for f in b; do x; done", False),
        ("f=/a; select f in b; do x; done", False),
        ("f=/a; g=/b; read g", True),
    ],
)
def test_values_that_another_command_may_give(script: str, *, known: bool) -> None:
    variables = Variables()
    variables.note(parse_shell(script))
    assert variables.expanded("$f") == ("/a" if known else "$f")
