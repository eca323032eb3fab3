# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host import chroot
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.modules import keepalive_namespaces, keepalive_sockets
from ansible_collections.linux.tcp.tests.unit.host import DISK, files_of, lay_out
from ansible_collections.linux.tcp.tests.unit.module import runner

if t.TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.tests.unit.host import Layout

IMAGE = b"30 20 254:0 /mnt/image / rw - ext4 /dev/vda rw\n"
LAYERED = b"30 20 0:50 / / rw - overlay overlay rw\n"


@pytest.mark.parametrize(
    ("proc", "root", "expected"),
    [
        pytest.param({"self/mountinfo": DISK, "1/mountinfo": DISK}, {}, False, id="the root folder of process 1"),
        pytest.param({"self/mountinfo": IMAGE, "1/mountinfo": DISK}, {}, True, id="another one"),
        pytest.param({"self/mountinfo": DISK}, {}, False, id="process 1 is hidden"),
        pytest.param({}, {}, True, id="no /proc"),
        pytest.param(
            {"self/mountinfo": IMAGE, "1/mountinfo": DISK}, {"/run/.containerenv": b""}, False, id="a container"
        ),
        pytest.param(
            {"self/mountinfo": IMAGE, "1/mountinfo": DISK, "1/root/run": None},
            {"/run/systemd/container": b"podman\n"},
            False,
            id="a container that sees the root folder of its host",
        ),
        pytest.param(
            {"self/mountinfo": IMAGE, "1/mountinfo": DISK, "1/environ": b"a=b\0container=lxc\0"},
            {},
            True,
            id="another one in a container",
        ),
        pytest.param(
            {"self/mountinfo": IMAGE, "1/mountinfo": DISK, "1/root/run/.containerenv": b""},
            {"/run/.containerenv": b""},
            True,
            id="another one in a container, with its /run",
        ),
        pytest.param(
            {"self/mountinfo": IMAGE, "1/mountinfo": DISK, "1/root/run/.containerenv": b""},
            {"/run/.containerenv": b"", "/run/systemd/container": b""},
            False,
            id="a container that sees another one around it",
        ),
        pytest.param(
            {"self/mountinfo": LAYERED, "1/mountinfo": DISK}, {"/.dockerenv": b""}, False, id="a container of docker"
        ),
        pytest.param(
            {"self/mountinfo": LAYERED, "1/mountinfo": DISK, "1/root/.dockerenv": b""},
            {"/.dockerenv": b""},
            True,
            id="a copy of a container of docker in it",
        ),
        pytest.param(
            {"self/mountinfo": DISK, "1/mountinfo": DISK, "1/environ": b"container=lxc\0"}, {}, False, id="no other one"
        ),
    ],
)
def test_in_chroot(tmp_path: Path, proc: Layout, root: Layout, expected: bool) -> None:
    lay_out(tmp_path / "proc", {"1": None, **proc})
    files = files_of(tmp_path / "root", {"/etc": None, **root})
    assert chroot.in_chroot(files, Kernel(str(tmp_path / "proc"))) is expected


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("module", "what", "params"),
    [
        (keepalive_sockets, "connections", {"all": True}),
        (keepalive_namespaces, "network namespaces", {"all": True, "time": 600}),
    ],
    ids=["sockets", "namespaces"],
)
def test_what_is_of_the_machine_around_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: ModuleType,
    what: str,
    params: dict[str, t.Any],
    check_mode: bool,
) -> None:
    monkeypatch.setattr(chroot, "in_chroot", lambda *_arguments: True)
    result = runner(module.main, monkeypatch, capsys)(**params, check_mode=check_mode)
    assert result["failed"]
    assert result["msg"] == (
        "This is a chroot: its root folder is not that of process 1, or it has no /proc. This run would change "
        f"{what} of the machine around it. Run it outside of the chroot. Nothing was changed."
    )


def test_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Files] = []

    def in_chroot(files: Files, _kernel: Kernel) -> bool:
        kept.append(files)  # else it would be closed when nothing uses it any more
        return False

    monkeypatch.setattr(chroot, "in_chroot", in_chroot)
    before = set(os.listdir("/proc/self/fd"))
    chroot.require_no_chroot("connections")
    assert len(kept) == 1
    assert set(os.listdir("/proc/self/fd")) <= before
