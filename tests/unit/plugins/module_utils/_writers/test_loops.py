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
from ansible_collections.linux.tcp.plugins.module_utils._writers.loops import set_handed_on, set_rows
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
    ("text", "line"),
    [
        (f"for f in {FILE}; do echo 60 > $f; done", 1),
        (f"for f in {FILE}; do echo 60 | tee $f; done", 1),
        (f"for f in {FILE}; do g=$f; echo 60 > $g; done", 1),
        (f"for f in {FILE}; do echo 60 > /proc/sys/net/ipv4/${{f##*/}}; done", 1),
        (f"for f in {FILE}; do echo 60 > /proc/sys/net/ipv4/$(basename $f); done", 1),
        (f"for f in {FILE}; do echo 60 > $(realpath $f); done", 1),
        (f"for f in {FILE}; do set -- $f; echo 60 > $1; done", 1),
        (f"for f in {FILE}; do printf -v g %s $f; echo 60 > $g; done", 1),
        (f"for f in {FILE}; do a[0]=$f; echo 60 > ${{a[0]}}; done", 1),
        (f"ls {FILE} | while read f; do echo 60 > $f; done", 1),
        ("ls /proc/sys/net/ipv4 |\n grep tcp_keepalive_ | while read f; do echo 60 > /proc/sys/net/ipv4/$f; done", 2),
        ("find /proc/sys/net/ipv4 -name 'tcp_keepalive_t*' | while read -r f; do echo 60 > $f; done", 1),
        ("ls /proc/sys/net/ipv4 | grep keepalive | while read f; do echo 60 > /proc/sys/net/ipv4/$f; done", 1),
        (f"while read f v; do echo $v > $f; done <<E\n/proc/sys/vm/x 1\n{FILE} 60\nE", 3),
        (f"while read f; do echo 60 > $f; done < <(ls {FILE})", 1),
        ("sysctl -aN | grep tcp_keepalive_time | while read k; do sysctl -w $k=60; done", 1),
        ("while read k; do sysctl -w $k=60; done < <(sysctl -aN | grep tcp_keepalive_time)", 1),
        ("find /proc/sys/net/ipv4 -name 'tcp_keepalive_t*' -exec sh -c 'echo 60 > {}' \\;", 1),
        ("find /proc/sys/net/ipv4 -name 'tcp_keepalive_t*' -exec sh -c 'echo 60 > \"$1\"' _ {} \\;", 1),
        (f"ls {FILE} | sudo xargs -I{{}} sh -c 'echo 60 > {{}}'", 1),
        ("echo 60 | find /proc/sys/net/ipv4 -name tcp_keepalive_time -exec tee {} +", 1),
        ("sysctl -aN | grep tcp_keepalive_time | xargs -I{} sysctl -w {}=60", 1),
        ("for f in /proc/sys/vm/x; do echo 60 > $f; done", None),
        (f"for f in {FILE}; do cat $f > /tmp/x; done", None),
        (f"for f in {FILE}; do cat $f >> $log; done", None),
        (f"ls {FILE} | while read f; do cat $f >> $log; done", None),
        (f"ls {FILE} | while read f; do n=$(basename $f); cat $f > /tmp/saved.$n; done", None),
        ("ls /opt/tcp_keepalive_x | while read f; do echo 60 > $f; done", None),
        (f"ls {FILE}; ls /opt | while read f; do echo 60 > $f; done", None),
        ("sysctl -aN | grep tcp_keepalive_time | while read k; do sysctl -n $k; done", None),
        ("sysctl -aN | grep tcp_keepalive_time | xargs -I{} echo {}=60", None),
        (f"ls {FILE} | xargs -I{{}} sh -c 'cat {{}} > /tmp/x'", None),
        (f"ls {FILE} | xargs cat | tee /tmp/x", None),
        (f"ls {FILE} | xargs cat > /tmp/x", None),
        ("docker exec x find /proc/sys/net/ipv4 -name tcp_keepalive_time -exec sh -c 'echo 60 > {}' \\;", None),
        (f"echo {KEY}=600 | while read s; do sysctl -w $s; done", None),
        (f"< {FILE} cat", None),
    ],
)
def test_what_is_handed_on(text: str, line: int | None) -> None:
    log = EffectLog()
    names = ScriptNames(log.variables, TextBudget(log))
    pipelines, names.settled = parsed(Word(text, 1))
    names.note(text, pipelines)
    for pipeline in pipelines:
        set_handed_on(log, names, pipeline)
    assert log.found == ([Sets(line, ALL)] if line else [])
