# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import SELECTABLE_LOADERS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import LostPlace, SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import INTVL, NOTHING, PROBES, TIME, lay_out, make_host

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.tests.unit.host import Layout

A, B = "/etc/sysctl.d/a.conf", "/etc/sysctl.d/b.conf"
ENCRYPTED = "/etc/credstore.encrypted/sysctl.extra"
OPT = "/opt/tune.conf"


def snapshot_of(runtime: Values, text: bytes = b"", *, loader: Loader | None = "systemd-sysctl") -> Snapshot:
    tree = Tree((SysctlFile(A, A, text=text),))
    return Snapshot(runs=True, runtime=runtime, runtime_writable=True, loader=loader, tree=tree, hz=250)


@pytest.mark.parametrize(
    ("runtime", "text", "drift"),
    [
        pytest.param(Values(7200, 75, 9), b"", [], id="defaults"),
        pytest.param(Values(600, 75, 9), TIME + b"=600\n", [], id="both"),
        pytest.param(Values(600, 75, 8), b"", ["time", "probes"], id="changed by hand"),
        pytest.param(Values(7200, 75, 9), INTVL + b"=5\n", ["intvl"], id="file not applied"),
        pytest.param(Values(None, None, 9), PROBES + b"=8\n" + TIME + b"=1\n", ["probes"], id="unknown do not count"),
        pytest.param(Values(), TIME + b"=1\n", [], id="nothing runs"),
    ],
)
def test_drift(runtime: Values, text: bytes, drift: list[Key]) -> None:
    assert snapshot_of(runtime, text).drift == drift


@pytest.mark.parametrize(
    ("runtime", "seconds"),
    [
        pytest.param(Values(600, 60, 20), 1800, id="the running values count"),
        pytest.param(Values(), 8875, id="or the next boot's"),
        pytest.param(Values(None, 60, 20), None, id="never both mixed"),
    ],
)
def test_detection_time(runtime: Values, seconds: int | None) -> None:
    assert snapshot_of(runtime, TIME + b"=8200\n").detection_time == seconds


UNREADABLE = (
    SysctlFile("/lib/sysctl.d", "/lib/sysctl.d", kind="unreadable", reason="Permission denied"),
    SysctlFile("/etc/sysctl.d", "/etc/sysctl.d", kind="unreadable", reason="Input/output error"),
    SysctlFile("/etc/sysctl.d/\udcff.conf", "/x", kind="unreadable", reason="Permission denied"),
    SysctlFile("/run/sysctl.d/\udcff.conf", "/y", kind="unreadable", reason="Permission denied"),
    SysctlFile("/etc/sysctl.conf", "/etc/sysctl.conf", kind="unreadable", reason="Permission denied"),
    SysctlFile("/etc/sysctl.d/gone.conf", "/gone", kind="missing", reason="No such file or directory", is_link=True),
)


@pytest.mark.parametrize(
    ("loader", "paths"),
    [
        pytest.param(
            "systemd-sysctl",
            [
                "/lib/sysctl.d cannot be read (Permission denied)",
                "/etc/sysctl.d cannot be read (Input/output error)",
                "/etc/sysctl.d/\\xff.conf cannot be read (Permission denied)",
            ],
            id="systemd-sysctl",
        ),
        pytest.param(
            "procps",
            [
                "/lib/sysctl.d cannot be read (Permission denied)",
                "/etc/sysctl.d cannot be read (Input/output error)",
                "/etc/sysctl.d/\\xff.conf cannot be read (Permission denied)",
                "/etc/sysctl.conf cannot be read (Permission denied)",
            ],
            id="procps",
        ),
        pytest.param(
            "openwrt",
            [
                "/etc/sysctl.d cannot be read (Input/output error)",
                "/etc/sysctl.d/\\xff.conf cannot be read (Permission denied)",
                "/etc/sysctl.conf cannot be read (Permission denied)",
            ],
            id="openwrt, which reads one folder",
        ),
        pytest.param(None, [], id="no loader"),
    ],
)
def test_warnings(loader: Loader | None, paths: list[str]) -> None:
    snapshot = Snapshot(
        runs=True, runtime=Values(), runtime_writable=True, loader=loader, tree=Tree(UNREADABLE), hz=250
    )
    assert snapshot.warnings() == [f"{path}: it may take precedence at the next boot." for path in paths]
    assert len(snapshot.unreadable()) == len(paths)


@pytest.mark.parametrize("loader", [*SELECTABLE_LOADERS, None])
def test_what_is_gone_after_a_reboot(loader: Loader | None) -> None:
    hidden, hiding = (f"/{folder}/sysctl.d/b.conf" for folder in ("usr/lib", "run"))
    files = (
        SysctlFile(A, A, text=INTVL + b"=5\n"),
        SysctlFile(hiding, hiding, text=INTVL + b"=6\n" + TIME + b"=1\n"),
        SysctlFile(hidden, hidden, text=INTVL + b"=7\n"),
        SysctlFile("/run/sysctl.d", "/run/sysctl.d", kind="unreadable", reason="Permission denied"),
    )
    snapshot = Snapshot(
        runs=True, runtime=Values(1, 6, 9), runtime_writable=True, loader=loader, tree=Tree(files), hz=250
    )
    assert snapshot.boot.values == (Values(7200, 7, 9) if loader else Values(7200, 75, 9))
    assert [(setting.path, setting.value) for setting in snapshot.boot.settings] == [(A, "5"), (hidden, "7")]
    gone = [
        f"{hiding} line {line} sets net.ipv4.tcp_keepalive_{key}, and is gone after a reboot."
        for line, key in ((1, "intvl"), (2, "time"))
    ]
    nothing = "Nothing applies sysctl files when this system boots, so those that were found have no effect then."
    assert snapshot.warnings() == (gone if loader else [nothing])


@pytest.mark.parametrize(
    ("loader", "paths"),
    [
        pytest.param("systemd-sysctl", ["/usr/lib/sysctl.d"], id="a folder that the loader reads"),
        pytest.param("openwrt", [], id="a folder that it does not read"),
    ],
)
def test_a_folder_that_a_reboot_takes(loader: Loader, paths: list[str]) -> None:
    snapshot = Snapshot(
        runs=True,
        runtime=Values(),
        runtime_writable=True,
        loader=loader,
        tree=Tree(),
        hz=250,
        lost=(LostPlace("/usr/lib/sysctl.d", "/usr", "a tmpfs"),),
    )
    assert [doubt.path for doubt in snapshot.doubts()] == paths


NO_LOADER = "Nothing applies sysctl files when this system boots, so those that were found have no effect then."


def test_as_dict() -> None:
    text = TIME + b"=600 # why\n" + INTVL + b"=5\n-" + INTVL + b"\n" + TIME + b"=900\n"
    assert snapshot_of(Values(600, None, 9), text).as_dict() == {
        "runtime": {"time": 600, "intvl": None, "probes": 9},
        "runtime_writable": True,
        "boot": {
            "loader": "systemd-sysctl",
            "values": {"time": 900, "intvl": 75, "probes": 9},
            "sources": {"time": {"path": A, "line": 4}, "intvl": None, "probes": None},
            "doubts": [],
            "notes": [],
        },
        "settings": [
            {"key": "time", "value": "600 # why", "path": A, "line": 1, "effective": False},
            {"key": "intvl", "value": "5", "path": A, "line": 2, "effective": False},
            {"key": "intvl", "value": None, "path": A, "line": 3, "effective": False},
            {"key": "time", "value": "900", "path": A, "line": 4, "effective": True},
        ],
        "other_writers": [],
        "drift": ["time"],
        "detection_time": None,
    }


def test_as_dict_without_a_loader() -> None:
    shown = snapshot_of(Values(), TIME + b"=600\n", loader=None).as_dict()
    assert shown["boot"] == {
        "loader": None,
        "values": {"time": 7200, "intvl": 75, "probes": 9},
        "sources": {"time": None, "intvl": None, "probes": None},
        "doubts": [],
        "notes": [{"code": "no_loader", "path": None, "line": None, "message": NO_LOADER}],
    }
    assert shown["settings"] == [{"key": "time", "value": "600", "path": A, "line": 1, "effective": False}]
    assert shown["detection_time"] == 7875


CONF = "/etc/sysctl.conf"
CALL = {"code": "applies_files", "path": "/etc/rc.local", "line": 1}
ACTIVE = {"code": "applies_files", "path": "/etc/tuned/active_profile", "line": 1, "text": "mine"}
PROFILE = {
    "code": "sets_value",
    "path": "/etc/tuned/mine/tuned.conf",
    "line": 2,
    "text": "net.ipv4.tcp_keepalive_time=5",
}
TUNED: Layout = {
    "/etc/runlevels/default/tuned": b"",
    "/etc/tuned/active_profile": b"mine\n",
    "/etc/tuned/mine/tuned.conf": b"[sysctl]\n" + TIME + b"=5\n",
}


# The boot, by systemd, gives 600; what the line of rc.local, or tuned, would make of it.
@pytest.mark.parametrize(
    ("layout", "writers"),
    [
        pytest.param({}, [], id="nobody"),
        pytest.param({"/etc/rc.local": b"sysctl -p"}, [], id="a file that is not there"),
        pytest.param({"/etc/rc.local": b"sysctl -p", CONF: TIME + b"=600\n"}, [], id="the same value"),
        pytest.param({"/etc/rc.local": b"sysctl -p", CONF: b"vm.swappiness=5\n"}, [], id="other keys"),
        pytest.param(
            {"/etc/rc.local": b"sysctl -p", CONF: INTVL + b"=6\n"}, [{**CALL, "text": "sysctl -p"}], id="another value"
        ),
        pytest.param(
            {"/etc/rc.local": b"sysctl -p /opt/tune.conf", OPT: TIME + b"=7\n"},
            [{**CALL, "text": "sysctl -p /opt/tune.conf"}],
            id="a file that no boot reads",
        ),
        pytest.param({"/etc/rc.local": b"sysctl --system"}, [], id="all files, to the same effect"),
        pytest.param(
            {"/etc/rc.local": b"sysctl --system", CONF: TIME + b"=7\n"},
            [{**CALL, "text": "sysctl --system"}],
            id="all files, and one that systemd does not read",
        ),
        pytest.param(TUNED, [], id="a profile that the files beat"),
        pytest.param({**TUNED, CONF: TIME + b"=7\n"}, [ACTIVE], id="tuned applies a file that systemd does not read"),
        pytest.param(
            {**TUNED, A: b"", B: None, "/usr/lib/sysctl.d/c.conf": TIME + b"=600\n"}, [PROFILE], id="a profile"
        ),
        pytest.param(
            {**TUNED, "/etc/tuned/tuned-main.conf": b"reapply_sysctl=0\n"},
            [PROFILE],
            id="a profile that beats the files",
        ),
    ],
)
def test_other_writers(tmp_path: Path, layout: Layout, writers: list[dict[str, object]]) -> None:
    host = make_host(tmp_path, {A: TIME + b"=600\n", **layout})
    for script in (tmp_path / "root/etc").glob("rc.local"):
        script.chmod(0o755)
    snapshot = take_snapshot(host)
    assert snapshot.boot.values == Values(600, 75, 9)
    assert snapshot.as_dict()["other_writers"] == writers
    assert snapshot.writer_warnings() == [
        f"{writer['path']} line {writer['line']} may set other keepalive values after the boot. "
        f"Change or remove that: {writer['text']}"
        for writer in writers
    ]


@pytest.mark.parametrize(
    ("layout", "reason"),
    [
        pytest.param({"/etc/credstore/sysctl.extra": None}, "it is a folder", id="folder"),
        pytest.param({"/etc/credstore/sysctl.extra": b"#" * (1 << 20)}, "it is larger than 1 MiB", id="large"),
        pytest.param({"/etc/credstore/sysctl.extra": "sysctl.extra"}, "it is a loop of links", id="loop"),
        pytest.param({"/etc/credstore/sysctl.extra": "/gone"}, "No such file or directory", id="leads nowhere"),
    ],
)
def test_what_keeps_the_loader_from_starting_is_told(tmp_path: Path, layout: Layout, reason: str) -> None:
    host = make_host(tmp_path, {A: TIME + b"=600\n", **layout})
    snapshot = take_snapshot(host)
    assert snapshot.boot.values == Values(7200, 75, 9)
    (warning,) = snapshot.warnings()
    assert warning == (
        f"/etc/credstore/sysctl.extra cannot be taken as a credential ({reason}), so systemd-sysctl.service would fail "
        f"and apply no file at the next boot."
    )


def test_an_encrypted_credential_makes_the_prediction_uncertain(tmp_path: Path) -> None:
    host = make_host(tmp_path, {A: TIME + b"=600\n", "/etc/credstore.encrypted/sysctl.extra": b"secret"})
    snapshot = take_snapshot(host)
    assert snapshot.boot.values == Values(600, 75, 9)
    assert snapshot.warnings() == [
        f"{ENCRYPTED} cannot be read (it is encrypted): it may take precedence at the next boot."
    ]


def test_the_command_line_counts_in_the_first_network_namespace_only(tmp_path: Path) -> None:
    host = make_host(tmp_path, {B: INTVL + b"=5\n"})
    lay_out(tmp_path / "proc", {"cmdline": b"ro sysctl." + TIME + b"=60 sysctl." + INTVL + b"=61\n"})
    assert take_snapshot(host).boot.values == Values(7200, 5, 9)
    lay_out(tmp_path / "proc", {"sys/net/core/dev_weight": b"64\n"})
    snapshot = take_snapshot(host)
    assert snapshot.boot.values == Values(60, 5, 9)
    assert snapshot.as_dict()["boot"]["sources"]["time"] == {"path": "/proc/cmdline", "line": 1}
    assert take_snapshot(host, loader=None).boot.values == Values(60, 61, 9)
    other = take_snapshot(LocalHost(str(tmp_path / "root"), proc=str(tmp_path / "proc")))
    assert other.boot.values.time == 7200


@pytest.mark.parametrize(
    ("line", "code", "consequence"),
    [
        (b"sysctl " + TIME + b"=7", "sets_value", "may set other keepalive values after the boot"),
        (b"sysctl -p /opt/tune.conf", "applies_files", "may set other keepalive values after the boot"),
        (
            b"echo " + TIME + b"=7 >> /etc/sysctl.conf",
            "appends_to_file",
            "may append other keepalive values to a sysctl file",
        ),
        (
            b"echo " + TIME + b"=7 > /etc/sysctl.d/7.conf",
            "writes_file",
            "may write other keepalive values to a sysctl file",
        ),
    ],
)
def test_each_kind_of_writer_has_a_code_and_a_warning(tmp_path: Path, line: bytes, code: str, consequence: str) -> None:
    host = make_host(tmp_path, {"/etc/crontab": b"@reboot root " + line + b"\n", OPT: TIME + b"=7\n"})
    snapshot = take_snapshot(host)
    assert [writer["code"] for writer in snapshot.as_dict()["other_writers"]] == [code]
    assert snapshot.writer_warnings() == [
        f"/etc/crontab line 1 {consequence}. Change or remove that: @reboot root {line.decode()}"
    ]


def test_many_lines_of_a_file_are_one_warning(tmp_path: Path) -> None:
    host = make_host(
        tmp_path, {"/etc/crontab": b"".join(b"sysctl " + TIME + b"=%d\n" % number for number in range(1, 6))}
    )
    snapshot = take_snapshot(host)
    assert len(snapshot.other_writers) == 5
    (warning,) = snapshot.writer_warnings()
    assert warning == (
        "/etc/crontab lines 1, 2, 3 and 2 more may set other keepalive values after the boot. "
        "Change or remove that: sysctl net.ipv4.tcp_keepalive_time=1"
    )


def test_who_applies_the_files_in_place_of_a_boot_is_no_other_writer(tmp_path: Path) -> None:
    layout: Layout = {A: TIME + b"=600\n", "/etc/crontab": b"@reboot root sysctl -p /etc/sysctl.d/*.conf\n"}
    host = make_host(tmp_path, layout, init=NOTHING)
    snapshot = take_snapshot(host)
    assert (snapshot.boot.values.time, snapshot.other_writers) == (7200, [])
    host.meanwhile({"/etc/crontab": b"@reboot root sysctl " + TIME + b"=7\n"})
    assert len(take_snapshot(host).other_writers) == 1


@pytest.mark.parametrize("loader", SELECTABLE_LOADERS)
def test_a_changed_unit_makes_the_prediction_uncertain(loader: Loader) -> None:
    snapshot = Snapshot(
        runs=True,
        runtime=Values(),
        runtime_writable=True,
        loader=loader,
        tree=Tree(),
        hz=250,
        unit_changes=(("/etc/systemd/system/systemd-sysctl.service.d/x.conf", 2),),
    )
    warning = (
        "/etc/systemd/system/systemd-sysctl.service.d/x.conf line 2 changes what systemd-sysctl.service does: whether "
        "and how it applies files at the next boot cannot be known."
    )
    assert snapshot.warnings() == ([warning] if loader == "systemd-sysctl" else [])
