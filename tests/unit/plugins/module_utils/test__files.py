# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import subprocess
import sys
import time
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._boot import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    InvalidPathError,
    LockedError,
)
from ansible_collections.linux.tcp.plugins.module_utils._files import LOCK_FILE, Files
from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import SysctlFile
from ansible_collections.linux.tcp.tests.unit.host import (
    in_own_namespaces,
    lay_out,
    look_at,
    make_host,
    needs_root,
    unprivileged,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import Version
    from ansible_collections.linux.tcp.tests.unit.host import Layout

D = "/etc/sysctl.d"


def files_of(root: Path, layout: Layout | None = None) -> Files:
    lay_out(root, layout or {})
    return Files(str(root))


def test_root_must_be_a_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, {"file": b""})
    for root in (f"{tmp_path}/nowhere", f"{tmp_path}/file", ""):
        with pytest.raises(InvalidPathError) as caught:
            Files(root)
        assert str(caught.value) == f"root is {root!r}, which is not a folder. Give the root folder of a system tree."


@pytest.mark.parametrize(
    ("root", "runs"),
    [
        pytest.param("/", True, id="root"),
        pytest.param("//", True, id="two slashes"),
        pytest.param("/etc/..", True, id="a way around"),
        pytest.param("/etc", False, id="another folder"),
    ],
)
def test_is_running_system(root: str, runs: bool) -> None:
    assert Files(root).is_running_system is runs


def test_a_link_to_the_root_is_the_running_system(tmp_path: Path) -> None:
    lay_out(tmp_path, {"link": "/"})
    assert Files(str(tmp_path / "link")).is_running_system


# Starts a process with another root folder, by pivot_root(2), and asks what the link to that is. Not by pivot_root(8),
# which newer releases of Debian have in a package of its own.
IN_ANOTHER_ROOT = """
import subprocess, sys
from ansible_collections.linux.tcp.plugins.module_utils._files import LOCK_FILE, Files

PIVOT = '''
import ctypes, os, sys
os.chdir(sys.argv[1])
os.mkdir("old")
assert ctypes.CDLL(None).pivot_root(b".", b"old") == 0
print("ready", flush=True)
sys.stdin.read()
'''
command = 'mount -t tmpfs tmpfs "$1" && exec "$2" -c "$3" "$1"'
process = subprocess.Popen(
    ["unshare", "--mount", "sh", "-c", command, "sh", sys.argv[1], sys.executable, PIVOT],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    universal_newlines=True,
)
assert process.stdout.readline() == "ready\\n"
files = Files("/proc/%d/root" % process.pid)
print(files.is_running_system, files.on_host("/etc") == "/proc/%d/root/etc" % process.pid)
process.communicate("")
"""


def test_the_root_of_a_container_is_not_the_running_system(tmp_path: Path) -> None:
    assert in_own_namespaces(IN_ANOTHER_ROOT, str(tmp_path)) == "False True\n"


@pytest.mark.parametrize(
    ("path", "resolved"),
    [
        pytest.param("/", "/", id="root"),
        pytest.param("/etc/a", "/etc/a", id="plain"),
        pytest.param("//etc/./a/", "/etc/a", id="superfluous parts"),
        pytest.param("/etc/nowhere/b", "/etc/nowhere/b", id="missing"),
        pytest.param("/absolute", "/etc/a", id="absolute link stays in the root"),
        pytest.param("/etc/relative", "/etc/a", id="relative link"),
        pytest.param("/folder/relative", "/etc/a", id="link to a folder"),
        pytest.param("/twice", "/etc/a", id="link to a link"),
        pytest.param("/dangling", "/nowhere/else", id="dangling link"),
        pytest.param("/folder/..", "/", id="parent of a link's target"),
        pytest.param("/../../etc/a", "/etc/a", id="above the root is the root"),
        pytest.param("/outside", "/outside-of-it", id="link that leads above the root"),
        pytest.param("/etc/a/b", "/etc/a/b", id="below a file"),
    ],
)
def test_resolve(tmp_path: Path, path: str, resolved: str) -> None:
    files = files_of(
        tmp_path,
        {
            "/etc/a": b"",
            "/absolute": "/etc/a",
            "/etc/relative": "../etc/a",
            "/folder": "etc",
            "/twice": "/absolute",
            "/dangling": "/nowhere/else",
            "/outside": "../../../outside-of-it",
        },
    )
    assert files.resolve(path) == resolved
    assert files.on_host(resolved) == f"{tmp_path}{resolved}"


def test_resolve_a_loop(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/a": "b", "/b": "a"})
    with pytest.raises(FileError) as caught:
        files.resolve("/a")
    assert str(caught.value) == "/a is a loop of links. Remove the link that leads back to itself."


def test_resolve_follows_as_many_links_as_the_kernel(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"/{number}": str(number + 1) for number in range(41)})
    assert files.resolve("/1") == "/41"  # 40 links
    with pytest.raises(FileError):
        files.resolve("/0")


def test_read_tree(tmp_path: Path) -> None:
    files = files_of(
        tmp_path,
        {
            "/etc/sysctl.conf": b"conf",
            f"{D}/99-sysctl.conf": "../sysctl.conf",
            f"{D}/b.conf": b"b",
            f"{D}/a.conf": b"a",
            f"{D}/.hidden.conf": b"hidden",
            f"{D}/README": b"no",
            f"{D}/a.conf~": b"no",
            f"{D}/dir.conf": None,
            f"{D}/null.conf": "/dev/null",
            f"{D}/gone.conf": "nowhere",
            f"{D}/loop.conf": "loop.conf",
            "/run/sysctl.d/a.conf": b"run",
            "/usr/local/lib/sysctl.d/c.conf": b"c",
            "/usr/lib/sysctl.d/d.conf": b"d",
            "/lib": "usr/lib",
            "/opt/sysctl.d/e.conf": b"no",
        },
    )
    assert files.read_tree().files == (
        SysctlFile(f"{D}/.hidden.conf", f"{D}/.hidden.conf", text=b"hidden"),
        SysctlFile(f"{D}/99-sysctl.conf", "/etc/sysctl.conf", text=b"conf", is_link=True),
        SysctlFile(f"{D}/a.conf", f"{D}/a.conf", text=b"a"),
        SysctlFile(f"{D}/b.conf", f"{D}/b.conf", text=b"b"),
        SysctlFile(f"{D}/dir.conf", f"{D}/dir.conf", kind="directory", reason="it is a folder"),
        SysctlFile(f"{D}/gone.conf", f"{D}/nowhere", kind="missing", reason="No such file or directory", is_link=True),
        SysctlFile(f"{D}/loop.conf", f"{D}/loop.conf", kind="missing", reason="it is a loop of links", is_link=True),
        SysctlFile(f"{D}/null.conf", "/dev/null", is_link=True),
        SysctlFile("/run/sysctl.d/a.conf", "/run/sysctl.d/a.conf", text=b"run"),
        SysctlFile("/usr/local/lib/sysctl.d/c.conf", "/usr/local/lib/sysctl.d/c.conf", text=b"c"),
        # once, although /lib leads there as well
        SysctlFile("/usr/lib/sysctl.d/d.conf", "/usr/lib/sysctl.d/d.conf", text=b"d"),
        SysctlFile("/etc/sysctl.conf", "/etc/sysctl.conf", text=b"conf"),
    )


@pytest.mark.parametrize(
    ("layout", "found"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({D: None}, [], id="empty folder"),
        pytest.param({"/lib/sysctl.d/a.conf": b""}, ["/lib/sysctl.d/a.conf"], id="lib apart from usr"),
        pytest.param({D: "/opt/d", "/opt/d/a.conf": b""}, [f"{D}/a.conf"], id="the folder is a link"),
        pytest.param({D: "/nowhere"}, [], id="the folder is a dangling link"),
        pytest.param({"/etc/sysctl.conf": "nowhere"}, ["/etc/sysctl.conf"], id="sysctl.conf is a dangling link"),
    ],
)
def test_read_tree_finds(tmp_path: Path, layout: Layout, found: list[str]) -> None:
    assert [file.path for file in files_of(tmp_path, layout).read_tree().files] == found


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        pytest.param({D: b"a file"}, "Not a directory", id="a file"),
        pytest.param(
            {D: "sysctl.d"},
            "/etc/sysctl.d is a loop of links. Remove the link that leads back to itself.",
            id="a loop of links",
        ),
    ],
)
def test_read_tree_with_a_folder_that_is_none(tmp_path: Path, folder: Layout, reason: str) -> None:
    assert files_of(tmp_path, folder).read_tree().files == (SysctlFile(D, D, kind="unreadable", reason=reason),)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(f"{D}/a.conf", SysctlFile(f"{D}/a.conf", f"{D}/a.conf", text=b"a"), id="plain"),
        pytest.param(
            "/etc/./sysctl.d//a.conf", SysctlFile(f"{D}/a.conf", f"{D}/a.conf", text=b"a"), id="spelled oddly"
        ),
        pytest.param(
            "/known/a.conf", SysctlFile(f"{D}/a.conf", f"{D}/a.conf", text=b"a"), id="by a link to the folder"
        ),
        pytest.param(
            "/lib/sysctl.d/new.conf",
            SysctlFile(
                "/usr/lib/sysctl.d/new.conf",
                "/usr/lib/sysctl.d/new.conf",
                kind="missing",
                reason="No such file or directory",
            ),
            id="by the name the loader uses",
        ),
        pytest.param(f"{D}/l.conf", SysctlFile(f"{D}/l.conf", "/opt/x", text=b"x", is_link=True), id="link"),
        pytest.param("/opt/x", SysctlFile("/opt/x", "/opt/x", text=b"x"), id="elsewhere"),
        pytest.param(
            "/opt/new",
            SysctlFile("/opt/new", "/opt/new", kind="missing", reason="No such file or directory"),
            id="missing",
        ),
        pytest.param(
            "/opt/x/y",
            SysctlFile("/opt/x/y", "/opt/x/y", kind="missing", reason="Not a directory"),
            id="below a file",
        ),
        pytest.param("/opt", SysctlFile("/opt", "/opt", kind="directory", reason="it is a folder"), id="folder"),
    ],
)
def test_read(tmp_path: Path, path: str, expected: SysctlFile) -> None:
    files = files_of(
        tmp_path,
        {
            f"{D}/a.conf": b"a",
            f"{D}/l.conf": "/opt/x",
            "/opt/x": b"x",
            "/known": "/etc/sysctl.d",
            "/usr/lib/sysctl.d": None,
            "/lib": "usr/lib",
        },
    )
    assert files.read(path) == expected


def test_read_what_is_no_regular_file(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    os.mkfifo(str(tmp_path / "pipe"))
    assert files.read("/pipe") == SysctlFile("/pipe", "/pipe", kind="unreadable", reason="it is not a regular file")


def test_read_a_huge_file(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/huge": b""})
    os.truncate(str(tmp_path / "huge"), (64 << 20) + 1)
    assert files.read("/huge") == SysctlFile("/huge", "/huge", kind="unreadable", reason="it is larger than 4 MiB")


def test_read_without_permission(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"secret", "/run/sysctl.d/b.conf": b""})
    (tmp_path / "etc/sysctl.d/a.conf").chmod(0)
    (tmp_path / "run/sysctl.d").chmod(0)
    with unprivileged(tmp_path) as root:
        found = Files(root).read_tree().files
    (tmp_path / "run/sysctl.d").chmod(0o755)
    assert found == (
        SysctlFile(f"{D}/a.conf", f"{D}/a.conf", kind="unreadable", reason="Permission denied"),
        SysctlFile("/run/sysctl.d", "/run/sysctl.d", kind="unreadable", reason="Permission denied"),
    )


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
    assert files.init_system(process_1="ours", proc_sys_writable=False) == expected


class RunningFiles(Files):
    """A tree that says that it runs."""

    @property
    def is_running_system(self) -> bool:
        return True


def test_init_system_of_the_running_system(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/sbin/init": "/lib/systemd/systemd", "/lib/systemd/systemd-sysctl": b""})
    init = RunningFiles(str(tmp_path)).init_system(process_1="bash", proc_sys_writable=False)
    assert init == InitSystem(
        process_1="bash",
        booted_with_systemd=os.path.isdir("/run/systemd/system"),
        has_systemd_sysctl=True,
        proc_sys_writable=False,
    )


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"{D}/a.conf", id="regular file"),
        pytest.param(f"{D}/new.conf", id="new file"),
        pytest.param(f"{D}/link.conf", id="link"),
        pytest.param(f"{D}/dangling.conf", id="dangling link whose file can be made"),
        pytest.param("/opt/new/a.conf", id="new folder"),
    ],
)
def test_editable(tmp_path: Path, path: str) -> None:
    files = files_of(
        tmp_path,
        {f"{D}/a.conf": b"", f"{D}/link.conf": "a.conf", f"{D}/dangling.conf": "new.conf", "/opt": None},
    )
    files.require_editable(files.read(path))


NULL = "hides every file of its name from the boot and cannot hold values. Remove the link, or give another path."


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param(f"{D}/null.conf", f"{D}/null.conf (a link to /dev/null) {NULL}", id="link to /dev/null"),
        pytest.param("/dev/null", f"/dev/null {NULL}", id="/dev/null"),
        pytest.param(D, f"{D} cannot be edited: it is a folder. Give the path of a regular file.", id="folder"),
        pytest.param(
            "/pipe", "/pipe cannot be edited: it is not a regular file. Give the path of a regular file.", id="pipe"
        ),
        pytest.param(
            "/to-pipe",
            "/to-pipe (a link to /pipe) cannot be edited: it is not a regular file. Give the path of a regular file.",
            id="link to a pipe",
        ),
        pytest.param(
            f"{D}/loop.conf",
            f"{D}/loop.conf cannot be edited: it is a loop of links. Give the path of a regular file.",
            id="loop",
        ),
        pytest.param(
            "/a/b/c.conf",
            "/a/b/c.conf cannot be made: /a is not a folder. Make it first, or correct path.",
            id="no folder",
        ),
        pytest.param(
            f"{D}/far.conf",
            f"{D}/far.conf (a link to /a/b/c.conf) cannot be made: /a is not a folder. Make it first, or correct path.",
            id="link to where there is no folder",
        ),
        pytest.param(
            f"{D}/a.conf/b.conf",
            f"{D}/a.conf/b.conf cannot be made: {D}/a.conf is not a folder. Make it first, or correct path.",
            id="below a file",
        ),
    ],
)
def test_not_editable(tmp_path: Path, path: str, message: str) -> None:
    files = files_of(
        tmp_path,
        {
            f"{D}/a.conf": b"",
            f"{D}/null.conf": "/dev/null",
            f"{D}/loop.conf": "loop.conf",
            f"{D}/far.conf": "/a/b/c.conf",
            "/to-pipe": "pipe",
        },
    )
    os.mkfifo(str(tmp_path / "pipe"))
    with pytest.raises(InvalidPathError) as caught:
        files.require_editable(files.read(path))
    assert str(caught.value) == message


def test_writable(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b""})
    before = look_at(tmp_path)
    files.require_writable(f"{D}/a.conf")
    files.require_writable(f"{D}/new.conf")
    files.require_writable("/etc/new/new.conf")
    assert look_at(tmp_path) == before


def test_not_writable(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"", "/opt": None})
    for folder in ("etc/sysctl.d", "opt"):
        (tmp_path / folder).chmod(0o555)
    with unprivileged(tmp_path) as root:
        files = Files(root)
        for target, folder in ((f"{D}/a.conf", D), (f"{D}/new.conf", D), ("/opt/new/new.conf", "/opt")):
            with pytest.raises(FileError) as caught:
                files.require_writable(target)
            assert str(caught.value) == (
                f"{target} cannot be written: {folder}: permission denied. Run as root (become: true)."
            )
            with pytest.raises(FileError) as caught:
                files.replace(target, b"", expected=b"" if target.endswith("a.conf") else None)
            assert str(caught.value) == f"{target} cannot be written: Permission denied. Run as root (become: true)."


ON_A_READ_ONLY_MOUNT = """
import subprocess, sys
from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._files import LOCK_FILE, Files

folder = sys.argv[1] + "/etc/sysctl.d"
subprocess.run(["mount", "--bind", folder, folder], check=True)
subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
files = Files(sys.argv[1])
target = "/etc/sysctl.d/a.conf"
for step in (lambda: files.require_writable(target), lambda: files.replace(target, b"", expected=b"kept")):
    try:
        step()
    except FileError as exc:
        print(exc)
"""


def test_a_read_only_mount(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"kept"})
    assert in_own_namespaces(ON_A_READ_ONLY_MOUNT, str(tmp_path)).splitlines() == [
        f"{D}/a.conf cannot be written: {D}: read-only file system. Mount it writable, or give another path.",
        f"{D}/a.conf cannot be written: Read-only file system.",
    ]
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == b"kept"


ON_A_FILE_THAT_IS_A_MOUNT = """
import subprocess, sys
from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._files import LOCK_FILE, Files

file = sys.argv[1] + "/etc/sysctl.d/a.conf"
subprocess.run(["mount", "--bind", file, file], check=True)
try:
    Files(sys.argv[1]).replace("/etc/sysctl.d/a.conf", b"", expected=b"kept")
except FileError as exc:
    print(exc)
"""


def test_a_file_that_is_a_mount(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"kept"})
    assert in_own_namespaces(ON_A_FILE_THAT_IS_A_MOUNT, str(tmp_path)) == (
        f"{D}/a.conf cannot be written: Device or resource busy. It is a mount of its own (a bind mount): "
        f"edit what is mounted there, or give another path.\n"
    )
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"kept"}


@pytest.mark.parametrize(
    ("layout", "target", "text", "expected"),
    [
        pytest.param({f"{D}": None}, f"{D}/a.conf", b"new", {f"{D}/a.conf 100644": b"new"}, id="new file"),
        pytest.param({f"{D}/a.conf": b"old"}, f"{D}/a.conf", b"new", {f"{D}/a.conf 100640": b"new"}, id="mode is kept"),
        pytest.param({f"{D}/a.conf": b"old"}, f"{D}/a.conf", b"", {f"{D}/a.conf 100640": b""}, id="emptied"),
        pytest.param({f"{D}/a.conf": b"old"}, f"{D}/a.conf", None, {}, id="removed"),
        pytest.param({"/etc": None}, f"{D}/a.conf", b"new", {f"{D}/a.conf 100644": b"new"}, id="new folder"),
    ],
)
def test_replace_and_undo(
    tmp_path: Path, layout: Layout, target: str, text: bytes | None, expected: dict[str, bytes]
) -> None:
    files = files_of(tmp_path, layout)
    for path in tmp_path.rglob("*.conf"):
        path.chmod(0o640)
    before = look_at(tmp_path)
    old = os.umask(0o077)
    try:
        undo = files.replace(target, text, expected=t.cast("bytes | None", layout.get(target)))
    finally:
        os.umask(old)
    assert look_at(tmp_path) == {"/etc": None, D: None, **expected}
    undo()
    assert look_at(tmp_path) == before


def test_a_new_folder_is_open_to_readers(tmp_path: Path) -> None:
    files = files_of(tmp_path, {"/etc": None})
    old = os.umask(0o077)
    try:
        files.replace(f"{D}/a.conf", b"", expected=None)
    finally:
        os.umask(old)
    assert stat.S_IMODE(os.stat(str(tmp_path / "etc/sysctl.d")).st_mode) == 0o755


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        pytest.param({f"{D}/a.conf": b"old"}, b"older", id="another content"),
        pytest.param({f"{D}/a.conf": b""}, None, id="made meanwhile"),
        pytest.param({"/etc": None}, b"", id="removed meanwhile"),
    ],
)
def test_replace_refuses_a_file_that_was_changed_meanwhile(
    tmp_path: Path, layout: Layout, expected: bytes | None
) -> None:
    files = files_of(tmp_path, layout)
    before = look_at(tmp_path)
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=expected)
    assert str(caught.value) == f"{D}/a.conf was changed by another program a moment ago. Run again."
    assert look_at(tmp_path) == before


def test_replace_puts_another_file_in_place(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    with open(str(tmp_path / "etc/sysctl.d/a.conf"), "rb") as reader:
        files.replace(f"{D}/a.conf", b"new", expected=b"old")
        assert reader.read() == b"old"
    assert os.listdir(str(tmp_path / "etc/sysctl.d")) == ["a.conf"]


@needs_root
def test_replace_keeps_the_owner(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = str(tmp_path / "etc/sysctl.d/a.conf")
    os.chown(path, 1234, 2345)
    os.chmod(path, 0o4604)
    before = os.stat(path)
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    after = os.stat(path)
    undo()
    undone = os.stat(path)
    for found in (before, after, undone):
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o4604)


def set_attribute(path: str, name: str, value: bytes) -> None:
    """Set an extended attribute; where the file system of the test has none, skip the test."""
    try:
        os.setxattr(path, name, value)
    except OSError as exc:
        pytest.skip(f"needs a file system that takes {name}: {exc.strerror}")


def test_replace_keeps_extended_attributes(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = str(tmp_path / "etc/sysctl.d/a.conf")
    set_attribute(path, "user.note", b"\x00\xff")
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.getxattr(path, "user.note") == b"\x00\xff"
    undo()
    assert os.getxattr(path, "user.note") == b"\x00\xff"


@needs_root
def test_replace_leaves_signatures_behind(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = str(tmp_path / "etc/sysctl.d/a.conf")
    set_attribute(path, "trusted.signature", b"of the old content")
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.listxattr(path) == []


def access_control_list(entries: list[tuple[int, int, int]]) -> bytes:
    """Return what linux/posix_acl_xattr.h says: version 2, then tag, rights and id of each entry."""
    return b"\x02\0\0\0" + b"".join(
        tag.to_bytes(2, "little") + rights.to_bytes(2, "little") + number.to_bytes(4, "little", signed=True)
        for tag, rights, number in entries
    )


# the owner, user 1234, the group, the mask, and all others
ENTRIES = [(0x01, 6, -1), (0x02, 4, 1234), (0x04, 4, -1), (0x10, 4, -1), (0x20, 0, -1)]


def test_replace_keeps_an_access_control_list(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    path = str(tmp_path / "etc/sysctl.d/a.conf")
    set_attribute(path, "system.posix_acl_access", access_control_list(ENTRIES))
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.getxattr(path, "system.posix_acl_access") == access_control_list(ENTRIES)


def test_replace_keeps_what_a_file_has_from_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {D: None})
    set_attribute(f"{tmp_path}{D}", "system.posix_acl_default", access_control_list(ENTRIES))
    files.replace(f"{D}/a.conf", b"old", expected=None)
    path = f"{tmp_path}{D}/a.conf"
    before = os.getxattr(path, "system.posix_acl_access")
    # such as a label that only the policy may set
    monkeypatch.setattr(os, "setxattr", Refusing(os.setxattr, 1, errno.EPERM))
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.getxattr(path, "system.posix_acl_access") == before


def test_replace_adds_no_access_control_list(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    set_attribute(f"{tmp_path}{D}", "system.posix_acl_default", access_control_list(ENTRIES))
    path = f"{tmp_path}{D}/a.conf"
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert os.listxattr(path) == []
    assert os.stat(path).st_mode & 0o777 == 0o644
    undo()
    assert os.listxattr(path) == []


class Refusing:
    """Stands for a function of ``os`` and answers with an error, from the call of that number on."""

    def __init__(self, real: t.Callable[..., t.Any], number: int, code: int) -> None:
        self.real, self.left, self.code = real, number, code

    def __call__(self, *arguments: t.Any, **named: t.Any) -> t.Any:
        self.left -= 1
        if self.left <= 0:
            raise OSError(self.code, os.strerror(self.code))
        return self.real(*arguments, **named)


@pytest.mark.parametrize(
    ("function", "code", "reason"),
    [
        pytest.param("fsync", errno.ENOSPC, "No space left on device. Make room on that file system.", id="disk full"),
        pytest.param("fsync", errno.EIO, "Input/output error.", id="disk broken"),
        pytest.param(
            "rename", errno.EPERM, "Operation not permitted. It may be immutable: see lsattr(1).", id="immutable"
        ),
        pytest.param("fchmod", errno.EPERM, "Operation not permitted. It may be immutable: see lsattr(1).", id="mode"),
    ],
)
@pytest.mark.parametrize(
    "layout",
    [pytest.param({f"{D}/a.conf": b"old"}, id="file there"), pytest.param({"/etc": None}, id="folder missing")],
)
def test_replace_fails_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: Layout, function: str, code: int, reason: str
) -> None:
    files = files_of(tmp_path, layout)
    before = look_at(tmp_path)
    monkeypatch.setattr(os, function, Refusing(getattr(os, function), 1, code))
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=t.cast("bytes | None", layout.get(f"{D}/a.conf")))
    assert str(caught.value) == f"{D}/a.conf cannot be written: {reason}"
    assert look_at(tmp_path) == before


def test_a_folder_that_cannot_be_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 2, errno.EINVAL))  # the first call is for the file
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"new"}
    monkeypatch.undo()
    undo()
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"old"}


def test_file_and_folder_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert synced == [(tmp_path / "etc/sysctl.d/a.conf").stat().st_ino, (tmp_path / "etc/sysctl.d").stat().st_ino]


def test_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{D}/a.conf": b"old"})
    (tmp_path / "etc/sysctl.d").chmod(0o333)
    with unprivileged(tmp_path) as root:
        Files(root).replace(f"{D}/b.conf", b"new", expected=None)
    assert (tmp_path / "etc/sysctl.d/b.conf").read_bytes() == b"new"


@pytest.mark.parametrize(
    "theirs",
    [pytest.param(b"theirs", id="another content"), pytest.param("/dev/null", id="a link in its place")],
)
def test_undo_leaves_what_another_program_wrote(tmp_path: Path, theirs: bytes | str) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    undo = files.replace(f"{D}/a.conf", b"new", expected=b"old")
    lay_out(tmp_path, {f"{D}/a.conf": theirs})
    with pytest.raises(FileError) as caught:
        undo()
    assert str(caught.value) == f"{D}/a.conf was changed by another program, and is left as it is now."


def test_undo_of_what_is_gone(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    (tmp_path / "etc").mkdir()
    undo = files.replace(f"{D}/a.conf", b"new", expected=None)
    (tmp_path / "etc/sysctl.d/a.conf").unlink()
    undo()
    assert look_at(tmp_path) == {"/etc": None}


def test_extended_attributes_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    monkeypatch.setattr(os, "listxattr", Refusing(os.listxattr, 1, errno.EIO))
    with pytest.raises(FileError) as caught:
        files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert str(caught.value) == f"{D}/a.conf cannot be written: Input/output error."
    monkeypatch.setattr(os, "listxattr", Refusing(os.listxattr, 1, errno.ENOTSUP))
    files.replace(f"{D}/a.conf", b"new", expected=b"old")
    assert (tmp_path / "etc/sysctl.d/a.conf").read_bytes() == b"new"


def test_backup_and_remove(tmp_path: Path) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    (tmp_path / "etc/sysctl.d/a.conf").chmod(0o600)
    copy = files.backup(f"{D}/a.conf")
    assert re.fullmatch(rf"{D}/a\.conf\.{os.getpid()}\.\d{{4}}-\d\d-\d\d@\d\d:\d\d:\d\d~", copy)
    assert look_at(tmp_path / "etc/sysctl.d") == {
        "/a.conf 100600": b"old",
        f"{copy[len(D) :]} 100600": b"old",
    }
    files.remove(copy)
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100600": b"old"}


def test_backup_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path, {f"{D}/a.conf": b"old"})
    monkeypatch.setattr(os, "fsync", Refusing(os.fsync, 1, errno.ENOSPC))
    with pytest.raises(FileError) as caught:
        files.backup(f"{D}/a.conf")
    assert re.fullmatch(
        rf"{D}/a\.conf\.\S+~ cannot be written: No space left on device\. Make room on that file system\.",
        str(caught.value),
    )
    assert look_at(tmp_path / "etc/sysctl.d") == {"/a.conf 100644": b"old"}


# Takes the lock of a folder, says so, and holds it until its input ends.
HOLD_LOCK = """
import sys
from ansible_collections.linux.tcp.plugins.module_utils._files import LOCK_FILE, Files

with Files(sys.argv[1]).lock():
    print("locked", flush=True)
    sys.stdin.read()
"""


def hold_lock(root: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(root)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    return holder


def test_the_lock_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path)
    with hold_lock(tmp_path) as holder:
        polls: list[float] = []

        def poll(seconds: float) -> None:
            polls.append(seconds)
            if len(polls) == 3:  # the other process ends meanwhile
                holder.communicate()

        monkeypatch.setattr(time, "sleep", poll)
        with files.lock():
            assert polls == [0.05] * 3
    with files.lock():  # it was given back
        assert len(polls) == 3


def test_the_lock_is_not_waited_for_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path)
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    with hold_lock(tmp_path), pytest.raises(LockedError) as caught, files.lock():
        pytest.fail("the lock was given twice")
    assert str(caught.value) == (
        f"Another run has held the lock of {tmp_path}/ for 30 seconds. "
        f"Find it with 'lslocks' or 'fuser -v {tmp_path}/', and run again once it has ended."
    )
    assert 30 < now[0] < 30.2


def test_the_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    with pytest.raises(ValueError, match=r"^oops$"), files.lock():
        raise ValueError("oops")
    with files.lock():
        pass


@needs_root
def test_the_lock_of_the_running_system_is_for_root_only(tmp_path: Path) -> None:
    host = make_host(tmp_path, {"/run": None})
    lock = tmp_path / f"root{LOCK_FILE}"
    with host.files.lock():
        assert lock.stat().st_mode & 0o7777 == 0o600
        with open(lock, "rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with open(lock, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_change_that_began_before_the_host_was_put_back_is_refused(tmp_path: Path) -> None:
    """As that of a run whose connection was cut while it waited."""
    files = make_host(tmp_path, {"/run": None}).files
    with files.lock("put back"):
        pass
    for reason in ("look", "put back"):
        with files.lock(reason):
            pass
    with pytest.raises(LockedError) as refused, files.lock():
        pytest.fail("the lock was given")
    assert str(refused.value) == "The host was put back while this run waited for it. Nothing was changed. Run again."
    with make_host(tmp_path).files.lock():
        pass


@pytest.mark.parametrize("text", ["", "soon", "9" * 30], ids=["empty", "text", "another boot"])
def test_what_the_lock_holds_may_be_of_others(tmp_path: Path, text: str) -> None:
    files = make_host(tmp_path, {LOCK_FILE: text.encode()}).files
    with files.lock():
        pass


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    host = make_host(tmp_path, {LOCK_FILE: "../victim"})
    with host.files.lock():
        assert not (tmp_path / "root/victim").exists()


def test_a_root_that_cannot_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"root": None})
    (tmp_path / "root").chmod(0o333)
    with unprivileged(tmp_path) as root, pytest.raises(LockedError) as caught, Files(f"{root}/root").lock():
        pytest.fail("the lock was given")
    assert str(caught.value).endswith("/root/ cannot be locked: Permission denied. Run as root (become: true).")
    monkeypatch.setattr(fcntl, "flock", Refusing(fcntl.flock, 1, errno.ENOLCK))
    with pytest.raises(LockedError) as caught, Files(str(tmp_path)).lock():
        pytest.fail("the lock was given")
    assert str(caught.value) == f"{tmp_path}/ cannot be locked: No locks available. Mend that file system."


@pytest.mark.parametrize("path", ["/etc/./sysctl.conf", "//etc/sysctl.conf", "/alias/sysctl.conf"])
def test_sysctl_conf_by_another_name(tmp_path: Path, path: str) -> None:
    files = files_of(tmp_path, {"/etc": None, "/alias": "etc"})
    assert files.read(path).path == "/etc/sysctl.conf"


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
    assert (files.version_of("systemd-sysctl"), files.version_of("procps")) == (systemd, procps)


def test_version_of_a_system_stays_within_its_root(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"outside/{LIBRARY}-239.so": b"", "root/lib": f"{tmp_path}/outside"})
    assert Files(str(tmp_path / "root")).version_of("systemd-sysctl") is None


def test_matching(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "/etc/cron.d/b": b"b",
            "/etc/cron.d/a": b"a",
            "/etc/cron.d/.hidden": b"",
            "/etc/cron.d/c~": b"",
            "/etc/cron.d/d.dpkg-dist": b"",
            "/etc/cron.d/folder": None,
            "/etc/cron.d/link": "/opt/x",
            "/etc/cron.d/nowhere": "/gone",
            "/opt/x": b"x",
            "/etc/loop": "loop",
            "/srv": "/etc",
        },
    )
    files = Files(str(tmp_path))

    def found(pattern: str) -> list[tuple[str, str, bytes]]:
        return [(file.path, file.target, file.text) for file in files.matching(pattern)]

    assert found("/etc/cron.d/*") == [
        ("/etc/cron.d/a", "/etc/cron.d/a", b"a"),
        ("/etc/cron.d/b", "/etc/cron.d/b", b"b"),
        ("/etc/cron.d/link", "/opt/x", b"x"),
    ]
    assert found("/srv/cron.*/[ab]") == [
        ("/srv/cron.d/a", "/etc/cron.d/a", b"a"),
        ("/srv/cron.d/b", "/etc/cron.d/b", b"b"),
    ]
    assert found("/opt/x") == [("/opt/x", "/opt/x", b"x")]
    for nothing in ("/opt/y", "/opt/x/*", "/gone/*", "/etc/loop/x", "/etc/loop/*", "/etc/cron.d/folder"):
        assert found(nothing) == []


def test_is_executable(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/a": b"", "/b": b""})
    (tmp_path / "b").chmod(0o700)
    files = Files(str(tmp_path))
    assert [files.is_executable(path) for path in ("/a", "/b", "/c")] == [False, True, False]


def test_credentials_are_read(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "/run/credentials/@system/sysctl.extra": b"1",
            "/etc/credstore/sysctl.extra": "/gone",
            "/usr/lib/credstore/sysctl.extra": None,
            "/etc/credstore.encrypted/sysctl.extra": b"secret",
            "/usr/lib/credstore.encrypted/sysctl.extra": None,
            "/run/credentials/@encrypted/sysctl.extra": b"secret",
            "/etc/credstore/sysctl.other": b"2",
            "/etc/credstore/other": b"3",
        },
    )
    found = [(file.path, file.kind, file.text, file.reason) for file in Files(str(tmp_path)).read_tree().files]
    assert found == [
        ("/run/credentials/@system/sysctl.extra", "file", b"1", ""),
        ("/etc/credstore/sysctl.extra", "missing", b"", "No such file or directory"),
        ("/etc/credstore/sysctl.other", "file", b"2", ""),
        ("/usr/lib/credstore/sysctl.extra", "directory", b"", "it is a folder"),
        ("/run/credentials/@encrypted/sysctl.extra", "unreadable", b"", "it is encrypted"),
        ("/etc/credstore.encrypted/sysctl.extra", "unreadable", b"", "it is encrypted"),
        ("/usr/lib/credstore.encrypted/sysctl.extra", "directory", b"", "it is a folder"),
    ]


def test_what_the_machine_hands_in_lasts(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/run/credentials/@system/sysctl.extra": b"1", "/run/credstore/sysctl.extra": b"2"})
    found = [file.path for file in Files(str(tmp_path)).read_tree().lasting().files]
    assert found == ["/run/credentials/@system/sysctl.extra"]


@pytest.mark.parametrize("path", ["/a\0b", "/etc/a\0b/c", "/\ud800"])
def test_what_cannot_be_a_name_is_not_there(tmp_path: Path, path: str) -> None:
    files = Files(str(tmp_path))
    assert files.read(path).kind == "missing"
    assert files.matching(path) == []


def test_devices_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(str(tmp_path / "pipe"))
    monkeypatch.setattr(os, "open", None)
    found = Files(str(tmp_path)).read("/pipe")
    assert (found.kind, found.reason) == ("unreadable", "it is not a regular file")
