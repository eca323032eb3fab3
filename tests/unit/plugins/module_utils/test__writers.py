# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._files import Files
from ansible_collections.linux.tcp.plugins.module_utils._writers import Writer, find_writers
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

SET = b"sysctl -w net.ipv4.tcp_keepalive_time=60"
TUNED: Layout = {
    "/usr/lib/systemd/system/tuned.service": b"",
    "/etc/systemd/system/multi-user.target.wants/tuned.service": "/usr/lib/systemd/system/tuned.service",
    "/etc/tuned/active_profile": b"mine\n",
}
NO_FILES: Layout = {"/etc/tuned/tuned-main.conf": b"# reapply_sysctl = 1\nreapply_sysctl = 0\n"}
PROFILE = b"[main]\nsummary=x\n[sysctl]\nvm.swappiness=5\nnet.ipv4.tcp_keepalive_time = 60\n"


def found(root: Path, layout: Layout, *, executable: bool = True) -> list[Writer]:
    """Return the writers of a system; all its files are executable, or none is."""
    lay_out(root, layout)
    for path, what in layout.items():
        if isinstance(what, bytes):
            (root / path.lstrip("/")).chmod(0o755 if executable else 0o644)
    return find_writers(Files(str(root)))


@pytest.mark.parametrize("executable", [True, False])
@pytest.mark.parametrize(
    "path",
    [
        "/etc/rc.local",
        "/etc/rc.d/rc.local",
        "/etc/rc2.d/S01tune",
        "/etc/rc.d/rc3.d/S99tune",
        "/etc/local.d/tune.start",
        "/etc/runlevels/default/tune",
        "/etc/runit/2",
        "/etc/service/tune/run",
        "/etc/network/if-up.d/tune",
        "/etc/network/if-pre-up.d/tune",
        "/etc/sysconfig/network-scripts/ifup-local",
        "/etc/ppp/ip-up.d/tune",
        "/etc/cron.hourly/tune",
        "/etc/NetworkManager/dispatcher.d/10-tune",
        "/etc/NetworkManager/dispatcher.d/pre-up.d/10-tune",
        "/usr/lib/NetworkManager/dispatcher.d/10-tune",
        "/etc/networkd-dispatcher/routable.d/tune",
    ],
)
def test_scripts_that_have_to_be_executable(tmp_path: Path, path: str, *, executable: bool) -> None:
    writers = found(tmp_path, {path: b"#!/bin/sh\n\t" + SET + b"\n"}, executable=executable)
    assert writers == ([Writer(path, 2, SET.decode())] if executable else [])


@pytest.mark.parametrize(
    "path",
    [
        "/etc/network/interfaces",
        "/etc/network/interfaces.d/eth0",
        "/etc/dhcp/dhclient-exit-hooks.d/tune",
        "/etc/crontab",
        "/etc/cron.d/tune",
        "/var/spool/cron/root",
        "/var/spool/cron/crontabs/root",
        "/etc/systemd/system/tune.service",
        "/etc/systemd/system/ssh.service.d/tune.conf",
        "/usr/local/lib/systemd/system/tune.service",
        "/usr/lib/systemd/system/ssh.service.d/tune.conf",
        "/lib/systemd/system/tune.socket",
    ],
)
def test_texts(tmp_path: Path, path: str) -> None:
    line = b"\t@reboot root " + SET + b"\n"
    assert found(tmp_path, {path: line}, executable=False) == [Writer(path, 1, line.decode().strip())]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/rc0.d/S01halt",
        "/etc/rc2.d/K01tune",
        "/etc/rcS.d/S08procps",
        "/etc/runlevels/boot/sysctl",
        "/etc/init.d/tune",
        "/etc/cron.daily/.placeholder",
        "/etc/cron.d/tune~",
        "/etc/cron.d/tune.dpkg-old",
        "/etc/systemd/system/tune.timer",
        "/run/systemd/system/tune.service",
        "/root/tune.sh",
    ],
)
def test_places_that_do_not_count(tmp_path: Path, path: str) -> None:
    assert found(tmp_path, {path: SET}) == []


@pytest.mark.parametrize(
    "line",
    [
        SET.decode(),
        "/sbin/sysctl -q -w net/ipv4/tcp_keepalive_intvl=5 >/dev/null",
        "ExecStartPost=-/usr/sbin/sysctl net.ipv4.tcp_keepalive_probes=5",
        'sysctl -w "net.ipv4.tcp_keepalive_time"="$seconds"',
        "sysctl -w net.ipv4.tcp_keepalive_time=$((60*10))",
        "$SYSCTL -w net.ipv4.tcp_keepalive_time = 60",
        "sysctl -w 'net.ipv4.tcp_keepalive_*=60'",
        "echo 60 >/proc/sys/net/ipv4/tcp_keepalive_time",
        'echo 60 > "/proc/sys/net/ipv4/tcp_keepalive_time" || true',
        "echo 60 | sudo tee -a /proc/sys/net/ipv4/tcp_keepalive_time",
        "dd if=/tmp/x of=/proc/sys/net/ipv4/tcp_keepalive_time",
        "cp /tmp/x /proc/sys/net/ipv4/tcp_keepalive_time",
        "echo net.ipv4.tcp_keepalive_time=60 >> /etc/sysctl.conf; sysctl -p",
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
        "sysctl -p $file",
        "sysctl -p /etc/missing.conf",
        "sysctl -a",
    ],
)
def test_lines_that_set_nothing(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, {"/etc/rc.local": line.encode() + b"\n"}) == []


@pytest.mark.parametrize(
    ("line", "reach", "names"),
    [
        pytest.param("sysctl --system", "system", [""], id="system"),
        pytest.param("/sbin/sysctl -q --system >/dev/null 2>&1", "system", [""], id="system, quietly"),
        pytest.param("/bin/sh -c 'sysctl --system'", "system", [""], id="in quotes"),
        pytest.param("sysctl -p", "file", ["/etc/sysctl.conf"], id="default file"),
        pytest.param("sysctl -p 2>/dev/null", "file", ["/etc/sysctl.conf"], id="default file, quietly"),
        pytest.param("sysctl -e -p /opt/a.conf", "file", ["/opt/a.conf"], id="file"),
        pytest.param("sysctl -p/opt/a.conf", "file", ["/opt/a.conf"], id="joined"),
        pytest.param("sysctl -qp '/opt/a.conf'", "file", ["/opt/a.conf"], id="cluster"),
        pytest.param("sysctl --load=/opt/a.conf", "file", ["/opt/a.conf"], id="long option"),
        pytest.param("sysctl --load", "file", ["/etc/sysctl.conf"], id="long option without a file"),
        pytest.param("sysctl -p /opt/*.conf", "file", ["/opt/a.conf", "/opt/b.conf"], id="pattern"),
        pytest.param(
            "sysctl -p /usr/lib/sysctl.d/c.conf && true", "file", ["/usr/lib/sysctl.d/c.conf"], id="and what follows"
        ),
    ],
)
def test_lines_that_apply_files(tmp_path: Path, line: str, reach: t.Any, names: list[str]) -> None:
    layout: Layout = {
        "/etc/rc.local": line.encode(),
        "/etc/sysctl.conf": b"",
        "/opt/a.conf": b"",
        "/opt/b.conf": b"",
        "/usr/lib/sysctl.d/c.conf": b"",
    }
    assert found(tmp_path, layout) == [Writer("/etc/rc.local", 1, line, reach, file=name) for name in names]


def test_one_script_of_several_runlevels_is_one(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/init.d/tune": SET,
        "/etc/rc2.d/S01tune": "../init.d/tune",
        "/etc/rc3.d/S01tune": "../init.d/tune",
    }
    assert found(tmp_path, layout) == [Writer("/etc/init.d/tune", 1, SET.decode())]


@pytest.mark.parametrize("what", [b"", "/dev/null"])
def test_units_hide_others_of_their_name(tmp_path: Path, what: bytes | str) -> None:
    assert found(tmp_path, {"/usr/lib/systemd/system/a.service": SET, "/etc/systemd/system/a.service": what}) == []


@pytest.mark.parametrize(
    ("path", "line"), [("/etc/crontab", SET), ("/boot/sysctl.conf-6.1", b"net.ipv4.tcp_keepalive_time=60")]
)
def test_the_first_thousand_lines_of_a_file_are_enough(tmp_path: Path, path: str, line: bytes) -> None:
    assert [writer.line for writer in found(tmp_path, {path: (line + b"\n") * 1001})] == [*range(1, 1001)]


def test_a_long_line_is_cut(tmp_path: Path) -> None:
    (writer,) = found(tmp_path, {"/etc/rc.local": SET + b"; " + b"x" * 5000})
    assert writer.text == (SET.decode() + "; ").ljust(200, "x")


def test_other_bytes_than_utf8_are_escaped(tmp_path: Path) -> None:
    (writer,) = found(tmp_path, {"/etc/rc.local": SET + b" \xff"})
    assert writer.as_dict() == {"path": "/etc/rc.local", "line": 1, "text": SET.decode() + " \\xff"}


@pytest.mark.parametrize(
    ("layout", "lines"),
    [
        pytest.param({"/etc/ufw/ufw.conf": b"ENABLED=yes\n"}, [2], id="on"),
        pytest.param({"/etc/ufw/ufw.conf": b"LOGLEVEL=low\nENABLED=no\n"}, [], id="off"),
        pytest.param({}, [], id="not there"),
        pytest.param(
            {"/etc/ufw/ufw.conf": b"ENABLED=yes\n", "/etc/default/ufw": b"#IPT_SYSCTL=/etc/ufw/sysctl.conf\n"},
            [],
            id="told to leave sysctls alone",
        ),
    ],
)
def test_ufw(tmp_path: Path, layout: Layout, lines: list[int]) -> None:
    files: Layout = {
        "/etc/default/ufw": b'IPV6=yes\nIPT_SYSCTL=/etc/ufw/sysctl.conf\nIPT_MODULES=""\n',
        "/etc/ufw/sysctl.conf": b"# remark\nnet/ipv4/tcp_keepalive_time=60\n#net/ipv4/tcp_keepalive_intvl=5\n",
        **layout,
    }
    expected = [Writer("/etc/ufw/sysctl.conf", line, "net/ipv4/tcp_keepalive_time=60") for line in lines]
    assert found(tmp_path, files) == expected


@pytest.mark.parametrize("folder", ["/etc/tuned", "/etc/tuned/profiles", "/usr/lib/tuned", "/usr/lib/tuned/profiles"])
def test_tuned(tmp_path: Path, folder: str) -> None:
    path = f"{folder}/mine/tuned.conf"
    writers = found(tmp_path, {**TUNED, **NO_FILES, path: PROFILE})
    assert writers == [Writer(path, 5, "net.ipv4.tcp_keepalive_time = 60", key="time")]


def test_tuned_applies_the_files_in_etc_again(tmp_path: Path) -> None:
    path = "/usr/lib/tuned/mine/tuned.conf"
    assert found(tmp_path, {**TUNED, path: PROFILE}) == [
        Writer("/etc/tuned/active_profile", 1, "mine", "etc"),
        Writer(path, 5, "net.ipv4.tcp_keepalive_time = 60", "profile", "time"),
    ]


@pytest.mark.parametrize(
    ("layout", "places"),
    [
        pytest.param(
            {"/usr/lib/tuned/mine/tuned.conf": b"[vm]\nnet.ipv4.tcp_keepalive_time=5\n"}, [], id="other plugin"
        ),
        pytest.param(
            {"/usr/lib/tuned/mine/tuned.conf": b"[x]\nnet.ipv4.tcp_keepalive_time=5\ntype=sysctl\n"},
            [("mine", 2)],
            id="section of another name",
        ),
        pytest.param({"/usr/lib/tuned/other/tuned.conf": PROFILE}, [], id="not active"),
        pytest.param(
            {
                "/usr/lib/tuned/mine/tuned.conf": b"[main]\ninclude=base, mine\n",
                "/usr/lib/tuned/base/tuned.conf": PROFILE,
            },
            [("base", 5)],
            id="included",
        ),
        pytest.param(
            {
                "/usr/lib/tuned/mine/tuned.conf": PROFILE,
                "/etc/systemd/system/multi-user.target.wants/tuned.service": None,
            },
            [],
            id="switched off",
        ),
        pytest.param(
            {"/usr/lib/tuned/mine/tuned.conf": PROFILE, "/etc/tuned/active_profile": b"\n"}, [], id="no profile"
        ),
        pytest.param({"/usr/lib/tuned/mine/tuned.conf": b"[sysctl]\nnet.ipv4.tcp_keepalive_time\n"}, [], id="no value"),
    ],
)
def test_profiles_of_tuned(tmp_path: Path, layout: Layout, places: list[tuple[str, int]]) -> None:
    writers = found(tmp_path, {**TUNED, **NO_FILES, **layout})
    assert [(writer.path, writer.line) for writer in writers] == [
        (f"/usr/lib/tuned/{name}/tuned.conf", line) for name, line in places
    ]


def test_files_of_a_kernel(tmp_path: Path) -> None:
    layout: Layout = {"/boot/sysctl.conf-6.4.0": b"vm.swappiness=5\nnet.ipv4.tcp_keepalive_*=60\n"}
    assert found(tmp_path, layout) == [Writer("/boot/sysctl.conf-6.4.0", 2, "net.ipv4.tcp_keepalive_*=60")]
