# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a loop sets; how scripts lead to one is told by test_commands.py."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Word
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.effect_log import EffectLog
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Sets
from ansible_collections.linux.tcp.plugins.module_utils._writers.loops import set_files, set_rows
from ansible_collections.linux.tcp.plugins.module_utils._writers.script_names import ScriptNames
from ansible_collections.linux.tcp.plugins.module_utils._writers.settled import parsed
from ansible_collections.linux.tcp.plugins.module_utils._writers.text_budget import TextBudget

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect

KEY = "net.ipv4.tcp_keepalive_time"
FILE = "/proc/sys/net/ipv4/tcp_keepalive_time"
ALL = tuple((key, None) for key in KEYS)


@pytest.mark.parametrize(
    ("body", "text", "effects"),
    [
        pytest.param("sysctl -w $s", Word(f"vm.x=1\n{KEY}=60", 4), [Sets(5, (("time", 60),))], id="settings"),
        pytest.param("sysctl -w $k=$v", Word(f"{KEY} 60", 4), [Sets(4, ALL)], id="names and values"),
        pytest.param("sysctl -w $k=$v", Word("vm.x 60", 4), [], id="other names and values"),
        pytest.param("sysctl -w $k=$v", Word(f"# {KEY} 60", 4), [], id="a remark"),
        pytest.param("read k v; sysctl -w $k=$v", Word("/opt/x", 4, is_file=True), [Sets(4, ALL)], id="a file"),
        pytest.param("read k v; sysctl -w $k=$v", Word("/proc/x", 4, is_file=True), [], id="a file of the kernel"),
        pytest.param("read k v; sysctl -w $k=$v", Word("/dev/tty", 4, is_file=True), [], id="a terminal"),
        pytest.param(
            "read k v; sysctl -w $k=$v", Word("/dev/shm/x", 4, is_file=True), [Sets(4, ALL)], id="a file in memory"
        ),
    ],
)
def test_rows(body: str, text: Word, effects: list[Effect]) -> None:
    log = EffectLog()
    names = ScriptNames(log.variables, TextBudget(log))
    pipelines, names.settled = parsed(Word(body, 1))
    names.note(body, pipelines)
    set_rows(log, names, pipelines, [text])
    assert log.found == effects


@pytest.mark.parametrize(
    ("body", "file", "effects"),
    [
        pytest.param("echo 60 > $f", FILE, [Sets(1, ALL)], id="written"),
        pytest.param("echo 60 | tee $f", FILE, [Sets(1, ALL)], id="written by tee"),
        pytest.param("echo 60 > $f", "/proc/sys/vm/x", [], id="another key"),
        pytest.param("cat $f > /tmp/x", FILE, [], id="read"),
    ],
)
def test_files(body: str, file: str, effects: list[Effect]) -> None:
    log = EffectLog()
    set_files(log, [Word(file, 1)], parsed(Word(body, 1))[0])
    assert log.found == effects
