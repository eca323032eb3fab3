# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    InconclusiveProbeError,
    InvalidPathError,
    KernelError,
    OverriddenError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import SELECTABLE_LOADERS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost
from ansible_collections.linux.tcp.tests.unit.changes import ALL, REMOVE, SET_ALL, ZZ, D, refuse, run, run_and_run_again
from ansible_collections.linux.tcp.tests.unit.host import (
    NOTHING,
    PROCPS,
    SYSTEMD,
    TIME,
    lay_out,
    make_host,
    make_kernel,
    unprivileged,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader
    from ansible_collections.linux.tcp.tests.unit.host import Layout

A, B = "/etc/sysctl.d/a.conf", "/etc/sysctl.d/b.conf"
OPT = "/opt/tune.conf"


@pytest.mark.parametrize(
    ("init", "loader"),
    [
        pytest.param(SYSTEMD, "systemd-sysctl", id="systemd"),
        pytest.param(PROCPS, "procps", id="procps"),
        pytest.param(NOTHING, None, id="nothing"),
    ],
)
def test_take_snapshot(tmp_path: Path, init: InitSystem, loader: Loader | None) -> None:
    host = make_host(tmp_path, {A: TIME + b"=600\n"}, init=init, values=(600, 60, 20))
    snapshot = take_snapshot(host)
    assert snapshot == Snapshot(
        runs=True,
        runtime=Values(600, 60, 20),
        runtime_writable=True,
        loader=loader,
        tree=Tree((SysctlFile(A, A, text=TIME + b"=600\n"),)),
        hz=250,
    )
    for other in (*SELECTABLE_LOADERS, None):
        assert take_snapshot(host, loader=other).loader == other


def test_a_read_only_proc_sys_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = make_host(tmp_path)
    monkeypatch.setattr(host.kernel, "writable", lambda: False)
    assert take_snapshot(host).runtime_writable is False


def test_the_release_is_asked_for_where_it_matters(tmp_path: Path) -> None:
    library = {"/usr/lib/systemd/libsystemd-shared-239.so": b""}
    host = make_host(tmp_path / "plain", {A: TIME + b"=600\n", **library})
    assert take_snapshot(host).version is None
    host = make_host(tmp_path / "pattern", {A: TIME[:-1] + b"*=600\n", **library})
    assert take_snapshot(host).version == (239,)
    assert take_snapshot(host).boot.values.time == 7200


EXCLUSION = TIME[:-1] + b"*=7\n-" + TIME[:-2] + b"*\n"


# Since procps 4.0.5 the file's second line keeps the key from the first one.
UFW: Layout = {"/etc/ufw/ufw.conf": b"ENABLED=yes\n", "/etc/default/ufw": b"IPT_SYSCTL=/etc/ufw/sysctl.conf\n"}


@pytest.mark.parametrize(
    ("layout", "paths"),
    [
        pytest.param({"/etc/rc.local": b"sysctl -p /opt/tune.conf", "/opt/tune.conf": EXCLUSION}, ["/etc/rc.local"]),
        pytest.param({**UFW, "/etc/ufw/sysctl.conf": EXCLUSION}, ["/etc/ufw/sysctl.conf"]),
    ],
    ids=["by a call", "by ufw"],
)
@pytest.mark.parametrize("init", [pytest.param(SYSTEMD, id="systemd"), pytest.param(NOTHING, id="no loader")])
def test_the_release_counts_for_who_else_applies_files(
    tmp_path: Path, init: InitSystem, layout: Layout, paths: list[str]
) -> None:
    for release, found in ((b"4.0.4", paths), (b"4.0.7", []), (b"3.3.17", [])):
        root = tmp_path / release.decode()
        host = make_host(root, {**layout, "/sbin/sysctl": b"procps-ng " + release}, init=init)
        for path in paths:
            (root / "root" / path.lstrip("/")).chmod(0o755)
        writers = take_snapshot(host).other_writers
        assert sorted({writer.path for writer in writers}) == found, release


@pytest.mark.parametrize(
    ("layout", "init", "is_in_doubt"),
    [
        pytest.param({A: TIME + b"=600\n"}, PROCPS, False, id="a name"),
        pytest.param({A: b"-net.*\n" + TIME + b"=600\n"}, PROCPS, True, id="exclusion by a pattern"),
        pytest.param({A: b"-net.*\n" + TIME + b"=600\n"}, SYSTEMD, False, id="which systemd does not know"),
        pytest.param({A: b"-net.ipv4.conf.*.x\n" + TIME + b"=600\n"}, PROCPS, False, id="of other keys"),
        pytest.param({A: "a.conf", f"/usr/lib{A[4:]}": TIME + b"=600\n"}, SYSTEMD, True, id="a loop of links"),
        pytest.param({A: "a.conf", f"/usr/lib{A[4:]}": TIME + b"=600\n"}, PROCPS, False, id="a loop to procps"),
        pytest.param({**UFW, "/etc/ufw/sysctl.conf": EXCLUSION}, SYSTEMD, True, id="by ufw"),
        pytest.param({"/boot/sysctl.conf-6.1": TIME[:-1] + b"*=7\n"}, SYSTEMD, True, id="of a kernel"),
        pytest.param({OPT: EXCLUSION}, SYSTEMD, False, id="that nothing applies"),
    ],
)
def test_where_the_release_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: Layout, init: InitSystem, is_in_doubt: bool
) -> None:
    host = make_host(tmp_path, layout, init=init)
    monkeypatch.setattr(host, "version_of", ProbedHost.version_of.__get__(host))
    with pytest.raises(InconclusiveProbeError) if is_in_doubt else contextlib.nullcontext():
        take_snapshot(host)


def test_the_release_counts_where_only_others_apply_files(tmp_path: Path) -> None:
    layout = {A: EXCLUSION, "/etc/rc.local": b"sysctl --system"}
    for release in (b"4.0.4", b"4.0.7"):
        root = tmp_path / release.decode()
        host = make_host(root, {**layout, "/sbin/sysctl": b"procps-ng " + release}, init=NOTHING)
        (root / "root/etc/rc.local").chmod(0o755)
        assert take_snapshot(host).other_writers == []


def test_a_system_that_does_not_run_has_no_running_values(tmp_path: Path) -> None:
    make_kernel(tmp_path / "proc", 600, 60, 20)
    lay_out(tmp_path / "root", {"/usr/lib/systemd/systemd-sysctl": b"", A: TIME + b"=900\n"})
    snapshot = take_snapshot(LocalHost(str(tmp_path / "root"), proc=str(tmp_path / "proc")))
    assert (snapshot.runs, snapshot.runtime, snapshot.runtime_writable) == (False, Values(), False)
    assert snapshot.loader == "systemd-sysctl"
    assert snapshot.boot.values == Values(900, 75, 9)
    assert snapshot.detection_time == 900 + 75 * 9


def test_what_anybody_sees(tmp_path: Path) -> None:
    make_host(tmp_path, {A: TIME + b"=600\n", B: TIME + b"=900\n"})
    (tmp_path / "root/etc/sysctl.d/b.conf").chmod(0)
    with unprivileged(tmp_path) as root:
        snapshot = take_snapshot(LocalHost(f"{root}/root", proc=f"{root}/proc"), loader="procps")
    assert snapshot.boot.values == Values(600, 75, 9)
    assert snapshot.warnings() == [f"{B} cannot be read (Permission denied): it may take precedence at the next boot."]


@pytest.mark.parametrize(
    ("folder", "code"),
    [("/etc/cron.d", "unseen_place"), ("/root", "hidden_place"), ("/etc/crontabs", "hidden_place")],
)
def test_places_of_writers_that_a_user_may_not_see(tmp_path: Path, folder: str, code: str) -> None:
    make_host(tmp_path, {f"{folder}/a": b""})
    (tmp_path / "root" / folder[1:]).chmod(0)
    with unprivileged(tmp_path) as root:
        snapshot = take_snapshot(LocalHost(f"{root}/root", proc=f"{root}/proc"), loader="procps")
    message = (
        f"{folder} cannot be read (Permission denied): a line there may set other keepalive values after the boot. "
        f"Run as root (become: true)."
    )
    assert [finding.as_dict() for finding in snapshot.doubts()] == [
        {"code": code, "path": folder, "line": None, "message": message}
    ]
    assert snapshot.warnings() == [message]


@pytest.mark.parametrize(
    ("path", "layout", "shown"),
    [
        pytest.param("/etc/credstore/sysctl.extra", {}, "/etc/credstore/sysctl.extra", id="a new one"),
        pytest.param("/etc/./credstore/sysctl.extra", {}, "/etc/./credstore/sysctl.extra", id="another spelling"),
        pytest.param("/etc/cs/sysctl.extra", {"/etc/cs": "credstore"}, "/etc/cs/sysctl.extra", id="by a folder's link"),
        pytest.param(f"{D}/z.conf", {f"{D}/z.conf": "../credstore/sysctl.extra"}, f"{D}/z.conf", id="by a link"),
    ],
)
def test_no_credential_is_the_path(tmp_path: Path, path: str, layout: Layout, shown: str) -> None:
    host = make_host(tmp_path, {"/etc/credstore": None, **layout})
    error = refuse(host, DesiredState(path=path, values=ALL), InvalidPathError)
    assert str(error).startswith(shown)
    assert str(error).endswith(
        "is a credential of systemd, which is never edited. Give another path. Nothing was changed."
    )
    host.meanwhile({"/etc/credstore/sysctl.extra": TIME + b"=5\n"})
    refuse(host, DesiredState(path=path, absent=KEYS), InvalidPathError)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param(D, f"{D} cannot be edited: it is a folder. Give the path of a regular file.", id="folder"),
        pytest.param(
            "/dev/null",
            "/dev/null hides every file of its name from the boot and cannot hold values. "
            "Remove the link, or give another path.",
            id="device",
        ),
        pytest.param(
            "/a/b/c.conf",
            "/a/b/c.conf cannot be made: /a is not a folder. Make it first, or correct path.",
            id="nowhere",
        ),
    ],
)
def test_a_path_that_cannot_be(tmp_path: Path, path: str, message: str) -> None:
    host = make_host(tmp_path)
    assert str(refuse(host, DesiredState(values=ALL, path=path), InvalidPathError)) == f"{message} Nothing was changed."
    # the path does not count where nothing is to last
    assert run(host, DesiredState(values=ALL, path=path, persistent=False)).after.runtime == ALL
    assert run(host, DesiredState(path=path)).change.is_empty


@pytest.mark.parametrize(
    ("path", "files"),
    [
        pytest.param("/usr/local/lib/sysctl.d/a.conf", {}, id="no folder"),
        pytest.param(DEFAULT_PATH, {DEFAULT_PATH: "/dev/null"}, id="link to /dev/null"),
        pytest.param(DEFAULT_PATH, {DEFAULT_PATH: "/nowhere/a/b"}, id="dangling link"),
    ],
)
def test_there_is_nothing_to_remove(tmp_path: Path, path: str, files: Layout) -> None:
    host = make_host(tmp_path, files)
    before = host.look()
    assert run_and_run_again(host, DesiredState(absent=KEYS, path=path)).change.is_empty
    assert host.look() == before


@pytest.mark.parametrize(
    "want",
    [
        pytest.param(SET_ALL, id="set"),
        pytest.param(DesiredState(values=Values(time=600), persistent=False), id="the kernel only"),
        pytest.param(REMOVE, id="absent"),
    ],
)
def test_the_kernel_of_the_machine_around_a_chroot_is_not_set(tmp_path: Path, want: DesiredState) -> None:
    init = InitSystem(booted_with_systemd=True, has_systemd_sysctl=True, runs=False, in_chroot=True)
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"}, init=init, values=(600, 75, 9))
    error = refuse(host, want, KernelError)
    assert str(error) == (
        "This is a chroot: its root folder is not that of process 1, or it has no /proc. This run would set the "
        "running kernel of the machine around it. Give runtime: false to write only the file. Nothing was changed."
    )


def test_a_file_in_a_chroot(tmp_path: Path) -> None:
    init = InitSystem(booted_with_systemd=True, has_systemd_sysctl=True, runs=False, in_chroot=True)
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"}, init=init, values=(8, 75, 9))
    want = DesiredState(values=Values(time=600), runtime=False)
    error = refuse(host, want, OverriddenError)
    assert str(error).startswith(f"At the next boot {TIME.decode()} would be 5, not 600: {ZZ} line 1 has '5'")
    done = run_and_run_again(host, dataclasses.replace(want, path=f"{D}/zzz.conf"))
    assert done.after.boot.values == Values(600, 75, 9)
    assert host.shown() == [8, 75, 9]
    assert run_and_run_again(host, DesiredState()).change.is_empty
