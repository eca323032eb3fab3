# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of a script is followed; what its commands do is told by test_commands.py."""

from __future__ import annotations

import shlex
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.commands import effects_of
from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import EffectLog
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Sets
from ansible_collections.linux.tcp.plugins.module_utils._writers.text_budget import TextBudget
from ansible_collections.linux.tcp.tests.unit.writers import found

if t.TYPE_CHECKING:
    from pathlib import Path

KEY = "net.ipv4.tcp_keepalive_time"
SET = f"sysctl -w {KEY}=60"
ROWS = "x\n" * 10_000
ANYTHING = tuple((key, None) for key in KEYS)


def test_what_is_looked_at_in_all() -> None:
    log = EffectLog()
    budget = TextBudget(log)
    half = Word("x" * (1 << 18), 1)
    assert (budget.spend([half]), budget.is_left, log.found) == (True, True, [])
    assert (budget.spend([half]), budget.is_left, log.found) == (False, False, [Sets(1, ANYTHING)])
    assert (budget.spend([Word("", 2)]), budget.spend([]), len(log.found)) == (False, True, 1)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("echo '" + "sh /tmp/x;" * 5_000 + f"{SET}' > /tmp/x\nsh /tmp/x", id="a script that calls itself"),
        pytest.param("{ " + "sh;" * 10_000 + f" }} <<E\n{'sh;' * 10_000}\n{SET}\nE", id="a text that many shells run"),
        pytest.param("{ " + "xargs sysctl;" * 4_000 + f" }} <<E\n{'x ' * 20_000}\n{SET}\nE", id="many words for xargs"),
        pytest.param(f"echo {KEY}=60 > /x;" * 1_500 + "sysctl -p /x;" * 4_000, id="a file that is applied often"),
        pytest.param("x=$x;" * 10_000 + "sysctl -w $x;" * 4_000 + SET, id="variables"),
        pytest.param(f"for f in {'a ' * 20_000}; do {'sysctl -p $f;' * 4_000} done", id="many files of a loop"),
        pytest.param("echo a > /x;" * 2_000 + "sh /x;" * 2_000 + SET, id="texts that set nothing"),
        pytest.param("printf '%s' " + "'' " * 4_000 + " | { " + "sh;" * 4_000 + " }\n" + SET, id="empty texts"),
        pytest.param(f"echo '{ROWS}' {'>a' * 4_000}\n{SET}", id="a text that goes to many files"),
        pytest.param(f"tee {'a ' * 4_000} <<E\n{ROWS}E\n{SET}", id="a text that is written to many files"),
        pytest.param(f"echo '{ROWS}' | sysctl -p -\n{SET}", id="lines"),
        pytest.param(f"run 'a=sysctl {ROWS}'\n{SET}", id="words of lines"),
        pytest.param(
            "{ " * 50 + "sysctl -w $k=1;" * 4_000 + "}" * 50 + f" <<E\n{ROWS}E\n{SET}", id="groups of choices"
        ),
        pytest.param("for x in $(cat /x) $(cat /y); do sysctl -w a.$x; done;" * 2_000 + SET, id="many loops"),
        pytest.param(f"sysctl -w {'$' * 50_000}; echo > {'${a' * 20_000}\n{SET}", id="variables in a name"),
    ],
)
def test_no_script_repeats_itself_for_long(tmp_path: Path, script: str) -> None:
    # without a bound for what is looked at again these would take minutes, or longer than the host lives
    assert found(tmp_path, {"/etc/rc.local": script.encode()})


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(f"printf '%s{'A' * 2000}' {'x ' * 2000} | cat; sysctl", id="format"),
        pytest.param(f"x={'a' * 2000}; sysctl {'$x' * 2000}=1", id="key"),
        pytest.param(f"x={'a' * 2000}; sysctl -p {'$x' * 2000}", id="file that is applied"),
        pytest.param(f"x={'a' * 2000}; echo sysctl > {'$x' * 2000}", id="file that is written"),
        pytest.param(f"x={'a' * 2000}; sysctl_set {'$x' * 2000}=sysctl 1", id="argument of a function"),
    ],
)
def test_what_is_too_long_may_do_anything(script: str) -> None:
    assert effects_of(script) == [Sets(1, ANYTHING)]


def doubled(body: str, count: int) -> str:
    """Return a script whose functions each call the one before them twice."""
    functions = [f"f{number}() {{ f{number - 1}; f{number - 1}; }}" for number in range(1, count + 1)]
    return "\n".join([f"f0() {{ {body}; }}", *functions, f"f{count} | sysctl -p -"])


@pytest.mark.parametrize("body", [f"echo {KEY}=60", f"echo {KEY}=60 | cat", f"cat <(echo {KEY}=60)"])
def test_what_functions_print_is_kept_once(body: str) -> None:
    effects = effects_of(doubled(body, 30))
    assert set(effects) == {Sets(1, (("time", 60),))}
    assert len(effects) <= 2


def test_what_many_functions_hand_on_is_bounded() -> None:
    functions = "\n".join(f"f{number}() {{ f{number - 1}; echo {KEY}={number}; }}" for number in range(1, 1_200))
    effects = effects_of(f"f0() {{ echo {KEY}=60; }}\n{functions}\nf1199 | sysctl -p -")
    assert any(isinstance(one, Sets) and one.values == ANYTHING for one in effects)


def test_a_file_that_is_applied_often_sets_each_value_once() -> None:
    effects = effects_of(f"echo {KEY}=60 > /x;" * 20 + "sysctl -p /x;" * 20)
    assert [isinstance(one, Sets) for one in effects].count(True) == 20


def test_what_is_nested_too_deeply_may_do_anything(tmp_path: Path) -> None:
    command = SET
    for _level in range(8):
        command = f"sh -c {shlex.quote(command)}"
    writers = found(tmp_path, {"/etc/rc.local": command.encode()})
    assert [(one.line, one.code) for one in writers] == [(1, "sets_value")]
