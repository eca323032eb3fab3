# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import (
    InitSystem,
    Process1,
    detect_loader,
    read_init_system,
    read_version,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
from ansible_collections.linux.tcp.tests.unit.host import (
    lay_out,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import BootLoader, Version
    from ansible_collections.linux.tcp.tests.unit.host import Layout

D = "/etc/sysctl.d"


def files_of(root: Path, layout: Layout | None = None) -> Files:
    lay_out(root, layout or {})
    return Files(str(root))


SCRIPT = b"sysctl -q --system\n"
SERVICE = "/systemd/system/systemd-sysctl.service"
BUSYBOX = b"\x7fELF\0BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1)\0"
PROCPS = b"\x7fELF\0procps-ng 4.0.2\0"


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        pytest.param(
            {}, InitSystem(process_1="init", booted_with_systemd=True, role="entry_point"), id="image without an init"
        ),
        *(
            pytest.param({path: None}, InitSystem(process_1="init", booted_with_systemd=True), id=f"image with {path}")
            for path in ("/nix/var/nix/profiles/system", "/var/guix/profiles/system", "/init", "/etc/init")
        ),
        pytest.param(
            {"/usr/lib/systemd/systemd-sysctl": b""},
            InitSystem(process_1="init", booted_with_systemd=True, has_systemd_sysctl=True, role="entry_point"),
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
                InitSystem(
                    process_1="systemd",
                    booted_with_systemd=True,
                    has_systemd_sysctl=has_systemd_sysctl,
                    is_masked=not has_systemd_sysctl,
                ),
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
            InitSystem(process_1="init", scripts=(SCRIPT,), has_busybox_sysctl=True, is_busybox=True),
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
                ("/usr/local/lib/systemd/system/systemd-sysctl.service", b"ExecStart=/bin/true", True),
                ("/usr/lib/systemd/system/systemd-sysctl.service", b"ExecStart=/usr/lib/systemd/systemd-sysctl", False),
                ("/etc/systemd/system/service.d/x.conf", b"ConditionPathExists=/nope", True),
                ("/usr/lib/systemd/system/systemd-.service.d/x.conf", b" ProtectKernelTunables = yes", True),
                ("/usr/lib/systemd/system/service.d/10-timeout-abort.conf", b"TimeoutStopFailureMode=abort", False),
                *(
                    ("/etc/systemd/system/systemd-sysctl.service.d/x.conf", line, counts)
                    for line, counts in (
                        (b"PrivateNetwork=yes", True),
                        (b"PrivateNetwork=No", False),
                        (b"ProtectKernelTunables=", False),
                        (b"User=nobody", True),
                        (b"User=root", False),
                        (b"User = root ", False),
                        (b"PrivateNetwork= no\r", False),
                        (b"ProtectKernelTunables = yes", True),
                        (b"DynamicUser=true", True),
                        (b"ReadOnlyPaths=/proc/sys", True),
                        (b"ReadWritePaths=/proc/sys", False),
                        (b"InaccessiblePaths=-/etc/sysctl.d", True),
                        (b"TemporaryFileSystem=/etc/sysctl.d", True),
                        (b"BindPaths=/opt/s:/etc/sysctl.d", True),
                        (b"RootDirectory=/srv", True),
                        (b"CapabilityBoundingSet=", True),
                        (b"ReadOnlyPaths=/", True),
                        (b"RestrictAddressFamilies=~AF_ALG", False),
                        (b"ProcSubset=pid", True),
                        (b"Requires=x.service", True),
                        (b"RequiresMountsFor=/boot", False),
                        (b"PrivateTmp=yes", False),
                        (b"ProtectSystem=strict", False),
                        (b"LogLevelMax=err", False),
                        (b"Before=y", False),
                    )
                ),
                ("/etc/systemd/system/systemd-sysctl.service.d/x", b"ExecStart=", False),
            )
        ),
        *(
            pytest.param(
                {"/sbin/init": "/lib/systemd/systemd", "/lib/systemd/systemd-sysctl": b"", **units},
                InitSystem(
                    process_1="systemd",
                    booted_with_systemd=True,
                    has_systemd_sysctl=not is_masked,
                    is_masked=is_masked,
                    unit_changes=changes,
                ),
                id=why,
            )
            for units, is_masked, changes, why in (
                ({f"/usr/lib{SERVICE}": "/dev/null"}, True, (), "masked in the folder of packages"),
                ({f"/usr/local/lib{SERVICE}": b""}, True, (), "empty in the folder of local ones"),
                (
                    {f"/etc{SERVICE}": b"ExecStart=/bin/true\n", f"/usr/lib{SERVICE}": b""},
                    False,
                    ((f"/etc{SERVICE}", 1),),
                    "masked where another one takes precedence",
                ),
                (
                    {f"/etc{SERVICE}.d/a.conf": "/dev/null", f"/usr/lib{SERVICE}.d/a.conf": b"ExecStart=\n"},
                    False,
                    (),
                    "masked drop-in",
                ),
                (
                    {
                        "/etc/systemd/system/systemd-.service.d/a.conf": "/dev/null",
                        f"/usr/lib{SERVICE}.d/a.conf": b"ExecStart=\n",
                    },
                    False,
                    (),
                    "drop-in masked by one of several services",
                ),
                (
                    {
                        "/etc/systemd/system/service.d/a.conf": "/dev/null",
                        f"/usr/lib{SERVICE}.d/a.conf": b"ExecStart=\n",
                    },
                    False,
                    ((f"/usr/lib{SERVICE}.d/a.conf", 1),),
                    "drop-in not masked by one of all services",
                ),
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
    assert read_init_system(files, None) == dataclasses.replace(expected, runs=False)


@pytest.mark.parametrize(
    ("command_line", "loader"),
    [
        (b"quiet systemd.mask=systemd-sysctl.service", None),
        (b"quiet systemd.mask=systemd-sysctl", None),
        (b'systemd.mask="systemd-sysctl.service" quiet', None),
        (b'"systemd.mask=systemd-sysctl"\n', None),
        (b"systemd.mask='systemd-sysctl'", None),
        (b"systemd.mask=systemd-sysctl.service.d", "systemd-sysctl"),
        (b"rd.systemd.mask=systemd-sysctl.service", "systemd-sysctl"),  # in the initramfs
        (b"systemd.mask=systemd-sysctl.socket", "systemd-sysctl"),
        (b"quiet", "systemd-sysctl"),
    ],
)
def test_unit_that_the_kernel_command_line_masks(tmp_path: Path, command_line: bytes, loader: str | None) -> None:
    lay_out(tmp_path, {"/lib/systemd/systemd-sysctl": b"", "/run/systemd/system": None})
    init = read_init_system(RunningFiles(str(tmp_path)), Process1("systemd"), command_line=command_line)
    assert (detect_loader(init), init.is_masked) == (loader, loader is None)


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
    init = read_init_system(RunningFiles(str(tmp_path)), Process1("bash"), proc_sys_writable=False)
    assert init == InitSystem(
        process_1="bash",
        booted_with_systemd=booted_with_systemd,
        has_systemd_sysctl=True,
        proc_sys_writable=False,
        role="init" if booted_with_systemd else "unknown",
    )


SYSVINIT: Layout = {"/sbin": "usr/sbin", "/usr/sbin/init": b"", "/etc/rcS.d/S08procps": SCRIPT}
ON_SYSTEMD: Layout = {"/sbin/init": "/lib/systemd/systemd", "/lib/systemd/systemd": b"", "/etc/rcS.d/S08procps": SCRIPT}
RUNIT: Layout = {"/sbin/init": "runit-init", "/sbin/runit-init": b"", "/etc/runit/core-services/08-sysctl.sh": SCRIPT}
UNDER_WSL: Layout = {**ON_SYSTEMD, "/lib/systemd/systemd-sysctl": b"", "/run/WSL": None}
WITH_SYSTEMD: Layout = {"/etc/wsl.conf": b"[boot]\nsystemd=true\n"}
WITHOUT_SYSTEMD: Layout = {"/etc/wsl.conf": b"[boot]\nsystemd=false\n"}
IN_PODMAN: Layout = {"/run/.containerenv": b""}
UNDER_NIX = "/nix/store/abc-systemd-257/lib/systemd"


# A process 1 that only has the name of an init runs no scripts.
@pytest.mark.parametrize(
    ("layout", "process", "loader"),
    [
        pytest.param(SYSVINIT, Process1("init", "/usr/sbin/init"), "procps", id="sysvinit"),
        pytest.param(SYSVINIT, Process1("init", "/usr/sbin/init (deleted)"), "procps", id="sysvinit, upgraded"),
        pytest.param(SYSVINIT, Process1("init", "/usr/sbin/init.dpkg-tmp (deleted)"), "procps", id="upgraded by dpkg"),
        pytest.param(SYSVINIT, Process1("init"), "procps", id="sysvinit, program hidden"),
        pytest.param(
            {**SYSVINIT, **IN_PODMAN}, Process1("init", "/usr/sbin/init"), "procps", id="sysvinit in a container"
        ),
        pytest.param({**SYSVINIT, **IN_PODMAN}, Process1("init", "/usr/bin/dash"), None, id="entry point called init"),
        pytest.param(SYSVINIT, Process1("init", "/app/init", "docker"), None, id="by the variable container"),
        pytest.param(
            {**SYSVINIT, "/run/systemd/container": b"lxc"}, Process1("tail", "/bin/tail"), None, id="marked by systemd"
        ),
        pytest.param({**ON_SYSTEMD, "/run/WSL": None}, Process1("init", "/init"), None, id="WSL without systemd"),
        pytest.param({**ON_SYSTEMD, "/run/WSL": None}, Process1("init"), None, id="WSL, program hidden"),
        *(
            pytest.param({**UNDER_WSL, **conf}, process, loader, id=f"WSL, {why}")
            for conf, process, loader, why in (
                (WITH_SYSTEMD, Process1("systemd"), "systemd-sysctl", "with systemd"),
                (WITHOUT_SYSTEMD, Process1("init", "/init"), None, "systemd turned off"),
                (WITHOUT_SYSTEMD, Process1("systemd"), "unknown", "systemd turned off since the start"),
                ({}, Process1("systemd"), "unknown", "wsl.conf removed since the start"),
                (WITH_SYSTEMD, Process1("init", "/init"), "unknown", "systemd turned on since the start"),
            )
        ),
        pytest.param(SYSVINIT, Process1("init", "/app/init"), "unknown", id="another program, no container"),
        pytest.param(SYSVINIT, Process1("dinit", "/usr/sbin/dinit"), "unknown", id="another init"),
        pytest.param(SYSVINIT, Process1(), "unknown", id="hidden"),
        pytest.param({"/sbin/init": "init"}, Process1("init"), "unknown", id="a loop of links"),
        pytest.param(RUNIT, Process1("runit", "/usr/bin/runit"), "procps", id="Void"),
        pytest.param(RUNIT, Process1("runit"), "procps", id="Void, program hidden"),
        pytest.param(
            {"/sbin/init": b"", "/etc/rc.d/rc.S": b"mount -a\n/sbin/sysctl -e --system\n"},
            Process1("init", "/sbin/init"),
            "procps",
            id="Slackware",
        ),
        pytest.param(
            {"/run/systemd/system": None, f"{UNDER_NIX}/systemd-sysctl": b""},
            Process1("systemd", f"{UNDER_NIX}/systemd"),
            "systemd-sysctl",
            id="NixOS",
        ),
        pytest.param({"/run/systemd/system": None}, Process1("systemd"), "unknown", id="NixOS, program hidden"),
        pytest.param(
            {"/run/systemd/system": None, "/lib/systemd/systemd-sysctl": b"", **IN_PODMAN},
            Process1("systemd"),
            "systemd-sysctl",
            id="systemd in a container",
        ),
        pytest.param(
            {"/run/systemd/system": None, "/lib/systemd/systemd-sysctl": b"", **IN_PODMAN},
            Process1("nginx"),
            None,
            id="a container that sees the /run of its host",
        ),
    ],
)
def test_loader_of_a_running_system(
    tmp_path: Path, layout: Layout, process: Process1, loader: BootLoader | None
) -> None:
    lay_out(tmp_path, layout)
    if process.name == "systemd":
        lay_out(tmp_path, {"/run/systemd/system": None})
    init = read_init_system(RunningFiles(str(tmp_path)), process)
    assert detect_loader(init) == loader
    assert init.runs
    assert not init.in_chroot


ID = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("mount", "in_container"),
    [
        pytest.param("/ / rw - overlay overlay rw,lowerdir=/a", True, id="docker"),
        pytest.param("/ / rw - fuse.fuse-overlayfs fuse-overlayfs rw", True, id="rootless docker"),
        pytest.param(f"/var/lib/docker/vfs/dir/{ID} / rw - ext4 /dev/vda rw", True, id="driver vfs"),
        pytest.param(f"/vfs/dir/{ID} / rw - ext4 /dev/vdb rw", True, id="driver vfs on a disk of its own"),
        pytest.param(f"/@/var/lib/docker/btrfs/subvolumes/{ID} / rw - btrfs /dev/vda rw", True, id="driver btrfs"),
        pytest.param(f"/ / rw - zfs pool/x/{ID} rw", True, id="driver zfs"),
        pytest.param(f"/rootfs / rw - xfs /dev/mapper/docker-8:1-12-{ID} rw", True, id="driver devicemapper"),
        pytest.param(
            "/var/lib/containerd/io.containerd.snapshotter.v1.native/snapshots/3 / rw - ext4 /dev/vda rw",
            True,
            id="snapshots of containerd",
        ),
        pytest.param("/ / rw - ext4 /dev/vda rw", False, id="a virtual machine that was made of an image of docker's"),
        pytest.param("/@ / rw - btrfs /dev/vda rw", False, id="such a machine with subvolumes"),
        pytest.param("/ / rw - zfs rpool/ROOT/debian rw", False, id="such a machine with data sets"),
        pytest.param("/ / rw - ext4 /dev/disk/by-uuid/6f0a7f1e-1f0c-4f0e-9b8a-0a1b2c3d4e5f rw", False, id="by a UUID"),
        pytest.param(f"/ostree/deploy/x/deploy/{ID}.0 / rw - xfs /dev/vda rw", False, id="such a machine of ostree's"),
        pytest.param("", False, id="mounts hidden"),
    ],
)
def test_mark_of_docker(tmp_path: Path, mount: str, in_container: bool) -> None:
    lay_out(tmp_path, {**SYSVINIT, "/.dockerenv": b""})
    root = Mounts(f"20 1 0:20 {mount}".encode()).root
    init = read_init_system(RunningFiles(str(tmp_path)), Process1("nginx", "/usr/sbin/nginx"), root=root)
    assert init.in_container is in_container
    assert detect_loader(init) == (None if in_container else "unknown")


@pytest.mark.parametrize(
    ("layout", "loader"),
    [
        pytest.param({"/bin/sh": b""}, None, id="without an init"),
        pytest.param({"/nix/var/nix/profiles/system/init": b""}, "unknown", id="NixOS"),
        pytest.param({**UNDER_WSL, **WITH_SYSTEMD}, "systemd-sysctl", id="for WSL, with systemd"),
        pytest.param({**UNDER_WSL, **WITHOUT_SYSTEMD}, "unknown", id="for WSL, without systemd"),
        pytest.param({"/sbin/init": "/usr/bin/dinit", "/usr/bin/dinit": b""}, "unknown", id="Chimera"),
        pytest.param({"/sbin/init": b"", "/etc/rcS.d/S01x": b""}, "unknown", id="sysvinit without such a script"),
        pytest.param({"/sbin/init": "/bin/busybox", "/bin/busybox": BUSYBOX}, None, id="BusyBox without such a script"),
        pytest.param({"/sbin/init": b"", "/sbin/openrc": b""}, None, id="OpenRC without such a script"),
        pytest.param(
            {
                "/sbin/init": "/bin/busybox",
                "/bin/busybox": BUSYBOX,
                "/etc/init.d/S02sysctl": b"for f in /etc/sysctl.d/*; do sysctl -p $f; done",
            },
            "unknown",
            id="Buildroot",
        ),
        pytest.param(
            {
                "/sbin/init": "/bin/busybox",
                "/bin/busybox": BUSYBOX,
                "/etc/inittab": b"::sysinit:/bin/mount -a\n::sysinit:/sbin/sysctl -p\n",
            },
            "unknown",
            id="BusyBox, by inittab",
        ),
        pytest.param(
            {
                "/sbin/init": "/bin/busybox",
                "/bin/busybox": BUSYBOX,
                "/etc/init.d/rcS": b"sysctl -p\n" + b"#" * (4 << 20),
            },
            "unknown",
            id="BusyBox, a script that is too large",
        ),
        pytest.param(
            {"/sbin/init": "/bin/busybox", "/bin/busybox": BUSYBOX, "/etc/init.d/sysctl": b"sysctl -p"},
            None,
            id="BusyBox, a script that it does not start",
        ),
    ],
)
def test_loader_of_an_image(tmp_path: Path, layout: Layout, loader: BootLoader | None) -> None:
    assert detect_loader(read_init_system(files_of(tmp_path, layout), None)) == loader


# What Alpine's and OpenWrt's scripts do, in fewer words.
ALPINE = b"""
for f in /lib/sysctl.d/*.conf \\
  /usr/lib/sysctl.d/*.conf; do
  [ -f /etc/sysctl.d/"${f##*/}" ] || sysctl $quiet -p "$f"  # not those that /etc has
done
for f in /etc/sysctl.d/*.conf; do sysctl $quiet -p "$f"; done
sysctl $quiet -p /etc/sysctl.conf
for f in /run/sysctl.d/*.conf; do sysctl $quiet -p "$f"; done
"""
OPENWRT = b"""
sysctl -qw vm.min_free_kbytes=1024
for CONF in /etc/sysctl.d/*.conf /etc/sysctl.conf; do
  [ -f "$CONF" ] && sysctl -e -p "$CONF" >&-
done
"""
OPENRC = b"""#!/sbin/openrc-run
start() {
  if sysctl -V >/dev/null 2>&1; then
    sysctl $quiet --system
  else
    grep = /etc/sysctl.conf | while read setting; do sysctl -w "$setting"; done
  fi
}
"""
ON_ALPINE: Layout = {
    "/sbin/init": "/bin/busybox",
    "/bin/busybox": BUSYBOX,
    "/sbin/sysctl": "/bin/busybox",
    "/sbin/openrc": b"",
}
ON_OPENWRT: Layout = {"/sbin/init": b"", "/bin/busybox": BUSYBOX, "/sbin/sysctl": "/bin/busybox"}


@pytest.mark.parametrize(
    ("layout", "loader"),
    [
        pytest.param({**ON_ALPINE, "/etc/runlevels/boot/sysctl": ALPINE}, "alpine", id="Alpine"),
        pytest.param({**ON_OPENWRT, "/etc/rc.d/S11sysctl": OPENWRT}, "openwrt", id="OpenWrt"),
        pytest.param({**ON_ALPINE, "/etc/runlevels/boot/sysctl": OPENRC}, "unknown", id="OpenRC's script, BusyBox"),
        pytest.param(
            {**ON_ALPINE, "/etc/runlevels/boot/sysctl": OPENRC, "/sbin/sysctl": PROCPS}, "procps", id="OpenRC's script"
        ),
        pytest.param(
            {**ON_ALPINE, "/etc/runlevels/boot/sysctl": ALPINE, "/sbin/sysctl": PROCPS},
            "unknown",
            id="with procps' sysctl",
        ),
        pytest.param(
            {**ON_ALPINE, "/etc/runlevels/boot/sysctl": ALPINE.replace(b"-p /etc/sysctl.conf", b"-p /etc/other")},
            "unknown",
            id="changed by hand",
        ),
        pytest.param(
            {
                **ON_OPENWRT,
                "/etc/rc.d/S11sysctl": OPENWRT.replace(b"/etc/sysctl.d/*.conf /etc/sysctl.conf", b"/etc/*.conf"),
            },
            "unknown",
            id="another order",
        ),
        *(
            pytest.param(
                {**RUNIT, "/sbin/sysctl": PROCPS, "/etc/runit/core-services/08-sysctl.sh": script}, "unknown", id=why
            )
            for script, why in (
                (b"for f in /run/sysctl.d/*.conf /etc/sysctl.d/*.conf; do sysctl -p $f; done", "Artix"),
                (b"for f in /etc/sysctl.d/*.conf; do ln -s $f /run/v; done\nsysctl -p /run/v/*", "an older Void"),
            )
        ),
        pytest.param(
            {
                "/sbin/init": "/bin/busybox",
                "/bin/busybox": BUSYBOX,
                "/sbin/sysctl": PROCPS,
                "/etc/init.d/S02sysctl": b"# not --system\nfind /etc/sysctl.d | while read f; do sysctl -p $f; done",
            },
            "unknown",
            id="Buildroot, with procps",
        ),
        *(
            pytest.param({**ON_ALPINE, "/etc/runlevels/boot/sysctl": script}, "unknown", id=why)
            for script, why in (
                (b"sysctl " * 9_000, "without a file"),  # each call up to the end of the line would take long
                (b"sysctl " * 600_000, "too long"),
            )
        ),
        *(
            pytest.param({**ON_ALPINE, "/etc/runlevels/boot/sysctl": ALPINE.replace(*change)}, "unknown", id=why)
            for change, why in (
                ((b"sysctl $quiet -p", b"echo sysctl $quiet -p"), "printed only"),
                ((b"sysctl $quiet -p", b"log sysctl $quiet -p"), "printed by a function"),
                ((b"sysctl $quiet -p /etc", b": sysctl $quiet -p /etc"), "discarded"),
                ((b"sysctl $quiet -p", b"true || sysctl $quiet -p"), "never"),
                ((b"sysctl $quiet -p /etc/sysctl.conf", b": <<E\nsysctl $quiet -p /etc/sysctl.conf\nE"), "in a text"),
                ((b"\nfor f in /lib", b"\napply() {\nfor f in /lib"), "in a function that does not end"),
                ((b"sysctl $quiet -p /etc", b"apply() { sysctl $quiet -p /etc/sysctl.conf; }; # /etc"), "not called"),
                ((b"\nfor", b"\nreturn 0\nfor"), "behind a return"),
                ((b"sysctl $quiet -p /etc", b"sysctl" + b" $quiet" * 40 + b" -p /etc"), "many options"),
                ((b"do sysctl", b"do case $f in *old*) continue;; esac; sysctl"), "not every file"),
            )
        ),
    ],
)
def test_loops_over_files(tmp_path: Path, layout: Layout, loader: BootLoader) -> None:
    assert detect_loader(read_init_system(files_of(tmp_path, layout), None)) == loader


@pytest.mark.parametrize(
    ("init", "searched"),
    [
        pytest.param(
            InitSystem(process_1="systemd", booted_with_systemd=True),
            "the boot is systemd's, and /usr/lib/systemd/systemd-sysctl or /lib/systemd/systemd-sysctl is not there, "
            "nor one beside process 1",
            id="systemd",
        ),
        pytest.param(
            InitSystem(process_1="init"),
            "no script for sysctl in /etc/rcS.d, /etc/rc2.d, /etc/rc.d/rcS.d, /etc/runit/core-services, /etc/rc.d "
            "applies files in a way that is known here",
            id="sysvinit",
        ),
        pytest.param(
            InitSystem(process_1="init", runs_openrc=True),
            "no script for sysctl in /etc/runlevels/sysinit, /etc/runlevels/boot, /etc/runlevels/default applies files "
            "in a way that is known here",
            id="OpenRC",
        ),
        pytest.param(InitSystem(process_1="dinit"), "process 1 (dinit) is no init that is known here", id="another"),
        pytest.param(InitSystem(), "process 1 (hidden) is no init that is known here", id="hidden"),
        pytest.param(
            InitSystem(process_1="systemd", booted_with_systemd=True, next_start="a says b"), "a says b", id="WSL"
        ),
    ],
)
def test_searched(init: InitSystem, searched: str) -> None:
    assert init.searched == searched


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


def test_digits_of_other_scripts_are_in_no_name(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/sbin/init": b"", "/etc/rcS.d/S\u0660\u0661procps": SCRIPT})
    assert read_init_system(files, None).scripts == ()


def test_boot_scripts_that_are_too_large_in_all(tmp_path: Path) -> None:
    """The tree of another system may have any number of them."""
    layout: Layout = {f"/etc/rcS.d/S0{number}procps": b"x" * (600 << 10) for number in range(3)}
    files = files_of(tmp_path, {"/sbin/init": b"", **layout})
    with pytest.raises(FileError) as failed:
        read_init_system(files, None)
    assert str(failed.value) == (
        "/etc/rcS.d/S02procps cannot be read: the files are larger than 1 MiB in all. Remove what does not belong "
        "there."
    )
