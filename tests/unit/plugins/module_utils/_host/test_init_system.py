# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import (
    InitSystem,
    read_init_system,
    read_version,
)
from ansible_collections.linux.tcp.tests.unit.host import (
    lay_out,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Version
    from ansible_collections.linux.tcp.tests.unit.host import Layout

D = "/etc/sysctl.d"


def files_of(root: Path, layout: Layout | None = None) -> Files:
    lay_out(root, layout or {})
    return Files(str(root))


SCRIPT = b"sysctl -q --system\n"
BUSYBOX = b"\x7fELF\0BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1)\0"
PROCPS = b"\x7fELF\0procps-ng 4.0.2\0"


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        pytest.param({}, InitSystem(process_1="init", booted_with_systemd=True), id="image without an init"),
        pytest.param(
            {"/usr/lib/systemd/systemd-sysctl": b""},
            InitSystem(process_1="init", booted_with_systemd=True, has_systemd_sysctl=True),
            id="systemd, its init not yet linked",
        ),
        pytest.param(
            {
                "/sbin": "usr/sbin",
                "/usr/sbin/init": "../lib/systemd/systemd",
                "/usr/lib/systemd/systemd": b"",
                "/usr/lib/systemd/systemd-sysctl": b"",
            },
            InitSystem(process_1="systemd", booted_with_systemd=True, has_systemd_sysctl=True),
            id="systemd",
        ),
        pytest.param(
            {"/sbin/init": "/lib/systemd/systemd", "/lib/systemd/systemd-sysctl": b""},
            InitSystem(process_1="systemd", booted_with_systemd=True, has_systemd_sysctl=True),
            id="systemd with a separate /usr",
        ),
        *(
            pytest.param(
                {
                    "/sbin/init": "/lib/systemd/systemd",
                    "/lib/systemd/systemd-sysctl": b"",
                    f"/{folder}/systemd/system/systemd-sysctl.service": unit,
                },
                InitSystem(process_1="systemd", booted_with_systemd=True, has_systemd_sysctl=has_systemd_sysctl),
                id=why,
            )
            for folder, unit, has_systemd_sysctl, why in (
                ("etc", "/dev/null", False, "unit masked by a link"),
                ("etc", b"", False, "unit masked by an empty file"),
                ("etc", b"[Service]\n", True, "unit replaced"),
                ("run", "/dev/null", True, "unit masked until the reboot"),
            )
        ),
        pytest.param(
            {"/sbin/init": b"", "/etc/rcS.d/S08procps": "../init.d/procps", "/etc/init.d/procps": SCRIPT},
            InitSystem(process_1="init", scripts=(SCRIPT,)),
            id="sysvinit",
        ),
        pytest.param(
            {
                "/sbin/init": b"",
                "/etc/rcS.d/K08procps": SCRIPT,
                "/etc/rcS.d/S09kmod": SCRIPT,
                "/etc/init.d/procps": SCRIPT,
            },
            InitSystem(process_1="init"),
            id="sysvinit, script not enabled",
        ),
        pytest.param(
            {"/sbin/init": "/sbin/openrc-init", "/sbin/openrc-init": b"", "/etc/runlevels/boot/sysctl": SCRIPT},
            InitSystem(runs_openrc=True, process_1="openrc-init", scripts=(SCRIPT,)),
            id="OpenRC",
        ),
        pytest.param(
            {"/sbin/init": "runit-init", "/sbin/runit-init": b"", "/etc/rc2.d/S01procps.sh": SCRIPT},
            InitSystem(process_1="runit-init", scripts=(SCRIPT,)),
            id="runit",
        ),
        pytest.param(
            {"/sbin/init": b"", "/etc/rcS.d/S08procps": "nowhere"},
            InitSystem(process_1="init", scripts=(b"",)),
            id="sysvinit, dangling link",
        ),
        pytest.param(
            {
                "/sbin/init": b"",
                "/sbin/openrc": b"",
                "/etc/rcS.d/S08procps": SCRIPT,
                "/etc/runlevels/sysinit/procps": "/etc/init.d/procps",
                "/etc/init.d/procps": SCRIPT,
            },
            InitSystem(process_1="init", runs_openrc=True, scripts=(SCRIPT,)),
            id="OpenRC started by sysvinit",
        ),
        *(
            pytest.param(
                {
                    "/sbin": "usr/sbin",
                    "/usr/sbin/init": init,
                    f"/usr/sbin/{process_1}": b"",
                    "/usr/sbin/openrc": b"",
                    "/etc/rcS.d/S08procps": SCRIPT,
                    "/etc/runlevels/off/procps": SCRIPT,
                },
                InitSystem(process_1=process_1, runs_openrc=process_1 != "runit-init", scripts=scripts),
                id=why,
            )
            for init, process_1, scripts, why in (
                (b"", "init", (), "OpenRC started by sysvinit, script only where sysvinit alone would run it"),
                ("openrc-init", "openrc-init", (), "OpenRC, script only where sysvinit would run it"),
                ("runit-init", "runit-init", (SCRIPT,), "runit with OpenRC installed, too"),
            )
        ),
        pytest.param(
            {"/sbin/init": b"", "/etc/runlevels/boot/sysctl": SCRIPT},
            InitSystem(process_1="init"),
            id="sysvinit, script only where OpenRC would run it",
        ),
        pytest.param(
            {"/sbin/init": b"", "/sbin/openrc": b"", "/etc/runlevels/default/sysctl": SCRIPT},
            InitSystem(process_1="init", runs_openrc=True, scripts=(SCRIPT,)),
            id="OpenRC, script in the last runlevel",
        ),
        pytest.param(
            {"/sbin/init": b"", "/sbin/openrc": "openrc", "/etc/rcS.d/S08procps": SCRIPT},
            InitSystem(process_1="init", scripts=(SCRIPT,)),
            id="sysvinit, a loop of links for OpenRC",
        ),
        pytest.param(
            {
                "/bin/busybox": BUSYBOX,
                "/sbin/init": "/bin/busybox",
                "/sbin/sysctl": "../bin/busybox",
                "/etc/rcS.d/S08procps": SCRIPT,
            },
            InitSystem(process_1="init", scripts=(SCRIPT,), has_busybox_sysctl=True),
            id="BusyBox",
        ),
        *(
            pytest.param(
                {"/sbin/init": b"", **programs},
                InitSystem(process_1="init", has_busybox_sysctl=is_busybox),
                id=why,
            )
            for programs, is_busybox, why in (
                ({"/bin/sysctl": BUSYBOX}, True, "sysctl is a copy of BusyBox"),
                ({"/bin": "usr/bin", "/usr/bin/sysctl": BUSYBOX}, True, "sysctl is BusyBox's, merged /usr"),
                ({"/usr/sbin/sysctl": BUSYBOX, "/sbin/sysctl": PROCPS}, True, "BusyBox's sysctl comes first"),
                ({"/sbin/sysctl": PROCPS, "/bin/sysctl": BUSYBOX}, False, "procps' sysctl comes first"),
                ({"/usr/sbin/sysctl": "gone", "/bin/sysctl": BUSYBOX}, True, "a dangling link comes first"),
                ({"/sbin/sysctl": "sysctl"}, False, "sysctl is a loop of links"),
                ({"/sbin/sysctl": PROCPS, "/bin/busybox": BUSYBOX}, False, "BusyBox beside procps"),
            )
        ),
        *(
            pytest.param(
                {
                    "/sbin/init": "/lib/systemd/systemd",
                    "/lib/systemd/systemd-sysctl": b"",
                    path: b"[Unit]\nAfter=x\n" + line + b"\n",
                },
                InitSystem(
                    process_1="systemd",
                    booted_with_systemd=True,
                    has_systemd_sysctl=True,
                    unit_changes=((path, 3),) if counts else (),
                ),
                id=f"{path}, {line.decode()}",
            )
            for path, line, counts in (
                ("/etc/systemd/system/systemd-sysctl.service.d/x.conf", b"ConditionPathExists=/nope", True),
                ("/usr/lib/systemd/system/systemd-sysctl.service.d/x.conf", b"ExecStart=", True),
                ("/etc/systemd/system/systemd-sysctl.service", b"SetCredential=sysctl.extra:x", True),
                ("/etc/systemd/system/systemd-sysctl.service.d/x.conf", b"Before=y", False),
                ("/etc/systemd/system/systemd-sysctl.service.d/x", b"ExecStart=", False),
            )
        ),
        pytest.param(
            {"/sbin/init": "/lib/systemd/systemd", "/lib/systemd/systemd-sysctl": b"", "/sbin/sysctl": BUSYBOX},
            InitSystem(process_1="systemd", booted_with_systemd=True, has_systemd_sysctl=True),
            id="systemd, sysctl not looked at",
        ),
    ],
)
def test_init_system_of_an_image(tmp_path: Path, layout: Layout, expected: InitSystem) -> None:
    files = files_of(tmp_path, layout)
    assert read_init_system(files, process_1="ours", proc_sys_writable=False) == expected


class RunningFiles(Files):
    """A tree that says that it runs."""

    @property
    def is_running_system(self) -> bool:
        return True


@pytest.mark.parametrize("booted_with_systemd", [True, False])
def test_init_system_of_the_running_system(tmp_path: Path, booted_with_systemd: bool) -> None:
    lay_out(tmp_path, {"/sbin/init": "/lib/systemd/systemd", "/lib/systemd/systemd-sysctl": b""})
    if booted_with_systemd:
        lay_out(tmp_path, {"/run/systemd/system": None})
    init = read_init_system(RunningFiles(str(tmp_path)), process_1="bash", proc_sys_writable=False)
    assert init == InitSystem(
        process_1="bash",
        booted_with_systemd=booted_with_systemd,
        has_systemd_sysctl=True,
        proc_sys_writable=False,
    )


LIBRARY = "systemd/libsystemd-shared"


@pytest.mark.parametrize(
    ("layout", "systemd", "procps"),
    [
        pytest.param({}, None, None, id="nothing"),
        pytest.param({f"/usr/lib/{LIBRARY}-239.so": b""}, (239,), None, id="RHEL"),
        pytest.param({f"/usr/lib/{LIBRARY}-255.4-1.fc40.so": b""}, (255,), None, id="Fedora"),
        pytest.param({f"/lib/{LIBRARY}-247.so": b""}, (247,), None, id="Debian 11"),
        pytest.param({f"/usr/lib/x86_64-linux-gnu/{LIBRARY}-257.so": b""}, (257,), None, id="Debian 13"),
        pytest.param({f"/usr/lib64/{LIBRARY}-254.so": b""}, (254,), None, id="lib64"),
        pytest.param({"/sbin/sysctl": b"\x7fELF\0procps-ng 3.3.17\0"}, None, (3, 3, 17), id="procps"),
        pytest.param({"/sbin": "usr/sbin", "/usr/sbin/sysctl": b"procps-ng 4.0.4\n"}, None, (4, 0, 4), id="merged"),
        pytest.param(
            {f"/usr/lib/{LIBRARY}-247.so": b"", f"/lib/{LIBRARY}-252.so": b""},
            (252,),
            None,
            id="two, of which one is old",
        ),
        pytest.param({"/sbin/sysctl": "sysctl"}, None, None, id="loop of links"),
        pytest.param({"/bin/sysctl": "busybox", "/bin/busybox": b"BusyBox v1.37.0"}, None, None, id="BusyBox"),
    ],
)
def test_version_of(tmp_path: Path, layout: Layout, systemd: Version | None, procps: Version | None) -> None:
    files = files_of(tmp_path, layout)
    assert (read_version(files, "systemd-sysctl"), read_version(files, "procps")) == (systemd, procps)


def test_version_of_a_system_stays_within_its_root(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"outside/{LIBRARY}-239.so": b"", "root/lib": f"{tmp_path}/outside"})
    assert read_version(Files(str(tmp_path / "root")), "systemd-sysctl") is None
