# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.read_order import (
    depends_on_version,
    files_read,
    folders_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import RULES, SELECTABLE_LOADERS, rules_of
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES, SysctlFile, Tree

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import Kind

SYSTEMD: Loader = "systemd-sysctl"
PROCPS: Loader = "procps"
ALL_LOADERS: tuple[Loader, ...] = (SYSTEMD, PROCPS, "alpine", "openwrt")
# those of RHEL 8
OLD_PROCPS = rules_of(PROCPS, (3, 3, 15))
DOTTED = b"net.ipv4.tcp_keepalive_time"


def tree_of(*paths: str, kind: Kind = "file") -> Tree:
    return Tree(tuple(SysctlFile(path=path, target=path, kind=kind) for path in paths))


@pytest.mark.parametrize(
    ("loader", "paths", "expected"),
    [
        pytest.param(SYSTEMD, [], [], id="systemd: nothing"),
        pytest.param(PROCPS, [], [], id="procps: nothing"),
        *(
            pytest.param(
                loader,
                [f"/{folder}/sysctl.d/{name}.conf" for folder, name in zip(folders, "edcba")],
                [f"/{folder}/sysctl.d/{name}.conf" for folder, name in reversed(list(zip(folders, "edcba")))],
                id=f"{loader}: by name, whatever the directory",
            )
            for folders in [("etc", "run", "usr/local/lib", "usr/lib", "lib")]
            for loader in SELECTABLE_LOADERS
        ),
        *(
            pytest.param(loader, [f"{later}/a.conf", f"{first}/a.conf"], [f"{first}/a.conf"], id=f"{loader}: {why}")
            for loader in SELECTABLE_LOADERS
            for first, later, why in (
                ("/etc/sysctl.d", "/run/sysctl.d", "etc hides run"),
                ("/run/sysctl.d", "/usr/local/lib/sysctl.d", "run hides usr local"),
                ("/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "usr local hides usr"),
                ("/etc/sysctl.d", "/usr/lib/sysctl.d", "etc hides usr"),
                ("/usr/lib/sysctl.d", "/lib/sysctl.d", "usr hides lib"),
            )
        ),
        *(
            pytest.param(
                loader,
                [f"/etc/sysctl.d/{name}.conf" for name in ("é", "a", "_", "Z", "9-a", "10-a", "\udcff", "b c")],
                [f"/etc/sysctl.d/{name}.conf" for name in ("10-a", "9-a", "Z", "_", "a", "b c", "é", "\udcff")],
                id=f"{loader}: names in byte order",
            )
            for loader in SELECTABLE_LOADERS
        ),
        *(
            pytest.param(
                loader,
                [f"/etc/sysctl.d/{name}" for name in ("a", "a.conf~", "a.CONF", "a.conf.bak", "aconf", "b.conf")],
                ["/etc/sysctl.d/b.conf"],
                id=f"{loader}: suffix",
            )
            for loader in SELECTABLE_LOADERS
        ),
        *(
            pytest.param(
                loader,
                ["/etc/sysctl.d/below/a.conf", "/etc/a.conf", "/etc/sysctl.conf.d/a.conf", "/opt/sysctl.d/a.conf"],
                [],
                id=f"{loader}: other folders",
            )
            for loader in SELECTABLE_LOADERS
        ),
        pytest.param(SYSTEMD, ["/etc/sysctl.d/.x.conf", "/etc/sysctl.d/.conf"], [], id="systemd: hidden files"),
        pytest.param(
            PROCPS,
            ["/etc/sysctl.d/a.conf", "/etc/sysctl.d/.x.conf", "/etc/sysctl.d/.conf"],
            ["/etc/sysctl.d/.conf", "/etc/sysctl.d/.x.conf", "/etc/sysctl.d/a.conf"],
            id="procps: hidden files too",
        ),
        pytest.param(
            SYSTEMD,
            ["/etc/sysctl.conf", "/etc/sysctl.d/zz.conf"],
            ["/etc/sysctl.d/zz.conf"],
            id="systemd: without sysctl.conf",
        ),
        pytest.param(
            PROCPS,
            ["/etc/sysctl.conf", "/etc/sysctl.d/zz.conf", "/usr/lib/sysctl.d/~.conf"],
            ["/etc/sysctl.d/zz.conf", "/usr/lib/sysctl.d/~.conf", "/etc/sysctl.conf"],
            id="procps: sysctl.conf last",
        ),
        pytest.param(
            PROCPS,
            ["/etc/sysctl.d/sysctl.conf", "/etc/sysctl.conf"],
            ["/etc/sysctl.d/sysctl.conf", "/etc/sysctl.conf"],
            id="procps: a file of the same name does not hide sysctl.conf",
        ),
    ],
)
def test_files_read(loader: Loader, paths: list[str], expected: list[str]) -> None:
    assert [file.path for file in files_read(tree_of(*paths), rules_of(loader))] == expected


@pytest.mark.parametrize("loader", SELECTABLE_LOADERS)
@pytest.mark.parametrize(
    "hiding",
    [
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf"), id="empty file"),
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/dev/null", is_link=True), id="link to /dev/null"),
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/nowhere", kind="missing", is_link=True), id="dangling link"),
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf", kind="directory"), id="directory"),
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf", kind="unreadable"), id="unreadable"),
    ],
)
def test_a_file_hides_those_of_its_name(loader: Loader, hiding: SysctlFile) -> None:
    hidden = SysctlFile("/usr/lib/sysctl.d/a.conf", "/usr/lib/sysctl.d/a.conf", text=DOTTED + b"=5")
    assert files_read(Tree((hidden, hiding)), rules_of(loader)) == [hiding]


@pytest.mark.parametrize(
    ("kind", "is_read"),
    [
        pytest.param("file", True, id="file"),
        pytest.param("unreadable", True, id="unreadable, but root will read it"),
        pytest.param("directory", False, id="directory"),
        pytest.param("missing", False, id="dangling link"),
    ],
)
def test_files_read_sysctl_conf(kind: Kind, is_read: bool) -> None:
    tree = tree_of("/etc/sysctl.conf", kind=kind)
    assert files_read(tree, rules_of(PROCPS)) == (list(tree.files) if is_read else [])


@pytest.mark.parametrize("loader", ALL_LOADERS)
def test_each_folder_of_a_loader_is_read_and_no_other(loader: Loader) -> None:
    rules = rules_of(loader)
    for folder in DIRECTORIES:
        assert len(files_read(tree_of(f"{folder}/a.conf"), rules)) == (folder in folders_of(rules)), folder


@pytest.mark.parametrize("loader", ALL_LOADERS)
def test_dotfiles_are_read_by_procps_only(loader: Loader) -> None:
    assert len(files_read(tree_of("/etc/sysctl.d/.a.conf"), rules_of(loader))) == (loader == PROCPS)


@pytest.mark.parametrize(
    ("loader", "paths", "expected"),
    [
        pytest.param("alpine", ["/etc/sysctl.d/a.conf", "/usr/lib/sysctl.d/a.conf"], ["/etc"], id="by one in /etc"),
        pytest.param("alpine", ["/etc/sysctl.d/a.conf", "/run/sysctl.d/a.conf"], ["/run"], id="by one in /run"),
        pytest.param(
            "alpine", ["/lib/sysctl.d/a.conf", "/usr/lib/sysctl.d/a.conf"], ["/lib", "/usr/lib"], id="by no other"
        ),
        pytest.param("openwrt", ["/etc/sysctl.d/a.conf", "/run/sysctl.d/a.conf"], ["/etc"], id="of OpenWrt"),
    ],
)
def test_what_a_file_hides_from_a_script(loader: Loader, paths: list[str], expected: list[str]) -> None:
    found = [file.path[: -len("/sysctl.d/a.conf")] for file in files_read(tree_of(*paths), rules_of(loader))]
    assert found == expected


def test_old_procps_reads_run_first() -> None:
    paths = ["/etc/sysctl.d/a.conf", "/run/sysctl.d/a.conf", "/usr/lib/sysctl.d/a.conf"]
    for rules in RULES:
        first = "run" if rules == OLD_PROCPS else "etc"
        assert [file.path for file in files_read(tree_of(*paths), rules)] == [f"/{first}/sysctl.d/a.conf"]


@pytest.mark.parametrize(
    ("text", "by_systemd", "by_procps"),
    [
        pytest.param(b"# *\n" + DOTTED + b" = 5\nvm.swappiness = 5\n", False, False, id="plain"),
        pytest.param(b"net.ipv4.tcp_keepalive_* = 5\n", True, True, id="pattern"),
        pytest.param(
            b"net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n", False, False, id="pattern for others"
        ),
        pytest.param(b"-" + DOTTED + b"\n", True, True, id="exclusion"),
        pytest.param(b"-net.*\n", False, True, id="exclusion by a pattern, which procps 4.0.5 reads differently"),
        pytest.param(b"-net.ipv4.tcp\\_keepalive_time\n", False, True, id="exclusion by a backslash"),
        pytest.param(b"-net.ipv4.conf.*.rp_filter\n-kernel.*\n", False, False, id="exclusion by a pattern for others"),
        pytest.param(b"net/ipv4/../ipv4/tcp_keepalive_time=5\n", True, False, id="parent folder"),
        pytest.param(b"--" + DOTTED + b"=5\n", False, True, id="two dashes"),
        pytest.param(b"\x0b" + DOTTED + b"=5\n", False, True, id="vertical tab"),
    ],
)
def test_depends_on_version(text: bytes, by_systemd: bool, by_procps: bool) -> None:
    tree = Tree((SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf", text=text),))
    assert (depends_on_version(tree, SYSTEMD), depends_on_version(tree, PROCPS)) == (by_systemd, by_procps)


def test_depends_on_version_by_the_order_of_folders() -> None:
    tree = tree_of("/etc/sysctl.d/a.conf", "/run/sysctl.d/a.conf")
    assert (depends_on_version(tree, SYSTEMD), depends_on_version(tree, PROCPS)) == (False, True)


def test_depends_on_version_by_a_loop_of_links() -> None:
    loop = SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf", kind="missing", is_link=True)
    hidden = tree_of("/usr/lib/sysctl.d/a.conf").files
    for tree in (Tree((loop,)), Tree((loop, *hidden))):
        assert (depends_on_version(tree, SYSTEMD), depends_on_version(tree, PROCPS)) == (True, False)
