# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import commands_in
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Writer
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


@pytest.mark.parametrize(
    "line",
    [
        SET.decode(),
        "/sbin/sysctl -q -w net/ipv4/tcp_keepalive_intvl=5 >/dev/null",
        "ExecStartPost=-/usr/sbin/sysctl net.ipv4.tcp_keepalive_probes=5",
        'sysctl -w "net.ipv4.tcp_keepalive_time"="$seconds"',
        "sysctl -w net.ipv4.tcp_keepalive_time=$((60*10))",
        "$SYSCTL -w 'net.ipv4.tcp_keepalive_time = 60'",
        "sysctl -w 'net.ipv4.tcp_keepalive_*=60'",
        "echo 60 >/proc/sys/net/ipv4/tcp_keepalive_time",
        'echo 60 > "/proc/sys/net/ipv4/tcp_keepalive_time" || true',
        "echo 60 | sudo tee -a /proc/sys/net/ipv4/tcp_keepalive_time",
        "dd if=/tmp/x of=/proc/sys/net/ipv4/tcp_keepalive_time",
        "cp /tmp/x /proc/sys/net/ipv4/tcp_keepalive_time",
        "cp /tmp/x /proc/sys/net/ipv4/tcp_keepalive_time || true",
        "cd /proc/sys/net/ipv4 && echo 60 >| tcp_keepalive_time",
        "echo 60 > $folder/tcp_keepalive_time",
        "echo 60 > /proc/sys/net/ipv4//tcp_keepalive_time",
        "sed -n p /tmp/x > /proc/sys/net/ipv4/tcp_keepalive_time",
        "for key in time intvl; do echo 60 > /proc/sys/net/ipv4/tcp_keepalive_$key; done",
        "sysctl -w net.ipv4.tcp_keepalive_$key=60",
        "nsenter -t 1 -n sysctl -w net.ipv4.tcp_keepalive_time=60",
        "nsenter --net=/proc/1/ns/net sysctl -w net.ipv4.tcp_keepalive_time=60",
        "ip netns exec blue true; sysctl -w net.ipv4.tcp_keepalive_time=60",
        "sysctl -w net.ipv4.tcp_keepalive_time=600 net.ipv4.tcp_keepalive_intvl=5",
        "sysctl -w net.ipv4.tcp_keepalive_time=0600",
        "sysctl -w net.ipv4.tcp_keepalive_time=600$unit",
    ],
)
def test_lines_that_name_a_key(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, {"/etc/rc.local": f"#!/bin/sh\n{line}\n".encode()}) == [Writer("/etc/rc.local", 2, line)]


@pytest.mark.parametrize(
    "line",
    [
        f"# {SET.decode()}",
        f"  ; {SET.decode()}",
        f"true  # {SET.decode()}",
        "sysctl net.ipv4.tcp_keepalive_time",
        "sysctl -n net.ipv4.tcp_keepalive_time",
        "cat /proc/sys/net/ipv4/tcp_keepalive_time > /tmp/x",
        '[ "$(sysctl -n net.ipv4.tcp_keepalive_time)" = 60 ]',
        "[ `sysctl -n net.ipv4.tcp_keepalive_time` = 60 ]",
        "test $tcp_keepalive_time = 60",
        "sysctl -w net.ipv4.tcp_fin_timeout=60",
        "/usr/lib/systemd/systemd-sysctl --prefix=/net/ipv4/conf/eth0",
        "case $line in net.ipv4.tcp_keepalive_time=*) true ;; esac",
        "grep -q '^net.ipv4.tcp_keepalive_time=' /etc/sysctl.conf",
        "grep -q net.ipv4.tcp_keepalive_time=60 /etc/sysctl.conf",
        "sed -i '/net.ipv4.tcp_keepalive_time =/d' /etc/sysctl.conf",
        "docker run --sysctl net.ipv4.tcp_keepalive_time=60 nginx",
        "podman run --sysctl=net.ipv4.tcp_keepalive_time=60 nginx",
        "nsenter -t 4711 -n sysctl -w net.ipv4.tcp_keepalive_time=60",
        "ssh other sysctl -w net.ipv4.tcp_keepalive_time=60",
        "ip netns exec blue sysctl -w net.ipv4.tcp_keepalive_time=60",
        "cp /proc/sys/net/ipv4/tcp_keepalive_time /tmp/saved",
        "cat /proc/sys/net/ipv4/tcp_keepalive_time > /tmp/tcp_keepalive_time",
        "echo 60 > tcp_keepalive_time.new",
        "sysctl -w net.ipv4.tcp_keepalive_time=600",
        "sysctl -w 'net.ipv4.tcp_keepalive_time=600'; true",
        "sysctl -w net.ipv4.tcp_keepalive_time=600>/dev/null",
        "ip netns exec blue sysctl -p",
        "ssh other sysctl --system",
        "docker exec web sysctl -w net.ipv4.tcp_keepalive_time=60",
        "nsenter -t 4711 -n sysctl -p",
        "sysctl -p -",
        "sysctl -p /etc/missing.conf",
        "sysctl -p /opt/a\0b.conf",
        "sysctl -p /opt/[z-a].conf",
        "sysctl --system --pattern '^net.netfilter'",
        "sysctl --pattern=conf -p",
        "systemd-sysctl",
        "sysctl -a",
    ],
)
def test_lines_that_set_nothing(tmp_path: Path, line: str) -> None:
    layout: Layout = {"/etc/rc.local": line.encode() + b"\n", "/etc/sysctl.conf": b"net.ipv4.tcp_keepalive_time=60\n"}
    assert found(tmp_path, layout) == []


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        pytest.param("sysctl --system", True, id="system"),
        pytest.param("/sbin/sysctl -q --system >/dev/null 2>&1", True, id="system, quietly"),
        pytest.param("/bin/sh -c 'sysctl --system'", True, id="in quotes"),
        pytest.param("sysctl --system --pattern keepalive", True, id="some keys of the system"),
        pytest.param("sysctl --system -r '('", True, id="a wrong pattern"),
        pytest.param("sysctl -r net -p", True, id="a pattern before the option"),
        pytest.param("sysctl -p", True, id="default file"),
        pytest.param("sysctl -p 2>/dev/null", True, id="default file, quietly"),
        pytest.param("$SYSCTL -e -p", True, id="a variable"),
        pytest.param('"/sbin/sysctl" -p', True, id="a program in quotes"),
        pytest.param("sysctl -e -p /opt/60.conf", True, id="file"),
        pytest.param("sysctl -p/opt/60.conf", True, id="joined"),
        pytest.param("sysctl -qp '/opt/60.conf'", True, id="cluster"),
        pytest.param("sysctl --load=/opt/60.conf", True, id="long option"),
        pytest.param("sysctl --load", True, id="long option without a file"),
        pytest.param("/usr/lib/systemd/systemd-sysctl /opt/60.conf", True, id="systemd-sysctl"),
        pytest.param("sysctl -p /opt/600.conf", False, id="the same value"),
        pytest.param("sysctl -p /opt/60.conf /opt/600.conf", False, id="the last file counts"),
        pytest.param("sysctl -p /opt/600.conf /opt/60.conf && true", True, id="in the order of the call"),
        pytest.param("sysctl -p /opt/*.conf", False, id="a pattern: files by name"),
        pytest.param("sysctl -p /opt/6?.conf", True, id="another pattern"),
        pytest.param("sysctl -p $file", True, id="a variable that is not known"),
        pytest.param("sysctl -p ./a.conf", True, id="a relative name"),
        pytest.param("sysctl -p to apply this", False, id="words of a sentence"),
        pytest.param("sysctl -p /etc/sysctl.d/*.conf", False, id="files of the boot"),
        pytest.param("sysctl -p /srv/sysctl.d/10-a.conf", True, id="a file of the boot by another name"),
        pytest.param("sysctl -p /opt/600.conf; sysctl -p /opt/60.conf", True, id="two calls"),
    ],
)
def test_lines_that_apply_files(tmp_path: Path, line: str, *, counts: bool) -> None:
    layout: Layout = {
        "/etc/rc.local": line.encode(),
        "/etc/sysctl.conf": b"net.ipv4.tcp_keepalive_time=60\n",
        "/etc/sysctl.d/10-a.conf": b"net.ipv4.tcp_keepalive_time=60\n",
        "/etc/sysctl.d/20-b.conf": b"net.ipv4.tcp_keepalive_time=600\n",
        "/srv/sysctl.d": "/etc/sysctl.d",
        "/opt/60.conf": b"net.ipv4.tcp_keepalive_time=60\n",
        "/opt/600.conf": b"net.ipv4.tcp_keepalive_time=600\n",
    }
    assert found(tmp_path, layout) == ([Writer("/etc/rc.local", 1, line, "applies_files")] if counts else [])


@pytest.mark.parametrize(
    "piece",
    [
        *(
            b"tee ",
            b"cp ",
            b"net.ipv4.tcp_keepalive_",
            b"tcp_keepalive_w",
            b"tcp_keepalive_,",
            b"sysctl -p ",
            b"> ",
            b"'",
            b"$" + b"sysctl" * 5_000 + b"!; ",
        ),
        b"sysctl --system -r " + b".*" * 20 + b"!; ",
    ],
)
def test_no_line_takes_long(tmp_path: Path, piece: bytes) -> None:
    # without bounds for each piece these would take hours
    line = piece * (1_000_000 // len(piece)) + SET
    assert len(found(tmp_path, {"/etc/rc.local": line})) <= 1


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (b"a # b\nc", [b"a", b"c"]),
        (b"a \\\n b\\\nc", [b"a  bc"]),
        (b"a |\n\n b || \n c\n d", [b"a | b || c", b" d"]),
        (b"a \\\n | b |", [b"a  | b |"]),
        (b"# a \\\nb | # c\n# d\ne &\nf", [b"", b"b |e &", b"f"]),
    ],
)
def test_commands_that_go_on_in_the_next_line(text: bytes, commands: list[bytes]) -> None:
    assert commands_in(text) == commands
