# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Tree
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Setter
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import candidates_among

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ('sysctl -p "$f"', True),
        ("$SYSCTL -qp $f", True),
        ("sysctl --load=$f", True),
        ('/usr/lib/systemd/systemd-sysctl "$f"', True),
        (f"sysctl {'-e ' * 200}-p /a$f", True),
        ("sysctl -x;" * 101, True),
        ("sysctl -p /opt/a", False),
        ('sysctl -w "$f" >/dev/null', True),
        ('C="sysctl -p"', True),
        ("alias s=/sbin/sysctl", True),
        ("SYSCTL=/sbin/sysctl", False),  # the lines that use it have its name
        ("F=/etc/sysctl.d", True),
        ("ExecStart=/usr/lib/systemd/systemd-sysctl", False),
        ("After=systemd-sysctl.service", False),
        ("sysctl $O /opt/a", True),
        ("sysctl $O --system", False),
        ('run() { sysctl "$@"; }', True),
        ("sysctl -q ${@}", True),
        ("sysctl -p <(cat /opt/a)", True),
        ("sysctl -w ${K}_time=60", True),
        ("sysctl -w net.ipv4.${P}_keepalive_time=60", True),
        ("cp /opt/a $SYSCTL_CONF", True),
        ("sysctl ${k}=$v", True),
        ("sysctl -w $(cat /opt/a)", True),
        ("ExecStart=/sbin/sysctl -w %i", True),
        ("ExecStart=/sbin/sysctl -w net.ipv4.%i=60", True),
        ("ExecStart=/sbin/sysctl -w vm.%i=60", False),
        ("ExecStart=/sbin/sysctl -w vm.swappiness=%i", False),
        ("cat /opt/a | sysctl -p -", True),
        ("sysctl -p- < /opt/a", True),
        ("sysctl -p /dev/stdin", True),
        ("cat /opt/a | xargs -n1 sysctl -w", True),
        ("sysctl -w $f 2>/dev/null", True),
        ("cp /opt/a.conf /etc/sysctl.d/", True),
        ("post-up ln -s $x /etc/sysctl.d/a.conf", True),
        ('cat /opt/a.conf >> "/etc/sysctl.conf"', True),
        ("cp /opt/a.conf /etc/sysctl; rm /etc/sysctl.d/a", False),
        ("cat /etc/sysctl.d/a.conf > /x", False),
        ("rsync -a /opt/ /etc/sysctl.d/", True),
        ("rsync -a /etc/sysctl /x", False),
        ("scp conf:/a /etc/sysctl.d/", True),
        ("curl -so /etc/sysctl.d/a.conf http://conf/a", True),
        ("wget http://conf/a --output-document=/etc/sysctl.conf", True),
        ("curl -s http://conf/sysctl.d/a | tee /x", False),
        ("dd if=/a of=/etc/sysctl.d/a.conf", True),
        ("curl" + " -" + "o" * 500 + " --" + "a" * 500, False),
        ("envsubst < /opt/a > /etc/sysctl.d/a.conf", True),
        ("curl -s http://conf/s.conf > /etc/sysctl.d/a.conf", True),
        ("} > /etc/sysctl.d/a.conf", True),
        ("echo vm.swappiness=1 > /etc/sysctl.d/a.conf", False),
        ("cat " + "> /" * 300 + "/sysctl", False),
        ("sysctl $quiet2 --system", False),
        ("sysctl -w vm.swappiness=$x", False),
        ('sysctl -w "net.ipv4.${k}=$v"', True),
        ("sysctl -w net.ipv4.tcp_$k=60", True),
        ("sysctl -w net.ipv4.$setting", True),
        ("echo 60 > /proc/sys/net/ipv4/$k", True),
        ("echo 60 > /proc/sys/net/ipv4/conf/$i/forwarding", False),
        ("sysctl -w net.ipv4.conf.$i.forwarding=1", False),
        ("for f in /proc/sys/net/ipv4/{tcp_fin_timeout,tcp_mem}", True),
        ("for k in tcp_{fin_timeout,keepalive_time}", True),
        ("for k in tcp_{fin_timeout,mem} keepalive_time", False),
        ("sed -i '/keepalive/s/=.*/= 60/' /etc/sysctl.conf", True),
        ("sed -i '/swappiness/s/=.*/= 60/' /etc/sysctl.conf", False),
        ("sysctl -p; rm $f", False),
        ("$f sysctl -p", False),
        ("rm -f $f; sysctl -p", False),
        ("sysctl" * 80 + " -" + "p" * 498, False),
        ("$" + "sysctl" * 80 + " -" + "p" * 498, False),
        ("sysctl" * 80 + " -" + "a" * 498 + "$", False),
    ],
)
def test_single_rows_that_do_not_tell_what_they_set(tmp_path: Path, row: str, *, counts: bool) -> None:
    # where the parts of a call were tried in all places, the last ones would take minutes
    found = candidates_among(Files(str(tmp_path)), [("/etc/rc.local", 1, row.encode())], Tree()).candidates
    assert any(isinstance(one, Setter) for one in found) is counts
