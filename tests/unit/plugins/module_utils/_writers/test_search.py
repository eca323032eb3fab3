# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._writers import formats
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Setter, Unseen, Writer
from ansible_collections.linux.tcp.plugins.module_utils._writers.search import candidates_among, find_candidates
from ansible_collections.linux.tcp.tests.unit.host import PROCPS, SYSTEMD, lay_out
from ansible_collections.linux.tcp.tests.unit.writers import SET, found

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Effect
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
        ("/etc/runlevels/sysinit/tune", [OPENRC]),
        ("/etc/runlevels/shutdown/tune", []),
        ("/etc/rc.conf", [OPENRC]),
        ("/lib/systemd/system-sleep/tune", [SYSTEMD]),
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


ALL = "/usr/lib/sysctl.d/*.conf /etc/sysctl.d/*.conf /etc/sysctl.conf"
APPLY = 'do [ -f "$f" ] && sysctl -q -p "$f"; done\n'
OF_PACKAGES = f"for f in /usr/lib/sysctl.d/*.conf; {APPLY}"
IN_PARTS = f"{OF_PACKAGES}for f in /etc/sysctl.d/*.conf; {APPLY}sysctl -p /etc/sysctl.conf\n"


@pytest.mark.parametrize(
    ("script", "counts"),
    [
        pytest.param(f"for f in {ALL}; {APPLY}", False, id="all"),
        pytest.param(f"for f in {ALL}; do sed x $f | while read v; do sysctl $v; done; done", False, id="their lines"),
        pytest.param(IN_PARTS, False, id="in parts"),
        pytest.param(f"if [ -d /usr ]; then\n{OF_PACKAGES}fi\nfor f in {ALL}; {APPLY}", False, id="if there are some"),
        pytest.param(f"if [ -e /x ]; then\n:\nelse\n{IN_PARTS}fi\n", False, id="in parts of a branch"),
        pytest.param(f"case $1 in\nstop) ;;\nstart)\n{IN_PARTS};;\nesac\n", False, id="in parts of a case"),
        pytest.param(f"start() {{\n{IN_PARTS}}}\nstart &\n", False, id="in parts of a function"),
        pytest.param(f"({IN_PARTS}) &\n", False, id="in parts in the background"),
        pytest.param(OF_PACKAGES, True, id="those of packages only"),
        *(
            pytest.param(form.format(OF_PACKAGES, f"for f in {ALL}; {APPLY}"), True, id=f"one or the other: {form}")
            for form in (
                "if [ -e /x ]; then\n{}else\n{}fi\n",
                "if [ -e /x ]; then\n:\nelif [ -e /y ]; then\n{}else\n{}fi\n",
                "case $1 in\na)\n{};;\n*)\n{};;\nesac\n",
                "a() {{\n{}}}\nb() {{\n{}}}\n$1\n",
            )
        ),
        pytest.param(f"(sleep 5; {OF_PACKAGES}) &\nfor f in {ALL}; {APPLY}", True, id="at some time"),
        pytest.param(
            f"sysctl -p /usr/lib/sysctl.d/*.conf &\nfor f in {ALL}; {APPLY}", True, id="one in the background"
        ),
        pytest.param(f"for f in /etc/sysctl.d/*.conf; {APPLY}", True, id="without the last one"),
        pytest.param(f"for f in /etc/sysctl.conf /etc/sysctl.d/*.conf; {APPLY}", True, id="in another order"),
        pytest.param(f"for f in {ALL}; {APPLY}f=/opt/x.conf; sysctl -p $f\n", True, id="another one, too"),
        pytest.param(f"for f in {ALL}; do :; done; while read f; do sysctl -p $f; done < /opt/l", True, id="of a list"),
        pytest.param(f"for f in {ALL}; do f=/opt/$(basename $f); sysctl -p $f; done", True, id="beside them"),
    ],
)
def test_loops_over_the_files_of_the_boot(tmp_path: Path, script: str, *, counts: bool) -> None:
    layout: Layout = {
        "/usr/lib/sysctl.d/99-x.conf": b"net.ipv4.tcp_keepalive_time=60\n",
        "/etc/sysctl.d/10-x.conf": b"net.ipv4.tcp_keepalive_time=300\n",
        "/etc/sysctl.conf": b"net.ipv4.tcp_keepalive_time=600\n",
        "/opt/x.conf": b"net.ipv4.tcp_keepalive_time=60\n",
        "/etc/rc2.d/S01tune": f"#!/bin/sh\n{script}".encode(),
    }
    assert bool(found(tmp_path, layout)) is counts


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


@pytest.mark.parametrize("count", [100, 101])
def test_a_script_that_runs_in_many_folders(tmp_path: Path, count: int) -> None:
    folder = "/etc/systemd/system"
    units: Layout = {
        f"{folder}/{number}.service": b"[Service]\nWorkingDirectory=/opt/%d\nExecStart=/opt/run\n" % number
        for number in range(count)
    }
    lay_out(tmp_path, {**units, "/opt/run": b"#!/bin/sh\n. ./tune\n", "/opt/99/tune": SET})
    (tmp_path / "opt/run").chmod(0o755)
    files = Files(str(tmp_path))
    search = find_candidates(files, SYSTEMD, files.read_tree())
    assert count > 100 or [one.writer.path for one in search.candidates if isinstance(one, Setter)] == ["/opt/99/tune"]
    reason = "Lines call /opt/run in more than 100 folders, and only these are looked at."
    assert search.unseen == ((Unseen("/opt/run", reason, "", is_failure=True),) if count > 100 else ())


def test_a_script_is_understood_once_wherever_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    understood: list[str] = []
    understand = formats.script

    def understanding(text: str) -> t.Iterable[Effect]:
        understood.append(text)
        return understand(text)

    monkeypatch.setattr(formats, "script", understanding)
    scripts: Layout = {
        f"/opt/{number}": b"#!/bin/sh\ncd /opt/d%d\n/opt/tune\n/opt/%d\n" % (number, number + 1) for number in range(9)
    }
    tune = b"#!/bin/sh\n" + SET + b"\n. ./more\n"
    layout: Layout = {**scripts, "/etc/crontab": b"@reboot root /opt/0\n", "/opt/tune": tune, "/opt/d8/more": SET}
    assert [writer.path for writer in found(tmp_path, layout)] == ["/opt/d8/more", "/opt/tune"]
    assert understood.count(tune.decode()) == 1


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("@reboot sudo /usr/local/sbin/tune", True),
        ("@reboot doas sh /usr/local/sbin/tune", True),
        ("@reboot /usr/local/sbin/tune", False),
        ("# sudo\n@reboot /usr/local/sbin/tune", False),
        ("D=/usr/local/sbin\n@reboot sudo $D/tune", True),
        ("D=/usr/local/sbin\n@reboot $D/tune", False),
        ("T=/usr/local/sbin/tune\n@reboot sudo true", False),
        ("@reboot D=/usr/local/sbin true\n@reboot sudo $D/tune", False),
    ],
)
def test_scripts_that_a_user_calls(tmp_path: Path, line: str, *, counts: bool) -> None:
    layout: Layout = {
        "/var/spool/cron/crontabs/alice": f"{line}\n".encode(),
        "/usr/local/sbin/tune": b"#!/bin/sh\n" + SET,
    }
    assert [writer.path for writer in found(tmp_path, layout)] == (["/usr/local/sbin/tune"] if counts else [])


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/etc/containers/systemd/x.container", True),
        ("/etc/containers/systemd/web/x.container", True),
        ("/usr/share/containers/systemd/x.container", True),
        ("/etc/containers/systemd/users/x.container", False),
        ("/usr/share/containers/systemd/users/x.container", False),
    ],
)
def test_quadlets(tmp_path: Path, path: str, *, counts: bool) -> None:
    text = b"[Container]\nNetwork=host\nPodmanArgs=--privileged\nExec=" + SET + b"\n"
    writers = found(tmp_path, {path: text}, init=SYSTEMD)
    assert [writer.path for writer in writers] == ([path] if counts else [])


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
    ("line", "code"),
    [
        ("C /etc/sysctl.d/9.conf - - - - /usr/share/a.conf", "writes_file"),
        ("C+! /etc/sysctl.d/9.conf", "writes_file"),
        ("C /etc/sysctl.d/9.conf - - - - -", "writes_file"),
        ("L+ /run/sysctl.d/9.conf - - - - ../../usr/share/a.conf", "writes_file"),
        ('L "/usr/local/lib/sysctl.d/9.conf" - - - - /usr/share/a.conf', "writes_file"),
        ("f /etc/sysctl.d/9.conf 0644 root root - net.ipv4.tcp_keepalive_time=60", "writes_file"),
        ("f+ /etc/sysctl.d/9.conf - - - - a=1\\nnet.ipv4.tcp_keepalive_time = 60\\n", "writes_file"),
        ("w+ /etc/sysctl.d/9.conf - - - - net.ipv4.tcp_keepalive_time=60", "appends_to_file"),
        ("f /etc/sysctl.d/9.conf - - - - net.ipv4.tcp_keepalive_time=600", ""),
        ("C /etc/sysctl.d/9.conf - - - - /usr/share/b.conf", ""),
        ("# C /etc/sysctl.d/9.conf - - - - /usr/share/a.conf", ""),
        ("d /etc/sysctl.d/9.conf - - - - /usr/share/a.conf", ""),
        ("C /etc/sysctl.d/9 - - - - /usr/share/a.conf", ""),
        ("C /usr/share/sysctl.conf - - - - /usr/share/a.conf", ""),
        ("C /etc/sysctl.d/9.conf - - - - /gone", ""),
    ],
)
def test_sysctl_files_that_tmpfiles_makes(tmp_path: Path, line: str, code: str) -> None:
    sets = b"net.ipv4.tcp_keepalive_time=60\n"
    path = "/etc/tmpfiles.d/tune.conf"
    layout: Layout = {
        path: line.encode(),
        "/usr/share/a.conf": sets,
        "/usr/share/b.conf": b"",
        "/usr/share/factory/etc/sysctl.d/9.conf": sets,
    }
    assert [(one.path, one.code) for one in found(tmp_path, layout, init=SYSTEMD)] == ([(path, code)] if code else [])
    files = Files(str(tmp_path))
    assert candidates_among(files, [(path, 1, line.encode())], files.read_tree()).candidates or not code


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
