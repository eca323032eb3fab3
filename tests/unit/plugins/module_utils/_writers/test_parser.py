# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._writers.shell_tree import (
    OUTPUT,
    STANDARD_INPUT,
    Command,
    ShellError,
    words_of,
)


def shown(pipelines: t.Iterable[list[Command]]) -> list[object]:
    """Return the pipelines as lists of words, with the redirections and the bodies of groups in tuples."""
    return [
        [
            [
                *(word.clean for word in one.words),
                *((found.operator, found.target.clean) for found in one.redirections),
                *([] if one.body is None else [tuple(shown(one.body))]),
            ]
            for one in pipeline
        ]
        for pipeline in pipelines
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b;c", [[["a", "b"]], [["c"]]]),
        ("a | b |& c && d || e & f", [[["a"], ["b"], ["c"]], [["d"]], [["e"]], [["f"]]]),
        ("a |\n b", [[["a"], ["b"]]]),
        ("a 'b c' \"d 'e'\" f\\ g h'i'j", [[["a", "b c", "d 'e'", "f g", "hij"]]]),
        ("a \\\n b\\\nc", [[["a", "bc"]]]),
        ("a # b\n#c\nd#e", [[["a"]], [["d#e"]]]),
        ("a > b 2>&1 >> c <d", [[["a", (">", "b"), (">&", "1"), (">>", "c"), ("<", "d")]]]),
        ("a >& b", [[["a", ("&>", "b")]]]),
        ("a <<E <<-'F' && b\n1\nE\n\t2\n\tF\nc", [[["a", ("<<", "1"), ("<<", "2")]], [["b"]], [["c"]]]),
        ("a <<< 'b c'", [[["a", ("<<<", "b c")]]]),
        ('a $(b) `c` "$(d)"', [[["a", OUTPUT, OUTPUT, OUTPUT]], [["b"]], [["c"]], [["d"]]]),
        ("a $((1 > 2)) ${b:-c d}", [[["a", "$(())", "${b:-c d}"]]]),
        ("a <(b)", [[["a", STANDARD_INPUT]]]),
        ("{ a; b; } > c", [[[(">", "c"), ([["a"]], [["b"]])]]]),
        ("(a; b) | c", [[[([["a"]], [["b"]])], ["c"]]]),
        ("if a; then b; else c; fi", [[["if", ([["a"]], [["b"]], [["c"]])]]]),
        ("for x in 1 2; do a; done < b", [[["for", "x", "in", "1", "2", ("<", "b"), ([["a"]],)]]]),
        ("case a in b|c) d;; (e) f;; esac", [[["case", "a", ([["d"]], [["f"]])]]]),
        ("a() { b; }; a", [[[([["b"]],)]], [["a"]]]),
    ],
)
def test_pipelines(text: str, expected: list[object]) -> None:
    assert shown(parse_shell(text)) == expected


@pytest.mark.parametrize(
    ("text", "is_reached"),
    [
        *(("false && X", False), ("true || X", False), (": || \\\n X", False), ("! true && { X; }", False)),
        *(("a; false && b && X", False), ("if false; then X; fi", False), ("if true\nthen a\nelse X\nfi", False)),
        *(("if ! :; then X; fi", False), ("while false; do X; done", False), ("until true; do X; done", False)),
        *(("if a; then b; elif false; then X; fi", False), ("if true; then a; elif X; then X; else X; fi", False)),
        *(("if a; then false && X; fi", False), ("false && (a; X)", False), ("false && a | X", False)),
        *(("exec true\nX", False), ("false\nX", True), ("false; X", True), ("false || X", True), ("true && X", True)),
        *(("! true || X", True), ("false && a || X", True), ("true || a && X", True), ("false & X", True)),
        *(("a && false || X", True), ("true | a || X", True), (": > /a || X", True), ("if false; then a; fi; X", True)),
        *(("if false; then a; else X; fi", True), ("if false; then a; elif X; then b; fi", True)),
        *(("if false || a; then X; fi", True), ("until false; do X; done", True), ("while :; do X; done", True)),
        *(("for i in a; do X; done", True), ("if true; then X; fi", True), ("false\nfor i in a; do X; done", True)),
        *(("exec > /log 2>&1\nX", True), ("a || exec b\nX", True), ("f() { exec a; }\nX", True), ("exec X", True)),
        *(("if a; then false; else X; fi", True), ("case a in b) false;; c) X;; esac", True), ("false &&\na\nX", True)),
        # what stands left of && and || may decide, so that the right side does not run
        *(("a && true || X", True), ("a && : || X", True), ("a &&\n  true ||\n  X", True), ("a || false && X", True)),
        *(("if a || false; then X; fi", True), ("if ! a || false; then X; fi", True)),
        *(("if a && true; then :; else X; fi", True), ("while a || false; do X; done", True)),
        *(("until a && true; do X; done", True), ("a && true && false || X", True), ("a | b && true || X", True)),
        *(("true && a || X", True), ("false || a && X", True), ("a && ! false || X", True)),
        *(("a && false && X", False), ("a || true || X", False), ("if a && false; then X; fi", False)),
        *(("if a || true; then b; else X; fi", False), ("true && false && X", False), ("false || true || X", False)),
        *(("! ! true || X", False), ("! ! false && X", False), ("! ! true && X", True)),
        *(("if false && a & then X; fi", True), ("false && a & X", True), ("until true || a & do X; done", True)),
    ],
    ids=repr,
)
def test_what_is_never_reached(text: str, is_reached: bool) -> None:
    assert ("X" in (word.clean for word in words_of(parse_shell(text)))) == is_reached


@pytest.mark.parametrize("text", ["'a", '"a', "`a", "$(a", "${a", "$((a", "(" * 50])
def test_texts_that_end_too_early_or_nest_too_deeply(text: str) -> None:
    with pytest.raises(ShellError):
        parse_shell(text)


def test_lines_are_counted_in_all_that_goes_over_lines() -> None:
    pipelines = parse_shell("a \\\n b 'c\nd' <<E\n1\n2\nE\nf", line=10)
    words = [(word.clean, word.line) for pipeline in pipelines for one in pipeline for word in one.words]
    assert words == [("a", 10), ("b", 11), ("c\nd", 11), ("f", 16)]
    (text,) = (found.target for pipeline in pipelines for one in pipeline for found in one.redirections)
    assert [text.line_at(text.text.index(row)) for row in "12"] == [13, 14]
