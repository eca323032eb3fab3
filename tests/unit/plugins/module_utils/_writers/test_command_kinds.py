# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._writers.command_kinds import (
    hands_to_sysctl,
    is_given_file,
    runs_arguments,
    runs_output,
    sets_output,
    sets_variable,
    shows,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Command


def command(line: str) -> Command:
    """Return the last command of a line, which is behind those of its ``$(...)``."""
    return parse_shell(line, 1)[-1][-1]


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ('"$@"', ["runs_arguments"]),
        ("sudo $1", ["runs_arguments"]),
        ('sh -c "$*"', ["runs_arguments"]),
        ('echo "$@"', []),
        ("$10", []),
        ("sysctl -w $k=60", ["sets_variable"]),
        ("sysctl -n $k", []),
        ("sysctl -w vm.swappiness=$k", []),
    ],
)
def test_kinds_of_commands(line: str, kinds: list[str]) -> None:
    of = (runs_arguments, runs_output, sets_output, sets_variable)
    assert [kind.__name__ for kind in of if kind(command(line))] == kinds


@pytest.mark.parametrize(
    ("line", "runs", "sets"),
    [
        ("sysctl -w $(cat /a)", True, True),
        ("sysctl -n $(cat /a)", True, False),
        ("eval $(cat /a)", True, False),
        ("$(cat /a)", True, False),
        ("echo $(cat /a)", False, False),
    ],
)
def test_commands_that_are_given_what_others_print(line: str, *, runs: bool, sets: bool) -> None:
    commands = [one for pipeline in parse_shell(line, 1) if not pipeline[0].is_substituted for one in pipeline]
    assert ([*map(runs_output, commands)], [*map(sets_output, commands)]) == ([runs], [sets])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('sysctl "$@"', True),
        ("sudo sysctl -q ${*}", True),
        ('sysctl -w "$1"', False),
        ('echo "$@"', False),
    ],
)
def test_commands_that_hand_their_arguments_to_sysctl(line: str, *, expected: bool) -> None:
    assert hands_to_sysctl(command(line)) is expected


@pytest.mark.parametrize(
    ("line", "is_given"),
    [
        ("put /proc/sys/net/ipv4/tcp_keepalive_time 60", True),
        ("put 60 /proc/sys/net/ipv4/tcp_keepalive_time", True),
        ("put /proc/sys/net/ipv4/tcp_keepalive_time", False),
        ("put /proc/sys/net/ipv4/tcp_fin_timeout 60", False),
        ("check_value /proc/sys/net/ipv4/tcp_keepalive_time 60", False),
    ],
)
def test_functions_that_are_given_the_file_of_a_key(line: str, *, is_given: bool) -> None:
    assert is_given_file(command(line).words) is is_given


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("-n", True),
        ("-qn", True),
        ("--values", True),
        ("-w", False),
        ("--quiet", False),
        ("-n -w", False),
        ("-nw", False),
        ("--values --write", False),
        ("-a -w", True),
        ("-pw", True),
    ],
)
def test_options_that_show(options: str, *, expected: bool) -> None:
    assert shows([*options.split(), "net.ipv4.tcp_keepalive_time=60"]) is expected
