# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Tree
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Setter, Writer
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import candidates_among, find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD, lay_out
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


BUSYBOX = InitSystem(process_1="init", is_busybox=True)
OPENRC = InitSystem(process_1="init", runs_openrc=True)


@pytest.mark.parametrize("init", [PROCPS, OPENRC, SYSTEMD, InitSystem(process_1="sleep")])
@pytest.mark.parametrize(
    ("path", "inits"),
    [
        ("/etc/rc2.d/S01tune", [PROCPS, SYSTEMD]),
        ("/etc/rcS.d/S01tune", [PROCPS]),
        ("/etc/rc.d/rc3.d/S99tune", [PROCPS, SYSTEMD]),
        ("/etc/runit/2", [PROCPS]),
        ("/etc/runit/3", []),  # at a shutdown
        ("/etc/runit/core-services/99-tune.sh", [PROCPS]),
        ("/etc/service/tune/run", [PROCPS]),
        ("/etc/local.d/tune.start", [OPENRC]),
        ("/etc/runlevels/default/tune", [OPENRC]),
        ("/etc/rc.conf", [OPENRC]),
        ("/etc/conf.d/net", [OPENRC]),
    ],
)
def test_scripts_that_an_init_starts(tmp_path: Path, path: str, inits: list[InitSystem], init: InitSystem) -> None:
    assert found(tmp_path, {path: SET}, init=init) == ([Writer(path, 1, SET.decode())] if init in inits else [])


def test_functions_that_the_scripts_of_openrc_call(tmp_path: Path) -> None:
    layout: Layout = {"/etc/conf.d/net": b"postup() {\n  " + SET + b"\n}\n"}
    assert [writer.line for writer in found(tmp_path, layout, init=OPENRC)] == [2]


SYSCTL_OF_OPENWRT = b"""#!/bin/sh
if [ "$ACTION" = add ]; then
\tfor CONF in /etc/sysctl.d/*.conf /etc/sysctl.conf; do
\t\t[ ! -f "$CONF" ] && continue;
\t\tsed -ne "/^[[:space:]]*net\\..*\\.$DEVICENAME\\./p" "$CONF" | \\
\t\t\tsysctl -e -p - | logger -t sysctl
\tdone
fi
"""


def test_the_script_of_openwrt_sets_keys_of_an_interface(tmp_path: Path) -> None:
    assert found(tmp_path, {"/etc/hotplug.d/net/00-sysctl": SYSCTL_OF_OPENWRT}) == []


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


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/data/tune", True),
        ("/home/deploy/bin/tune", True),
        ("/mnt/disk/tune", True),
        ("/var/lib/app/tune.sh", True),
        ("/var/lib/app/state", False),  # in a folder that is a program's own
        ("/usr/sbin/tune", False),  # of a package
    ],
)
def test_folders_of_scripts_that_are_called(tmp_path: Path, path: str, *, counts: bool) -> None:
    script = b"#!/bin/sh\n" + SET
    writers = found(tmp_path, {"/etc/rc.local": f"#!/bin/sh\n{path} start\n".encode(), path: script})
    assert writers == ([Writer(path, 2, SET.decode())] if counts else [])


A_CALLS_B: Layout = {"/opt/a": b"#!/bin/sh\n/opt/b\n", "/opt/b": b"#!/bin/sh\n" + SET}
TUNE = b"[Service]\nExecStart=/etc/init.d/tune start\n[Install]\nWantedBy=multi-user.target\n"


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        pytest.param({"/etc/crontab": b"@reboot root /opt/a", **A_CALLS_B}, "/opt/b", id="by its path"),
        pytest.param(
            {"/etc/crontab": b"@reboot root /opt/c", **A_CALLS_B, "/opt/c": b"#!/bin/sh\nexec /opt/a\n"},
            "/opt/b",
            id="two in between",
        ),
        pytest.param(
            {"/etc/crontab": b"@reboot root /opt/a", "/opt/a": b"#!/bin/sh\n. /opt/b\n", "/opt/b": b"\n" + SET},
            "/opt/b",
            id="sourced",
        ),
        pytest.param(
            {"/etc/crontab": b"@reboot root /opt/b;/opt/a", "/opt/a": b"#!/bin/sh\n. /opt/b\n", "/opt/b": b"\n" + SET},
            "/opt/b",
            id="called, then sourced",
        ),
        pytest.param(
            {"/etc/crontab": b"@reboot root /opt/a", **A_CALLS_B, "/opt/a": b"#!/bin/sh\n/opt/b\n/opt/a\n"},
            "/opt/b",
            id="by one that calls itself",
        ),
        pytest.param(
            {
                "/etc/systemd/system/tune.service": TUNE,
                "/etc/systemd/system/multi-user.target.wants/tune.service": "../tune.service",
                "/etc/init.d/tune": b"#!/bin/sh\n/opt/b $1\n",
                "/opt/b": b"#!/bin/sh\n" + SET,
            },
            "/opt/b",
            id="by the script that a unit starts",
        ),
        pytest.param(
            {"/etc/crontab": b"@reboot root /opt/a", **A_CALLS_B, "/opt/a": b"#!/bin/sh\n# /opt/b\n"},
            "",
            id="named in a remark",
        ),
        pytest.param(
            {"/etc/crontab": b"@reboot root /opt/a", **A_CALLS_B, "/opt/a": b"conf=/opt/b\n"}, "", id="by no script"
        ),
    ],
)
def test_scripts_that_scripts_call(tmp_path: Path, layout: Layout, place: str) -> None:
    writers = found(tmp_path, layout, init=SYSTEMD)
    assert writers == ([Writer(place, 2, SET.decode())] if place else [])


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("@reboot sudo /usr/local/sbin/tune", True),
        ("@reboot doas sh /usr/local/sbin/tune", True),
        ("@reboot /usr/local/sbin/tune", False),
        ("# sudo\n@reboot /usr/local/sbin/tune", False),
    ],
)
def test_scripts_that_a_user_calls(tmp_path: Path, line: str, *, counts: bool) -> None:
    layout: Layout = {
        "/var/spool/cron/crontabs/alice": f"{line}\n".encode(),
        "/usr/local/sbin/tune": b"#!/bin/sh\n" + SET,
    }
    assert [writer.path for writer in found(tmp_path, layout)] == (["/usr/local/sbin/tune"] if counts else [])


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("[ -f /etc/rc.local ] && sh /etc/rc.local", True),
        ("  /bin/sh -e /etc/rc.local start", True),
        (". /etc/rc.local", True),
        ("source '/etc/rc.local'", True),
        ("if [ -x /etc/rc.local ]; then\n(. /etc/rc.local)\nfi", True),
        ("/bin/busybox ash /etc/rc.local", True),
        ("# sh /etc/rc.local", False),
        ("cat /etc/rc.local", False),
        ("/usr/bin/push /etc/rc.local", False),
        ("/etc/rc.local", False),
    ],
)
def test_scripts_that_a_shell_is_given(tmp_path: Path, line: str, *, counts: bool) -> None:
    done = tmp_path / "etc/rc.d/S95done"
    done.parent.mkdir(parents=True)
    done.write_text(f"#!/bin/sh /etc/rc.common\nboot() {{\n{line}\n}}\n")
    done.chmod(0o755)
    layout: Layout = {"/etc/rc.local": b"# Put your custom commands here\n" + SET + b"\nexit 0\n"}
    writers = found(tmp_path, layout, executable=False)
    assert writers == ([Writer("/etc/rc.local", 2, SET.decode())] if counts else [])


def test_a_container_calls_no_script_of_the_host(tmp_path: Path) -> None:
    text = b"[Container]\nNetwork=host\nPodmanArgs=--privileged\nExec=/usr/local/sbin/tune\n"
    layout: Layout = {"/etc/containers/systemd/x.container": text, "/usr/local/sbin/tune": b"#!/bin/sh\n" + SET}
    assert found(tmp_path, layout, init=SYSTEMD) == []


def test_a_script_is_found_behind_many_names_of_other_files(tmp_path: Path) -> None:
    units: Layout = {
        f"/etc/systemd/system/a{number}.service": b"[Service]\nExecStart=/usr/bin/a -c /etc/a%d.conf\n" % number
        for number in range(200)
    }
    layout: Layout = {**units, "/etc/crontab": b"@reboot root /opt/tune\n", "/opt/tune": b"#!/bin/sh\n" + SET}
    assert found(tmp_path, layout, init=SYSTEMD) == [Writer("/opt/tune", 2, SET.decode())]


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        pytest.param("/opt/tune", b"x\n" * 100_000, id="a large one"),
        pytest.param(f"/opt/{'x' * 250}", b"", id="a long name"),
    ],
)
def test_large_scripts_that_are_called(tmp_path: Path, path: str, rest: bytes) -> None:
    script = b"#!/bin/sh\n" + SET + b"\nexit 0\n" + rest
    layout: Layout = {"/etc/crontab": f"@reboot root {path}\n".encode(), path: script}
    assert found(tmp_path, layout) == [Writer(path, 2, SET.decode())]


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
        ("f+ /proc/sys/net/ipv4/tcp_keepalive_time - - - - 60", True),
        ("F /proc/sys/net/ipv4/tcp_keepalive_time - - - - 60", True),
        ("w /proc/sys/net/ipv4/tcp_keepalive_* - - - - 60", True),
        ("w+ /proc/sys/net/ipv4/tcp_keep* - - - - 60", True),
        ('w "/proc/sys/net/*/tcp_keepalive_[ti]*" - - - - 60', True),
        ("w /proc/sys/net/ipv4/tcp_keepalive_t* - - - - 600", False),
        ("w /proc/sys/net/ipv4/tcp_keepalive_x* - - - - 60", False),
        ("w /proc/sys/net/*keepalive_time - - - - 60", False),
        ("F /proc/sys/net/ipv4/tcp_keepalive_t* - - - - 60", False),
        ("f /proc/sys/net/ipv4/tcp_keepalive_time - - - - 60", False),  # the file is there already
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


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("C /etc/sysctl.d/9.conf - - - - /usr/share/a.conf", True),
        ("C+! /etc/sysctl.d/9.conf", True),
        ("C /etc/sysctl.d/9.conf - - - - -", True),
        ("L+ /run/sysctl.d/9.conf - - - - ../../usr/share/a.conf", True),
        ('L "/usr/local/lib/sysctl.d/9.conf" - - - - /usr/share/a.conf', True),
        ("f /etc/sysctl.d/9.conf 0644 root root - net.ipv4.tcp_keepalive_time=60", True),
        ("f+ /etc/sysctl.d/9.conf - - - - a=1\\nnet.ipv4.tcp_keepalive_time = 60\\n", True),
        ("w+ /etc/sysctl.d/9.conf - - - - net.ipv4.tcp_keepalive_time=60", True),
        ("f /etc/sysctl.d/9.conf - - - - net.ipv4.tcp_keepalive_time=600", False),
        ("C /etc/sysctl.d/9.conf - - - - /usr/share/b.conf", False),
        ("# C /etc/sysctl.d/9.conf - - - - /usr/share/a.conf", False),
        ("d /etc/sysctl.d/9.conf - - - - /usr/share/a.conf", False),
        ("C /etc/sysctl.d/9 - - - - /usr/share/a.conf", False),
        ("C /usr/share/sysctl.conf - - - - /usr/share/a.conf", False),
        ("C /etc/sysctl.d/9.conf - - - - /gone", False),
    ],
)
def test_sysctl_files_that_tmpfiles_makes(tmp_path: Path, line: str, *, counts: bool) -> None:
    sets = b"net.ipv4.tcp_keepalive_time=60\n"
    path = "/etc/tmpfiles.d/tune.conf"
    layout: Layout = {
        path: line.encode(),
        "/usr/share/a.conf": sets,
        "/usr/share/b.conf": b"",
        "/usr/share/factory/etc/sysctl.d/9.conf": sets,
    }
    assert [writer.path for writer in found(tmp_path, layout, init=SYSTEMD)] == ([path] if counts else [])
    files = Files(str(tmp_path))
    assert candidates_among(files, [(path, 1, line.encode())], files.read_tree()).candidates or not counts


def test_inittab(tmp_path: Path) -> None:
    line = b"::sysinit:/sbin/" + SET
    expected = [Writer("/etc/inittab", 1, line.decode())]
    assert found(tmp_path, {"/etc/inittab": line}) == expected
    assert found(tmp_path, {"/etc/inittab": line}, init=SYSTEMD) == []


@pytest.mark.parametrize("init", [PROCPS, BUSYBOX], ids=["sysvinit", "BusyBox"])
@pytest.mark.parametrize(
    ("fields", "inits"),
    [
        ("l2:2:wait", [PROCPS, BUSYBOX]),
        ("l6:6:wait", [BUSYBOX]),
        ("l0:0:once", [BUSYBOX]),
        ("x:06:respawn", [BUSYBOX]),
        ("x:0236:wait", [PROCPS, BUSYBOX]),
        ("x:S:wait", [PROCPS, BUSYBOX]),
        ("x:6:sysinit", [PROCPS, BUSYBOX]),
        ("x:06:bootwait", [PROCPS, BUSYBOX]),
        ("x::respawn", [PROCPS, BUSYBOX]),
    ],
)
def test_runlevels_of_inittab(tmp_path: Path, fields: str, inits: list[InitSystem], init: InitSystem) -> None:
    writers = found(tmp_path, {"/etc/inittab": f"{fields}:/sbin/{SET.decode()}".encode()}, init=init)
    assert len(writers) == (init in inits)  # BusyBox ignores runlevels


@pytest.mark.parametrize("action", ["off", "shutdown", "ctrlaltdel"])
def test_actions_of_inittab_that_are_no_part_of_a_boot(tmp_path: Path, action: str) -> None:
    assert found(tmp_path, {"/etc/inittab": f"x:2345:{action}:/sbin/{SET.decode()}".encode()}) == []


def test_udev_rules(tmp_path: Path) -> None:
    rule = 'ACTION=="add", SYSCTL{net/ipv4/tcp_keepalive_time}="60"'
    text = f'SYSCTL{{net/ipv4/tcp_keepalive_time}}=="600", GOTO="end"\n{rule}\n'
    path = "/etc/udev/rules.d/50-tune.rules"
    assert found(tmp_path, {path: text.encode()}) == [Writer(path, 2, rule)]


def test_busybox_does_not_apply_all_files(tmp_path: Path) -> None:
    busybox = InitSystem(process_1="init", has_busybox_sysctl=True)
    layout: Layout = {
        "/etc/rcS.d/S08procps": b"sysctl -q --system\nsysctl -p\n",
        "/etc/sysctl.conf": b"net.ipv4.tcp_keepalive_time=60\n",
    }
    assert [writer.line for writer in found(tmp_path, layout)] == [1, 2]
    assert [writer.line for writer in found(tmp_path, layout, init=busybox)] == [2]


def test_one_script_of_several_runlevels_is_one(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/init.d/tune": SET,
        "/etc/rc2.d/S01tune": "../init.d/tune",
        "/etc/rc3.d/S01tune": "../init.d/tune",
    }
    assert found(tmp_path, layout) == [Writer("/etc/init.d/tune", 1, SET.decode())]


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


@pytest.mark.parametrize(
    ("layout", "counts"),
    [
        pytest.param({}, False, id="cloud-init is not installed"),
        pytest.param({"/usr/bin/cloud-init": b""}, True, id="before the first boot"),
        pytest.param(
            {"/usr/bin/cloud-init": b"", "/var/lib/cloud/instances/i-1/sem/config_runcmd": b""},
            False,
            id="after the first boot",
        ),
    ],
)
def test_what_cloud_init_does_once(tmp_path: Path, layout: Layout, *, counts: bool) -> None:
    path = "/etc/cloud/cloud.cfg.d/tune.cfg"
    text = b"bootcmd:\n  - " + SET + b"\nruncmd:\n  - " + SET + b"\n"
    writers = found(tmp_path, {path: text, **layout})
    assert [writer.line for writer in writers] == ([2, 4] if counts else [2])


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
        ("sysctl ${k}=$v", True),
        ("sysctl -w $(cat /opt/a)", True),
        ("ExecStart=/sbin/sysctl -w %i", True),
        ("cat /opt/a | sysctl -p -", True),
        ("sysctl -p- < /opt/a", True),
        ("sysctl -p /dev/stdin", True),
        ("cat /opt/a | xargs -n1 sysctl -w", True),
        ("sysctl -w $f 2>/dev/null", True),
        ("sysctl $quiet2 --system", False),
        ("sysctl -w vm.swappiness=$x", False),
        ("sysctl -w net.ipv4.conf.$i.forwarding=1", False),
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


@pytest.mark.parametrize(
    ("files", "counts"),
    [
        pytest.param("/opt/600 " * 100, False, id="as many as are read"),
        pytest.param("/opt/600 " * 101, True, id="many"),
        pytest.param("/opt/" + "[6]" * 1400, True, id="a long pattern"),
    ],
)
def test_a_call_of_too_many_files_may_apply_any(tmp_path: Path, files: str, *, counts: bool) -> None:
    line = f"sysctl -p {files}"
    layout: Layout = {"/etc/rc.local": line.encode(), "/opt/600": b"net.ipv4.tcp_keepalive_time=600\n"}
    writer = Writer("/etc/rc.local", 1, line.strip()[:200], "applies_files")
    assert found(tmp_path, layout) == ([writer] if counts else [])


@pytest.mark.parametrize(
    ("text", "names", "counts"),
    [
        pytest.param(b"-?\n" * 1000, 100, False, id="many settings"),
        pytest.param(b"-?\n" * 2000, 100, True, id="too many settings"),
        pytest.param(b"x" * (2 << 20), 100, True, id="too many bytes"),
        pytest.param(b"x" * (2 << 20), 50, False, id="many bytes"),
    ],
)
def test_calls_that_apply_too_much_may_apply_any(tmp_path: Path, text: bytes, names: int, *, counts: bool) -> None:
    lines = [f"sysctl -p {'/opt/large ' * names}", "sysctl -p /opt/600", "sysctl --system"]
    layout: Layout = {
        "/etc/rc.local": "\n".join(lines).encode(),
        "/opt/large": text,
        "/opt/600": b"net.ipv4.tcp_keepalive_time=600\n",
        "/etc/sysctl.d/a.conf": b"net.ipv4.tcp_keepalive_time=600\n",
    }
    places = [(writer.line, writer.code) for writer in found(tmp_path, layout)]
    assert places == ([(1, "applies_files"), (2, "applies_files")] if counts else [])


@pytest.mark.parametrize(("calls", "counts"), [(10, False), (11, True)])
def test_calls_of_too_many_files_in_all_may_apply_any(tmp_path: Path, calls: int, *, counts: bool) -> None:
    """Each name may lead through a thousand folders."""
    lines = [" ".join(["sysctl -p", *(f"/opt/{call}x{name}" for name in range(100))]) for call in range(calls)]
    places = [(one.line, one.code) for one in found(tmp_path, {"/etc/rc.local": "\n".join(lines).encode()})]
    assert places == ([(11, "applies_files")] if counts else [])


def test_a_file_of_ufw_that_has_too_many_settings(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/ufw/ufw.conf": b"ENABLED=yes\n",
        "/etc/default/ufw": b"IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
        "/etc/ufw/sysctl.conf": b"-?\n" * 150_001,
    }
    lay_out(tmp_path, layout)
    files = Files(str(tmp_path))
    (unseen,) = find_candidates(files, PROCPS, files.read_tree()).unseen
    reason = "/etc/ufw/sysctl.conf has too much to be read with the other files that are applied."
    assert (unseen.reason, unseen.is_failure) == (reason, True)
