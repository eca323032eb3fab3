# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is certain of a script's variables and functions; what follows from that is told by test_commands.py."""

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Place, ShellError, Word
from ansible_collections.linux.tcp.plugins.module_utils._writers.settled import NOTHING, parsed, settled, understood


@pytest.mark.parametrize(
    ("script", "values"),
    [
        pytest.param("a=b\n# a=c\necho $a ${a}", {"a": "b"}, id="one value"),
        pytest.param("a=b c=d", {"a": "b", "c": "d"}, id="two variables"),
        pytest.param("readonly a=b\nexport c=d", {"a": "b", "c": "d"}, id="readonly"),
        pytest.param("export -n a=b", {}, id="option"),
        pytest.param("a=b; a=b", {}, id="two values"),
        pytest.param("a+=b", {}, id="appended"),
        pytest.param("echo $a; a=b", {}, id="used before"),
        pytest.param("true && a=b", {}, id="condition"),
        pytest.param("if true; then a=b; fi", {}, id="group"),
        pytest.param("a=b | true", {}, id="pipeline"),
        pytest.param("a=b &", {}, id="background"),
        pytest.param("a=b run", {}, id="of one command"),
        pytest.param("a=b; unset a", {}, id="unset"),
        pytest.param('a=b; declare "$1"', {}, id="a variable of any name"),
        pytest.param(". /etc/x; a=b", {}, id="another script"),
        pytest.param("a='b \"c\"'", {}, id="quotes"),
    ],
)
def test_values(script: str, values: dict[str, str]) -> None:
    assert settled(script, parse_shell(script)).values == values


@pytest.mark.parametrize(
    ("script", "functions"),
    [
        pytest.param('f() { echo "$@"; }', {"f"}, id="prints"),
        pytest.param('f() { [ "$1" ] || return 1; ssh web1 "$@"; }', {"f"}, id="runs elsewhere"),
        pytest.param('f() { ssh web1 "$@" > "$1"; }', set(), id="writes a file"),
        pytest.param('f() { echo "$@"; } > "$1"', set(), id="writes all that it prints into a file"),
        pytest.param('f() { echo "$@"; } > /dev/null', {"f"}, id="prints nothing"),
        pytest.param('f() { "$@"; }', set(), id="runs its arguments"),
        pytest.param("f() { own $x; }", set(), id="runs a program that is not known"),
        pytest.param('f() { echo "$@" | sh; }', set(), id="pipeline"),
        pytest.param('f() { ansible "$@"; }', set(), id="the arguments choose the host"),
        pytest.param("f() { echo; }; f() { ssh a b; }", set(), id="defined twice"),
        pytest.param("f; f() { echo; }", set(), id="called before"),
        pytest.param('f() { echo <("$@"); }', set(), id="runs its arguments for their output"),
        pytest.param('echo() { "$@"; }; f() { echo "$@"; }', set(), id="the program is a function"),
        pytest.param('f() { echo "$@"; }\nalias f=sudo', set(), id="an alias of its name"),
        pytest.param("[ $x ] && f() { echo; }", set(), id="condition"),
    ],
)
def test_functions(script: str, functions: set[str]) -> None:
    assert settled(script, parse_shell(script)).functions == functions


def test_nothing_is_certain_of_a_text_that_is_not_understood() -> None:
    assert parsed(Word("a=b", 1))[1].values == {"a": "b"}
    pipelines, certain = parsed(Word("a=b\n)", 1))
    assert (len(pipelines), certain) == (1, NOTHING)
    with pytest.raises(ShellError):
        understood(Word("a=b\n)", 1))
    assert understood(Word("false && a", 1))[1] == [Place(9, 10)]
