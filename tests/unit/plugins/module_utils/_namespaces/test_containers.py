# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import Made
from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._host.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.containers import container_finder, local_processes
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_files import EngineFiles
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.tests.unit.host import files_of, lay_out

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout

ID, HOST = "0123456789abcdef" * 4, "fedcba9876543210" * 4
STATUS = b"Name:\tx\nUid:\t0\t0\t0\t0\nVmSize:\t 1 kB\nThreads:\t1\n"


@pytest.mark.parametrize(
    ("cgroup", "expected"),
    [
        pytest.param(
            f"0::/docker/{ID}\n", {"id": ID, "name": "web", "engine": "docker", "pod": None}, id="named by its engine"
        ),
        pytest.param("0::/lxc.payload.a\n", {"id": "a", "name": "a", "engine": "lxc", "pod": None}, id="LXC"),
        pytest.param("0::/system.slice/x.service\n", None, id="none"),
        pytest.param(f"0::/docker/{HOST}/init.scope\n", None, id="the host, which is a container"),
        pytest.param(
            f"0::/docker/{HOST}/docker/{ID}\n",
            {"id": ID, "name": "web", "engine": "docker", "pod": None},
            id="in a host that is a container",
        ),
    ],
)
def test_container_of_a_process(tmp_path: Path, cgroup: str, expected: dict[str, str | None] | None) -> None:
    layout = {f"/var/lib/docker/containers/{ID}/config.v2.json": b'{"Name": "/web"}'}
    proc = tmp_path / "proc"
    lay_out(
        proc,
        {
            "7/status": STATUS,
            "7/cgroup": cgroup.encode(),
            "7/ns/net": "net:[1]",
            "1/cgroup": f"0::/docker/{HOST}\n".encode(),
        },
    )
    processes = Processes(str(proc))
    processes.container_of = container_finder(EngineFiles(files_of(tmp_path / "root", layout)))
    process = processes.read(7)
    assert process is not None
    found = process.as_dict()["container"]
    assert (found and {name: found[name] for name in expected or {}}) == expected


@pytest.mark.parametrize(("path", "unit"), [("/default/web", None), ("/system.slice", "nginx.service")])
def test_unit_below_the_cgroup_of_a_container_of_any_name(tmp_path: Path, path: str, unit: str | None) -> None:
    config = "run/containerd/io.containerd.runtime.v2.task/default/web/config.json"
    lay_out(tmp_path, {"7/cgroup": f"0::{path}/nginx.service\n".encode(), config: b'{"linux": {}}'})
    process = Process(
        7, "x", 0, 1, str(tmp_path / "7"), container_of=container_finder(EngineFiles(files_of(tmp_path, {})))
    )
    assert process.unit == unit


def test_local_processes() -> None:
    before = os.listdir("/proc/self/fd")
    with local_processes() as processes:
        assert processes.proc == "/proc"
        assert len(os.listdir("/proc/self/fd")) == len(before) + 1
    assert os.listdir("/proc/self/fd") == before


def test_container_that_a_user_claims(tmp_path: Path) -> None:
    layout = {f"/var/lib/docker/containers/{ID}/config.v2.json": b'{"Name": "/web"}'}
    lay_out(tmp_path, {"7/cgroup": f"0::/user/docker-{ID}.scope\n".encode()})
    process = Process(
        7,
        "x",
        1000,
        1,
        str(tmp_path / "7"),
        container_of=container_finder(EngineFiles(files_of(tmp_path / "root", layout))),
        makers=lambda _controllers, _parts: Made(1, 1000),
    )
    assert process.container == Container(ID, "docker", user=1000)
    assert not any(Filters.from_options({"containers": [name]}).take_process(process) for name in ("web", ID, "*"))


@pytest.mark.parametrize(
    ("cgroup", "layout", "identity"),
    [
        pytest.param("/lxc.payload.web", {}, "web", id="LXC"),
        pytest.param(
            "/default/web",
            {"/run/containerd/io.containerd.runtime.v2.task/default/web/config.json": b'{"linux": {}}'},
            "web",
            id="containerd, any name",
        ),
    ],
)
@pytest.mark.parametrize("later", [b"0::/elsewhere\n", None], ids=["moved", "ended"])
def test_container_of_a_process_that_has_left_its_cgroup(
    tmp_path: Path, cgroup: str, layout: Layout, identity: str, later: bytes | None
) -> None:
    file = tmp_path / "7/cgroup"
    lay_out(tmp_path, {"7/cgroup": f"0::{cgroup}\n".encode()})
    process = Process(
        *(7, "x", 0, 1, str(tmp_path / "7")),
        container_of=container_finder(EngineFiles(files_of(tmp_path, layout))),
    )
    assert process.cgroup
    file.unlink()
    if later:
        file.write_bytes(later)
    assert process.container is not None
    assert (process.container.id, process.container.user) == (identity, None)
    assert not Filters.from_options({"containers": [identity]}).take_process(process)
