# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import (
    LONG_LINE_MAX,
    count_statements,
    parse_line,
    rules_of,
    split_lines,
    statements,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Rules, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

    Parsed = t.Optional[t.Tuple[bytes, t.Optional[bytes]]]

SYSTEMD: Loader = "systemd-sysctl"
PROCPS: Loader = "procps"
SYSTEMD_RULES, PROCPS_RULES = rules_of(SYSTEMD), rules_of(PROCPS)
# those of RHEL 8
OLD_SYSTEMD, OLD_PROCPS = rules_of(SYSTEMD, (239,)), rules_of(PROCPS, (3, 3, 15))
NAME = b"net/ipv4/tcp_keepalive_time"
DOTTED = b"net.ipv4.tcp_keepalive_time"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"a", [b"a"], id="no ending"),
        pytest.param(b"a\nb", [b"a\n", b"b"], id="LF"),
        pytest.param(b"a\r\nb\r\n", [b"a\r\n", b"b\r\n"], id="CRLF"),
        pytest.param(b"a\rb\r", [b"a\r", b"b\r"], id="CR"),
        pytest.param(b"a\0b", [b"a\0", b"b"], id="NUL"),
        pytest.param(b"a\n\nb", [b"a\n", b"\n", b"b"], id="blank line"),
        pytest.param(b"a\n\rb\n", [b"a\n", b"\rb\n"], id="CR before a line"),
        pytest.param(b"\xff\xfe\n", [b"\xff\xfe\n"], id="not UTF-8"),
        pytest.param("a\u2028b\x0bc\x85".encode(), ["a\u2028b\x0bc\x85".encode()], id="what Unicode calls line ends"),
    ],
)
def test_split_lines(text: bytes, lines: list[bytes]) -> None:
    assert split_lines(text) == lines
    assert b"".join(split_lines(text)) == text


@pytest.mark.parametrize(
    ("line", "as_systemd", "as_procps"),
    [
        pytest.param(b"", None, None, id="nothing"),
        pytest.param(b" \t ", None, None, id="blanks"),
        pytest.param(b"# " + DOTTED + b"=5", None, None, id="comment"),
        pytest.param(b"; " + DOTTED + b"=5", None, None, id="other comment"),
        pytest.param(b" \t# " + DOTTED + b"=5", None, None, id="indented comment"),
        pytest.param(DOTTED, None, None, id="no equals sign"),
        pytest.param(DOTTED + b" 5", None, None, id="blank for an equals sign"),
        pytest.param(DOTTED + b"=5", (NAME, b"5"), (NAME, b"5"), id="plain"),
        pytest.param(b"\t " + DOTTED + b"\t = \t5 \t", (NAME, b"5"), (NAME, b"5"), id="blanks and tabs"),
        pytest.param(b"-" + DOTTED + b" = 5", (NAME, b"5"), (NAME, b"5"), id="failures ignored"),
        pytest.param(b"-" + DOTTED, (NAME, None), (NAME, None), id="exclusion"),
        pytest.param(b" -" + DOTTED + b" \t", (NAME, None), (NAME, None), id="exclusion with blanks"),
        pytest.param(b"-" + DOTTED + b"=", (NAME, b""), (NAME, b""), id="empty, not an exclusion"),
        pytest.param(b"- " + DOTTED + b"=5", (NAME, b"5"), (b" " + NAME, b"5"), id="dash and blank"),
        pytest.param(
            b"--" + DOTTED + b"=5",
            (b"-" + NAME, b"5"),
            (NAME, b"5"),
            id="two dashes, of which procps drops both",
        ),
        pytest.param(DOTTED + b" =", (NAME, b""), (NAME, b""), id="no value"),
        pytest.param(DOTTED + b"=5=6", (NAME, b"5=6"), (NAME, b"5=6"), id="two equals signs"),
        pytest.param(DOTTED + b"=5 # c", (NAME, b"5 # c"), (NAME, b"5 # c"), id="inline comment is value"),
        pytest.param(DOTTED + b'="5"', (NAME, b'"5"'), (NAME, b'"5"'), id="quotes are value"),
        pytest.param(DOTTED + b"=5\\", (NAME, b"5\\"), (NAME, b"5\\"), id="backslash is value"),
        pytest.param(DOTTED + b"=5\r", (NAME, b"5"), (NAME, b"5"), id="CR behind"),
        pytest.param(
            b"\x0b" + DOTTED + b"\x0c=\x0b5\x0c",
            (b"\x0b" + NAME + b"\x0c", b"\x0b5\x0c"),
            (NAME, b"5"),
            id="vertical tab and form feed are blanks to procps only",
        ),
        pytest.param(
            b"\xef\xbb\xbf" + DOTTED + b"=5",
            (b"\xef\xbb\xbf" + NAME, b"5"),
            (b"\xef\xbb\xbf" + NAME, b"5"),
            id="byte order mark is part of the key",
        ),
        pytest.param(NAME + b"=5", (NAME, b"5"), (NAME, b"5"), id="slashes"),
        pytest.param(
            b"net/ipv4.tcp_keepalive_time=5",
            (b"net/ipv4.tcp_keepalive_time", b"5"),
            (b"net/ipv4.tcp_keepalive_time", b"5"),
            id="slash first: dots are literal",
        ),
        pytest.param(
            b"net.ipv4/tcp_keepalive_time=5",
            (b"net/ipv4.tcp_keepalive_time", b"5"),
            (b"net/ipv4.tcp_keepalive_time", b"5"),
            id="dot first: slashes become dots",
        ),
        pytest.param(b"/" + NAME + b"=5", (NAME, b"5"), (b"/" + NAME, b"5"), id="leading slash"),
        pytest.param(b"." + DOTTED + b"=5", (NAME, b"5"), (b"/" + NAME, b"5"), id="leading dot"),
        pytest.param(
            b"net..ipv4.tcp_keepalive_time=5",
            (NAME, b"5"),
            (b"net//ipv4/tcp_keepalive_time", b"5"),
            id="doubled dot",
        ),
        pytest.param(
            b"net/./ipv4/tcp_keepalive_time=5",
            (NAME, b"5"),
            (b"net/./ipv4/tcp_keepalive_time", b"5"),
            id="this folder",
        ),
        pytest.param(
            b"net/ipv4/../ipv4/tcp_keepalive_time=5",
            (b"net/ipv4/../ipv4/tcp_keepalive_time", b"5"),
            (b"net/ipv4/../ipv4/tcp_keepalive_time", b"5"),
            id="parent folder",
        ),
        pytest.param(b"sysrq=1", (b"sysrq", b"1"), (b"sysrq", b"1"), id="no separator"),
    ],
)
def test_parse_line(line: bytes, as_systemd: Parsed, as_procps: Parsed) -> None:
    for rules, expected in ((SYSTEMD_RULES, as_systemd), (PROCPS_RULES, as_procps)):
        statement = parse_line(line, 7, rules)
        assert (statement and (statement.name, statement.value)) == expected
        assert statement is None or statement.line == 7


@pytest.mark.parametrize(
    ("text", "as_systemd", "as_procps"),
    [
        pytest.param(b"", [], [], id="empty"),
        pytest.param(b"vm.swappiness = 5\n-kernel.x\n", [], [], id="other keys only"),
        pytest.param(b"# *\nvm.swappiness = 5 * 3\n", [], [], id="a star in a comment or a value"),
        pytest.param(
            b"a=1\n\n" + DOTTED + b"=5\n#\n" + DOTTED + b"=6",
            [(NAME, b"5", 3), (NAME, b"6", 5)],
            [(NAME, b"5", 3), (NAME, b"6", 5)],
            id="lines are counted, the last needs no ending",
        ),
        pytest.param(
            b"net.ipv4.tcp_*=1\nvm.?=2\n[a]=3\n-net.ipv4.tcp_keepalive_*\n",
            [(b"net/ipv4/tcp_*", b"1", 1), (b"net/ipv4/tcp_keepalive_*", None, 4)],
            [(b"net/ipv4/tcp_*", b"1", 1), (b"net/ipv4/tcp_keepalive_*", None, 4)],
            id="globs",
        ),
        pytest.param(
            b"a=1\r\n" + DOTTED + b"=5\r\n", [(NAME, b"5", 2)], [(NAME, b"5", 2)], id="CRLF counts as one line"
        ),
        pytest.param(
            b"a=1\r" + DOTTED + b"=5\r" + DOTTED + b"=6\n",
            [(NAME, b"5", 1), (NAME, b"6", 1)],
            [],
            id="lone CR ends a line of systemd only",
        ),
        pytest.param(
            DOTTED + b"=5\r" + DOTTED + b"=6\n",
            [(NAME, b"5", 1), (NAME, b"6", 1)],
            [(NAME, b"5\r" + DOTTED + b"=6", 1)],
            id="lone CR is value to procps",
        ),
        pytest.param(
            b"a=1\0" + DOTTED + b"=5\n" + DOTTED + b"=6\0" + DOTTED + b"=7\n",
            [(NAME, b"5", 1), (NAME, b"6", 2), (NAME, b"7", 2)],
            [(NAME, b"6", 2)],
            id="NUL ends a line of systemd and the text of procps' line",
        ),
        pytest.param(
            b"# comment \\\n" + DOTTED + b"=5\n", [(NAME, b"5", 2)], [(NAME, b"5", 2)], id="no continuation lines"
        ),
        pytest.param(
            b"# \xff\xfe\n" + DOTTED + b"=5\n", [(NAME, b"5", 2)], [(NAME, b"5", 2)], id="not UTF-8 in a comment"
        ),
        pytest.param(
            DOTTED + b"=5\n#" + b"x" * (LONG_LINE_MAX - 1) + b"\n" + DOTTED + b"=6\n",
            [(NAME, b"5", 1)],
            [(NAME, b"5", 1), (NAME, b"6", 3)],
            id="systemd gives up at a line of 1 MiB",
        ),
        pytest.param(
            b"#" + b"x" * (LONG_LINE_MAX - 2) + b"\n" + DOTTED + b"=6\n",
            [(NAME, b"6", 2)],
            [(NAME, b"6", 2)],
            id="one byte less is read",
        ),
    ],
)
def test_statements(text: bytes, as_systemd: list[object], as_procps: list[object]) -> None:
    for rules, expected in ((SYSTEMD_RULES, as_systemd), (PROCPS_RULES, as_procps)):
        assert [(found.name, found.value, found.line) for found in statements(text, rules)] == expected, rules


@pytest.mark.parametrize(
    ("name", "as_systemd", "as_procps"),
    [
        pytest.param(NAME, (), (), id="plain"),
        pytest.param(b"net/*", (b"net/*",), (b"net/*",), id="star"),
        pytest.param(b"net/?", (b"net/?",), (b"net/?",), id="question mark"),
        pytest.param(b"net/[ab]", (b"net/[ab]",), (b"net/[ab]",), id="brackets"),
        pytest.param(b"net/{a,b}", (), (), id="braces alone are literal"),
        pytest.param(b"net/{a,b}*", (b"net/a*", b"net/b*"), (b"net/{a,b}*",), id="braces beside others, systemd only"),
        pytest.param(b"net/../*", (), (b"net/../*",), id="parent folder, procps only"),
        pytest.param(b"net/{..,a}/*", (b"net/a/*",), (b"net/{..,a}/*",), id="parent folder in braces"),
    ],
)
def test_patterns(name: bytes, as_systemd: tuple[bytes, ...], as_procps: tuple[bytes, ...]) -> None:
    for rules, expected in ((SYSTEMD_RULES, as_systemd), (PROCPS_RULES, as_procps)):
        statement = parse_line(name + b" = 5", 1, rules)
        assert statement is not None
        assert statement.patterns == expected


@pytest.mark.parametrize(
    ("name", "as_systemd", "as_procps"),
    [
        pytest.param(b"net/ipv4/tcp_keepalive_time", "time", "time", id="time"),
        pytest.param(b"net/ipv4/tcp_keepalive_intvl", "intvl", "intvl", id="intvl"),
        pytest.param(b"net/ipv4/tcp_keepalive_probes", "probes", "probes", id="probes"),
        pytest.param(b"net/ipv4/tcp_keepalive_interval", None, None, id="another name"),
        pytest.param(b"net/ipv4/tcp_keepalive_time/", "time", None, id="slash at the end"),
        pytest.param(b"net/ipv4/TCP_keepalive_time", None, None, id="case counts"),
        pytest.param(b"net/ipv6/tcp_keepalive_time", None, None, id="there is no twin for IPv6"),
        pytest.param(b"net/ipv4.tcp_keepalive_time", None, None, id="dot in a path"),
        pytest.param(b"proc/sys/net/ipv4/tcp_keepalive_time", None, None, id="full path"),
        pytest.param(b"/net/ipv4/tcp_keepalive_time", "time", "time", id="leading slash"),
        pytest.param(b"net//ipv4/tcp_keepalive_time", "time", "time", id="doubled slash"),
        pytest.param(b"net/./ipv4/tcp_keepalive_time", "time", "time", id="this folder"),
        pytest.param(b"net/ipv4/../ipv4/tcp_keepalive_time", None, "time", id="parent folder"),
        pytest.param(b"/../sys/net/ipv4/tcp_keepalive_time", None, "time", id="out and back"),
        pytest.param(b"net/ipv4/tcp_keepalive_time\xff", None, None, id="not UTF-8"),
        pytest.param(b"", None, None, id="nothing"),
    ],
)
def test_key_of(name: bytes, as_systemd: Key | None, as_procps: Key | None) -> None:
    for rules, expected in ((SYSTEMD_RULES, as_systemd), (PROCPS_RULES, as_procps)):
        statement = parse_line(name + b" = 5", 1, rules)
        assert statement is not None
        assert (statement.key, statement.patterns) == (expected, ())


@pytest.mark.parametrize(
    ("loader", "version", "since"),
    [
        pytest.param(SYSTEMD, None, (258,), id="newest systemd"),
        pytest.param(SYSTEMD, (262,), (258,), id="systemd 262"),
        pytest.param(SYSTEMD, (257,), (254,), id="systemd 257"),
        pytest.param(SYSTEMD, (252,), (252,), id="systemd 252"),
        pytest.param(SYSTEMD, (251,), (248,), id="systemd 251"),
        pytest.param(SYSTEMD, (247,), (246,), id="systemd 247"),
        pytest.param(SYSTEMD, (239,), (0,), id="systemd 239"),
        pytest.param(PROCPS, None, (4, 0, 5), id="newest procps"),
        pytest.param(PROCPS, (4, 0, 7), (4, 0, 5), id="procps 4.0.7"),
        pytest.param(PROCPS, (4, 0, 4), (4, 0, 1), id="procps 4.0.4"),
        pytest.param(PROCPS, (4, 0, 0), (3, 3, 17), id="procps 4.0.0"),
        pytest.param(PROCPS, (3, 3, 17), (3, 3, 17), id="procps 3.3.17"),
        pytest.param(PROCPS, (3, 3, 16), (0,), id="procps 3.3.16"),
    ],
)
def test_rules_of(loader: Loader, version: Version | None, since: Version) -> None:
    assert (rules_of(loader, version).loader, rules_of(loader, version).since) == (loader, since)


@pytest.mark.parametrize(
    ("line", "rules", "expected"),
    [
        pytest.param(b"-" + DOTTED, OLD_SYSTEMD, None, id="systemd: no exclusions"),
        pytest.param(b"-" + DOTTED + b" = 5", OLD_SYSTEMD, (NAME, b"5"), id="systemd: failures ignored"),
        pytest.param(b"net..ipv4=5", OLD_SYSTEMD, (b"net//ipv4", b"5"), id="systemd: superfluous parts stay"),
        pytest.param(b"-" + DOTTED, OLD_PROCPS, None, id="procps: no exclusions"),
        pytest.param(b"-" + DOTTED + b" = 5", OLD_PROCPS, (NAME, b"5"), id="procps: failures ignored"),
        pytest.param(b"--" + DOTTED + b"=5", OLD_PROCPS, (b"-" + NAME, b"5"), id="procps: one dash is dropped"),
        pytest.param(DOTTED + b" =", OLD_PROCPS, None, id="procps: no value"),
        pytest.param(DOTTED + b" = \t", OLD_PROCPS, None, id="procps: blank value"),
        pytest.param(DOTTED, OLD_PROCPS, None, id="procps: no equals sign"),
        pytest.param(b"=" + DOTTED + b"=5", OLD_PROCPS, (NAME, b"5"), id="procps: equals signs before the key"),
        pytest.param(DOTTED + b"=5\r6", OLD_PROCPS, (NAME, b"5"), id="procps: CR ends a value"),
        pytest.param(b"\x0b" + DOTTED + b"=5", OLD_PROCPS, (b"\x0b" + NAME, b"5"), id="procps: vertical tab before"),
        pytest.param(DOTTED + b"\x0b=\x0b5", OLD_PROCPS, (NAME + b"\x0b", b"\x0b5"), id="procps: vertical tab within"),
        pytest.param(b"\r" + DOTTED + b"=5", OLD_PROCPS, (b"\r" + NAME, b"5"), id="procps: CR before"),
        pytest.param(b" #" + DOTTED + b"=5", OLD_PROCPS, None, id="procps: comment"),
        pytest.param(b" =", OLD_PROCPS, None, id="procps: equals sign only"),
    ],
)
def test_parse_line_of_old_releases(line: bytes, rules: Rules, expected: Parsed) -> None:
    statement = parse_line(line, 7, rules)
    assert (statement and (statement.name, statement.value)) == expected


def test_old_releases_know_no_patterns() -> None:
    for rules in (OLD_SYSTEMD, OLD_PROCPS, rules_of(PROCPS, (3, 3, 17))):
        assert statements(b"net.ipv4.tcp_keepalive_* = 5\n-net.ipv4.tcp_keepalive_t*\n", rules) == []


@pytest.mark.parametrize(
    ("line", "rules", "excluded", "keys"),
    [
        pytest.param(
            b"-net.ipv4.tcp_keepalive_t*", rules_of(PROCPS), b"net/ipv4/tcp_keepalive_t*", ["time"], id="star"
        ),
        pytest.param(b"-net.*", rules_of(PROCPS), b"net/*", ["time", "intvl", "probes"], id="all that is below"),
        pytest.param(b"-net//ipv4/*_time", rules_of(PROCPS), b"net//ipv4/*_time", ["time"], id="doubled slash"),
        pytest.param(b"-net.ipv4.*.x", rules_of(PROCPS), b"net/ipv4/*/x", [], id="others"),
        pytest.param(b"-net.ipv4.tcp\\_*s", rules_of(PROCPS), b"net/ipv4/tcp\\_*s", ["probes"], id="backslash"),
        pytest.param(b"-" + DOTTED, rules_of(PROCPS), None, ["time"], id="no pattern"),
        pytest.param(b"-net.ipv4.tcp_keepalive_t*=5", rules_of(PROCPS), None, ["time"], id="assignment"),
        pytest.param(b"-net.ipv4.tcp_keepalive_t*", rules_of(PROCPS, (4, 0, 4)), None, ["time"], id="procps 4.0.4"),
        pytest.param(b"-net.ipv4.tcp_keepalive_t*", rules_of(SYSTEMD), None, ["time"], id="systemd"),
    ],
)
def test_exclusions_by_pattern(line: bytes, rules: Rules, excluded: bytes | None, keys: list[Key]) -> None:
    (statement,) = statements(line, rules)
    assert statement.excluded == excluded
    assert list(filter(statement.concerns, KEYS)) == keys


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (b"", 0),
        (b"net.core.somaxconn=1\n# remark\n", 0),
        (b"net.ipv4.tcp_keepalive_time=1\n-*\n", 2),
        (b"*=1\r*=1\0*=1", 3),
        (b"*{a,b}=1\n", 2),
        (b"*{a,b}{c,d,e}=1\n", 8),
        (b"*{" + b"a," * 40 + b"}=1\n", 1000),
        (b"*=1\n" * 5000, 2001),
    ],
)
def test_count_statements(text: bytes, count: int) -> None:
    assert count_statements(text, 2000) == count
