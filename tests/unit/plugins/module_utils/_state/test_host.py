# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.changes import ALL, ALL_TEXT, MARKER, REMOVE, ZZ
from ansible_collections.linux.tcp.tests.unit.host import DISK, TIME, Host, lay_out, look_at, make_host, make_kernel

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem

A = "/etc/sysctl.d/a.conf"


def test_an_image(tmp_path: Path) -> None:
    make_kernel(tmp_path / "proc")
    lay_out(
        tmp_path / "image",
        {"/usr/lib/systemd/systemd-sysctl": b"", "/sbin/init": "/lib/systemd/systemd", ZZ: TIME + b"=5"},
    )
    host = LocalHost(str(tmp_path / "image"), proc=str(tmp_path / "proc"))
    running = look_at(tmp_path / "proc")
    outcome = ensure(host, DesiredState(values=ALL, overrides="take_over"), check_mode=False)
    assert outcome.change.kernel_writes == {}
    assert outcome.after.boot.values == ALL
    assert outcome.after.runtime == Values()
    assert (tmp_path / f"image{DEFAULT_PATH}").read_bytes() == ALL_TEXT
    assert (tmp_path / f"image{ZZ}").read_bytes() == MARKER + TIME + b"=5"
    assert [part["after_header"] for part in outcome.change.diff()] == [DEFAULT_PATH, ZZ]
    ensure(host, REMOVE, check_mode=False)
    assert not (tmp_path / f"image{DEFAULT_PATH}").exists()
    assert look_at(tmp_path / "proc") == running


def test_root_is_closed(tmp_path: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))
    host = LocalHost(str(tmp_path))
    assert len(set(os.listdir("/proc/self/fd")) - before) == 1
    host.close()
    assert set(os.listdir("/proc/self/fd")) <= before


def chrooted(folder: Path, mounts: bytes | None) -> ChrootedHost:
    """Return a host in a chroot of a machine that runs; its own mounts are these."""
    make_host(folder, {"/usr/lib/systemd/systemd-sysctl": b"", A: TIME + b"=900\n"}, values=(600, 60, 20))
    (folder / "proc/self/mountinfo").unlink()
    if mounts is not None:
        lay_out(folder / "proc", {"self/mountinfo": mounts})
    return ChrootedHost(folder)


class ChrootedHost(Host):
    """A host that finds out by itself how the system boots."""

    def init_system(self) -> InitSystem:
        return LocalHost.init_system(self)


@pytest.mark.parametrize(
    "mounts",
    [
        pytest.param(b"40 20 7:0 / / rw - ext4 /dev/loop0 rw\n", id="an image"),
        pytest.param(b"40 20 0:22 / /proc rw - proc proc rw\n", id="a folder"),
        pytest.param(None, id="without proc"),
    ],
)
def test_a_chroot_is_a_tree_that_does_not_run(tmp_path: Path, mounts: bytes | None) -> None:
    snapshot = take_snapshot(chrooted(tmp_path, mounts))
    assert (snapshot.runs, snapshot.runtime, snapshot.runtime_writable) == (False, Values(), False)
    assert (snapshot.loader, snapshot.boot.values) == ("systemd-sysctl", Values(900, 75, 9))
    assert [note.code for note in snapshot.notes()] == ["chroot"]
    (tmp_path / "root/run").mkdir()
    lay_out(tmp_path / "root", {"/run/.containerenv": b"", "/run/systemd/system": None})
    assert take_snapshot(chrooted(tmp_path, mounts)).runs


def test_no_chroot(tmp_path: Path) -> None:
    host = chrooted(tmp_path, DISK)
    lay_out(tmp_path / "root", {"/run/systemd/system": None})
    snapshot = take_snapshot(host)
    assert (snapshot.runs, snapshot.runtime, snapshot.notes()) == (True, Values(600, 60, 20), [])
