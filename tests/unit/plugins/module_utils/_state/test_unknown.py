# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KERNEL_DEFAULTS, Values
from ansible_collections.linux.tcp.tests.unit.host import INTVL, NOTHING, PROCPS, SYSTEMD, TIME, make_host

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.tests.unit.host import Layout

A, B = "/etc/sysctl.d/a.conf", "/etc/sysctl.d/b.conf"
EXCLUSION = TIME[:-1] + b"*=7\n-" + TIME[:-2] + b"*\n"
RELEASE_UNKNOWN = (
    "The release of {} cannot be told, and releases read {} line {} in different ways: {} would be {} at the next boot."
)
TIME_NAME = TIME.decode()


@pytest.mark.parametrize(
    ("init", "layout", "values", "doubts"),
    [
        pytest.param(
            SYSTEMD,
            {A: TIME[:-1] + b"*=600\n" + INTVL + b"=5\n"},
            Values(None, 5, 9),
            [(A, 1, RELEASE_UNKNOWN.format("systemd-sysctl", A, 1, TIME_NAME, "7200 or 600"))],
            id="a pattern, as on RHEL 7",
        ),
        pytest.param(
            SYSTEMD,
            {A: TIME + b"=600\n", B: b"-" + TIME + b"\n"},
            Values(None, 75, 9),
            [(A, 1, RELEASE_UNKNOWN.format("systemd-sysctl", A, 1, TIME_NAME, "600 or 7200"))],
            id="an exclusion",
        ),
        pytest.param(
            PROCPS,
            {A: EXCLUSION},
            Values(None, 75, 9),
            [(A, 1, RELEASE_UNKNOWN.format("procps", A, 1, TIME_NAME, "7200 or 7"))],
            id="procps",
        ),
        pytest.param(
            SYSTEMD,
            {A: TIME[:-1] + b"*=600\n" + TIME + b"=5\n"},
            Values(5, 75, 9),
            [],
            id="a pattern that makes no difference",
        ),
        pytest.param(
            SYSTEMD,
            {A: TIME[:-1] + b"*=600\n", "/usr/lib/systemd/libsystemd-shared-252.so": b""},
            Values(600, 75, 9),
            [],
            id="a release that can be told",
        ),
    ],
)
def test_a_release_that_cannot_be_told(
    tmp_path: Path, init: InitSystem, layout: Layout, values: Values, doubts: list[tuple[str, int, str]]
) -> None:
    host = make_host(tmp_path, layout, init=init, release=None)
    snapshot = take_snapshot(host)
    assert snapshot.boot.values == values
    assert [doubt.as_dict() for doubt in snapshot.doubts()] == [
        {"code": "release_unknown", "path": path, "line": line, "message": message} for path, line, message in doubts
    ]
    assert snapshot.as_dict()["drift"] == [
        key for key, value in values.named().items() if value != KERNEL_DEFAULTS[key]
    ]


SEARCHED = "process 1 (dinit) is no init that is known here"
LOADER_UNKNOWN = (
    f"It is not known what applies sysctl files when this system boots: {SEARCHED}. So the values of the next boot are "
    f"not known."
)


def test_an_unknown_loader(tmp_path: Path) -> None:
    init = InitSystem(process_1="dinit", role="unknown")
    snapshot = take_snapshot(make_host(tmp_path, {A: TIME + b"=600\n"}, init=init, values=(600, 75, 9)))
    shown = snapshot.as_dict()
    assert shown["boot"] == {
        "loader": "unknown",
        "values": {"time": None, "intvl": None, "probes": None},
        "sources": {"time": None, "intvl": None, "probes": None},
        "doubts": [{"code": "loader_unknown", "path": None, "line": None, "message": LOADER_UNKNOWN}],
        "notes": [],
    }
    assert shown["settings"] == [{"key": "time", "value": "600", "path": A, "line": 1, "effective": False}]
    assert shown["drift"] == []
    assert snapshot.warnings() == [LOADER_UNKNOWN]


IN_CONTAINER = dataclasses.replace(SYSTEMD, in_container=True)


def started_with(name: str, value: int) -> str:
    return (
        f"net.ipv4.tcp_keepalive_{name} is {value}, and no file sets it. The container may have been started with this "
        f"value (--sysctl), so what the next start gives cannot be known."
    )


@pytest.mark.parametrize(
    ("init", "layout", "running", "values", "doubts", "drift"),
    [
        pytest.param(
            IN_CONTAINER,
            {},
            (450, 75, 9),
            Values(None, 75, 9),
            [started_with("time", 450)],
            [],
            id="one value, the others stay certain",
        ),
        pytest.param(
            IN_CONTAINER,
            {A: TIME + b"=600\n"},
            (450, 60, 9),
            Values(600, None, 9),
            [started_with("intvl", 60)],
            ["time"],
            id="a file sets the other one",
        ),
        pytest.param(IN_CONTAINER, {}, (7200, 75, 9), Values(7200, 75, 9), [], [], id="the kernel's own"),
        pytest.param(SYSTEMD, {}, (450, 75, 9), Values(7200, 75, 9), [], ["time"], id="no container"),
        pytest.param(
            IN_CONTAINER,
            {"/run/sysctl.d/x.conf": TIME + b"=450\n"},
            (450, 75, 9),
            Values(7200, 75, 9),
            [f"/run/sysctl.d/x.conf line 1 sets {TIME_NAME}, and is gone after a reboot."],
            ["time"],
            id="a file that is gone after a reboot",
        ),
        pytest.param(
            dataclasses.replace(NOTHING, in_container=True),
            {},
            (450, 75, 9),
            Values(None, 75, 9),
            [started_with("time", 450)],
            [],
            id="a container without an init",
        ),
    ],
)
def test_what_a_container_was_started_with(
    tmp_path: Path,
    init: InitSystem,
    layout: Layout,
    running: tuple[int, int, int],
    values: Values,
    doubts: list[str],
    drift: list[Key],
) -> None:
    snapshot = take_snapshot(make_host(tmp_path, layout, init=init, values=running))
    assert snapshot.boot.values == values
    assert snapshot.warnings() == doubts
    assert {doubt.code for doubt in snapshot.doubts()} <= {"set_when_the_container_started"}
    assert snapshot.drift == drift


OF_KERNEL, OF_OTHER = "/boot/sysctl.conf-6.4.0-1-default", "/boot/sysctl.conf-6.4.0-2-default"
IN_MODULES = "/usr/lib/modules/6.4.0-2-default/sysctl.conf"


# SUSE's kernel-sysctl.service applies these before systemd-sysctl applies all others.
@pytest.mark.parametrize(
    ("layout", "init", "value", "source"),
    [
        pytest.param({OF_KERNEL: TIME + b"=60\n"}, SYSTEMD, 60, (OF_KERNEL, 1), id="boot"),
        pytest.param({IN_MODULES: b"#\n" + TIME + b"=60\n"}, SYSTEMD, 60, (IN_MODULES, 2), id="modules"),
        pytest.param(
            {OF_KERNEL: TIME + b"=60\n", "/usr/lib/sysctl.d/0.conf": TIME + b"=5\n"}, SYSTEMD, 5, None, id="beaten"
        ),
        pytest.param(
            {OF_KERNEL: TIME + b"=60\n", A: b"-" + TIME + b"\n"}, SYSTEMD, 60, (OF_KERNEL, 1), id="excluded later"
        ),
        pytest.param({OF_KERNEL: TIME[:-1] + b"*=60\n"}, SYSTEMD, 60, (OF_KERNEL, 1), id="a pattern"),
        pytest.param(
            {OF_KERNEL: TIME + b"=60\n", OF_OTHER: TIME + b"=60\n"}, SYSTEMD, 60, (OF_KERNEL, 1), id="two agree"
        ),
        pytest.param({OF_KERNEL: TIME + b"=60\n"}, PROCPS, 7200, None, id="procps"),
        pytest.param({OF_KERNEL: TIME + b"=60\n"}, NOTHING, 7200, None, id="no loader"),
    ],
)
def test_files_of_a_kernel(
    tmp_path: Path, layout: Layout, init: InitSystem, value: int, source: tuple[str, int] | None
) -> None:
    snapshot = take_snapshot(make_host(tmp_path, layout, init=init))
    assert snapshot.boot.values == Values(value, 75, 9)
    found = snapshot.boot.sources.get("time")
    if source:
        assert found is not None
        assert (found.path, found.line) == source
    assert (snapshot.other_writers, snapshot.doubts()) == ([], [])


@pytest.mark.parametrize(
    ("other", "path", "values"),
    [
        pytest.param({OF_OTHER: TIME + b"=61\n"}, OF_OTHER, "60 or 61", id="another value"),
        pytest.param({IN_MODULES: b"vm.swappiness=1\n"}, OF_KERNEL, "60 or 7200", id="none"),
    ],
)
def test_which_kernel_boots_next_is_not_known(tmp_path: Path, other: Layout, path: str, values: str) -> None:
    snapshot = take_snapshot(
        make_host(tmp_path, {OF_KERNEL: TIME + b"=60\n" + INTVL + b"=5\n", A: INTVL + b"=6\n", **other})
    )
    assert snapshot.boot.values == Values(None, 6, 9)
    assert [doubt.as_dict() for doubt in snapshot.doubts()] == [
        {
            "code": "kernel_unknown",
            "path": path,
            "line": 1,
            "message": (
                f"{path} line 1 counts for one kernel only, and which one boots next is not known: {TIME_NAME} would "
                f"be {values}."
            ),
        }
    ]
    host = make_host(tmp_path / "set", {OF_KERNEL: TIME + b"=60\n", **other})
    assert ensure(host, DesiredState(values=Values(time=600)), check_mode=False).after.boot.values.time == 600


DRACUT: Layout = {"/usr/lib/dracut/modules.d": None}
HOST_ONLY: Layout = {**DRACUT, "/etc/dracut.conf": b"#\nhostonly=yes\n"}
HIDDEN: Layout = {"/usr/lib/sysctl.d/a.conf": TIME + b"=600\n", A: "/dev/null"}
MASKED = dataclasses.replace(SYSTEMD, has_systemd_sysctl=False, is_masked=True)


@pytest.mark.parametrize(
    ("layout", "init", "values", "place"),
    [
        pytest.param(HOST_ONLY, SYSTEMD, Values(), ("/etc/dracut.conf", 2), id="nothing sets them later"),
        pytest.param(
            {**HOST_ONLY, A: TIME + b"=600\n"}, SYSTEMD, Values(600), ("/etc/dracut.conf", 2), id="a file sets one"
        ),
        pytest.param({**HOST_ONLY, A: TIME[:-4] + b"*=8\n"}, SYSTEMD, Values(8, 8, 8), None, id="a pattern sets all"),
        pytest.param(
            {**HOST_ONLY, A: TIME + b"=6s\n"}, SYSTEMD, Values(), ("/etc/dracut.conf", 2), id="the kernel refuses it"
        ),
        pytest.param(
            {**HOST_ONLY, A: TIME[:-4] + b"*=8\n"},
            MASKED,
            Values(),
            ("/etc/dracut.conf", 2),
            id="the service is masked, but not in the initramfs",
        ),
        pytest.param(HOST_ONLY, PROCPS, KERNEL_DEFAULTS, None, id="no systemd"),
        pytest.param(DRACUT, SYSTEMD, KERNEL_DEFAULTS, None, id="not host-only"),
        pytest.param({**DRACUT, **HIDDEN}, SYSTEMD, Values(None, 75, 9), (None, None), id="hidden only in the system"),
        pytest.param({**DRACUT, **HIDDEN, B: TIME + b"=5\n"}, SYSTEMD, Values(5, 75, 9), None, id="hidden, and set"),
        pytest.param(HIDDEN, SYSTEMD, KERNEL_DEFAULTS, None, id="no dracut"),
    ],
)
def test_a_copy_in_the_initramfs(
    tmp_path: Path, layout: Layout, init: InitSystem, values: Values, place: tuple[str | None, int | None] | None
) -> None:
    snapshot = take_snapshot(make_host(tmp_path, layout, init=init))
    assert snapshot.boot.values == values
    assert [(doubt.code, doubt.path, doubt.line) for doubt in snapshot.doubts()] == (
        [("copy_in_initramfs", *place)] if place else []
    )


def test_the_kernel_command_line_comes_before_a_copy_in_the_initramfs(tmp_path: Path) -> None:
    host = make_host(tmp_path, HOST_ONLY)
    snapshot = dataclasses.replace(take_snapshot(host), command_line=b"sysctl." + TIME + b"=111")
    assert dataclasses.replace(snapshot, initramfs=None).boot.values == Values(111, 75, 9)
    assert snapshot.boot.values == Values()
