# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import BootContext, Writer, writers_among
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD, lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

SET = b"sysctl -w net.ipv4.tcp_keepalive_time=60"
TUNED: Layout = {
    "/usr/lib/systemd/system/tuned.service": b"",
    "/etc/systemd/system/multi-user.target.wants/tuned.service": "/usr/lib/systemd/system/tuned.service",
    "/etc/tuned/active_profile": b"mine\n",
}
OPENRC = InitSystem(process_1="init", runs_openrc=True)
NO_FILES: Layout = {"/etc/tuned/tuned-main.conf": b"# reapply_sysctl = 1\nreapply_sysctl = 0\n"}
PROFILE = b"[main]\nsummary=x\n[sysctl]\nvm.swappiness=5\nnet.ipv4.tcp_keepalive_time = 60\n"


def found(
    root: Path,
    layout: Layout,
    *,
    init: InitSystem = PROCPS,
    executable: bool = True,
    boot: Values = Values(600, 75, 9),  # noqa: B008 -- it is frozen
) -> list[Writer]:
    """Return the writers of a system whose boot gives these values; all its files are executable, or none is."""
    lay_out(root, layout)
    for path, what in layout.items():
        if isinstance(what, bytes):
            (root / path.lstrip("/")).chmod(0o755 if executable else 0o644)
    files = Files(str(root))
    candidates, tree = find_candidates(files, init, files.read_tree())
    return writers_among(candidates, BootContext(tree, boot, hz=250))


@pytest.mark.parametrize("executable", [True, False])
@pytest.mark.parametrize(
    "path",
    [
        "/etc/rc.local",
        "/etc/rc.d/rc.local",
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


@pytest.mark.parametrize("init", [PROCPS, OPENRC, SYSTEMD, InitSystem(process_1="sleep")])
@pytest.mark.parametrize(
    ("path", "inits"),
    [
        ("/etc/rc2.d/S01tune", [PROCPS, SYSTEMD]),
        ("/etc/rcS.d/S01tune", [PROCPS]),
        ("/etc/rc.d/rc3.d/S99tune", [PROCPS, SYSTEMD]),
        ("/etc/runit/2", [PROCPS]),
        ("/etc/service/tune/run", [PROCPS]),
        ("/etc/local.d/tune.start", [OPENRC]),
        ("/etc/runlevels/default/tune", [OPENRC]),
    ],
)
def test_scripts_that_an_init_starts(tmp_path: Path, path: str, inits: list[InitSystem], init: InitSystem) -> None:
    assert found(tmp_path, {path: SET}, init=init) == ([Writer(path, 1, SET.decode())] if init in inits else [])


@pytest.mark.parametrize("unit", [b"[Service]\n", "/dev/null"])
def test_units_go_before_scripts_of_their_name(tmp_path: Path, unit: bytes | str) -> None:
    layout: Layout = {"/etc/rc2.d/S01tune": SET, "/usr/lib/systemd/system/tune.service": unit}
    assert found(tmp_path, layout, init=SYSTEMD) == []
    assert len(found(tmp_path, layout, init=PROCPS)) == 1


def test_the_script_of_the_loader_is_judged_by_what_it_does(tmp_path: Path) -> None:
    layout: Layout = {"/etc/sysctl.d/a.conf": b"net.ipv4.tcp_keepalive_time=600\n", "/opt/a.conf": b""}
    script = "/etc/rcS.d/S08procps"
    assert found(tmp_path, {**layout, script: b"sysctl -q --system\n"}) == []
    assert found(tmp_path, {**layout, script: b"sysctl -q --system\n" + SET}) == [Writer(script, 2, SET.decode())]


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
        "/var/spool/cron/tabs/root",
        "/etc/modprobe.d/tune.conf",
        "/etc/cloud/cloud.cfg.d/tune.cfg",
    ],
)
def test_texts(tmp_path: Path, path: str) -> None:
    line = b"\t@reboot root " + SET + b"\n"
    assert found(tmp_path, {path: line}, executable=False) == [Writer(path, 1, line.decode().strip())]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/systemd/system/tune.service",
        "/etc/systemd/system/ssh.service.d/tune.conf",
        "/etc/systemd/system/service.d/tune.conf",
        "/usr/local/lib/systemd/system/tune.service",
        "/usr/lib/systemd/system/ssh.service.d/tune.conf",
        "/usr/lib/systemd/system/tune@.service",
        "/lib/systemd/system/tune.socket",
    ],
)
def test_units(tmp_path: Path, path: str) -> None:
    text = (
        b"[Unit]\nDescription=" + SET + b"\n[Service]\nExecStart=/bin/sh -c 'true; \\\n# no\n " + SET + b"'\nX=" + SET
    )
    layout: Layout = {path: text}
    assert found(tmp_path, layout, init=SYSTEMD, executable=False) == [Writer(path, 6, SET.decode() + "'")]
    assert found(tmp_path, layout, init=PROCPS, executable=False) == []


@pytest.mark.parametrize(
    ("layout", "counts"),
    [
        pytest.param({}, False, id="not enabled"),
        pytest.param({"/etc/systemd/system/x.target.wants/a.service": "../a.service"}, True, id="wanted"),
        pytest.param({"/usr/lib/systemd/system/x.target.requires/a.service": "../a.service"}, True, id="required"),
        pytest.param({"/etc/systemd/system/timers.target.wants/a.timer": b""}, True, id="by its timer"),
        pytest.param({"/etc/systemd/system/b.service": "/usr/lib/systemd/system/a.service"}, True, id="by an alias"),
        pytest.param({"/etc/systemd/system/x.target.wants/b.service": b""}, False, id="another one is enabled"),
    ],
)
def test_units_that_have_to_be_enabled(tmp_path: Path, layout: Layout, *, counts: bool) -> None:
    unit = b"[Service]\nExecStart=" + SET + b"\nExecStopPost=" + SET + b"\n[Install]\nWantedBy=x.target\n"
    writers = found(tmp_path, {"/usr/lib/systemd/system/a.service": unit, **layout}, init=SYSTEMD)
    assert [writer.line for writer in writers] == ([2] if counts else [])


def test_an_enabled_instance_enables_its_template(tmp_path: Path) -> None:
    unit = b"[Service]\nExecStart=" + SET + b"\n[Install]\nWantedBy=x.target\n"
    layout: Layout = {"/usr/lib/systemd/system/a@.service": unit}
    assert found(tmp_path, layout, init=SYSTEMD) == []
    layout = {"/etc/systemd/system/x.target.wants/a@eth0.service": "/usr/lib/systemd/system/a@.service"}
    assert len(found(tmp_path, layout, init=SYSTEMD)) == 1


@pytest.mark.parametrize(
    ("line", "script", "counts"),
    [
        pytest.param(b"@reboot root /usr/local/sbin/tune", b"#!/bin/sh\n" + SET, True, id="called"),
        pytest.param(b"@reboot root sh '/usr/local/sbin/tune' -v", b"#!/bin/sh\n" + SET, True, id="by a shell"),
        pytest.param(b"# /usr/local/sbin/tune", b"#!/bin/sh\n" + SET, False, id="in a remark"),
        pytest.param(b"@reboot root /usr/local/sbin/tune", SET, False, id="no script"),
        pytest.param(b"@reboot root /usr/local/sbin/tune", b"#!/bin/sh\n", False, id="which sets nothing"),
        pytest.param(b"@reboot root /usr/local/sbin/other", b"#!/bin/sh\n" + SET, False, id="another one"),
    ],
)
def test_scripts_that_are_called(tmp_path: Path, line: bytes, script: bytes, *, counts: bool) -> None:
    writers = found(tmp_path, {"/etc/crontab": line + b"\n", "/usr/local/sbin/tune": script})
    assert writers == ([Writer("/usr/local/sbin/tune", 2, SET.decode())] if counts else [])
    unit = b"[Service]\nExecStart=/usr/local/sbin/tune\n"
    layout: Layout = {"/etc/crontab": b"", "/etc/systemd/system/a.service": unit}
    assert len(found(tmp_path, layout, init=SYSTEMD)) == (script == b"#!/bin/sh\n" + SET)


def test_a_script_is_found_behind_many_names_of_other_files(tmp_path: Path) -> None:
    units: Layout = {
        f"/etc/systemd/system/a{number}.service": b"[Service]\nExecStart=/usr/bin/a -c /etc/a%d.conf\n" % number
        for number in range(200)
    }
    layout: Layout = {**units, "/etc/crontab": b"@reboot root /opt/tune\n", "/opt/tune": b"#!/bin/sh\n" + SET}
    assert found(tmp_path, layout, init=SYSTEMD) == [Writer("/opt/tune", 2, SET.decode())]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 60", True),
        ("w! /proc/sys/net/ipv4/tcp_keepalive_intvl - - - - %x", True),
        ("w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 600", False),
        ("w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 600 ", False),
        ("w /proc/sys/net/ipv4/tcp_keepalive_time - - - - " + "9" * 5000, True),
        ("# w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 60", False),
        ("z /proc/sys/net/ipv4/tcp_keepalive_time 0644 - - - 60", False),
    ],
)
def test_tmpfiles(tmp_path: Path, line: str, *, counts: bool) -> None:
    hidden = "/usr/lib/tmpfiles.d/tune.conf"
    layout: Layout = {
        "/etc/tmpfiles.d/tune.conf": line.encode(),
        hidden: b"w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 5",
    }
    writers = found(tmp_path, layout, init=SYSTEMD)
    assert writers == ([Writer("/etc/tmpfiles.d/tune.conf", 1, line[:200])] if counts else [])
    assert found(tmp_path, {}) == []


def test_inittab(tmp_path: Path) -> None:
    line = b"::sysinit:/sbin/" + SET
    expected = [Writer("/etc/inittab", 1, line.decode())]
    assert found(tmp_path, {"/etc/inittab": line}) == expected
    assert found(tmp_path, {"/etc/inittab": line}, init=SYSTEMD) == []


def test_udev_rules(tmp_path: Path) -> None:
    rule = 'ACTION=="add", SYSCTL{net/ipv4/tcp_keepalive_time}="60"'
    text = f'SYSCTL{{net/ipv4/tcp_keepalive_time}}=="600", GOTO="end"\n{rule}\n'
    path = "/etc/udev/rules.d/50-tune.rules"
    assert found(tmp_path, {path: text.encode()}) == [Writer(path, 2, rule)]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/rc0.d/S01halt",
        "/etc/rc2.d/K01tune",
        "/etc/init.d/tune",
        "/etc/cron.daily/.placeholder",
        "/etc/cron.d/tune~",
        "/etc/cron.d/tune.dpkg-old",
        "/etc/systemd/system/tune.timer",
        "/var/spool/cron/crontabs/alice",
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
        "echo net.ipv4.tcp_keepalive_time=60 >> /etc/sysctl.conf",
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
        "sysctl -p $file",
        "sysctl -p -",
        "sysctl -p ./a.conf",
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
    assert found(tmp_path, layout) == ([Writer("/etc/rc.local", 1, line)] if counts else [])


def test_busybox_does_not_apply_all_files(tmp_path: Path) -> None:
    busybox = InitSystem(process_1="init", has_busybox_sysctl=True)
    layout: Layout = {
        "/etc/rcS.d/S08procps": b"sysctl -q --system\nsysctl -p\n",
        "/etc/sysctl.conf": b"net.ipv4.tcp_keepalive_time=60\n",
    }
    assert [writer.line for writer in found(tmp_path, layout)] == [1, 2]
    assert [writer.line for writer in found(tmp_path, layout, init=busybox)] == [2]


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
        ),
        b"sysctl --system -r " + b".*" * 20 + b"!; ",
    ],
)
def test_no_line_takes_long(tmp_path: Path, piece: bytes) -> None:
    # without bounds for each piece these would take hours
    line = piece * (1_000_000 // len(piece)) + SET
    assert len(found(tmp_path, {"/etc/rc.local": line})) <= 1


def test_one_script_of_several_runlevels_is_one(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/init.d/tune": SET,
        "/etc/rc2.d/S01tune": "../init.d/tune",
        "/etc/rc3.d/S01tune": "../init.d/tune",
    }
    assert found(tmp_path, layout) == [Writer("/etc/init.d/tune", 1, SET.decode())]


@pytest.mark.parametrize("what", [b"", "/dev/null"])
def test_units_hide_others_of_their_name(tmp_path: Path, what: bytes | str) -> None:
    assert (
        found(tmp_path, {"/usr/lib/systemd/system/a.service": SET, "/etc/systemd/system/a.service": what}, init=SYSTEMD)
        == []
    )


@pytest.mark.parametrize(
    ("path", "line"), [("/etc/crontab", SET), ("/boot/sysctl.conf-6.1", b"net.ipv4.tcp_keepalive_time=60")]
)
def test_the_first_thousand_lines_of_a_file_are_enough(tmp_path: Path, path: str, line: bytes) -> None:
    assert [writer.line for writer in found(tmp_path, {path: (line + b"\n") * 1001})] == [*range(1, 1001)]


def test_a_masked_unit_takes_its_drop_ins_with_it(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/systemd/system/a.service": "/dev/null",
        "/etc/systemd/system/a.service.d/tune.conf": b"ExecStart=" + SET,
    }
    assert found(tmp_path, layout, init=SYSTEMD) == []


def test_a_merged_usr_is_read_once(tmp_path: Path) -> None:
    layout: Layout = {"/lib": "usr/lib", "/usr/lib/systemd/system/a.service": b"ExecStart=" + SET}
    assert [writer.path for writer in found(tmp_path, layout, init=SYSTEMD)] == ["/usr/lib/systemd/system/a.service"]


def test_a_long_line_is_cut(tmp_path: Path) -> None:
    (writer,) = found(tmp_path, {"/etc/rc.local": SET + b"; " + b"x" * 5000})
    assert writer.text == (SET.decode() + "; ").ljust(200, "x")


def test_other_bytes_than_utf8_are_escaped(tmp_path: Path) -> None:
    (writer,) = found(tmp_path, {"/etc/rc.local": SET + b" \xff"})
    assert writer.as_dict() == {"path": "/etc/rc.local", "line": 1, "text": SET.decode() + " \\xff"}


@pytest.mark.parametrize(
    ("layout", "lines"),
    [
        pytest.param({"/etc/ufw/ufw.conf": b"ENABLED=yes\n"}, [3], id="on"),
        pytest.param(
            {"/etc/ufw/ufw.conf": b"ENABLED=yes\n", "/etc/default/ufw": b"IPT_SYSCTL=/a\0b\n"},
            [],
            id="no name of a file",
        ),
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
        "/etc/ufw/sysctl.conf": b"# remark\nnet/ipv4/tcp_keepalive_probes=9\nnet/ipv4/tcp_keepalive_time=60\n"
        b"#net/ipv4/tcp_keepalive_intvl=5\n",
        **layout,
    }
    expected = [Writer("/etc/ufw/sysctl.conf", line, "net/ipv4/tcp_keepalive_time=60") for line in lines]
    assert found(tmp_path, files) == expected


@pytest.mark.parametrize("folder", ["/etc/tuned", "/etc/tuned/profiles", "/usr/lib/tuned", "/usr/lib/tuned/profiles"])
def test_tuned(tmp_path: Path, folder: str) -> None:
    path = f"{folder}/mine/tuned.conf"
    writers = found(tmp_path, {**TUNED, **NO_FILES, path: PROFILE})
    assert writers == [Writer(path, 5, "net.ipv4.tcp_keepalive_time = 60")]
    assert found(tmp_path, {}, boot=Values(60, 75, 9)) == []


@pytest.mark.parametrize(
    ("files", "is_active", "counts"),
    [
        pytest.param({}, False, True, id="none"),
        pytest.param({"/usr/lib/sysctl.d/a.conf": b"net.ipv4.tcp_keepalive_time=600\n"}, False, True, id="elsewhere"),
        pytest.param({"/etc/sysctl.d/a.conf": b"net.ipv4.tcp_keepalive_time=600\n"}, False, False, id="right value"),
        pytest.param({"/etc/sysctl.conf": b"net.ipv4.tcp_keepalive_time=60\n"}, True, False, id="other value"),
        pytest.param({"/etc/sysctl.d/a.conf": b"net.ipv4.tcp_keepalive_t*=600\n"}, False, True, id="pattern"),
    ],
)
def test_tuned_applies_the_files_in_etc_again(tmp_path: Path, files: Layout, *, is_active: bool, counts: bool) -> None:
    path = "/usr/lib/tuned/mine/tuned.conf"
    assert found(tmp_path, {**TUNED, path: PROFILE, **files}) == [
        *([Writer("/etc/tuned/active_profile", 1, "mine")] if is_active else []),
        *([Writer(path, 5, "net.ipv4.tcp_keepalive_time = 60")] if counts else []),
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
            {"/usr/lib/tuned/mine/tuned.conf": PROFILE, "/etc/tuned/active_profile": b"\n"}, [], id="no profile"
        ),
        pytest.param(
            {
                "/usr/lib/tuned/mine/tuned.conf": (
                    b"[sysctl]\nnet.ipv4.tcp_keepalive_time=>60\nnet.ipv4.tcp_keepalive_intvl=${x}\n"
                )
            },
            [("mine", 2), ("mine", 3)],
            id="values that cannot be read off",
        ),
        pytest.param({"/usr/lib/tuned/mine/tuned.conf": b"[sysctl]\nnet.ipv4.tcp_keepalive_time\n"}, [], id="no value"),
    ],
)
def test_profiles_of_tuned(tmp_path: Path, layout: Layout, places: list[tuple[str, int]]) -> None:
    writers = found(tmp_path, {**TUNED, **NO_FILES, **layout})
    assert [(writer.path, writer.line) for writer in writers] == [
        (f"/usr/lib/tuned/{name}/tuned.conf", line) for name, line in places
    ]


def test_tuned_that_is_switched_off(tmp_path: Path) -> None:
    layout = {**TUNED, **NO_FILES, "/usr/lib/tuned/mine/tuned.conf": PROFILE}
    del layout["/etc/systemd/system/multi-user.target.wants/tuned.service"]
    assert found(tmp_path, layout) == []


def test_files_of_a_kernel(tmp_path: Path) -> None:
    text = b"vm.swappiness=5\nnet.ipv4.tcp_keepalive_*=60\nnet.ipv4.tcp_keepalive_time=600\n"
    layout: Layout = {"/boot/sysctl.conf-6.4.0": text}
    assert found(tmp_path, layout) == [Writer("/boot/sysctl.conf-6.4.0", 2, "net.ipv4.tcp_keepalive_*=60")]
