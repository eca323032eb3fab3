# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import (
    ENGINES,
    Made,
    Place,
    by_root,
    place_of,
    roots_of,
)

ID = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
HOST = "00112233445566778899aabbccddeeff" * 2
UID = "0f9b4f0e-8b6f-4c0c-9d0e-6f2a4b0d1c55"
UID_OF_SYSTEMD = UID.replace("-", "_")
HASH = "0123456789abcdef" * 2  # the UID of a pod that a file on the host defines


def place(**found: object) -> dict[str, object]:
    return {"unit": None, "engine": None, "container": None, "pod": None, "is_nested": False, **found}


@pytest.mark.parametrize(
    ("cgroup", "expected"),
    [
        pytest.param("", place(), id="no cgroups"),
        pytest.param("nonsense\n\n0::\n", place(), id="nonsense"),
        pytest.param("0::/\n", place(), id="the root"),
        pytest.param("0::/system.slice/nginx.service\n", place(unit="nginx.service"), id="unit"),
        pytest.param("0::/system.slice/_memory.service\n", place(unit="memory.service"), id="escaped unit"),
        pytest.param(
            "9:pids:/elsewhere.service\n1:name=systemd:/system.slice/cron.service\n",
            place(unit="cron.service"),
            id="unit, v1",
        ),
        pytest.param(
            f"0::/system.slice/docker-{ID}.scope\n",
            place(unit=f"docker-{ID}.scope", engine="docker", container=ID),
            id="docker, systemd",
        ),
        pytest.param(
            f"4:memory:/docker/{ID}\n1:name=systemd:/docker/{ID}\n",
            place(engine="docker", container=ID),
            id="docker, cgroupfs",
        ),
        pytest.param(
            f"0::/machine.slice/libpod-{ID}.scope/container\n",
            place(unit=f"libpod-{ID}.scope", engine="podman", container=ID),
            id="podman, systemd",
        ),
        pytest.param(f"0::/libpod_parent/libpod-{ID}\n", place(engine="podman", container=ID), id="podman, cgroupfs"),
        pytest.param(
            f"2:cpu:/\n0::/x/libpod_parent/libpod-{ID}/init.scope\n",
            place(engine="podman", container=ID),
            id="podman, init inside",
        ),
        pytest.param(
            f"0::/machine.slice/libpod-conmon-{ID}.scope\n",
            place(unit=f"libpod-conmon-{ID}.scope"),
            id="conmon is outside",
        ),
        pytest.param(
            f"0::/system.slice/web.service/libpod-payload-{ID}\n",
            place(unit="web.service", engine="podman", container=ID),
            id="podman, split by Quadlet",
        ),
        pytest.param(
            f"0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service/libpod-payload-{ID}/init.scope\n",
            place(unit="user@1000.service", engine="podman", container=ID),
            id="podman, split by a user's Quadlet, init inside",
        ),
        pytest.param(
            "0::/system.slice/web.service/runtime\n",
            place(unit="web.service"),
            id="monitor of podman, split by Quadlet",
        ),
        pytest.param("0::/libpod_parent/conmon\n", place(), id="monitor of podman"),
        pytest.param(f"0::/libpod_parent/{OTHER}/conmon\n", place(), id="monitor of podman in a pod"),
        pytest.param(
            f"0::/any/{OTHER}/libpod-{ID}\n",
            place(engine="podman", container=ID, pod=OTHER),
            id="pod of podman, elsewhere",
        ),
        pytest.param(f"3:cpu:/crio-conmon-{ID}.scope\n", place(), id="monitor of CRI-O"),
        pytest.param(
            f"0::/machine.slice/machine-libpod_pod_{OTHER}.slice/libpod-{ID}.scope/container\n",
            place(unit=f"libpod-{ID}.scope", engine="podman", container=ID, pod=OTHER),
            id="pod of podman, systemd",
        ),
        pytest.param(
            f"0::/own.slice/own-web.slice/own-web-libpod_pod_{OTHER}.slice/libpod-{ID}.scope\n",
            place(unit=f"libpod-{ID}.scope", engine="podman", container=ID, pod=OTHER),
            id="pod of podman, in a slice of its own",
        ),
        pytest.param(
            f"0::/libpod_parent/{OTHER}/libpod-{ID}\n",
            place(engine="podman", container=ID, pod=OTHER),
            id="pod of podman, cgroupfs",
        ),
        pytest.param(
            f"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{UID_OF_SYSTEMD}.slice/crio-{ID}.scope\n",
            place(unit=f"crio-{ID}.scope", engine="cri-o", container=ID, pod=UID),
            id="CRI-O",
        ),
        pytest.param(
            f"0::/kubepods.slice/kubepods-pod{HASH}.slice/cri-containerd-{ID}.scope\n",
            place(unit=f"cri-containerd-{ID}.scope", engine="containerd", container=ID, pod=HASH),
            id="containerd, systemd",
        ),
        pytest.param(
            "0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
            f"kubelet-kubepods-burstable-pod{UID_OF_SYSTEMD}.slice/cri-containerd-{ID}.scope\n",
            place(unit=f"cri-containerd-{ID}.scope", engine="containerd", container=ID, pod=UID),
            id="containerd, systemd, below a slice for the kubelet",
        ),
        pytest.param(
            f"0::/system.slice/containerd.service/kubelet-kubepods-pod{UID_OF_SYSTEMD}.slice:cri-containerd:{ID}\n",
            place(unit="containerd.service", engine="containerd", container=ID, pod=UID),
            id="containerd, colons, below a slice for the kubelet",
        ),
        pytest.param(
            f"11:cpu:/kubelet/kubepods/besteffort/pod{UID}/{ID}\n",
            place(container=ID, pod=UID),
            id="an engine of Kubernetes, below a folder for the kubelet",
        ),
        pytest.param(
            f"0::/kubelet.slice/pod{UID_OF_SYSTEMD}.slice/docker-{ID}.scope\n",
            place(unit=f"docker-{ID}.scope", engine="docker", container=ID),
            id="no pod of Kubernetes",
        ),
        pytest.param(
            f"0::/kubepods/burstable/pod{UID}/{ID}\n", place(container=ID, pod=UID), id="an engine of Kubernetes"
        ),
        pytest.param(
            f"0::/system.slice/containerd.service/kubepods-pod{UID_OF_SYSTEMD}.slice:cri-containerd:{ID}\n",
            place(unit="containerd.service", engine="containerd", container=ID, pod=UID),
            id="containerd, colons",
        ),
        pytest.param(
            f"0::/system.slice/nerdctl-{ID}.scope\n",
            place(unit=f"nerdctl-{ID}.scope", engine="containerd", container=ID),
            id="nerdctl",
        ),
        pytest.param("0::/default/web\n", place(), id="any name"),
        pytest.param("0::/lxc.payload.web\n", place(engine="lxc", container="web"), id="LXC"),
        pytest.param(
            "0::/lxc.payload.web/system.slice/ssh.service\n", place(engine="lxc", container="web"), id="unit in LXC"
        ),
        pytest.param("5:cpu:/lxc/web\n", place(engine="lxc", container="web"), id="LXC 3"),
        pytest.param("0::/lxc.monitor.web\n", place(), id="monitor of LXC"),
        pytest.param(
            "0::/machine.slice/machine-a\\x2db.scope/payload/system.slice/x.service\n",
            place(unit="machine-a\\x2db.scope", engine="nspawn", container="a-b"),
            id="nspawn",
        ),
        pytest.param(
            "0::/machine.slice/systemd-nspawn@a-b.service/payload\n",
            place(unit="systemd-nspawn@a-b.service", engine="nspawn", container="a-b"),
            id="nspawn as a service",
        ),
        pytest.param(
            "0::/machine.slice/machine-qemu\\x2d1\\x2dx.scope/libvirt/vcpu0\n",
            place(unit="machine-qemu\\x2d1\\x2dx.scope"),
            id="a virtual machine",
        ),
        pytest.param(
            f"0::/lxc.payload.web/docker/{ID}\n",
            place(engine="lxc", container="web", is_nested=True),
            id="docker in LXC",
        ),
        pytest.param(
            f"0::/docker/{OTHER}/kubepods/pod{UID}/{ID}\n",
            place(engine="docker", container=OTHER, is_nested=True),
            id="Kubernetes in docker",
        ),
        pytest.param(
            f"0::/machine.slice/libpod-{ID}.scope/container/lxc.payload.web\n",
            place(unit=f"libpod-{ID}.scope", engine="podman", container=ID, is_nested=True),
            id="the name of LXC in podman",
        ),
        pytest.param(
            f"0::/machine.slice/libpod-{ID}.scope/machine-web.scope/payload\n",
            place(unit=f"libpod-{ID}.scope", engine="podman", container=ID, is_nested=True),
            id="the name of nspawn in podman",
        ),
        pytest.param(
            f"0::/kubepods.slice/kubepods-pod{HASH}.slice/crio-{ID}.scope/kubepods/pod{UID}/docker/{OTHER}\n",
            place(unit=f"crio-{ID}.scope", engine="cri-o", container=ID, pod=HASH, is_nested=True),
            id="another pod in a pod",
        ),
        pytest.param(
            f"0::/docker/{OTHER}/libpod-{ID}\n",
            place(engine="docker", container=OTHER, is_nested=True),
            id="the name of podman in docker",
        ),
        pytest.param(
            f"1:name=systemd:/docker/{OTHER}\n0::/docker/{OTHER}/lxc.payload.web\n",
            place(engine="docker", container=OTHER, is_nested=True),
            id="in one hierarchy",
        ),
        pytest.param(f"0::/x/{ID}0\n0::/{ID[:-1]}\n", place(), id="other numbers"),
    ],
)
def test_place_of(cgroup: str, expected: dict[str, object]) -> None:
    found = place_of(cgroup, {}, by_root)
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.engine is None or found.engine in ENGINES


def test_parts_are_those_of_the_longest_path() -> None:
    assert place_of("3:cpu:/\n0::/default/web\n", {}, by_root) == Place(parts=("default", "web"))


@pytest.mark.parametrize(
    ("cgroup", "count", "expected"),
    [
        pytest.param(f"0::/a/docker-{ID}.scope\n", 2, place(engine="docker", container=ID, user=0), id="root's"),
        pytest.param(f"0::/a/docker-{ID}.scope\n", 1, place(engine="docker", container=ID, user=1000), id="a user's"),
        pytest.param(
            f"0::/docker/{OTHER}/docker/{ID}\n",
            2,
            place(engine="docker", container=OTHER, is_nested=True, user=0),
            id="made in a container",
        ),
        pytest.param("0::/a/nginx.service\n", 1, place(user=0), id="a user's unit"),
        pytest.param("0::/user@1000.service/nginx.service\n", 1, place(unit="user@1000.service"), id="root's unit"),
        pytest.param(
            f"1:cpu:/a/b/c/docker-{ID}.scope\n0::/libpod-{OTHER}\n",
            1,
            place(engine="podman", container=OTHER, user=0),
            id="both",
        ),
    ],
)
def test_cgroups_of_users(cgroup: str, count: int, expected: dict[str, object]) -> None:
    found = place_of(
        cgroup, {}, lambda _controllers, parts: Made(min(count, len(parts)), 1000 if count < len(parts) else 0)
    )
    assert {name: getattr(found, name) for name in expected} == {**expected, "unit": expected["unit"] or found.unit}


def test_deep_cgroups_cost_little() -> None:
    deep = "/a" * 100_000
    assert len(place_of(f"0::{deep}/docker/{ID}\n", {}, by_root).parts) <= 101
    assert place_of(f"0::{deep[:60]}/docker/{ID}\n", {}, by_root).container == ID


INSIDE = f"4:cpu:/libpod_parent/libpod-{OTHER}\n0::/libpod_parent/libpod-{OTHER}/init.scope\n"


@pytest.mark.parametrize(
    ("process_1", "cgroup", "expected"),
    [
        pytest.param("0::/init.scope\n", f"0::/docker/{ID}\n", place(engine="docker", container=ID), id="no container"),
        pytest.param("", f"0::/docker/{ID}\n", place(engine="docker", container=ID), id="not known"),
        pytest.param(INSIDE, INSIDE, place(unit="init.scope"), id="the host is a container"),
        pytest.param(
            INSIDE,
            f"4:cpu:/libpod_parent/libpod-{OTHER}/docker/{ID}\n0::/libpod_parent/libpod-{OTHER}\n",
            place(engine="docker", container=ID),
            id="a container in it",
        ),
        pytest.param(
            INSIDE,
            f"4:cpu:/libpod_parent/libpod-{OTHER}/libpod_parent/libpod-{OTHER}/payload\n",
            place(),
            id="its own path twice",
        ),
        pytest.param(
            f"0::/docker/{OTHER}/docker/{HOST}\n",
            f"0::/docker/{OTHER}/docker/{HOST}/docker/{ID}\n",
            place(engine="docker", container=ID),
            id="the host is a container in a container",
        ),
        pytest.param(
            INSIDE,
            f"0::/libpod_parent/libpod-{ID}\n",
            place(engine="podman", container=ID),
            id="a container beside it",
        ),
    ],
)
def test_host_that_is_a_container(process_1: str, cgroup: str, expected: dict[str, object]) -> None:
    found = place_of(cgroup, roots_of(process_1), by_root)
    assert {name: getattr(found, name) for name in expected} == expected
