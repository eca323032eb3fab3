# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.parser import parse_shell
from ansible_collections.linux.tcp.plugins.module_utils._writers.key_choice import chooses_key, names_proc


@pytest.mark.parametrize(
    ("line", "chooses"),
    [
        ("sysctl -w net.ipv4.$k=60", True),
        ("sysctl net/ipv4/tcp_${k}=60", True),
        ("sysctl -w -- -$k=60", True),
        ('sysctl -w "$setting"', True),
        ("sysctl -q $setting", True),
        ("sysctl -w ${t[${k}]}=60", True),
        ("sysctl -w $(name_of x)=60", True),
        ("A=b sudo -n sysctl -w ${key}_time=60", True),
        ("sysctl -w known.$k=60", True),
        ("sysctl $k", False),
        ("sysctl -n $k", False),
        ("sysctl -w vm.$k=60", False),
        ("sysctl -w net.ipv4.conf.$i.forwarding=1", False),
        ("sysctl -w net.$family.conf.all.forwarding=1", False),
        ("sysctl -w net.ipv4.tcp_mem=$v", False),
        ("echo sysctl -w $k=60", False),
        ("ip netns exec blue sysctl -w $k=60", False),
        ('sh -c "sysctl -w $k=60"', True),
        ('logger "sysctl -w $k=60"', False),
        ('ssh web1 "sysctl -w $k=60"', False),
        ("echo 60 > /proc/sys/net/ipv4/$k", True),
        ("tee /proc/sys/$k", True),
        ("echo 60 > /proc/$pid/oom_score_adj", False),
        ("echo 60 > /proc/sys/net/ipv4/conf/$i/forwarding", False),
        ("cat /proc/sys/net/ipv4/$k 2> $log", False),
        ("echo 60 > $k", False),
    ],
)
def test_commands_whose_key_a_variable_names(line: str, *, chooses: bool) -> None:
    command = next(pipeline[-1] for pipeline in parse_shell(line, 1) if not pipeline[0].is_substituted)
    assert chooses_key(command, lambda text: text.replace("known", "net.ipv4"), is_in_proc=False) is chooses


@pytest.mark.parametrize(
    ("line", "chooses"),
    [
        ("cd /proc/sys/net/ipv4; echo 60 > $k", True),
        ("pushd /proc/sys; echo 60 > net/ipv4/$k", True),
        ("d=/proc/sys/net/ipv4; echo 60 > $d/$k", True),
        ("d=/proc/sys/net; echo 1 > $d/ipv4/conf/$i/forwarding", False),
        ("cd /proc/sys/net/ipv4; echo 60 > /var/$k", False),
        ("cd /proc; echo 60 > $k", False),
    ],
)
def test_files_of_a_folder_of_keys(line: str, *, chooses: bool) -> None:
    first, last = [pipeline[0] for pipeline in parse_shell(line, 1)]
    assert chooses_key(last, str, is_in_proc=names_proc(first)) is chooses
