# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which pipelines of one group are reached; test_parser.py has whole scripts."""

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._shell.reachability import BRANCHES, Reachability


def reached(group: Reachability, text: str) -> str:
    """Return the commands of a group that may be reached; a command, an operator and a keyword are a word each."""
    found = []
    words = [*text.split(), ";"]
    for index, word in enumerate(words):
        if word == "!":
            group.negate()
        elif word in BRANCHES:
            group.begin_branch(word)
        elif word not in ("&&", "||", "&", ";"):
            (pipeline,) = parse_shell(word.replace("_", " "))
            if group.passes(pipeline, words[index + 1]):
                found.append(word)
    return " ".join(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a ; b && c || d & e", "a b c d e", id="commands that nothing is known of"),
        pytest.param("true && a ; false || b", "true a false b", id="right sides that run"),
        pytest.param("true || a ; b", "true b", id="right side of what succeeds"),
        pytest.param("false && a && b ; c", "false c", id="right sides of what fails"),
        pytest.param("false && a || b", "false b", id="other right side of what fails"),
        pytest.param("! true && a", "true", id="negated"),
        pytest.param("! ! true && a", "true a", id="negated twice"),
        pytest.param("! true ; true && a", "true true a", id="negated before another one"),
        pytest.param("a && false && b", "a false", id="fails in both cases"),
        pytest.param("a && true || b", "a true b", id="succeeds in one case"),
        pytest.param("false & a && b", "false a b", id="in the background"),
        pytest.param("exit ; a", "exit", id="behind an exit"),
        pytest.param("exec_a ; b ; c", "exec_a", id="behind an exec"),
        pytest.param("exec_>/log ; a", "exec_>/log a", id="behind an exec that redirects"),
        pytest.param("a || exit ; b", "a exit b", id="behind an exit that may not run"),
        pytest.param("exit & a", "exit a", id="behind an exit in the background"),
        pytest.param("exit || a", "exit a", id="right side of an exit"),
    ],
)
def test_lists(text: str, expected: str) -> None:
    assert reached(Reachability(is_outermost=True), text) == expected


@pytest.mark.parametrize(
    ("opener", "text", "expected"),
    [
        pytest.param("if", "a then b elif c then d else e", "a b c d e", id="nothing is known"),
        pytest.param("if", "true then a else b", "true a", id="always"),
        pytest.param("if", "true then a elif b then c else d", "true a", id="always, before others"),
        pytest.param("if", "false then a else b", "false b", id="never"),
        pytest.param("if", "false then a elif b then c", "false b c", id="never, before others"),
        pytest.param("if", "a then b elif true then c else d", "a b true c", id="at the latest in the second branch"),
        pytest.param("if", "! true then a else b", "true b", id="negated"),
        pytest.param("if", "true ; a then b else c", "true a b c", id="the last command of a condition counts"),
        pytest.param("if", "a then false else b", "a false b", id="the status of a branch does not count"),
        pytest.param("while", "false do a", "false", id="while it fails"),
        pytest.param("while", "true do a", "true a", id="while it succeeds"),
        pytest.param("until", "true do a", "true", id="until it succeeds"),
        pytest.param("until", "false do a", "false a", id="until it fails"),
        pytest.param("for", "do a", "a", id="loop over words"),
        pytest.param("{", "exit ; a", "exit a", id="exit within a group"),
    ],
)
def test_branches(opener: str, text: str, expected: str) -> None:
    assert reached(Reachability(opener), text) == expected


@pytest.mark.parametrize("text", ["false && a", "true || a", "exit ; a", "false then a", "true then b else a"])
def test_all_is_reached_where_nothing_is_certain(text: str) -> None:
    group = Reachability("if", is_outermost=True, is_certain=False)
    assert reached(group, text).endswith("a")
    assert not group.has_exited


def test_nothing_is_certain_of_what_is_not_understood() -> None:
    group = Reachability(is_outermost=True)
    (status,), (end,) = parse_shell("false"), parse_shell("exit")
    assert group.passes(status, "&&", is_understood=False)
    assert group.passes(end, ";")
    assert group.passes(end, ";", is_understood=False)
    assert group.passes(end, ";")
    assert not group.passes(end, ";", is_understood=False)


@pytest.mark.parametrize(
    ("opener", "has_branches"), [*((one, True) for one in ("if", "while", "until", "for", "select")), ("case", False)]
)
def test_groups_with_branches(opener: str, *, has_branches: bool) -> None:
    assert Reachability(opener).has_branches is has_branches


def test_mark_is_what_stands_before_the_next_pipeline() -> None:
    group = Reachability("if")
    marks = [group.mark]
    for mark in ("&&", ";"):
        group.passes(parse_shell("a")[0], mark)
        marks.append(group.mark)
    group.begin_branch("then")
    assert [*marks, group.mark] == ["", "&&", ";", "then"]
