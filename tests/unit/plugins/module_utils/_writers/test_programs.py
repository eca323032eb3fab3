# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which program decides what a command does; what it does then is told by test_commands.py."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
from ansible_collections.linux.tcp.plugins.module_utils._writers.programs import (
    appends,
    is_setter,
    is_sysctl,
    only_reads,
    place_of_program,
    prints_other_text,
    speaks,
    uses_no_variables,
)


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("sysctl -p", "sysctl"),
        ("sudo -n /sbin/sysctl -p", "/sbin/sysctl"),
        ("/usr/lib/systemd/systemd-sysctl", "/usr/lib/systemd/systemd-sysctl"),
        ("nice -n 5 sh -c x", "sh"),
        ("docker exec web cat /x", "cat"),
        ("echo sysctl", "echo"),
        ("python3.11 -c x", "python3.11"),
        ("own_function sysctl -p", "sysctl"),
        ("log_msg sysctl -p", None),
        ("own_function cat /x", None),
        ("sudo -s", None),
    ],
)
def test_place_of_program(command: str, program: str | None) -> None:
    words = command.split()
    place = place_of_program([Word(word, 1) for word in words])
    assert (None if place is None else words[place]) == program


@pytest.mark.parametrize(
    ("command", "alone", "reads"),
    [
        ("/opt/gen.sh", True, False),
        ("sudo gen", True, False),
        ("curl -s http://conf/x", True, False),
        ("gunzip -c", True, True),
        ("sudo base64 -d", True, True),
        ("python3 /opt/gen.py", True, True),
        ("ssh conf cat /x", True, True),
        ("cat /x", False, False),
        ("awk x /x", False, False),
        ("echo x", False, False),
        ("sysctl -a", False, False),
        ("log_msg x", False, False),
        ("cd /x", False, False),
        ("rm /x", False, False),
        ("date +%F", False, False),
        ("sudo -n date", False, False),
        ("date +net.x=%S", True, False),
        ("date +$F", True, False),
        ("hostname", False, False),
        ("/usr/bin/id -u x", False, False),
        ("flock /run/sync /opt/gen", True, False),
        ("sudo -g date /opt/gen", True, False),
        ("sudo nice -n 5 sync", False, False),
        ("env A=b sudo -E uname -r", False, False),
        ("exec", False, False),
        ("exec /opt/gen", True, False),
        ("trap stop EXIT", False, False),
        ("gen date", True, False),
        pytest.param("sudo " * 20_000 + "date", True, False, id="many wrappers"),
    ],
)
def test_prints_other_text(command: str, *, alone: bool, reads: bool) -> None:
    words = [Word(word, 1) for word in command.split()]
    assert [prints_other_text(words, reads=given) for given in (False, True)] == [alone, reads]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("sysctl -w $x", True),
        ("A=b sudo -n nice -n 5 /bin/rm x", True),
        ("A=b", True),
        ("date", True),
        ("cd /x", True),
        ("/opt/t", False),
        ("sudo /opt/t rm", False),
        ("flock /run/sync /opt/t", False),
        ("sudo -u mail /opt/t", False),
        ("exec", False),
        ("env", False),
        ("printenv", False),
        ("sh -c true", False),
        ("python3 -c x", False),
        ("awk x", False),
        (". /x", False),
        ("eval x", False),
        ("$x", False),
    ],
)
def test_which_programs_use_no_variables_that_they_inherit(command: str, *, expected: bool) -> None:
    assert uses_no_variables([Word(word, 1) for word in command.split()]) is expected


@pytest.mark.parametrize(
    ("tells", "names", "other_names"),
    [
        pytest.param(is_sysctl, ["sysctl", "$SYSCTL", "${sysctl_bin}"], ["systemd-sysctl", "sysctl.sh"], id="sysctl"),
        pytest.param(speaks, ["log_msg", "die", "ebegin", "show_usage"], ["run_and_log", "tune"], id="speaks"),
        pytest.param(is_setter, ["set_sysctl", "apply_sysctl"], ["check_sysctl", "sysctl_get", "tune"], id="setter"),
        pytest.param(
            is_setter,
            ["replicate_sysctl", "sysctl_target", "setSysctlWidget", "apply_phase2_sysctl", "check_and_set_sysctl"],
            ["checksysctl", "sysctlget", "getSysctlValue", "SHOW_SYSCTL", "is_sysctl_set", "sysctl_log"],
            id="setter, by whole words",
        ),
        pytest.param(
            only_reads,
            [
                "get",
                "get_value",
                "conf-check.sh",
                "checks",
                "isSet",
                "HAS_LINE",
                "getTCPValue",
                "x.is",
                "verified_copy",
            ],
            ["target", "replicate.sh", "apply_phase2", "set_dedicated", "hash", "delta", "set_test", "get_or_set", "x"],
            id="only reads",
        ),
        pytest.param(
            appends,
            ["add", "append_line", "addLine", "sysctl-add.sh", "ADD_LINE", "set_or_append"],
            ["address", "addresses", "set_addr", "ipaddress", "update"],
            id="appends",
        ),
    ],
)
def test_names(tells: t.Callable[[str], bool], names: list[str], other_names: list[str]) -> None:
    assert [name for name in names + other_names if tells(name)] == names


@pytest.mark.parametrize(
    ("judge", "name", "expected"),
    [
        pytest.param(is_sysctl, "$" + "sysctl" * 10_000 + "!", False, id="variable"),
        pytest.param(is_setter, "sysctl" * 10_000 + "\n", True, id="setter"),
        pytest.param(speaks, "log" * 20_000 + "\n", False, id="log"),
    ],
)
def test_no_name_takes_long(judge: t.Callable[[str], bool], name: str, expected: bool) -> None:
    assert judge(name) is expected
