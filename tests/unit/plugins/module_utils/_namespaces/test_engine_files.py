# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Made, Place, by_root, place_of
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_files import EngineFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Pod, Settings
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import files_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

ID = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
UID = "0f9b4f0e-8b6f-4c0c-9d0e-6f2a4b0d1c55"
DOCKER = f"/docker/{ID}"
PODMAN = f"/libpod_parent/libpod-{ID}"
CONTAINERD = f"/system.slice/cri-containerd-{ID}.scope"
KUBERNETES = f"/kubepods/burstable/pod{UID}/{ID}"
SYSCTLS = {"net.ipv4.tcp_keepalive_time": "60"}
TASKS = "/run/containerd/io.containerd.runtime.v2.task"
STORAGE = "/var/lib/containers/storage/overlay-containers"


def container(folder: Path, path: str, layout: Layout) -> Container | None:
    return EngineFiles(files_of(folder, layout)).container_at(place_of(f"0::{path}\n", {}, by_root))


def of(found: object) -> bytes:
    return json.dumps(found).encode()


def bundle(sysctl: object = None, **annotations: str) -> bytes:
    names = {name.replace("__", "/").replace("_", "."): value for name, value in annotations.items()}
    return of({"annotations": names, "linux": {"sysctl": sysctl, "readonlyPaths": ["/proc/sys"]}})


def docker(root: str = "/var/lib/docker", **more: object) -> Layout:
    host_config = {"Sysctls": SYSCTLS, "ReadonlyPaths": ["/proc/sys"]}
    return {
        f"{root}/containers/{ID}/config.v2.json": of({"Name": "/web", **more}),
        f"{root}/containers/{ID}/hostconfig.json": of(host_config),
    }


@pytest.mark.parametrize(
    ("path", "layout", "expected"),
    [
        pytest.param("/system.slice/x.service", {}, None, id="no container"),
        pytest.param(DOCKER, {}, Container(ID, "docker"), id="no files"),
        pytest.param(
            DOCKER,
            docker(),
            Container(
                ID, "docker", "web", None, Settings(f"/var/lib{DOCKER[:7]}/containers/{ID}/hostconfig.json", Values(60))
            ),
            id="docker",
        ),
        pytest.param(
            DOCKER,
            {**docker("/srv/docker"), "/etc/docker/daemon.json": of({"data-root": "/srv/docker/"})},
            Container(ID, "docker", "web", None, Settings(f"/srv/docker/containers/{ID}/hostconfig.json", Values(60))),
            id="docker elsewhere",
        ),
        pytest.param(
            DOCKER,
            docker("/var/snap/docker/common/var-lib-docker"),
            Container(
                ID,
                "docker",
                "web",
                None,
                Settings(f"/var/snap/docker/common/var-lib-docker/containers/{ID}/hostconfig.json", Values(60)),
            ),
            id="docker as a snap",
        ),
        pytest.param(
            DOCKER,
            {f"{TASKS}/moby/{ID}/config.json": bundle(SYSCTLS)},
            Container(ID, "docker", None, None, Settings(f"{TASKS}/moby/{ID}/config.json", Values(60))),
            id="docker, with its files in an unknown place",
        ),
        pytest.param(
            KUBERNETES,
            docker(Config={"Labels": {"io.kubernetes.pod.name": "web-7", "io.kubernetes.pod.namespace": "shop"}}),
            Container(
                ID,
                "docker",
                "web",
                Pod(UID, "web-7", "shop"),
                Settings(f"/var/lib/docker/containers/{ID}/hostconfig.json", Values(60)),
            ),
            id="docker for Kubernetes",
        ),
        pytest.param(
            PODMAN,
            {
                f"{STORAGE}/{ID}/userdata/config.json": bundle(SYSCTLS, io_container_manager="libpod"),
                f"{STORAGE}/containers.json": of([{"id": ID, "names": ["web"]}]),
            },
            Container(ID, "podman", "web", None, Settings(f"{STORAGE}/{ID}/userdata/config.json", Values(60))),
            id="podman",
        ),
        pytest.param(
            PODMAN,
            {
                "/etc/containers/storage.conf": b'[storage]\n  graphroot = "/srv/c"\n',
                f"/srv/c/vfs-containers/{ID}/userdata/config.json": bundle(io_container_manager="libpod"),
                "/run/containers/storage/vfs-containers/volatile-containers.json": of([{"id": ID, "names": ["web"]}]),
            },
            Container(ID, "podman", "web", None, Settings(f"/srv/c/vfs-containers/{ID}/userdata/config.json")),
            id="podman elsewhere, one that is removed when it ends",
        ),
        pytest.param(
            f"/kubepods.slice/kubepods-pod{UID.replace('-', '_')}.slice/crio-{ID}.scope",
            {
                f"/run/containers/storage/overlay-containers/{ID}/userdata/config.json": bundle(
                    io_kubernetes_pod_name="web-7",
                    io_kubernetes_container_name="web",
                    io_kubernetes_pod_namespace="shop",
                )
            },
            Container(
                ID,
                "cri-o",
                "web",
                Pod(UID, "web-7", "shop"),
                Settings(f"/run/containers/storage/overlay-containers/{ID}/userdata/config.json"),
            ),
            id="CRI-O",
        ),
        pytest.param(
            CONTAINERD,
            {f"{TASKS}/k8s.io/{ID}/config.json": bundle()},
            Container(ID, "containerd", None, None, Settings(f"{TASKS}/k8s.io/{ID}/config.json")),
            id="containerd",
        ),
        pytest.param(
            f"/default/{ID}",
            {f"/run/k3s/containerd/{TASKS[16:]}/default/{ID}/config.json": bundle(nerdctl__name="web")},
            Container(
                ID, "containerd", "web", None, Settings(f"/run/k3s/containerd/{TASKS[16:]}/default/{ID}/config.json")
            ),
            id="nerdctl on k3s",
        ),
        pytest.param(
            KUBERNETES,
            {f"/var/snap/microk8s/common{TASKS}/k8s.io/{ID}/config.json": bundle()},
            Container(
                ID,
                "containerd",
                None,
                Pod(UID),
                Settings(f"/var/snap/microk8s/common{TASKS}/k8s.io/{ID}/config.json"),
            ),
            id="containerd of MicroK8s",
        ),
        pytest.param(
            "/default/web",
            {f"{TASKS}/default/web/config.json": bundle(SYSCTLS)},
            Container("web", "containerd", "web", None, Settings(f"{TASKS}/default/web/config.json", Values(60))),
            id="containerd, any name",
        ),
        pytest.param("/default/web", {f"{TASKS}/default/other/config.json": bundle()}, None, id="no such name"),
        pytest.param("/../web", {"/run/containerd/web/config.json": bundle()}, None, id="a name that leads elsewhere"),
        pytest.param(KUBERNETES, {}, Container(ID, None, None, Pod(UID)), id="unknown engine"),
        pytest.param("/lxc.payload.web", {}, Container("web", "lxc", "web"), id="LXC"),
        pytest.param("/lxc.payload.web", {"/run/incus/web": None}, Container("web", "incus", "web"), id="Incus"),
        pytest.param("/lxc.payload.web-1", {"/var/lib/lxc/web": None}, Container("web-1", "lxc"), id="LXC, a number"),
        pytest.param("/lxc.payload.web-1", {"/run/incus/web": None}, Container("web-1", "lxc"), id="Incus, too"),
        pytest.param(
            "/lxc.payload.web-1",
            {"/var/lib/lxc/web": None, "/var/lib/lxc/web-1": None},
            Container("web-1", "lxc", "web-1"),
            id="LXC, a number of its own",
        ),
        pytest.param("/lxc.payload.web-1", {}, Container("web-1", "lxc", "web-1"), id="LXC in a folder elsewhere"),
        pytest.param("/lxc.payload...", {"/run/incus": None}, Container("..", "lxc", ".."), id="LXC, no name"),
        pytest.param("/machine.slice/machine-web.scope/payload", {}, Container("web", "nspawn", "web"), id="nspawn"),
        pytest.param(
            f"/lxc.payload.x{DOCKER}", docker(), Container("x", "lxc", "x"), id="the id of another container in one"
        ),
        pytest.param(f"{DOCKER}/lxc.payload.x", docker(), Container(ID, "docker", "web"), id="another name in one"),
        pytest.param(
            f"/default/web{DOCKER}",
            {**docker(), f"{TASKS}/default/web/config.json": bundle(SYSCTLS)},
            Container("web", "containerd", "web"),
            id="another id in a container of any name",
        ),
        pytest.param(
            "/default/web/default/x",
            {f"{TASKS}/default/{name}/config.json": bundle() for name in ("web", "x")},
            Container("web", "containerd", "web", None, Settings(f"{TASKS}/default/web/config.json")),
            id="any name in a container of any name",
        ),
        pytest.param(
            f"/any/{ID}/libpod-{OTHER}",
            {**docker(), f"{STORAGE}/containers.json": of([{"id": OTHER, "names": ["x"]}])},
            Container(ID, "docker", "web"),
            id="what looks like a pod is a container",
        ),
    ],
)
def test_container_at(tmp_path: Path, path: str, layout: Layout, expected: Container | None) -> None:
    assert container(tmp_path, path, layout) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web", Container("web", "incus", "web")),
        ("web-1", Container("web-1", "lxc", "web-1")),
        ("other", Container("web-1", "lxc")),
        (None, Container("web-1", "lxc")),
    ],
)
def test_container_of_lxc_by_the_name_of_its_monitor(tmp_path: Path, name: str | None, expected: Container) -> None:
    files = files_of(tmp_path, {"/run/incus/web": None})
    assert EngineFiles(files).named(Container("web-1", "lxc"), name) == expected


@pytest.mark.parametrize("path", [DOCKER, PODMAN, CONTAINERD, KUBERNETES, f"/x/{ID}", "/lxc.payload.web"])
@pytest.mark.parametrize("user", [1000, None])
def test_container_of_a_user_lends_no_name(tmp_path: Path, path: str, user: int | None) -> None:
    layout = {
        **docker(),
        f"{STORAGE}/{ID}/userdata/config.json": bundle(SYSCTLS),
        f"{STORAGE}/containers.json": of([{"id": ID, "names": ["web"]}]),
        f"{TASKS}/default/{ID}/config.json": bundle(SYSCTLS, nerdctl__name="web"),
    }
    place = place_of(f"0::{path}\n", {}, lambda _controllers, _parts: Made(0, user))
    found = EngineFiles(files_of(tmp_path, layout)).container_at(place)
    assert found == Container("web" if "lxc" in path else ID, place.engine, user=user)


def test_names_of_containerd_in_cgroups_of_a_user(tmp_path: Path) -> None:
    layout = {f"{TASKS}/default/web/config.json": bundle(SYSCTLS)}
    place = place_of("0::/user/default/web\n", {}, lambda _controllers, _parts: Made(1, 1000))
    assert EngineFiles(files_of(tmp_path, layout)).container_at(place) is None


def test_what_looks_like_a_pod_of_a_user_is_no_container_of_root(tmp_path: Path) -> None:
    place = place_of(f"0::/user/{ID}/libpod-{OTHER}\n", {}, lambda _controllers, _parts: Made(1, 1000))
    found = EngineFiles(files_of(tmp_path, docker())).container_at(place)
    assert found == Container(OTHER, "podman", user=1000)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b"null"], ids=["", "list", "cut", "bytes", "deep", "null"]
)
def test_files_of_another_shape_tell_nothing(tmp_path: Path, content: bytes) -> None:
    layout = {
        f"/var/lib/docker/containers/{ID}/config.v2.json": content,
        f"{STORAGE}/{ID}/userdata/config.json": content,
        f"{STORAGE}/containers.json": content,
        f"{TASKS}/moby/{ID}/config.json": content,
        "/etc/docker/daemon.json": content,
    }
    for path, engine in ((DOCKER, "docker"), (PODMAN, "podman"), (CONTAINERD, "containerd"), (f"/x/{ID}", None)):
        assert container(tmp_path, path, layout) == Container(ID, engine)


def test_pipes_do_not_hold_it_up(tmp_path: Path) -> None:
    folder = tmp_path / f"var/lib/docker/containers/{ID}"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "config.v2.json")
    assert container(tmp_path, DOCKER, {}) == Container(ID, "docker")


def test_each_container_is_read_once(tmp_path: Path) -> None:
    files = files_of(tmp_path, docker())
    engines, place = EngineFiles(files), Place(engine="docker", container=ID)
    first = engines.container_at(place)
    (tmp_path / f"var/lib/docker/containers/{ID}/config.v2.json").unlink()
    assert engines.container_at(place) is first
