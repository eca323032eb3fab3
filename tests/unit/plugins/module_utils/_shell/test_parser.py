# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import (
    OUTPUT,
    STANDARD_INPUT,
    Command,
    Place,
    ShellError,
    commands_of,
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
        (
            "a() { $(b); }\nfor i in $(c); do d `e`; done",
            [[[([[OUTPUT]], [["b"]])]], [["for", "i", "in", OUTPUT, ([["d", OUTPUT]], [["e"]])]], [["c"]]],
        ),
        ("a b{c,d} 'e{f,g}' {h} {} > {i,j}", [[["a", "bc", "bd", "e{f,g}", "{h}", "{}", (">", "{i,j}")]]]),
        ("for x in {a,b}; do { c; }; done", [[["for", "x", "in", "a", "b", ([[([["c"]],)]],)]]]),
        ("[[ a = {b,c} ]] && d=(e{f,g})", [[["[[", "a", "=", "{b,c}", "]]"]], [["d=", "ef", "eg"]]]),
        ("case {a,b} in {c,d}) e;; esac", [[["case", "a", "b", ([["e"]],)]]]),
        ("a {\"b,c\",$d}'{e,f}' {$(g),${h,i}}", [[["a", "b,c{e,f}", "$d{e,f}", OUTPUT, "${h,i}"]], [["g"]]]),
        ("a <<E; $(b)\n$(c)\nE\nd", [[["a", ("<<", "$(c)")]], [[([["c"]],)]], [[OUTPUT]], [["b"]], [["d"]]]),
    ],
)
def test_pipelines(text: str, expected: list[object]) -> None:
    assert shown(parse_shell(text)) == expected


@pytest.mark.parametrize(
    ("text", "places", "unreached"),
    [
        ("a  b; c | d # e", ["a  b", "c ", "d # e"], []),
        ("{ a; b; } > c && ! d", ["{ a; b; } > c ", "a", "b", "d"], []),
        ("f() { a $(b); }", ["{ a $(b); }", "a $(b)", "b"], []),
        ("case a in b) c d;; esac", ["case a in b) c d;; esac", "c d"], []),
        ("a `b` <<E\nE\nc", ["a `b` <<E\nE\n", "", "c"], []),
        ("a <<E; b\nE\nc", ["a <<E", "b", "c"], []),
        ("a <<E | b\nE\nc", ["a <<E ", "b", "c"], []),
        ("false && a b || c", ["false ", "c"], ["a b "]),
        ("if false; then a\nb; fi", ["if false; then a\nb; fi", "false"], ["a\n", "b"]),
        ("false && a <<E\nb\nE\nc", ["false ", "c"], ["a <<E\nb\nE\n"]),
        ("exit <&-\na", ["exit <&-\n"], ["a", "a"]),
    ],
)
def test_places(text: str, places: list[str], unreached: list[str]) -> None:
    found: list[Place] = []
    commands = commands_of(parse_shell(text, unreached=found))
    assert [text[slice(*one.place)] for one in commands] == places
    assert [text[slice(*one)] for one in found] == unreached


def test_no_place_is_certain_in_a_text_that_is_not_understood() -> None:
    found: list[Place] = []
    parse_shell("false && a; fi", unreached=found)
    assert found == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("a; { b; }; c || d", [], id="none"),
        pytest.param("a &\nb", ["a"], id="background"),
        pytest.param("a; b && c || d & e", ["b", "c", "d"], id="list in the background"),
        pytest.param("a &&\nb & c", ["a", "b"], id="list over lines in the background"),
        pytest.param("if a; then b; fi & c", ["if"], id="group in the background"),
        pytest.param("if a; then b & c; fi", ["b"], id="background in a group"),
        pytest.param("(a; b); c", ["()"], id="subshell"),
        pytest.param("a() (b); c() { d; }", ["()"], id="subshell of a function"),
        pytest.param("((1 > 2)); b", ["()", "()"], id="arithmetic or a subshell"),
        pytest.param("((1 << 2)); b", [], id="arithmetic"),
        pytest.param("a $(b; c) `d`", ["b", "c", "d"], id="output"),
    ],
)
def test_what_runs_in_a_shell_of_its_own(text: str, names: list[str]) -> None:
    found = (one for one in commands_of(parse_shell(text)) if one.runs_apart)
    assert [one.words[0].clean if one.words else "()" for one in found] == names


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
        # exec runs a program only where it is given one, and exit ends the script only where nothing can refuse it
        *(("exec {lock}>/run/lock\nX", True), ("exec {a[0]}<>/run/lock\nX", True), ("exec $a\nX", True)),
        *(('exec "$@"\nX', True), ("exec $(a)\nX", True), ("exec `a` b\nX", True), ("exec ''\nX", True)),
        *(("exec -a x 2>/dev/null\nX", True), ("exec -l\nX", True), ("exec -c > /log\nX", True)),
        *(("exec --a b\nX", True), ("exec a > /log\nX", True), ("exec a < /in\nX", True)),
        *(("shopt -s execfail\nexec a\nX", True), ("exit 1 2\nX", True), ("exit $@\nX", True)),
        *(("exit $(a)\nX", True), ("exit > /log\nX", True), ("exit() { :; }\nexit\nX", True)),
        *(("exec -a x b\nX", False), ("exec -la x b\nX", False), ("exec -c -l b\nX", False), ("exec -- b\nX", False)),
        *(("exec b $c $(d)\nX", False), ("exec {a} > /dev/null\nX", True), ("exec b >/dev/null 2>&1\nX", False)),
        *(("exit $?\nX", False), ("exit $a\nX", False), ("exit ${a}\nX", False), ("exit 3 2>&1; X", False)),
        *(("exit &>/dev/null\nX", True), ("exit >& /dev/null\nX", True), ("exit\r\nX\r", True), ("exit ;;\nX", True)),
        # a script may give these names to functions of its own
        *(("true() { a; }\ntrue || X", True), ("function false {\n  a\n}\nfalse && X", True)),
        *(("alias true=a\ntrue || X", True), (": () { a; }\n: || X", True), ("a_true() { a; }\ntrue || X", False)),
        # an exit within what is not run here, or not understood
        *(("function f {\n  exit\n}\nX", True), ("function f() {\n  exit\n}\nX", True), ("f() exit\nX", True)),
        *(("function f ( )\n{\n  exit\n}\nX", True), ("f ( ) {\n  exit\n}\nX", True), ("f() (\nexit\n)\nX", True)),
        *(("coproc {\n  exit\n}\nX", True), ("coproc a {\n  exit\n}\nX", True), ("time -p {\n  exit\n}\nX", True)),
        *(("repeat 3 {\n  exit\n}\nX", True), ("proc f {} {\n  exit 1\n}\nX", True)),
        *(("function f\n  exit\nend\nX", True), ("if ( -e /x ) then\n  exit\nendif\nX", True)),
        *(("a=(\n  exit\n)\nX", True), ("a=(b\n  exit\n)\nX", True), ("(\na @(b|c)\nexit\n)\nX", True)),
        *(("(\n[[ a =~ (b|c) ]]\nexit\n)\nX", True), ("(\n((a=(b)*2))\nexit\n)\nX", True)),
        *(("(( (a) + (b) ))\nexit\nX", False), ("((a << 2))\nexit\nX", False), ("a @(b|c)\nexit\nX", False)),
        *(("foreach a (b)\n  exit\nend\nX", True), ("switch (a)\ncase 1:\n  exit\nendsw\nX", True)),
        *(
            ("for i in a; {\n  exit\n}\nX", True),
            ("exit\n} X", True),
            ("exit\nX 'a", False),
            ("exit\nX $(a) `X`", False),
        ),
        *(("function f {\n  a\n}\nexit\nX", False), ("a=()\nexit\nX", False), ("a=(b\nc)\nexit\nX", False)),
        *(("f() { a; }\nexit\nf() { X; }", False), ("case a in b) c;; esac\nexit\nX", False)),
        # patterns are no keywords, and what is tested no commands
        *(("case $1 in !) true && X;; esac", True), ("case $1 in a) false;; then) X;; esac", True)),
        *(("case $1 in if) a;; while|do) X;; esac", True), ("[[ a && false ]] && X", True)),
        *(
            ("[[ true || a ]] || X", True),
            ("[[ ! a ||\n true ]] || X", True),
            ("if [[ a || false ]]; then X; fi", True),
        ),
        *(
            ("false && $(X)", False),
            ("true || a `X`", False),
            ("if false; then $(X); fi", False),
            ("a $(X) || b", True),
        ),
        *(("[[ a ]] && false && X", False), ("a \\\n ; X", True), ("{ a; } \\\n ; X", True), ("a\n; X", False)),
        *(("if false && a & then X; fi", True), ("false && a & X", True), ("until true || a & do X; done", True)),
    ],
    ids=repr,
)
def test_what_is_never_reached(text: str, is_reached: bool) -> None:
    assert ("X" in (word.clean for word in words_of(parse_shell(text)))) == is_reached


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("a <<E; exit;\nX\nE\n", "X", id="here-document, exit in its line"),
        pytest.param("a <<E\n$(X)\nE\n", "X", id="here-document with a command"),
        pytest.param("a <<'E'\n$(X)\nE\n", "$(X)", id="here-document without a command"),
        pytest.param("a $((X) 2>&1)\nb $((1))", "X", id="two parentheses that are no arithmetic"),
        pytest.param("a $((X); (b))", "X", id="two groups"),
        pytest.param("a $((1 + $(X)))", "X", id="arithmetic with a command"),
        pytest.param("a $(( ((1)) + 2 ))\nX", "X", id="nested arithmetic"),
        pytest.param("((a = 1 << 2))\nX\na", "X", id="shift"),
        pytest.param("for ((a = 1; a < 8; a <<= 1)); do X; done", "X", id="shift in a loop"),
        pytest.param("((X))", "X", id="groups of a shell without arithmetic commands"),
        pytest.param("((X -w <<E\na\nE\n))\nb", "X", id="such groups with a here-document"),
        pytest.param("a ${b:-$(X)}", "X", id="default with a command"),
        pytest.param('a "${b:=`X`}"', "X", id="default with a command in quotes"),
        pytest.param("a ${b:-${c}} ${d%%'}'*}; X", "X", id="braces in braces"),
        pytest.param('a "${b:-it\'s}"; X', "X", id="apostrophe in braces in quotes"),
        pytest.param('a "${b%"}"}"; X', "X", id="quotes in braces in quotes"),
        pytest.param("a $'b\\'c'; X; d $'e\\'f'", "X", id="escaped quotes"),
        pytest.param("a \"'b$' c\"; X; d 'e'", "X", id="dollar before an apostrophe in quotes"),
    ],
)
def test_commands_in_words_and_behind_them(text: str, found: str) -> None:
    commands = [one for one in commands_of(parse_shell(text)) if one.body is None]
    texts = [target.target.clean for one in commands for target in one.redirections if target.operator == "<<"]
    assert found in [*(word.clean for one in commands for word in one.words[:1]), *texts]


@pytest.mark.parametrize(
    "text", ["a <<E\nb", "a <<E\n$(b\nE", "[[ a", "a $'b", "a ${b:-$(c}", *("$((" * 50, "${a:-" * 50)]
)
def test_texts_that_are_no_scripts(text: str) -> None:
    with pytest.raises(ShellError):
        parse_shell(text)


def test_texts_that_are_too_long() -> None:
    assert parse_shell("a;\n" + "#" * ((1 << 17) - 3))
    with pytest.raises(ShellError):
        parse_shell("a;\n" + "#" * ((1 << 17) - 2))


def test_names_of_functions() -> None:
    pipelines = parse_shell("a() { b; }\nfunction c { d; }\nfunction e () (f)\ng")
    assert [one.function for pipeline in pipelines for one in pipeline] == ["a", "c", "e", ""]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("a && b | c || d & e; f\ng", ["", "&&", "||", "&", ";", ""]),
        ("if a\nthen b; c; elif d; then e; else\nf; fi", ["", "then", ";", "elif", "then", "else"]),
        ("while a; do b; c\ndone", ["", "do", ";"]),
        ("case a in b) c; d\n;; e);; f) g;& h) i; esac", ["", ";", ";;", ";&"]),
    ],
)
def test_marks_before_pipelines(text: str, marks: list[str]) -> None:
    pipelines = parse_shell(text)
    inner = pipelines[0][0].body or pipelines
    assert [pipeline[0].mark for pipeline in inner] == marks


@pytest.mark.parametrize(
    ("text", "count"),
    [
        *(("*) b;;", 1), ("b) c;; *) ;; d) e", 3), ("(*)", 1), ("b|*)", 1), ("b) c;;*\t| d) e", 2)),
        *(("b)", 0), ("'*')", 0), ("\\*)", 0), ("*b)", 0), ("?*)", 0), ("[*])", 0), ("$a*)", 0), ("b) * c", 0)),
        *(("*(b))", 0), ("@(b|*)c)", 0), ("@(b)*)", 0)),
    ],
)
def test_branches_of_a_case_that_always_takes_one(text: str, count: int) -> None:
    pipelines = parse_shell(f"case a in {text}\nesac")
    assert [command.branches for pipeline in pipelines for command in pipeline] == [count]


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
