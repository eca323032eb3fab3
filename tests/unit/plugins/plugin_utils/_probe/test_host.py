# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import dataclasses
import stat

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import Process1
from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import TUNED_CONF
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.filesystem import Node, ProbedFileSystem
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost
from ansible_collections.linux.tcp.tests.unit.host import SYSTEMD

ROOT = "1 0 8:1 / / rw - ext4 x rw"
PROC = "2 1 0:5 / /proc {} - proc p {}"
SYS = "3 2 0:5 /sys /proc/sys {} - proc p rw"
FOLDERS = ("/", "/run", "/run/systemd", "/run/systemd/system", "/usr", "/usr/lib", "/usr/lib/systemd")


def folders_of(*paths: str) -> dict[str, Node]:
    return {path: Node(stat.S_IFDIR, is_whole=True) for path in paths}


def host_with(mounts: list[str], first: tuple[str, ...] = (), *, container: str = "") -> ProbedHost:
    nodes = folders_of(*FOLDERS)
    nodes["/usr/lib/systemd/systemd-sysctl"] = Node(stat.S_IFREG)
    own, other = (Mounts("".join(f"{line}\n" for line in lines).encode()) for lines in (mounts, first))
    return ProbedHost(
        files=Files(file_system=ProbedFileSystem(nodes, ())),
        runtime=Values(1, 2, 3),
        process_1=Process1("systemd", container=container),
        own_mounts=own,
        first_mounts=other,
        cmdline=b"quiet",
    )


@pytest.mark.parametrize(
    ("mounts", "writable"),
    [
        ([PROC.format("rw,nosuid", "rw")], True),
        ([PROC.format("rw", "rw"), SYS.format("ro,nosuid")], False),
        ([PROC.format("ro", "rw"), "3 2 0:5 /sys/net /proc/sys/net rw - proc p rw"], True),
        ([PROC.format("rw", "ro")], False),
        ([PROC.format("rw", "rw"), "3 2 0:9 / /proc/sysx ro - tmpfs t ro"], True),
        ([PROC.format("rw", "rw"), SYS.format("ro"), "4 2 0:5 / /proc rw - proc p rw"], True),
        ([SYS.format("ro").replace("3 2", "4 3"), SYS.format("rw"), PROC.format("rw", "rw")], False),
    ],
    ids=["one", "read-only", "writable below", "read-only itself", "another name", "mounted over", "twice"],
)
def test_what_was_probed(mounts: list[str], writable: bool) -> None:
    host = host_with([ROOT, *mounts])
    init = host.init_system()
    assert (init.process_1, init.proc_sys_writable) == ("systemd", writable)
    assert (host.values(), host.command_line(), host.hz()) == (Values(1, 2, 3), b"quiet", 1000)


@pytest.mark.parametrize(
    ("mounts", "first"),
    [
        ([], ()),
        ([ROOT], ()),
        (["x /proc"], ()),
        ([ROOT, PROC.format("rw", "rw")], ("1 0 8:2 / / rw - ext4 y rw",)),
    ],
    ids=["none", "no proc", "no mount", "a chroot"],
)
def test_inconclusive_mounts(mounts: list[str], first: tuple[str, ...]) -> None:
    for container in ("", "lxc"):
        with pytest.raises(InconclusiveProbeError):
            host_with(mounts, first, container=container).init_system()


@pytest.mark.parametrize(
    ("count", "is_in_doubt"), [pytest.param(60, False, id="few"), pytest.param(140, True, id="more than is read")]
)
def test_files_that_a_line_applies(count: int, is_in_doubt: bool) -> None:
    names = [f"{number}.conf" for number in range(count)]
    nodes = {f"/etc/x/{name}": Node(stat.S_IFREG, text=bytes(1 << 20)) for name in names[:1]}
    nodes.update({f"/etc/x/{name}": nodes["/etc/x/0.conf"] for name in names})
    nodes["/etc/x"] = Node(stat.S_IFDIR, is_whole=True, names=names)
    host = dataclasses.replace(
        host_with([ROOT]),
        files=Files(file_system=ProbedFileSystem({**folders_of("/", "/etc"), **nodes}, ())),
        rows=(("/etc/rc.local", 1, b"sysctl -p /etc/x/*.conf"),),
    )
    with pytest.raises(InconclusiveProbeError) if is_in_doubt else contextlib.nullcontext() as raised:
        assert [file.path for file in host.writers(SYSTEMD, Tree(())).tree.files] == [
            f"/etc/x/{name}" for name in sorted(names)
        ]
    if raised:
        assert str(raised.value) == "/etc/x/*.conf cannot be read"


@pytest.mark.parametrize("is_installed", [True, False])
def test_tuned_without_an_active_profile(*, is_installed: bool) -> None:
    """It chooses one itself, and the probe has not read what may start it."""
    nodes = {**folders_of("/", "/etc", "/etc/tuned"), "/etc/systemd/system": Node(stat.S_IFDIR)}
    if is_installed:
        nodes[TUNED_CONF] = Node(stat.S_IFREG, text=b"daemon = 1\n")
    host = dataclasses.replace(host_with([ROOT]), files=Files(file_system=ProbedFileSystem(nodes, ())))
    with pytest.raises(InconclusiveProbeError) if is_installed else contextlib.nullcontext():
        assert host.writers(SYSTEMD, Tree(())).candidates == []


def test_release_of_a_loader_is_not_probed() -> None:
    with pytest.raises(InconclusiveProbeError):
        host_with([]).version_of("procps")
