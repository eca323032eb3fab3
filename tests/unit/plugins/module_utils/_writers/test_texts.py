# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from unittest import mock

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED, Word
from ansible_collections.linux.tcp.plugins.module_utils._writers.texts import (
    assigned_by_awk,
    edited,
    parts,
    printed_by,
    printed_by_awk,
    rows,
    takes_words_of_xargs,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import KeyValues

KEY = "net.ipv4.tcp_keepalive_time"


@pytest.mark.parametrize(
    ("name", "arguments", "printed"),
    [
        ("echo", ["-n", "a", "b"], ["a b"]),
        ("echo", [], []),
        ("echo", ["%s", "a"], ["%s a"]),
        ("printf", ["a\\n"], ["a\\n"]),
        ("printf", ["%s=%d\\n", "a", "1"], ["a=1\\n"]),
        ("printf", ["%s\\n", "a", "b"], ["a\\n", "b\\n"]),
        ("printf", ["%s%s.", "a", "b", "c"], ["ab.", "c."]),
        ("printf", ["%s."], ["."]),
    ],
)
def test_printed_by(name: str, arguments: list[str], printed: list[str]) -> None:
    words = [Word(text, 1) for text in arguments]
    assert [word.clean for word in printed_by(name, words, lambda _count: True)] == printed


@pytest.mark.parametrize(
    ("xargs", "argument", "takes"),
    [
        ("xargs -n1", "vm.x=1", True),
        ("xargs -I{}", "{}", True),
        ("xargs -n1 -I @ sudo", "@=60", True),
        ("xargs -I{}", "net.ipv4.{}=60", True),
        ("xargs -I{}", "net.ipv4.conf.{}.forwarding=1", False),
        ("xargs -I {}", "vm.swappiness={}", False),
    ],
)
def test_takes_words_of_xargs(xargs: str, argument: str, *, takes: bool) -> None:
    words = [Word(word, 1) for word in xargs.split()]
    assert takes_words_of_xargs(words, [Word("-w", 1), Word(argument, 1)]) is takes


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        pytest.param(["%s\\n", "a", "b", "c"], 15, id="a word each time"),
        pytest.param(["%s%s.", "a", "b", "c"], 13, id="two words each time"),
        pytest.param(["a%%", "b", "c"], 5, id="once"),
        pytest.param(["%s", "abc"], 5, id="a long word"),
        pytest.param(["%s" + "A" * 3000, *["x"] * 3000], 3000 * 3003, id="too long"),
    ],
)
def test_a_format_prints_what_it_may(arguments: list[str], count: int) -> None:
    allow = mock.Mock(return_value=False)
    assert printed_by("printf", [Word(text, 1) for text in arguments], allow) == []
    allow.assert_called_once_with(count)


def test_lines_are_those_of_the_words_that_are_printed() -> None:
    (text,) = printed_by("echo", [Word("a\nb", 1), Word("c", 4)], lambda _count: True)
    assert [text.line_at(text.text.index(letter)) for letter in "abc"] == [1, 2, 4]
    words = [Word("%s", 1), Word("a", 2), Word("b", 3)]
    assert [text.line for text in printed_by("printf", words, lambda _count: True)] == [2, 3]


def test_rows() -> None:
    texts = [Word(f" a\\nb{CONTINUED}c\nd", 5), Word("e", 9)]
    assert list(rows(texts)) == [(5, "a"), (5, "bc"), (7, "d"), (9, "e")]


def test_parts() -> None:
    found = parts(Word(f" a b\n{CONTINUED}c ", 5))
    assert [(part.text, part.line) for part in found] == [("a", 5), ("b", 5), ("c", 7)]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        pytest.param(f"s/^x.*/{KEY}=60/", [(3, (("time", 60),))], id="replace"),
        pytest.param(f"\n$ a {KEY}=60", [(4, (("time", 60),))], id="append"),
        pytest.param(f"/{KEY}=60/d", [], id="delete"),
        pytest.param("s/a/b/", [], id="nothing"),
        pytest.param(f"s/b/c/;\n/{KEY}=60/d", [], id="delete behind another command"),
        pytest.param(f"/x/d\ns/^b.*/{KEY}=60/;/c/d", [(4, (("time", 60),))], id="delete other lines"),
        *(
            pytest.param(script, [(3, (("time", 60),))], id=script)
            for script in (
                "s/^(net.ipv4.tcp_keepalive_time).*/\\1 = 60/",
                r"s/\(tcp_keepalive_time\s*=\s*\).*/\160/",
                "s/tcp_keepalive_time.*/tcp_keepalive_time=60/",
                "s|tcp_keepalive_time.*|tcp_keepalive_time=60|g",
                "s#net\\.ipv4\\.tcp_keepalive_time *= *[0-9]*$#net.ipv4.tcp_keepalive_time = 60#",
                "/tcp_keepalive_time/s/=.*/= 60/",
                "/tcp_keepalive_time/ { s,=.*,= 60, }",
                "1,$ s/keepalive_time = .*/keepalive_time = 60/",
                "s/a/b/;/^net.ipv4.tcp_keepalive_time/s/=.*/= 60/",
                r"s/(tcp_keepalive_time\s*=\s*)\d+/${1}60/",
                "s/tcp_keepalive_time = 600/tcp_keepalive_time = 60/",
                "/tcp_keepalive/c\\net.ipv4.tcp_keepalive_time=60",
                "s/.*keepalive_time.*/# by x\\nnet.ipv4.tcp_keepalive_time=60/",
            )
        ),
        *(
            pytest.param(script, [(3, (("time", None),))], id=script)
            for script in (
                "/net.ipv4.tcp_keepalive_time/s/^#//",
                r"/tcp_keepalive_time/s/^\s*#\s*//",
                r"s/^#\(net.ipv4.tcp_keepalive_time\)/\1/",
                "s/^#net.ipv4.tcp_keepalive_time/net.ipv4.tcp_keepalive_time/",
                "/tcp_keepalive_time/s/600/60/",
                r"s/\(tcp_keepalive_time *= *\)/\160/",
                r"s/\(tcp_keepalive_time *=\).*/\1 $SECONDS/",
                "s/tcp_keepalive_time.*/tcp_keepalive_time=$1/",
            )
        ),
        pytest.param(
            r"s/\(tcp_keepalive_.*\) = .*/\1 = 60/",
            [(3, (("time", None), ("intvl", None), ("probes", None)))],
            id="any",
        ),
        *(
            pytest.param(script, [], id=script)
            for script in (
                "s/^net.ipv4.tcp_keepalive_time/#&/",
                f"s/{KEY}=60/#&/",
                f"/{KEY}=60/s/^/# /",
                f"s/.*keepalive_time.*/#{KEY}=60/",
                f"s/{KEY}=60//",
                "s/^#net.ipv4.tcp_keepalive_time.*//",
                "s/^#.*tcp_keepalive_time.*/x/",
                "/tcp_keepalive_time/s/#.*//",
                "/tcp_keepalive_time/s/[ ]*$//",
                r"s/^ *\(net.ipv4.tcp_keepalive_time.*\)/\1/",
                "s/tcp_keepalive_time *= */tcp_keepalive_time = /",
                "s/net.ipv4.tcp_keepalive_time.*/net.ipv4.tcp_fin_timeout = 60/",
                "/tcp_keepalive_time/!s/=.*/= 60/",
                "/tcp_keepalive_time/d;s/x = .*/x = 60/",
                "s/keepalive_timeout .*/keepalive_timeout 60/",
                "/net.ipv4.tcp_keepalive_time/s/=.*/= 99999999999/",
            )
        ),
    ],
)
def test_edited(script: str, found: list[tuple[int, KeyValues]]) -> None:
    assert list(edited(Word(script, 3))) == found


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ('BEGIN { print "a" }', [("a", 1, "", False)]),
        ('{print "a" > "/x"}', [("a", 1, "/x", False)]),
        ('\n{ print("a") >> "/x"; printf "b\\n" }', [("a", 2, "/x", True), ("b\\n", 2, "", False)]),
        ('{ print "say \\"a\\"", $2 >>"/x" }', [('say "a"$', 1, "/x", True)]),
        ('{ print "a=" v }', [("a=$", 1, "", False)]),
        ('{ printf "a=%d %-5s", 1, x >> "/x" }', [("a=$ $", 1, "/x", True)]),
        ("{ print $1 }", []),
        ("/print/", []),
    ],
)
def test_texts_that_awk_prints(program: str, found: list[tuple[str, int, str, bool]]) -> None:
    printed = printed_by_awk(Word(program, 1))
    assert [(text.text, text.line, target, appends) for text, target, appends in printed] == found


def test_texts_that_awk_assigns() -> None:
    program = Word('$1 == "a" { $0 = "b" }\n{ sub(/c/, "d"); x="e" } $2 != "f"', 1)
    assert [(text.text, text.line) for text in assigned_by_awk(program)] == [("b", 1), ("d", 2), ("e", 2)]
