# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    HidingError,
    NotReadAtBootError,
    OverriddenError,
    remedy_of_denial,
    unchanged,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import preview, take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import HEADER
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import predict
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile, Tree
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.changes import (
    ALL,
    ALL_TEXT,
    CONF,
    REMOVE,
    SET_TIME,
    ZZ,
    D,
    holds,
    refuse,
    run,
    run_and_run_again,
)
from ansible_collections.linux.tcp.tests.unit.host import DISK, INTVL, PROBES, PROCPS, SYSTEMD, TIME, lay_out, make_host

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._errors import Denied
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import Overrides
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import Prediction
    from ansible_collections.linux.tcp.tests.unit.host import Layout


# It calls BusyBox's sysctl as Alpine's script does.
ALPINE_SCRIPT = b"""
for f in /lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf /etc/sysctl.d/*.conf; do sysctl -p "$f"; done
sysctl -p /etc/sysctl.conf
for f in /run/sysctl.d/*.conf; do sysctl -p "$f"; done
"""
ON_ALPINE = InitSystem(process_1="init", runs_openrc=True, has_busybox_sysctl=True, scripts=(ALPINE_SCRIPT,))
OPENWRT_SCRIPT = b"""
for CONF in /etc/sysctl.d/*.conf /etc/sysctl.conf; do sysctl -e -p "$CONF"; done
"""
ON_OPENWRT = InitSystem(process_1="init", has_busybox_sysctl=True, scripts=(OPENWRT_SCRIPT,))
ALPINE_DIRECTORIES = f"/lib/sysctl.d/*.conf, /usr/lib/sysctl.d/*.conf, {D}/*.conf"
DIRECTORIES = f"{D}/*.conf, /usr/local/lib/sysctl.d/*.conf, /usr/lib/sysctl.d/*.conf, /lib/sysctl.d/*.conf"
REFUSED = "has '60s'"
EXCLUDES = "excludes the key"
REMEDY = "Remove that line, give overrides: take_over to have it commented out, or overrides: ignore."
NO_TAKE_OVER = "Remove that line, or give overrides: ignore."


def decides(
    path: str, line: int = 1, *, key: str = "time", would: int = 5, wanted: int = 600, has: str = "has '5'"
) -> str:
    return (
        f"At the next boot net.ipv4.tcp_keepalive_{key} would be {would}, not {wanted}: "
        f"{path} line {line} {has} and takes precedence"
    )


@pytest.mark.parametrize(
    ("files", "init", "path", "message", "lines"),
    [
        pytest.param(
            {ZZ: b"\n" + TIME + b" = 5\n"},
            SYSTEMD,
            DEFAULT_PATH,
            f"{decides(ZZ, 2)}. {REMEDY} {holds(f'{D}/zzz-tcp-keepalive.conf')}",
            [{"key": "time", "value": "5", "path": ZZ, "line": 2}],
            id="a later file",
        ),
        pytest.param(
            {"/usr/lib/sysctl.d/99-z.conf": TIME + b" = 5\n"},
            SYSTEMD,
            DEFAULT_PATH,
            f"{decides('/usr/lib/sysctl.d/99-z.conf')}. {NO_TAKE_OVER} {holds(f'{D}/zz-tcp-keepalive.conf')}",
            [{"key": "time", "value": "5", "path": "/usr/lib/sysctl.d/99-z.conf", "line": 1}],
            id="a later file of the distribution",
        ),
        pytest.param(
            {ZZ: TIME + b"=60s\n"},
            SYSTEMD,
            DEFAULT_PATH,
            f"{decides(ZZ, would=7200, has=REFUSED)}. {REMEDY} {holds(f'{D}/zzz-tcp-keepalive.conf')}",
            [{"key": "time", "value": "60s", "path": ZZ, "line": 1}],
            id="a refused value",
        ),
        pytest.param(
            {ZZ: b"-" + TIME + b"\n"},
            SYSTEMD,
            DEFAULT_PATH,
            f"{decides(ZZ, would=7200, has=EXCLUDES)}. {REMEDY} {holds(f'{D}/zzz-tcp-keepalive.conf')}",
            [{"key": "time", "value": None, "path": ZZ, "line": 1}],
            id="an exclusion",
        ),
        pytest.param(
            {CONF: TIME + b"=5\n"},
            PROCPS,
            DEFAULT_PATH,
            f"{decides(CONF)}. {REMEDY} {holds(CONF)}",
            [{"key": "time", "value": "5", "path": CONF, "line": 1}],
            id="sysctl.conf with procps",
        ),
        pytest.param(
            {f"{D}/zzzz.conf": TIME + b"=5\n"},
            SYSTEMD,
            DEFAULT_PATH,
            f"{decides(f'{D}/zzzz.conf')}. {REMEDY} {holds(f'{D}/zzzzz.conf')}",
            [{"key": "time", "value": "5", "path": f"{D}/zzzz.conf", "line": 1}],
            id="a name behind all usual ones",
        ),
        pytest.param(
            {DEFAULT_PATH: b"", f"{D}/b.conf": TIME + b"=5\n"},
            SYSTEMD,
            f"{D}/a.conf",
            f"{decides(f'{D}/b.conf')}. {REMEDY} {holds(f'{D}/zz-tcp-keepalive.conf')}",
            [{"key": "time", "value": "5", "path": f"{D}/b.conf", "line": 1}],
            id="an early path",
        ),
        pytest.param(
            {f"{D}/50.conf": TIME + b"=5\n"},
            SYSTEMD,
            f"{D}/10.conf",
            f"{decides(f'{D}/50.conf')}. {REMEDY} {holds(DEFAULT_PATH)}",
            [{"key": "time", "value": "5", "path": f"{D}/50.conf", "line": 1}],
            id="an early path, the default would win",
        ),
    ],
)
def test_overridden(
    tmp_path: Path, files: Layout, init: InitSystem, path: str, message: str, lines: list[dict[str, object]]
) -> None:
    host = make_host(tmp_path, files, init=init)
    error = refuse(host, DesiredState(values=Values(time=600), path=path), OverriddenError)
    assert str(error) == unchanged(message)
    assert error.details == {"overridden_by": lines}


def test_the_path_that_is_recommended_wins(tmp_path: Path) -> None:
    for number, name in enumerate(("99-u.conf", "zz.conf", "zzzz.conf", "~~.conf")):
        host = make_host(tmp_path / str(number), {f"/usr/lib/sysctl.d/{name}": TIME + b"=5\n"})
        error = refuse(host, DesiredState(values=Values(time=600)), OverriddenError)
        path = str(error).rpartition("With path: ")[2].partition(" ")[0]
        assert run_and_run_again(host, DesiredState(values=Values(time=600), path=path)).after.boot.values.time == 600


def test_overridden_for_two_keys(tmp_path: Path) -> None:
    host = make_host(tmp_path, {ZZ: PROBES + b"=5\n" + TIME + b"=5\n"})
    error = refuse(host, DesiredState(values=ALL), OverriddenError)
    assert str(error) == unchanged(
        f"{decides(ZZ, 2)}. {decides(ZZ, 1, key='probes', wanted=20)}. {REMEDY} {holds(f'{D}/zzz-tcp-keepalive.conf')}"
    )
    assert [line["key"] for line in error.details["overridden_by"]] == ["time", "probes"]


@pytest.mark.parametrize(
    ("files", "init", "message"),
    [
        pytest.param(
            {"/usr/lib/sysctl.d/zz.conf": TIME + b"=5\n"},
            SYSTEMD,
            f"{decides('/usr/lib/sysctl.d/zz.conf')}, and is never edited because it is not below /etc/. "
            f"{holds(f'{D}/zzz-tcp-keepalive.conf')}",
            id="a file of the distribution",
        ),
        pytest.param(
            {ZZ: TIME + b"=6\n", "/usr/lib/sysctl.d/z.conf": TIME + b"=5\n"},
            SYSTEMD,
            f"{decides('/usr/lib/sysctl.d/z.conf')}, and is never edited because it is not below /etc/. "
            f"{holds(f'{D}/zzz-tcp-keepalive.conf')}",
            id="a file of the distribution behind one of ours",
        ),
        pytest.param(
            {ZZ: "/opt/zz.conf", "/opt/zz.conf": TIME + b"=5\n"},
            SYSTEMD,
            f"{decides(ZZ)}, and is never edited because it is not below /etc/. {holds(f'{D}/zzz-tcp-keepalive.conf')}",
            id="a link that leads out of /etc",
        ),
        pytest.param(
            {ZZ: b"net//ipv4/tcp_keepalive_t* = 5\n"},
            PROCPS,
            f"{decides(ZZ)}, and is never edited because it concerns other keys, too. "
            f"{holds(f'{D}/zzz-tcp-keepalive.conf')}",
            id="a glob",
        ),
        pytest.param(
            {"/etc/credstore/sysctl.extra": TIME + b"=5\n"},
            SYSTEMD,
            f"{decides('/etc/credstore/sysctl.extra')}, and is never edited because it is a credential. "
            "No other path would win: remove that line.",
            id="a credential",
        ),
    ],
)
def test_what_is_never_taken_over(tmp_path: Path, files: Layout, init: InitSystem, message: str) -> None:
    host = make_host(tmp_path, files, init=init)
    error = refuse(host, DesiredState(values=Values(time=600), overrides="take_over"), OverriddenError)
    assert str(error) == unchanged(message)
    assert len(error.details["overridden_by"]) == 1


def test_what_was_taken_over_is_named(tmp_path: Path) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n" + TIME + b"=6\n"})
    outcome = run(host, DesiredState(values=Values(time=600), overrides="take_over"))
    assert [(setting.path, setting.line, setting.value) for setting in outcome.change.overridden_by] == [
        (ZZ, 2, "6"),
        (ZZ, 1, "5"),
    ]


NOT_READ = "would not be read at the next boot:"
GONE = "what lies below /run/ is gone after a reboot"


@pytest.mark.parametrize(
    ("path", "files", "init", "message"),
    [
        pytest.param(
            CONF,
            {},
            SYSTEMD,
            f"{CONF} {NOT_READ} systemd-sysctl reads only {DIRECTORIES}. {holds(DEFAULT_PATH)}",
            id="sysctl.conf without its link",
        ),
        pytest.param(
            CONF,
            {CONF: b"", f"{D}/99-sysctl.conf": b""},
            SYSTEMD,
            f"{CONF} {NOT_READ} systemd-sysctl reads only {DIRECTORIES}. {holds(DEFAULT_PATH)}",
            id="sysctl.conf beside a file where its link would be",
        ),
        pytest.param(
            f"{D}/a.txt",
            {},
            SYSTEMD,
            f"{D}/a.txt {NOT_READ} systemd-sysctl reads only {DIRECTORIES}. {holds(DEFAULT_PATH)}",
            id="suffix",
        ),
        pytest.param(
            f"{D}/.a.conf",
            {},
            SYSTEMD,
            f"{D}/.a.conf {NOT_READ} its name begins with a dot, and systemd-sysctl passes over such files. "
            f"{holds(DEFAULT_PATH)}",
            id="hidden file",
        ),
        pytest.param(
            "/opt/a.conf",
            {"/opt": None},
            PROCPS,
            f"/opt/a.conf {NOT_READ} procps reads only {DIRECTORIES} and {CONF}. {holds(DEFAULT_PATH)}",
            id="folder",
        ),
        *(
            pytest.param(
                f"{D}/.a.conf",
                {},
                init,
                f"{D}/.a.conf {NOT_READ} its name begins with a dot, and {loader} passes over such files. "
                f"{holds(DEFAULT_PATH)}",
                id=f"hidden file on {loader}",
            )
            for loader, init in (("alpine", ON_ALPINE), ("openwrt", ON_OPENWRT))
        ),
        pytest.param(
            "/usr/local/lib/sysctl.d/a.conf",
            {"/usr/local/lib/sysctl.d": None},
            ON_ALPINE,
            f"/usr/local/lib/sysctl.d/a.conf {NOT_READ} alpine reads only {ALPINE_DIRECTORIES} and {CONF}. "
            f"{holds(DEFAULT_PATH)}",
            id="a folder that Alpine does not read",
        ),
        pytest.param(
            "/lib/sysctl.d/a.conf",
            {"/lib/sysctl.d": None, f"{D}/a.conf": b""},
            ON_OPENWRT,
            f"/lib/sysctl.d/a.conf {NOT_READ} openwrt reads only {D}/*.conf and {CONF}. {holds(DEFAULT_PATH)}",
            id="a folder that OpenWrt does not read, beside a file of the same name",
        ),
        pytest.param(
            "/opt/.a.conf",
            {"/opt": None},
            SYSTEMD,
            f"/opt/.a.conf {NOT_READ} systemd-sysctl reads only {DIRECTORIES}. {holds(DEFAULT_PATH)}",
            id="hidden file in a folder that is not read",
        ),
        pytest.param(
            f"{D}/.a.txt",
            {},
            SYSTEMD,
            f"{D}/.a.txt {NOT_READ} systemd-sysctl reads only {DIRECTORIES}. {holds(DEFAULT_PATH)}",
            id="suffix of a hidden file",
        ),
        pytest.param(
            "/opt/a.conf",
            {"/opt": None, f"{D}/a.conf": b""},
            SYSTEMD,
            f"/opt/a.conf {NOT_READ} systemd-sysctl reads only {DIRECTORIES}. {holds(DEFAULT_PATH)}",
            id="folder, beside a file of the same name",
        ),
        pytest.param(
            "/usr/lib/sysctl.d/a.conf",
            {f"{D}/a.conf": b""},
            SYSTEMD,
            f"/usr/lib/sysctl.d/a.conf {NOT_READ} {D}/a.conf hides it. {holds(DEFAULT_PATH)}",
            id="hidden by a file of its name",
        ),
        pytest.param(
            "/usr/lib/sysctl.d/a.conf",
            {f"{D}/a.conf": "/dev/null", ZZ: TIME + b"=5"},
            PROCPS,
            f"/usr/lib/sysctl.d/a.conf {NOT_READ} {D}/a.conf hides it. {holds(f'{D}/zzz-tcp-keepalive.conf')}",
            id="hidden by a link to /dev/null",
        ),
        *(
            pytest.param(path, files, init, f"{path} {NOT_READ} {GONE}. {holds(DEFAULT_PATH)}", id=why)
            for path, files, init, why in (
                ("/run/sysctl.d/a.conf", {"/run": None}, SYSTEMD, "below /run"),
                (f"{D}/a.conf", {f"{D}/a.conf": "/run/a.conf", "/run/a.conf": b""}, PROCPS, "a link into /run"),
                (
                    "/run/sysctl.d/a.conf",
                    {"/run/sysctl.d/a.conf": "../../opt/a.conf", "/opt/a.conf": b""},
                    SYSTEMD,
                    "a link out of /run",
                ),
            )
        ),
    ],
)
def test_a_path_that_is_not_read(tmp_path: Path, path: str, files: Layout, init: InitSystem, message: str) -> None:
    host = make_host(tmp_path, files, init=init)
    for overrides in t.cast("list[Overrides]", ["fail", "take_over", "ignore"]):
        error = refuse(host, DesiredState(values=Values(time=600), path=path, overrides=overrides), NotReadAtBootError)
        assert str(error) == unchanged(message)


@pytest.mark.parametrize("overrides", ["fail", "take_over", "ignore"])
def test_a_credential_that_keeps_the_loader_from_starting(tmp_path: Path, overrides: Overrides) -> None:
    host = make_host(tmp_path, {"/etc/credstore/sysctl.extra": None})
    error = refuse(host, DesiredState(values=Values(time=600), overrides=overrides), NotReadAtBootError)
    assert str(error) == unchanged(
        f"{DEFAULT_PATH} would not be read at the next boot: /etc/credstore/sysctl.extra cannot be taken as a "
        f"credential (it is a folder), so systemd-sysctl.service would fail and apply no file. Fix or remove it."
    )


def test_a_dash_that_busybox_does_not_know(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"-" + TIME + b" = 5\n"}, init=ON_ALPINE)
    error = refuse(host, SET_TIME, NotReadAtBootError)
    assert str(error) == unchanged(
        f"alpine would not take the values from {DEFAULT_PATH}: BusyBox's sysctl knows no dash before a key. Remove "
        f"the line with it."
    )
    host.meanwhile({DEFAULT_PATH: b""})
    assert run_and_run_again(host, SET_TIME).after.boot.values.time == 600


def test_a_long_line(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#" + b"x" * (1 << 20) + b"\n"})
    error = refuse(host, SET_TIME, NotReadAtBootError)
    assert str(error) == unchanged(
        f"systemd-sysctl would not take the values from {DEFAULT_PATH}: it gives up this file at a line of 1 MiB or "
        f"more. Remove that line."
    )
    host.init = PROCPS
    assert run_and_run_again(host, SET_TIME).after.boot.values.time == 600


def test_a_line_that_take_over_would_not_help_against(tmp_path: Path) -> None:
    files: Layout = {DEFAULT_PATH: b"#" + b"x" * (1 << 20) + b"\n", ZZ: TIME + b"=5\n"}
    error = refuse(make_host(tmp_path, files), SET_TIME, OverriddenError)
    assert str(error) == unchanged(f"{decides(ZZ)}. {NO_TAKE_OVER} {holds(f'{D}/zzz-tcp-keepalive.conf')}")


@pytest.mark.parametrize(
    "taken",
    [
        pytest.param({DEFAULT_PATH: None}, id="folder"),
        pytest.param({DEFAULT_PATH: "/dev/null"}, id="link to /dev/null"),
        pytest.param({DEFAULT_PATH: DEFAULT_PATH}, id="loop of links"),
        pytest.param({DEFAULT_PATH: "/a/b/c.conf"}, id="link to where no file can be made"),
    ],
)
def test_a_path_is_recommended_that_can_be(tmp_path: Path, taken: Layout) -> None:
    host = make_host(tmp_path, {f"{D}/50.conf": TIME + b"=5\n", **taken})
    want = DesiredState(values=Values(time=600), path=f"{D}/10.conf")
    error = refuse(host, want, OverriddenError)
    assert str(error) == unchanged(f"{decides(f'{D}/50.conf')}. {REMEDY} {holds(f'{D}/zz-tcp-keepalive.conf')}")


def test_no_path_would_win(tmp_path: Path) -> None:
    # there is no way to spell a name behind this one
    host = make_host(tmp_path, {f"{D}/\udcff.conf": TIME + b"=5\n"})
    error = refuse(host, DesiredState(values=Values(time=600)), OverriddenError)
    shown = f"{D}/\\xff.conf"
    assert str(error) == unchanged(f"{decides(shown)}. {REMEDY} No other path would win: remove that line.")
    assert (
        run_and_run_again(host, DesiredState(values=Values(time=600), overrides="take_over")).after.boot.values.time
        == 600
    )


@pytest.mark.parametrize("path", [ZZ, "/etc/credstore/sysctl.extra"])
@pytest.mark.parametrize("denied", ["to_user", "to_root"])
def test_a_file_that_may_decide_and_is_denied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, denied: Denied
) -> None:
    host = make_host(tmp_path)
    read = host.files.read_tree
    file = SysctlFile(path, path, "unreadable", reason="No way", denied=denied)
    monkeypatch.setattr(host.files, "read_tree", lambda: Tree((*read().files, file)))
    (doubt,) = take_snapshot(host).doubts()
    is_hidden = path != ZZ and denied == "to_user"
    assert (doubt.code, doubt.path) == ("hidden_credential" if is_hidden else "unreadable", path)
    if is_hidden:  # on most hosts there is none
        assert run(host, DesiredState(values=ALL)).change.warnings == (doubt.message,)
        return
    assert str(refuse(host, DesiredState(values=ALL), FileError)) == unchanged(
        f"{path} cannot be read (No way), so the values of the next boot cannot be known. "
        f"{remedy_of_denial(denied, 'give overrides: ignore')}"
    )


@pytest.mark.parametrize("overrides", ["fail", "take_over"])
def test_a_file_that_may_decide_and_cannot_be_read(tmp_path: Path, overrides: Overrides) -> None:
    host = make_host(tmp_path)
    os.mkfifo(str(tmp_path / "root/etc/sysctl.d/zz.conf"))
    with pytest.raises(FileError) as caught:
        run(host, DesiredState(values=ALL, overrides=overrides))
    assert str(caught.value) == unchanged(
        f"{ZZ} cannot be read (it is not a regular file), so the values of the next boot cannot be known. "
        f"Make it readable or remove it, or give overrides: ignore."
    )
    assert host.shown() == [7200, 75, 9]
    assert not os.path.exists(f"{tmp_path}/root{DEFAULT_PATH}")
    may_decide = f"{ZZ} cannot be read (it is not a regular file): it may take precedence at the next boot."
    assert run(host, DesiredState()).change.warnings == (may_decide,)
    # what is not asked to last does not depend on it
    assert run(host, DesiredState(values=ALL, overrides=overrides, persistent=False)).after.runtime == ALL
    assert run(host, DesiredState(values=ALL, overrides="ignore")).change.warnings == (may_decide,)
    assert host.text(DEFAULT_PATH) == ALL_TEXT
    removed = run(host, REMOVE)
    assert removed.after.runtime == Values(7200, 75, 9)
    assert removed.change.warnings == (may_decide,)


@pytest.mark.parametrize(
    ("path", "files", "hidden"),
    [
        pytest.param(
            f"{D}/50.conf", {"/usr/lib/sysctl.d/50.conf": b"vm.x=1\n"}, "/usr/lib/sysctl.d/50.conf", id="a file"
        ),
        pytest.param(
            f"{D}/99-z.conf",
            {f"{D}/99-z.conf": "50.conf", "/usr/lib/sysctl.d/50.conf": b"vm.x=1\n"},
            "/usr/lib/sysctl.d/50.conf",
            id="by what a link leads to",
        ),
    ],
)
def test_a_file_that_would_be_hidden(tmp_path: Path, path: str, files: Layout, hidden: str) -> None:
    host = make_host(tmp_path, files)
    for overrides in t.cast("list[Overrides]", ["fail", "take_over", "ignore"]):
        error = refuse(host, DesiredState(values=Values(time=600), path=path, overrides=overrides), HidingError)
        assert str(error) == unchanged(
            f"{path} would hide {hidden}, because it has the same name. The next boot would then miss other settings "
            f"of {hidden}. {holds(DEFAULT_PATH)}"
        )


def test_a_path_in_a_folder_that_leads_to_run_is_not_recommended(tmp_path: Path) -> None:
    host = make_host(tmp_path, {"/run/d": None})
    (tmp_path / "root/etc/sysctl.d").rmdir()
    host.meanwhile({D: "/run/d"})
    error = refuse(host, DesiredState(values=Values(time=7200)), NotReadAtBootError)
    assert str(error) == unchanged(f"{DEFAULT_PATH} {NOT_READ} {GONE}. No other path would win: remove that line.")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"\n", id="blank"),
        pytest.param(b"# only a remark\n\t; another\n", id="remarks"),
        pytest.param(HEADER + ALL_TEXT, id="what is wanted"),
    ],
)
def test_a_file_that_says_no_more_may_be_hidden(tmp_path: Path, text: bytes) -> None:
    host = make_host(tmp_path, {"/usr/lib/sysctl.d/50.conf": text})
    assert run_and_run_again(host, DesiredState(values=ALL, path=f"{D}/50.conf")).after.boot.values == ALL


def test_a_path_is_recommended_that_hides_nothing(tmp_path: Path) -> None:
    host = make_host(tmp_path, {f"/usr/lib/sysctl.d/{DEFAULT_PATH.rsplit('/', 1)[-1]}": b"vm.x=1\n"})
    error = refuse(host, DesiredState(values=Values(time=600), path="/etc/a.conf"), NotReadAtBootError)
    assert str(error).endswith(unchanged(holds(f"{D}/zz-tcp-keepalive.conf")))


def test_one_of_two_keys_in_a_row_is_taken_over(tmp_path: Path) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\r" + INTVL + b"=6\n"})
    outcome = run_and_run_again(host, DesiredState(values=Values(time=600), overrides="take_over"))
    assert outcome.after.boot.values == Values(600, 6, 9)


def test_a_line_that_is_brought_back_is_read_as_the_release_does(tmp_path: Path) -> None:
    """No other line tells releases apart, and systemd-sysctl follows ``..`` in a name before 250."""
    host = make_host(tmp_path, {ZZ: b"net/ipv4/conf/../tcp_keepalive_time = 5\n"}, release=(247,))
    run_and_run_again(host, dataclasses.replace(SET_TIME, overrides="take_over"))
    outcome = run_and_run_again(host, REMOVE)
    assert outcome.after.boot.values == Values(5, 75, 9)
    assert host.shown() == [5, 75, 9]


def test_values_that_a_release_which_cannot_be_told_may_not_give(tmp_path: Path) -> None:
    host = make_host(tmp_path, {ZZ: b"-" + TIME + b"\n"}, release=None)
    doubt = (
        f"The release of systemd-sysctl cannot be told, and releases read {DEFAULT_PATH} line 2 in different ways: "
        f"net.ipv4.tcp_keepalive_time would be 600 or 7200 at the next boot."
    )
    error = refuse(host, SET_TIME, NotReadAtBootError)
    assert str(error) == f"{doubt} Change what is doubtful, or give overrides: ignore. Nothing was changed."
    done = run_and_run_again(host, dataclasses.replace(SET_TIME, overrides="ignore"))
    assert done.change.warnings == (doubt,)
    assert host.shown() == [600, 75, 9]


NO_OTHER_PATH = (
    " Set the values in the image that this system boots from, or give persistent: false, or overrides: ignore."
)
ON_TMPFS = DISK + b"30 20 0:30 / /etc/sysctl.d rw - tmpfs tmpfs rw\n"
PI = b"20 1 0:30 / / rw - overlay overlay rw,lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work\n"
ON_PI = "an overlay whose upper layer (/upper/data) is on no mount that is visible"
NOT_KNOWN = "Whether what is written there survives a reboot cannot be known."
LOST = "What is written there is gone after a reboot, and what the next boot finds there cannot be known."


@pytest.mark.parametrize(
    ("mounts", "files", "why", "doubt", "advice"),
    [
        pytest.param(
            ON_TMPFS,
            {},
            f"{D} is on a tmpfs, mounted at {D}, and gone after a reboot",
            f"{D} is on a tmpfs, mounted at {D}. {LOST}",
            NO_OTHER_PATH,
            id="tmpfs",
        ),
        pytest.param(
            PI,
            {},
            f"{D} is on {ON_PI}, mounted at /, and whether it survives a reboot cannot be known",
            f"{D}, /usr/lib/sysctl.d are on {ON_PI}, mounted at /. {NOT_KNOWN}",
            NO_OTHER_PATH,
            id="Raspberry Pi",
        ),
        pytest.param(
            DISK + b"30 20 0:30 / /mnt rw - tmpfs tmpfs rw\n",
            {DEFAULT_PATH: "/mnt/x", "/mnt/x": b""},
            "/mnt is on a tmpfs, mounted at /mnt, and gone after a reboot",
            f"/mnt is on a tmpfs, mounted at /mnt. {LOST}",
            f" With path: {D}/zz-tcp-keepalive.conf the values would hold.",
            id="a link onto tmpfs",
        ),
        pytest.param(
            DISK + f"30 20 0:30 / {DEFAULT_PATH} rw - tmpfs tmpfs rw\n".encode(),
            {DEFAULT_PATH: b""},
            f"{DEFAULT_PATH} is on a tmpfs, mounted at {DEFAULT_PATH}, and gone after a reboot",
            f"{DEFAULT_PATH} is on a tmpfs, mounted at {DEFAULT_PATH}. {LOST}",
            f" With path: {D}/zz-tcp-keepalive.conf the values would hold.",
            id="the file itself",
        ),
    ],
)
def test_a_path_that_does_not_survive_a_reboot(
    tmp_path: Path, mounts: bytes, files: Layout, why: str, doubt: str, advice: str
) -> None:
    host = make_host(tmp_path, files)
    lay_out(tmp_path / "proc", {"self/mountinfo": mounts})
    for overrides in t.cast("list[Overrides]", ["fail", "take_over"]):
        error = refuse(host, dataclasses.replace(SET_TIME, overrides=overrides), NotReadAtBootError)
        assert str(error) == unchanged(f"{DEFAULT_PATH} would not be read at the next boot: {why}.{advice}")
    done = run_and_run_again(host, dataclasses.replace(SET_TIME, overrides="ignore"))
    assert doubt in done.change.warnings
    assert host.shown() == [600, 75, 9]
    assert done.after.boot.values.time in (7200, None)
    assert run_and_run_again(host, REMOVE).after.boot.values.time == 7200


def test_a_path_that_does_not_survive_where_the_loader_is_unknown(tmp_path: Path) -> None:
    host = make_host(tmp_path, init=InitSystem(process_1="dinit", role="unknown"))
    lay_out(tmp_path / "proc", {"self/mountinfo": ON_TMPFS})
    error = refuse(host, SET_TIME, NotReadAtBootError)
    why = f"{D} is on a tmpfs, mounted at {D}, and gone after a reboot"
    assert str(error) == unchanged(f"{DEFAULT_PATH} would not be read at the next boot: {why}.{NO_OTHER_PATH}")
    run_and_run_again(host, dataclasses.replace(SET_TIME, overrides="ignore"))
    assert host.shown() == [600, 75, 9]


def test_persistence_without_a_path_that_survives_is_not_asked_for(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    lay_out(tmp_path / "proc", {"self/mountinfo": ON_TMPFS})
    done = run_and_run_again(host, DesiredState(values=Values(time=600), persistent=False))
    assert host.shown() == [600, 75, 9]
    assert done.after.drift == ["time"]


@pytest.mark.parametrize("init", [SYSTEMD, PROCPS], ids=["systemd-sysctl", "procps"])
@pytest.mark.parametrize("overrides", ["fail", "take_over"])
def test_many_lines_take_no_more_predictions_than_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, init: InitSystem, overrides: Overrides
) -> None:
    counts: list[int] = []

    def counted(*arguments: t.Any, **named: t.Any) -> Prediction:
        counts[-1] += 1
        return predict(*arguments, **named)

    monkeypatch.setattr("ansible_collections.linux.tcp.plugins.module_utils._state.snapshot.predict", counted)
    want = DesiredState(values=Values(time=600), overrides=overrides)
    for number in (30, 90):
        counts.append(0)
        # of each file one line is passed over by some loaders
        files = {f"{D}/z{index:02}.conf": TIME + b"=%d\n%s=6s\n" % (index, TIME) for index in range(number)}
        host = make_host(tmp_path / str(number), files, init=init)
        if overrides == "fail":
            refuse(host, want, OverriddenError)
        else:
            change = preview(host, want)
            assert change.after.boot.values == Values(600, 75, 9)
            assert len(change.edits) == number + 1
            assert change.overridden_by[0].path == f"{D}/z{number - 1:02}.conf"
    assert counts[0] == counts[1]
