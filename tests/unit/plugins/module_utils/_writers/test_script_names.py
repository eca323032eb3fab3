# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is noted of the names in a script; what follows from that is told by test_commands.py."""

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import EffectLog
from ansible_collections.linux.tcp.plugins.module_utils._writers.script_names import ScriptNames
from ansible_collections.linux.tcp.plugins.module_utils._writers.settled import parsed
from ansible_collections.linux.tcp.plugins.module_utils._writers.text_budget import TextBudget


def names_of(script: str) -> ScriptNames:
    log = EffectLog()
    names = ScriptNames(log.variables, TextBudget(log))
    pipelines, names.settled = parsed(Word(script, 1))
    names.note(script, pipelines)
    return names


def words(text: str) -> list[Word]:
    return [Word(word, 1) for word in text.split()]


@pytest.mark.parametrize(
    ("script", "call", "expected"),
    [
        pytest.param('log() { echo "$@"; "$@"; }', "log a b", "run a b", id="runs its arguments"),
        pytest.param('set() { sysctl -q "$@"; }', "set a b", "sysctl a b", id="hands them to sysctl"),
        pytest.param('log() { echo "$@"; }', "log a b", "log a b", id="prints them"),
        pytest.param('log() { "$@"; }', "info a b", "info a b", id="another one"),
    ],
)
def test_functions(script: str, call: str, expected: str) -> None:
    assert names_of(script).with_meaning(words(call)) == words(expected)


def test_aliases() -> None:
    assert names_of("alias a='b c' d=e\necho f=g").aliases == {"a": Word("b c", 1), "d": Word("e", 1)}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param("DRY='echo -n'", "echo -n a", id="one value"),
        pytest.param("DRY=echo; DRY=", "$DRY a", id="two values"),
    ],
)
def test_programs_in_variables(script: str, expected: str) -> None:
    assert names_of(script).with_program(words("$DRY a")) == words(expected)


@pytest.mark.parametrize(
    ("script", "sets_arguments", "chooses_key"),
    [
        pytest.param('sysctl -w "$1=$2"', True, True, id="an argument of sysctl"),
        pytest.param('echo "$2" > /proc/sys/net/ipv4/$1', True, True, id="a file of a key"),
        pytest.param("cd /proc/sys/net/ipv4; echo 1 > $k", False, True, id="a file in the folder"),
        pytest.param("sysctl -n $k", False, False, id="shown"),
        pytest.param("sysctl -w vm.swappiness=$1", False, False, id="a value"),
    ],
)
def test_keys_in_variables(script: str, sets_arguments: bool, chooses_key: bool) -> None:
    names = names_of(script)
    assert (names.sets_arguments, names.chooses_key) == (sets_arguments, chooses_key)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("net.ipv4.tcp_keepalive_time", ("time",)),
        ("$prefix.tcp_keepalive_probes", ("probes",)),
        ("keepalive_$k", ("time", "intvl", "probes")),
        ("tcp_mem", ()),
    ],
)
def test_keys_that_an_argument_names(text: str, keys: tuple[str, ...]) -> None:
    assert names_of("").keys_named(text) == keys
