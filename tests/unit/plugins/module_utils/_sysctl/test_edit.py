# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import (
    HEADER,
    assign,
    drop,
    other_lines,
    restore_lines,
    take_over,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import predict
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import SELECTABLE_LOADERS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.tests.unit.host import INTVL, PROBES, TIME

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"
MARKER = b"# linux.tcp.keepalive: overridden by /etc/sysctl.d/99-tcp-keepalive.conf: "


def test_the_header_is_a_comment() -> None:
    assert HEADER == b"# Written by Ansible, module linux.tcp.keepalive. Other lines may be added, they are kept.\n"


@pytest.mark.parametrize(
    ("text", "want", "expected"),
    [
        pytest.param(None, {"time": 60}, HEADER + TIME + b" = 60\n", id="no file"),
        pytest.param(
            None,
            {"time": 600, "intvl": 60, "probes": 20},
            HEADER + TIME + b" = 600\n" + INTVL + b" = 60\n" + PROBES + b" = 20\n",
            id="no file, all keys",
        ),
        pytest.param(b"", {"time": 60}, TIME + b" = 60\n", id="empty file"),
        pytest.param(b"a=1\n", {"time": 60}, b"a=1\n" + TIME + b" = 60\n", id="appended"),
        pytest.param(b"a=1\n", {}, b"a=1\n", id="nothing wanted"),
        pytest.param(b"a=1", {"time": 60}, b"a=1\n" + TIME + b" = 60", id="appended, no final line feed"),
        pytest.param(b"a=1\r\n", {"time": 60}, b"a=1\r\n" + TIME + b" = 60\r\n", id="appended to CRLF"),
        pytest.param(b"a\r\nb", {"time": 60}, b"a\r\nb\r\n" + TIME + b" = 60", id="CRLF, no final line feed"),
        pytest.param(b"a=1\r", {"time": 60}, b"a=1\r\n" + TIME + b" = 60", id="appended behind a lone CR"),
        pytest.param(b"a=1\0", {"time": 60}, b"a=1\0\n" + TIME + b" = 60", id="appended behind a NUL"),
        pytest.param(TIME + b" = 5\n", {"time": 60}, TIME + b" = 60\n", id="replaced"),
        pytest.param(TIME + b"=5", {"time": 60}, TIME + b"=60", id="no final line feed"),
        pytest.param(TIME + b" = 5\r\n", {"time": 60}, TIME + b" = 60\r\n", id="CRLF"),
        pytest.param(TIME + b" = \n", {"time": 60}, TIME + b" = 60\n", id="empty value"),
        pytest.param(b"\t-" + TIME + b"\t=\t5 \n", {"time": 60}, b"\t-" + TIME + b"\t=\t60\n", id="dash and tabs"),
        pytest.param(
            b"net/ipv4/tcp_keepalive_time=5\n",
            {"time": 60},
            b"net/ipv4/tcp_keepalive_time=60\n",
            id="slashes",
        ),
        pytest.param(b"." + TIME + b"=5\n", {"time": 60}, b"." + TIME + b"=60\n", id="leading dot"),
        pytest.param(TIME + b"=60\n", {"time": 60}, TIME + b"=60\n", id="right already"),
        pytest.param(TIME + b"=0x3c # c\n", {"time": 60}, TIME + b"=0x3c # c\n", id="right already, hexadecimal"),
        pytest.param(TIME + b"=060\n", {"time": 60}, TIME + b"=60\n", id="octal, not what it looks like"),
        pytest.param(TIME + b"=5 # c\n", {"time": 60}, TIME + b"=60 # c\n", id="comment behind the value"),
        pytest.param(TIME + b"=5\t; c\n", {"time": 60}, TIME + b"=60\t; c\n", id="other comment behind the value"),
        pytest.param(TIME + b"=60# c\n", {"time": 60}, TIME + b"=60 # c\n", id="comment without a blank"),
        pytest.param(TIME + b"=5 6 7\n", {"time": 60}, TIME + b"=60\n", id="more numbers"),
        pytest.param(TIME + b'="60"\n', {"time": 60}, TIME + b"=60\n", id="quotes"),
        pytest.param(TIME + b"=5=6\n", {"time": 60}, TIME + b"=60\n", id="two equals signs"),
        pytest.param(PROBES + b"=256\n", {"probes": 255}, PROBES + b"=255\n", id="refused value"),
        pytest.param(
            TIME + b"=5\na=1\n" + TIME + b"=6 # b\nb=2\n",
            {"time": 60},
            b"a=1\n" + TIME + b"=60 # b\nb=2\n",
            id="twice, the last stays in its place",
        ),
        pytest.param(
            TIME + b"=60\na=1\n" + TIME + b"=60",
            {"time": 60},
            b"a=1\n" + TIME + b"=60",
            id="twice the right value",
        ),
        pytest.param(
            TIME + b"=6\n-" + TIME + b"\n", {"time": 60}, TIME + b"=60\n", id="an exclusion behind it is dropped"
        ),
        pytest.param(b"a=1\n-" + TIME + b"\n", {"time": 60}, b"a=1\n" + TIME + b" = 60\n", id="exclusion only"),
        pytest.param(
            b"#" + TIME + b"=5\n", {"time": 60}, b"#" + TIME + b"=5\n" + TIME + b" = 60\n", id="commented out"
        ),
        pytest.param(
            b"net.ipv4.tcp_keepalive_*=5\n",
            {"time": 60},
            b"net.ipv4.tcp_keepalive_*=5\n" + TIME + b" = 60\n",
            id="globs are other lines",
        ),
        pytest.param(
            b"# \xff\xfe\nvm.x = \xe9\n" + TIME + b"=5\n",
            {"time": 60},
            b"# \xff\xfe\nvm.x = \xe9\n" + TIME + b"=60\n",
            id="not UTF-8",
        ),
        pytest.param(
            b"\xef\xbb\xbf" + TIME + b"=5\n",
            {"time": 60},
            b"\xef\xbb\xbf" + TIME + b"=5\n" + TIME + b" = 60\n",
            id="byte order mark makes it another key",
        ),
        pytest.param(
            b"b=1\na=1\n\nb=1\n" + INTVL + b"=5\n",
            {"time": 60, "intvl": 5},
            b"b=1\na=1\n\nb=1\n" + INTVL + b"=5\n" + TIME + b" = 60\n",
            id="order and duplicates of others stay",
        ),
        # spellings that only one loader reads
        pytest.param(b"- " + TIME + b"=5\n", {"time": 60}, TIME + b" = 60\n", id="dash and blank"),
        pytest.param(b"--" + TIME + b"=5\n", {"time": 60}, TIME + b" = 60\n", id="two dashes"),
        pytest.param(b"\v" + TIME + b"=5\n", {"time": 60}, TIME + b" = 60\n", id="vertical tab"),
        pytest.param(b"net/ipv4/../ipv4/tcp_keepalive_time=5\n", {"time": 60}, TIME + b" = 60\n", id="parent folder"),
        pytest.param(
            b"a=1\r" + TIME + b"=5\nb=1\n", {"time": 60}, b"a=1\r\nb=1\n" + TIME + b" = 60\n", id="behind a lone CR"
        ),
        pytest.param(
            b"a=1\r" + TIME + b"=5\n" + TIME + b"=6\nb=2\n",
            {"time": 60},
            b"a=1\r\n" + TIME + b"=60\nb=2\n",
            id="one behind a lone CR, and another one",
        ),
        pytest.param(TIME + b"=5\rb=1\n", {"time": 60}, b"b=1\n" + TIME + b" = 60\n", id="before a lone CR"),
        pytest.param(b"a=1\0" + TIME + b"=5\n", {"time": 60}, b"a=1\0\n" + TIME + b" = 60\n", id="behind a NUL"),
        pytest.param(
            TIME + b"=5\n- " + TIME + b"=6\n",
            {"time": 60},
            TIME + b"=60\n",
            id="the last that all read stays",
        ),
    ],
)
def test_assign(text: bytes | None, want: dict[Key, int], expected: bytes) -> None:
    assert assign(text, want) == expected
    assert assign(expected, want) == expected


SPELLED: list[bytes] = [
    b"",
    b"# c\n",
    b"vm.x=1\r\n",
    TIME + b"=5\n",
    b"- " + TIME + b" = 6 # c\n",
    b"--" + TIME + b"=7\r",
    b"-net/ipv4/tcp_keepalive_time\n",
    b"\r" + TIME + b"=8\0",
    b"net.ipv4.tcp_*=9\n",
    TIME + b"=0x3c",
]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_every_loader_takes_what_was_assigned(length: int) -> None:
    for lines in itertools.permutations(SPELLED, length):
        text = assign(b"".join(lines), {"time": 60})
        for loader in SELECTABLE_LOADERS:
            boot = predict(Tree((SysctlFile(PATH, PATH, text=text),)), loader, hz=250)
            assert boot.values.time == 60, (loader, lines, text)
        assert assign(text, {"time": 60}) == text, lines
        assert assign(text, {"time": 61}).count(b"61") == 1, lines


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        pytest.param(HEADER + TIME + b" = 60\n", KEYS, None, id="nothing else is left"),
        pytest.param(HEADER + TIME + b" = 60\n", ["intvl"], HEADER + TIME + b" = 60\n", id="other key"),
        pytest.param(
            HEADER + TIME + b" = 60\n" + INTVL + b" = 5\n", ["time"], HEADER + INTVL + b" = 5\n", id="one of two"
        ),
        pytest.param(HEADER + b"\n \t\n" + TIME + b" = 60\n", KEYS, None, id="blank lines only"),
        pytest.param(HEADER + b"# mine\n" + TIME + b" = 60\n", KEYS, b"# mine\n", id="a comment of others"),
        pytest.param(HEADER + TIME + b" = 60\nvm.x=1\n", KEYS, b"vm.x=1\n", id="a key of others"),
        pytest.param(HEADER, KEYS, None, id="header only"),
        pytest.param(TIME + b" = 60\n", KEYS, b"", id="a file that was there before us stays"),
        pytest.param(b"", KEYS, b"", id="an empty file stays"),
        pytest.param(b"a=1\n" + TIME + b" = 60", KEYS, b"a=1", id="no final line feed"),
        pytest.param(b"a=1\r\n" + TIME + b" = 60\r\nb=1\r\n", KEYS, b"a=1\r\nb=1\r\n", id="CRLF"),
        pytest.param(b"a\r\nb\r\n" + TIME + b" = 60", KEYS, b"a\r\nb", id="CRLF, no final line feed"),
        pytest.param(TIME + b"=1\n-" + TIME + b"\n\t-" + TIME + b"=2\n", KEYS, b"", id="every line of the key"),
        pytest.param(b"- " + TIME + b"=1\n--" + INTVL + b"=1\n", KEYS, b"", id="spellings of one loader only"),
        pytest.param(b"#" + TIME + b"=5\n", KEYS, b"#" + TIME + b"=5\n", id="commented out"),
        pytest.param(b"net.ipv4.tcp_*=5\n", KEYS, b"net.ipv4.tcp_*=5\n", id="globs stay"),
        pytest.param(b"# \xff\n" + TIME + b"=5\n", KEYS, b"# \xff\n", id="not UTF-8"),
    ],
)
def test_drop(text: bytes, keys: list[Key], expected: bytes | None) -> None:
    assert drop(text, keys) == expected


ORIGINALS = [
    pytest.param(None, id="no file"),
    pytest.param(b"", id="empty"),
    pytest.param(b"a=1\n", id="one line"),
    pytest.param(b"a=1", id="no final line feed"),
    pytest.param(b"a=1\nb=2", id="two lines, no final line feed"),
    pytest.param(b"a=1\r\nb=2\r\n", id="CRLF"),
    pytest.param(b"a=1\r\nb=2", id="CRLF, no final line feed"),
    pytest.param(b"a=1\nb=2\r\n", id="mixed, LF first"),
    pytest.param(b"a=1\r\nb=2\n", id="mixed, CRLF first"),
    pytest.param(b"a=1\r", id="lone CR at the end"),
    pytest.param(b"a=1\rb=2\n", id="lone CR in the middle"),
    pytest.param(b"a=1\0", id="NUL at the end"),
    pytest.param(b"\n\n", id="blank lines"),
    pytest.param(b"\xff\xfe # \x80", id="not UTF-8"),
    pytest.param(b"# no key\n\n; c\n", id="comments"),
]


@pytest.mark.parametrize("text", ORIGINALS)
@pytest.mark.parametrize("want", [{"time": 60}, {"time": 60, "intvl": 5, "probes": 3}], ids=["one key", "all keys"])
def test_what_was_assigned_is_dropped_byte_for_byte(text: bytes | None, want: dict[Key, int]) -> None:
    assert drop(assign(text, want), KEYS) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b"b=1\r\na=1\n" + TIME + b"=5", b"b=1\r\na=1", id="LF in a file of CRLF"),
        pytest.param(b"b=1\na=1\r\n" + TIME + b"=5", b"b=1\na=1\r", id="CRLF in a file of LF"),
        pytest.param(b"a=1\r" + TIME + b"=5", b"a=1\r", id="lone CR"),
        pytest.param(b"b=1\r\na=1\0" + TIME + b"=5", b"b=1\r\na=1\0", id="NUL in a file of CRLF"),
    ],
)
def test_drop_takes_no_more_than_a_line_ending(text: bytes, expected: bytes) -> None:
    assert drop(text, KEYS) == expected


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        pytest.param(TIME + b" = 5\n", 1, MARKER + TIME + b" = 5\n", id="one line"),
        pytest.param(
            b"a=1\n\t" + TIME + b"=5 # c\r\n" + INTVL + b"=3",
            2,
            b"a=1\n" + MARKER + b"\t" + TIME + b"=5 # c\r\n" + INTVL + b"=3",
            id="the line of that number only",
        ),
        pytest.param(b"-" + TIME, 1, MARKER + b"-" + TIME, id="exclusion, no final line feed"),
        pytest.param(b"vm.x=1\n", 1, b"vm.x=1\n", id="not our key"),
        pytest.param(b"net.ipv4.tcp_keepalive_*=5\n", 1, b"net.ipv4.tcp_keepalive_*=5\n", id="a glob"),
        pytest.param(TIME + b"=5\n", 2, TIME + b"=5\n", id="no such line"),
        pytest.param(b"a=1\r" + TIME + b"=5\n", 1, b"a=1\r" + MARKER + TIME + b"=5\n", id="behind a lone CR"),
        pytest.param(
            TIME + b"=5\r" + INTVL + b"=6\nx",
            1,
            MARKER + TIME + b"=5\r" + INTVL + b"=6\nx",
            id="the key alone of two in one row",
        ),
        pytest.param(b"\r" + TIME + b"=5\n", 1, b"\r" + MARKER + TIME + b"=5\n", id="leading CR"),
        pytest.param(b"a\0" + TIME + b"=5\n", 1, b"a\0" + MARKER + TIME + b"=5\n", id="behind a NUL"),
    ],
)
def test_take_over(text: bytes, number: int, expected: bytes) -> None:
    place: tuple[Key, int] = ("time", number)
    assert take_over(text, {place}, path=PATH) == (expected, set() if expected == text else {place})
    assert restore_lines(expected, KEYS, path=PATH) == text


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        pytest.param(TIME + b"=5\n", KEYS, TIME + b"=5\n", id="nothing taken over"),
        pytest.param(MARKER + TIME + b"=5\n", ["intvl"], MARKER + TIME + b"=5\n", id="another key"),
        pytest.param(
            MARKER + TIME + b"=5\n" + MARKER + INTVL + b"=5\n",
            ["intvl"],
            MARKER + TIME + b"=5\n" + INTVL + b"=5\n",
            id="one of two keys",
        ),
        pytest.param(
            MARKER.replace(b"99-", b"98-") + TIME + b"=5\n",
            KEYS,
            MARKER.replace(b"99-", b"98-") + TIME + b"=5\n",
            id="in favour of another path",
        ),
        pytest.param(MARKER + b"vm.x=1\n", KEYS, MARKER + b"vm.x=1\n", id="a key that is not ours"),
        pytest.param(b"# " + MARKER + TIME + b"=5\n", KEYS, b"# " + MARKER + TIME + b"=5\n", id="within a comment"),
        pytest.param(MARKER + b"\n", KEYS, MARKER + b"\n", id="marker only"),
    ],
)
def test_restore_lines(text: bytes, keys: list[Key], expected: bytes) -> None:
    assert restore_lines(text, keys, path=PATH) == expected


def test_a_path_that_is_not_utf_8_can_take_over() -> None:
    path = "/etc/sysctl.d/\udcff.conf"
    taken, _places = take_over(TIME + b"=5\n", {("time", 1)}, path=path)
    assert taken == b"# linux.tcp.keepalive: overridden by /etc/sysctl.d/\xff.conf: " + TIME + b"=5\n"
    assert restore_lines(taken, KEYS, path=path) == TIME + b"=5\n"


@pytest.mark.parametrize(
    ("text", "others"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(HEADER + b"net.ipv4.tcp_keepalive_time = 5\n\n \n", [], id="ours only"),
        pytest.param(b"# c\nvm.x=1\r\n-net/ipv4/tcp_keepalive_time\nb=1", [b"# c", b"vm.x=1", b"b=1"], id="others"),
        pytest.param(b"net.ipv4.tcp_keepalive_*=5\n", [b"net.ipv4.tcp_keepalive_*=5"], id="a pattern"),
        pytest.param(
            b"# linux.tcp.keepalive: overridden by /etc/x: net.ipv4.tcp_keepalive_time=5\rkernel.core_pattern=|/x\n",
            [b"kernel.core_pattern=|/x"],
            id="behind a comment of ours",
        ),
    ],
)
def test_other_lines(text: bytes, others: list[bytes]) -> None:
    assert other_lines(text) == others


def test_no_line_takes_long() -> None:
    blanks = b" " * 50_000
    assert (
        assign(b"net.ipv4.tcp_keepalive_time=6" + blanks + b"x\n", {"time": 600})
        == b"net.ipv4.tcp_keepalive_time=600\n"
    )
    assert drop(b"\r" * 50_000 + b"net.ipv4.tcp_keepalive_time=6\n", ["time"]) == b""
