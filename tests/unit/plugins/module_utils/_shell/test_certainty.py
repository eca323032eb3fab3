# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is certain of single commands; test_parser.py has what follows for those behind them."""

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.certainty import (
    ends_script,
    joined,
    redefines,
    status_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell


@pytest.mark.parametrize(
    ("before", "mark", "behind_true", "behind_false"),
    [
        pytest.param(True, "&&", True, False, id="runs, because the left side succeeds"),
        pytest.param(False, "||", True, False, id="runs, because the left side fails"),
        pytest.param(None, "&&", None, False, id="may run, where the left side succeeds"),
        pytest.param(None, "||", True, None, id="may run, where the left side fails"),
    ],
)
def test_joined(*, before: bool | None, mark: str, behind_true: bool | None, behind_false: bool | None) -> None:
    assert [joined(before, mark, status) for status in (True, False)] == [behind_true, behind_false]
    assert joined(before, mark, None) is None


@pytest.mark.parametrize("mark", ["", ";", "&"])
def test_what_stands_before_another_command_does_not_count(mark: str) -> None:
    assert [joined(before, mark, status) for before in (True, None) for status in (False, None)] == [False, None] * 2


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *(("true", True), (": a", True), ("false", False), ("a", None), ("true | a", None), ("true > /a", None)),
        *(("/bin/true", True), ("/usr/bin/true a", True), ("/bin/false", False), ("/usr/bin/false", False)),
        *(("/opt/true", None), ("./false", None), ("/bin/:", None), ("/bin/falsehood", None)),
    ],
)
def test_status(text: str, *, status: bool | None) -> None:
    (pipeline,) = parse_shell(text)
    assert status_of(pipeline, is_negated=False) is status
    assert status_of(pipeline, is_negated=True) is (None if status is None else not status)


@pytest.mark.parametrize(
    ("text", "is_end"),
    [
        *(("exit", True), ("exit 0", True), ("exit $?", True), ("exit $((1 + 1))", True), ("exit 0 >/dev/null", True)),
        *(("exit a", False), ("exit 1 2", False), ("exit $*", False), ("exit > /a", False), ("return", False)),
        *(("exec a $b", True), ("exec /bin/a", True), ("exec -cl -a b c", True), ("exec a 2>&1 <&-", True)),
        *(("exec", False), ("exec 3>/a", False), ("exec {a}>/a", False), ("exec -x a", False), ("exec ${a} b", False)),
        *(("(exit)", False), ("command exit", False)),
        *(("A=b c=d exit", True), ("A=b exec c", True), ("A=b exec", False)),
    ],
)
def test_what_ends_a_script(text: str, *, is_end: bool) -> None:
    ((command,),) = parse_shell(text)
    assert ends_script(command) is is_end


@pytest.mark.parametrize(
    ("text", "is_redefined"),
    [
        *(("exit() {", True), (": ( ) {", True), ("function true {", True), ("alias false='a'", True)),
        *(("shopt -s execfail", True), ("do_exit() {", False), ("function true_or_false {", False), ("a=true;", False)),
        *(("${a:=b}", False), ("[ $a = true ]", False)),
    ],
)
def test_what_gives_commands_another_meaning(text: str, *, is_redefined: bool) -> None:
    assert redefines(text) is is_redefined
