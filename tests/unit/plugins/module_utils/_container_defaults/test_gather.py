# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.gather import (
    find_engines,
    has_own,
    read_configuration,
)
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.predict import predict
from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import Folder
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import files_of, lay_out, unprivileged

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Engine
    from ansible_collections.linux.tcp.tests.unit.host import Layout

PODMAN_D, CRIO_D = "/etc/containers/containers.conf.d", "/etc/crio/crio.conf.d"
LXC, LXC_D = "/usr/share/lxc/config", "/usr/share/lxc/config/common.conf.d"


@pytest.mark.parametrize(
    ("layout", "engines"),
    [
        pytest.param({}, (), id="none"),
        pytest.param(
            {
                "/usr/local/bin/k3s": b"",
                "/usr/bin/k0s": b"",
                "/opt/incus/bin/incusd": b"",
                "/usr/bin/systemd-nspawn": b"",
            },
            ("k3s", "k0s", "incus", "nspawn"),
            id="without defaults",
        ),
        pytest.param({"/usr/bin/podman": b"", "/usr/local/bin/crio": b""}, ("podman", "cri-o"), id="two"),
        pytest.param({"/usr/bin/lxc-start": b""}, ("lxc",), id="LXC"),
        pytest.param({LXC: None}, (), id="a folder that LXC's library brings"),
        pytest.param({"/usr/sbin/dockerd": b"", "/usr/bin/containerd": b""}, ("docker",), id="docker's containerd"),
        pytest.param({"/usr/bin/containerd": b""}, ("containerd",), id="containerd"),
        pytest.param({"/usr/local/bin/docker": b""}, (), id="docker's client only"),
        pytest.param({"/usr/bin": "/bin", "/bin/podman": b""}, ("podman",), id="behind a link"),
    ],
)
def test_engines(tmp_path: Path, layout: Layout, engines: tuple[str, ...]) -> None:
    assert find_engines(files_of(tmp_path, layout)) == engines


def test_an_engine_that_may_not_be_seen_is_not_taken_for_none(tmp_path: Path) -> None:
    lay_out(tmp_path, {"/usr/bin/podman": b""})
    (tmp_path / "usr/bin").chmod(0)
    with unprivileged(tmp_path) as root, pytest.raises(FileError) as failed:
        find_engines(Files(root))
    assert str(failed.value) == "/usr/bin/podman cannot be read: Permission denied. Run as root (become: true)."


@pytest.mark.parametrize(
    ("engine", "layout", "paths"),
    [
        pytest.param(
            "podman",
            {
                "/usr/share/containers/containers.conf": b"",
                f"{PODMAN_D}/.hidden.conf": b"",
                f"{PODMAN_D}/a.conf": b"",
                f"{PODMAN_D}/b.conf~": b"",
                "/root/.config/containers/containers.conf": b"",
                "/etc/containers/containers.rootful.conf.d/c.conf": b"",
            },
            [
                "/usr/share/containers/containers.conf",
                "/root/.config/containers/containers.conf",
                f"{PODMAN_D}/.hidden.conf",
                f"{PODMAN_D}/a.conf",
                "/etc/containers/containers.rootful.conf.d/c.conf",
            ],
            id="podman reads hidden files",
        ),
        pytest.param(
            "cri-o",
            {"/etc/crio/crio.conf": b"", f"{CRIO_D}/a~": b"", f"{CRIO_D}/b/c.conf": b"", f"{CRIO_D}/d": "/etc/crio"},
            ["/etc/crio/crio.conf", f"{CRIO_D}/a~", f"{CRIO_D}/b/c.conf", f"{CRIO_D}/d"],
            id="CRI-O reads all files, also of folders in the folder",
        ),
        pytest.param(
            "lxc",
            {
                **dict.fromkeys((f"{LXC}/common.conf", f"{LXC}/debian.common.conf", "/etc/lxc/default.conf"), b""),
                **dict.fromkeys((f"{LXC_D}/a.conf", f"{LXC_D}/README", f"{LXC_D}/.conf"), b""),
            },
            [f"{LXC}/common.conf", f"{LXC}/debian.common.conf", "/etc/lxc/default.conf", f"{LXC_D}/a.conf"],
            id="LXC",
        ),
    ],
)
def test_files(tmp_path: Path, engine: Engine, layout: Layout, paths: list[str]) -> None:
    found = read_configuration(files_of(tmp_path, layout), engine)
    assert ([file.path for file in found.files], found.doubts) == (paths, ())


def test_a_hidden_file_counts_for_cri_o_unless_this_run_removes_it(tmp_path: Path) -> None:
    own = Folder.hidden_name()
    files = files_of(tmp_path, {f"{CRIO_D}/{own}": b"", f"{CRIO_D}/.linux.tcp.1.tmp": b""})
    assert [file.path for file in read_configuration(files, "cri-o").files] == [f"{CRIO_D}/.linux.tcp.1.tmp"]


def test_a_folder_that_is_none_is_not_skipped(tmp_path: Path) -> None:
    (file,) = read_configuration(files_of(tmp_path, {PODMAN_D: b""}), "podman").files
    assert (file.path, file.kind) == (PODMAN_D, "unreadable")


@pytest.mark.parametrize(
    ("engine", "folder"),
    [("podman", PODMAN_D), ("cri-o", CRIO_D), ("cri-o", f"{CRIO_D}/a/b"), ("lxc", LXC_D), ("lxc", LXC)],
)
def test_what_is_too_much_is_not_known_and_our_file_is_read_nonetheless(
    tmp_path: Path, engine: Engine, folder: str
) -> None:
    files = files_of(tmp_path, {PATHS[engine]: b"# ours", f"{folder}/00.conf": b"#" * (1 << 20)})
    for number in range(1, 20):
        os.link(f"{tmp_path}{folder}/00.conf", f"{tmp_path}{folder}/{number:02}.conf")
    found = read_configuration(files, engine)
    assert sum(len(file.text) for file in found.files) < 6 << 20
    assert {file.reason for file in found.files} == {"", "the files are larger than 4 MiB in all"}
    assert found.own is not None
    assert found.own.text == b"# ours"
    assert predict(found).values == Values()


@pytest.mark.parametrize(
    ("engine", "path", "text", "line"),
    [
        pytest.param("podman", "/etc/environment", b"A=1\nCONTAINERS_CONF=/x\n", 2, id="the environment"),
        pytest.param("podman", "/etc/profile.d/x.sh", b"export CONTAINERS_CONF_OVERRIDE=/x", 1, id="a profile"),
        pytest.param(
            "podman",
            "/etc/systemd/system/podman.service.d/x.conf",
            b"[Service]\nEnvironment=CONTAINERS_CONF=/x",
            2,
            id="a unit",
        ),
        pytest.param("cri-o", "/etc/sysconfig/crio", b"CONTAINER_CONFIG_DIR=/x", 1, id="the environment of CRI-O"),
        pytest.param("cri-o", "/etc/default/crio", b'CRIO_OPTIONS="--default-sysctls x"', 1, id="its options"),
        pytest.param(
            "cri-o",
            "/usr/lib/systemd/system/crio.service",
            b"[Service]\nExecStart=/usr/bin/crio -c /x $OPTIONS",
            2,
            id="the short form",
        ),
    ],
)
def test_what_names_other_files(tmp_path: Path, engine: Engine, path: str, text: bytes, line: int) -> None:
    (doubt,) = read_configuration(files_of(tmp_path, {path: text}), engine).doubts
    assert (doubt.code, doubt.place) == ("other_files", (path, line))


@pytest.mark.parametrize(
    ("engine", "path", "text"),
    [
        pytest.param("podman", "/etc/environment", b"# CONTAINERS_CONF=/x\nMY_CONTAINERS_CONF=/x", id="a comment"),
        pytest.param(
            "cri-o",
            "/usr/lib/systemd/system/crio.service",
            b"[Service]\nExecStart=/usr/bin/crio $CRIO_CONFIG_OPTIONS --cni-config-dir /x",
            id="other options",
        ),
    ],
)
def test_what_does_not(tmp_path: Path, engine: Engine, path: str, text: bytes) -> None:
    assert read_configuration(files_of(tmp_path, {path: text}), engine).doubts == ()


TUNING = '{"plugins": [{"type": "bridge"}, {"type": "tuning",\n "sysctl": {%s}}]}'
CRIO_LIST = '[crio.runtime]\ndefault_sysctls = ["net.ipv4.tcp_keepalive_time=600"]\n'


@pytest.mark.parametrize(
    ("name", "text", "keys"),
    [
        pytest.param("x.conflist", TUNING % '"net.ipv4.tcp_keepalive_time": "60"', ["time"], id="another value"),
        pytest.param("x.conf", TUNING % '"net/ipv4/tcp_keepalive_time" : "60"', ["time"], id="slashes"),
        pytest.param("x.json", TUNING % '"net.ipv4.tcp_keepalive_intvl": "60"', ["intvl"], id="another key"),
        pytest.param(
            "x.conf",
            TUNING % '"net.ipv4.tcp_keepalive_time": "60", "net.ipv4.tcp_keepalive_probes":"5"',
            ["time", "probes"],
            id="two",
        ),
        pytest.param("x.conf", TUNING % '"net.ipv4.tcp_keepalive_time": "600"', [], id="the same value"),
        pytest.param("x.conf", TUNING % '"net.core.somaxconn": "500"', [], id="no key"),
        pytest.param("x.bak", TUNING % '"net.ipv4.tcp_keepalive_time": "60"', [], id="no network"),
        pytest.param(
            "x.conf", '{"type": "own", "x": {"net.ipv4.tcp_keepalive_time": "60"}}', [], id="no plugin that is known"
        ),
    ],
)
def test_networks_that_set_values_after_cri_o(tmp_path: Path, name: str, text: str, keys: list[str]) -> None:
    layout: Layout = {PATHS["cri-o"]: CRIO_LIST.encode(), f"/etc/cni/net.d/{name}": text.encode()}
    doubts = predict(read_configuration(files_of(tmp_path, layout), "cri-o")).doubts
    place = (f"/etc/cni/net.d/{name}", 2)
    assert [(one.code, one.key, one.place) for one in doubts] == [("in_some_containers", key, place) for key in keys]


def test_own_file(tmp_path: Path) -> None:
    files = files_of(tmp_path, {PATHS["podman"]: b""})
    assert [engine for engine in PATHS if has_own(files, engine)] == ["podman"]
