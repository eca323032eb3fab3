# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import (
    DISK,
    INTVL,
    NOTHING,
    PROCPS,
    SYSTEMD,
    TIME,
    Host,
    lay_out,
    make_host,
    make_kernel,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.tests.unit.host import Layout

A, CONF = "/etc/sysctl.d/a.conf", "/etc/sysctl.conf"
LOST = "What is written there is gone after a reboot, and what the next boot finds there cannot be known."
ON_OVERLAY = "an overlay whose upper layer (/media/root-rw/overlay) is on a tmpfs"
OVERLAY = (
    b"20 1 0:30 / / rw - overlay overlayroot rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/x\n"
    b"22 20 0:31 / /media/root-rw rw - tmpfs tmpfs-root rw\n"
)


def mounted(point: str, kind: str = "tmpfs") -> bytes:
    return DISK + f"30 20 0:30 / {point} rw - {kind} {kind} rw\n".encode()


@pytest.mark.parametrize(
    ("mounts", "layout", "init", "values", "doubts"),
    [
        pytest.param(
            mounted("/etc/sysctl.d"),
            {A: TIME + b"=600\n"},
            SYSTEMD,
            Values(7200, 75, 9),
            [("/etc/sysctl.d", "/etc/sysctl.d is on a tmpfs, mounted at /etc/sysctl.d.")],
            id="tmpfs",
        ),
        pytest.param(
            mounted("/etc"),
            {A: TIME + b"=600\n", "/usr/lib/sysctl.d/b.conf": INTVL + b"=5\n"},
            SYSTEMD,
            Values(7200, 5, 9),
            [("/etc/sysctl.d", "/etc/sysctl.d is on a tmpfs, mounted at /etc.")],
            id="tmpfs above, another file stays",
        ),
        pytest.param(
            mounted("/etc"),
            {CONF: TIME + b"=600\n"},
            PROCPS,
            Values(7200, 75, 9),
            [("/etc/sysctl.d", "/etc/sysctl.d, /etc are on a tmpfs, mounted at /etc.")],
            id="sysctl.conf",
        ),
        pytest.param(
            mounted(A),
            {A: TIME + b"=600\n"},
            SYSTEMD,
            Values(7200, 75, 9),
            [(A, f"{A} is on a tmpfs, mounted at {A}.")],
            id="one file",
        ),
        pytest.param(
            mounted("/mnt"),
            {A: "/mnt/x", "/mnt/x": TIME + b"=600\n", f"/usr/lib{A[4:]}": TIME + b"=5\n"},
            SYSTEMD,
            Values(7200, 75, 9),
            [("/mnt", "/mnt is on a tmpfs, mounted at /mnt.")],
            id="a link onto tmpfs, which still hides another file",
        ),
        pytest.param(
            mounted("/mnt"),
            {"/etc/sysctl.d": "/mnt/d", "/mnt/d/a.conf": TIME + b"=600\n"},
            SYSTEMD,
            Values(7200, 75, 9),
            [("/etc/sysctl.d", "/etc/sysctl.d is on a tmpfs, mounted at /mnt.")],
            id="the folder is a link onto tmpfs",
        ),
        pytest.param(
            OVERLAY,
            {A: TIME + b"=600\n", "/media/root-rw/overlay": None},
            SYSTEMD,
            Values(None, 75, 9),
            [
                (
                    "/etc/sysctl.d",
                    f"/etc/sysctl.d, /usr/lib/sysctl.d are on {ON_OVERLAY}, mounted at /.",
                )
            ],
            id="overlay, which may have it in a lower layer",
        ),
        pytest.param(mounted("/mnt"), {A: TIME + b"=600\n"}, SYSTEMD, Values(600, 75, 9), [], id="elsewhere"),
        pytest.param(mounted("/etc/sysctl.d"), {A: TIME + b"=600\n"}, NOTHING, Values(7200, 75, 9), [], id="no loader"),
        pytest.param(
            mounted("/dev", "devtmpfs"),
            {A: "/dev/null"},
            SYSTEMD,
            Values(7200, 75, 9),
            [],
            id="hidden by a link to /dev/null",
        ),
        pytest.param(
            mounted("/run"),
            {"/run/sysctl.d/x.conf": TIME + b"=600\n"},
            SYSTEMD,
            Values(7200, 75, 9),
            [],
            id="run, as everywhere",
        ),
        pytest.param(b"", {A: TIME + b"=600\n"}, SYSTEMD, Values(600, 75, 9), [], id="mounts hidden"),
    ],
)
def test_file_systems_that_do_not_survive(
    tmp_path: Path,
    mounts: bytes,
    layout: Layout,
    init: InitSystem,
    values: Values,
    doubts: list[tuple[str, str]],
) -> None:
    if layout.get("/etc/sysctl.d"):
        lay_out(tmp_path / "root", layout)
        make_kernel(tmp_path / "proc")
        host = Host(tmp_path, init)
    else:
        host = make_host(tmp_path, layout, init=init)
    lay_out(tmp_path / "proc", {"self/mountinfo": mounts})
    snapshot = take_snapshot(host)
    assert snapshot.boot.values == values
    assert [doubt.as_dict() for doubt in snapshot.doubts()] == [
        {"code": "volatile_file_system", "path": path, "line": None, "message": f"{message} {LOST}"}
        for path, message in doubts
    ]


RELATIVE = DISK + b"30 20 0:30 / /etc rw - overlay overlay rw,lowerdir=/etc,upperdir=upper,workdir=work\n"


def test_a_line_that_a_reboot_may_take(tmp_path: Path) -> None:
    host = make_host(tmp_path, {A: TIME + b"=600\n"})
    lay_out(tmp_path / "proc", {"self/mountinfo": RELATIVE})
    snapshot = take_snapshot(host)
    assert snapshot.boot.values == Values(None, 75, 9)
    doubt = "/etc/sysctl.d is on an overlay whose upper layer (upper) is on no mount that is visible, mounted at /etc."
    assert snapshot.warnings() == [
        f"{doubt} Whether what is written there survives a reboot cannot be known.",
        f"{A} line 1 sets {TIME.decode()}, and may be gone after a reboot.",
    ]


@pytest.mark.parametrize(
    ("layout", "time"),
    [
        pytest.param({"/data": None}, 600, id="a folder"),
        pytest.param({"/data": "/run"}, None, id="a link into memory"),
        pytest.param({"/data": "data"}, None, id="a loop of links"),
        pytest.param({"/data": b""}, None, id="no folder"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_the_upper_layer_is_looked_up(tmp_path: Path, layout: Layout, time: int | None) -> None:
    host = make_host(tmp_path, {A: TIME + b"=600\n", "/run/x": b"", **layout})
    run = b"21 20 0:21 / /run rw - tmpfs tmpfs rw\n"
    lay_out(tmp_path / "proc", {"self/mountinfo": RELATIVE.replace(b"upper,", b"/data,") + run})
    assert take_snapshot(host).boot.values.time == time


def test_a_line_that_a_reboot_takes_is_named(tmp_path: Path) -> None:
    host = make_host(tmp_path, {A: TIME + b"=600\n"}, values=(600, 75, 9))
    lay_out(tmp_path / "proc", {"self/mountinfo": mounted("/etc/sysctl.d")})
    snapshot = take_snapshot(host)
    assert [(note.code, note.path, note.line) for note in snapshot.notes()] == [("volatile", A, 1)]
    assert snapshot.drift == ["time"]


def test_the_mounts_of_a_tree_do_not_count(tmp_path: Path) -> None:
    make_host(tmp_path, {A: TIME + b"=600\n", "/usr/lib/systemd/systemd-sysctl": b""})
    lay_out(tmp_path / "proc", {"self/mountinfo": b"20 1 0:30 / / rw - tmpfs tmpfs rw\n"})
    snapshot = take_snapshot(LocalHost(str(tmp_path / "root"), proc=str(tmp_path / "proc")))
    assert (snapshot.boot.values, snapshot.warnings()) == (Values(600, 75, 9), [])


def test_a_folder_that_does_not_answer_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = "/usr/local/lib/sysctl.d"
    host = make_host(tmp_path, {place: None, A: TIME + b"=600\n"})
    stat = os.stat

    def gone(path: t.Any, **named: t.Any) -> os.stat_result:
        found = stat(path, **named)
        if os.path.samestat(found, there):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return found

    there = stat(f"{tmp_path}/root{place}")
    monkeypatch.setattr(os, "stat", gone)
    assert take_snapshot(host).boot.values == Values(600, 75, 9)
