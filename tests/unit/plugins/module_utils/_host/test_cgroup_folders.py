# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.cgroup_folders import CgroupFolders
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Made
from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
from ansible_collections.linux.tcp.tests.unit.host import DISK, lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

USER = 1000
OF_USER = ("user.slice", "user@1000.service", "app", "docker-0")


@pytest.fixture
def cgroups(tmp_path: Path) -> CgroupFolders:
    """Hierarchies of both versions, in which a user has folders of his own."""
    if os.geteuid() != 0:
        pytest.skip("takes root, which gives folders to users")
    folders: dict[str, None] = {f"/{hierarchy}/{'/'.join(OF_USER)}": None for hierarchy in ("unified", "systemd")}
    lay_out(tmp_path, {**folders, "/cpu/docker/web": None, "/cpu/shared/web": None, "/pids/inside/web": None})
    lay_out(tmp_path, {"/cpu/of-root/web": None, "/cpu/of-all/web": None})
    for hierarchy in ("unified", "systemd"):
        for part in ("user.slice/user@1000.service", "user.slice/user@1000.service/app"):
            os.chown(tmp_path / hierarchy / part, USER, USER)
    (tmp_path / "cpu/shared").chmod(0o775)
    os.chown(tmp_path / "cpu/shared", 0, USER)
    (tmp_path / "cpu/of-root").chmod(0o775)
    (tmp_path / "cpu/of-all").chmod(0o757)
    lines = [
        DISK.decode(),
        f"30 20 0:40 / {tmp_path}/unified rw - cgroup2 cgroup2 rw\n",
        f"31 20 0:41 / {tmp_path}/systemd rw - cgroup cgroup rw,xattr,name=systemd\n",
        f"32 20 0:42 / {tmp_path}/cpu rw - cgroup cgroup rw,cpu,cpuacct\n",
        f"33 20 0:43 /docker/0 {tmp_path}/pids rw - cgroup cgroup rw,pids\n",
        f"34 20 0:44 / {tmp_path}/hidden rw - cgroup cgroup rw,memory\n",
        f"35 34 0:45 / {tmp_path}/hidden rw - tmpfs tmpfs rw\n",
    ]
    return CgroupFolders(Mounts("".join(lines).encode()))


@pytest.mark.parametrize(
    ("controllers", "parts", "expected"),
    [
        pytest.param("", (), Made(0, 0), id="the root"),
        pytest.param("", ("user.slice", "user@1000.service"), Made(2, 0), id="root's"),
        pytest.param("", OF_USER, Made(2, USER), id="a user's"),
        pytest.param("name=systemd", OF_USER, Made(2, USER), id="a user's, v1"),
        pytest.param("cpu,cpuacct", ("docker", "web"), Made(2, 0), id="two controllers"),
        pytest.param("cpu", ("docker", "web"), Made(2, 0), id="one of two"),
        pytest.param("cpu,cpuacct", ("shared", "web"), Made(1, None), id="of a group"),
        pytest.param("cpu,cpuacct", ("of-root", "web"), Made(2, 0), id="of root's group, as in a container of LXC"),
        pytest.param("cpu,cpuacct", ("of-all", "web"), Made(1, None), id="of all users"),
        pytest.param("cpu,cpuacct", ("gone", "web", "more"), Made(3, 0), id="gone"),
        pytest.param("cpu,cpuacct", ("..", "docker", "web"), Made(0, None), id="outside of its cgroup namespace"),
        pytest.param("pids", ("docker", "0", "inside", "web"), Made(4, 0), id="the root is a container"),
        pytest.param("pids", ("docker", "1"), Made(0, None), id="beside that container"),
        pytest.param("memory", ("docker", "0"), Made(0, None), id="hidden by another mount"),
        pytest.param("freezer", ("docker", "0"), Made(0, None), id="not mounted"),
        pytest.param("freezer", (), Made(0, 0), id="the root of what is not mounted"),
    ],
)
def test_made(cgroups: CgroupFolders, controllers: str, parts: tuple[str, ...], expected: Made) -> None:
    assert cgroups.made(controllers, parts) == expected
    assert cgroups.made(controllers, parts) == expected


def test_a_name_that_is_too_long(cgroups: CgroupFolders) -> None:
    assert cgroups.made("", ("x" * 5000, "y")) == Made(1, None)


def test_what_is_gone_below_a_folder_of_a_user_is_the_users(cgroups: CgroupFolders) -> None:
    assert cgroups.made("", (*OF_USER[:2], "gone", "docker-0")) == Made(2, USER)
