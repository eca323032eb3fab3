# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import NotReadAtBootError, OverriddenError
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.tests.unit.changes import (
    ALL,
    ALL_TEXT,
    CONF,
    MARKER,
    REMOVE,
    SET_ALL,
    SET_TIME,
    TIME_TEXT,
    ZZ,
    D,
    refuse,
    run,
    run_and_run_again,
)
from ansible_collections.linux.tcp.tests.unit.host import (
    INTVL,
    NOTHING,
    PROBES,
    PROCPS,
    SYSTEMD,
    TIME,
    lay_out,
    look_at,
    make_host,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Layout


def test_nothing_is_asked_for(tmp_path: Path) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"}, values=(600, 75, 9))
    outcome = run_and_run_again(host, DesiredState())
    assert outcome.change.is_empty
    assert outcome.after.drift == ["time"]
    assert outcome.change.overridden_by == ()


class Case(t.NamedTuple):
    """A host, a want, and what becomes of the host; ``None`` stands for a file that is not there."""

    want: DesiredState
    files: Layout
    values: tuple[int, int, int] = (7200, 75, 9)
    init: InitSystem = SYSTEMD
    texts: t.Mapping[str, bytes | None] = {}
    now: tuple[int, int, int] = (7200, 75, 9)
    boot: tuple[int, int, int] = (7200, 75, 9)
    changed: bool = True
    warnings: tuple[str, ...] = ()


ONLY_TIME = DesiredState(values=Values(time=600), absent=("intvl", "probes"))
WINS = "and takes precedence"
EXCLUDES = "excludes the key"
NOTHING_APPLIES = (
    f"Nothing applies sysctl files when this system boots, so {DEFAULT_PATH} has no effect on the next boot by itself."
)
CASES = {
    "fresh host": Case(SET_ALL, {}, texts={DEFAULT_PATH: ALL_TEXT}, now=(600, 60, 20), boot=(600, 60, 20)),
    "fresh host with procps": Case(
        SET_ALL, {}, init=PROCPS, texts={DEFAULT_PATH: ALL_TEXT}, now=(600, 60, 20), boot=(600, 60, 20)
    ),
    "right already": Case(
        SET_ALL,
        {DEFAULT_PATH: ALL_TEXT},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: ALL_TEXT},
        now=(600, 60, 20),
        boot=(600, 60, 20),
        changed=False,
    ),
    "right already, thanks to our file and others": Case(
        SET_TIME,
        {DEFAULT_PATH: b"#\n" + TIME + b"=0x258 # c\n", ZZ: TIME + b"= 600\n" + INTVL + b"=5\n"},
        values=(600, 5, 9),
        texts={DEFAULT_PATH: b"#\n" + TIME + b"=0x258 # c\n"},
        now=(600, 5, 9),
        boot=(600, 5, 9),
        changed=False,
    ),
    "one value": Case(
        SET_TIME, {}, values=(7200, 7, 3), texts={DEFAULT_PATH: TIME_TEXT}, now=(600, 7, 3), boot=(600, 75, 9)
    ),
    "one value more": Case(
        DesiredState(values=Values(intvl=60)),
        {DEFAULT_PATH: TIME_TEXT},
        values=(600, 75, 9),
        texts={DEFAULT_PATH: TIME_TEXT + INTVL + b" = 60\n"},
        now=(600, 60, 9),
        boot=(600, 60, 9),
    ),
    "drift of the kernel": Case(
        SET_ALL,
        {DEFAULT_PATH: ALL_TEXT},
        values=(600, 61, 20),
        texts={DEFAULT_PATH: ALL_TEXT},
        now=(600, 60, 20),
        boot=(600, 60, 20),
    ),
    "drift of the file": Case(
        SET_ALL,
        {DEFAULT_PATH: ALL_TEXT.replace(b"600", b"700")},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: ALL_TEXT},
        now=(600, 60, 20),
        boot=(600, 60, 20),
    ),
    "another file, gone after a reboot": Case(
        SET_ALL,
        {"/run/sysctl.d/zz.conf": TIME + b"=5\n"},
        texts={DEFAULT_PATH: ALL_TEXT},
        now=(600, 60, 20),
        boot=(600, 60, 20),
        warnings=(f"/run/sysctl.d/zz.conf line 1 sets {TIME.decode()}, and is gone after a reboot.",),
    ),
    "runtime only": Case(
        DesiredState(values=ALL, persistent=False), {DEFAULT_PATH: TIME_TEXT}, now=(600, 60, 20), boot=(600, 75, 9)
    ),
    "runtime only, overridden": Case(
        DesiredState(values=ALL, persistent=False), {ZZ: TIME + b"=5\n"}, now=(600, 60, 20), boot=(5, 75, 9)
    ),
    "file only": Case(DesiredState(values=ALL, runtime=False), {}, texts={DEFAULT_PATH: ALL_TEXT}, boot=(600, 60, 20)),
    "neither": Case(DesiredState(values=ALL, runtime=False, persistent=False), {}, changed=False),
    "folder missing": Case(
        DesiredState(values=ALL, path="/usr/local/lib/sysctl.d/a.conf"),
        {"/usr/local/lib": None},
        texts={"/usr/local/lib/sysctl.d/a.conf": ALL_TEXT},
        now=(600, 60, 20),
        boot=(600, 60, 20),
    ),
    "folder by another name": Case(
        DesiredState(values=ALL, path="/lib/sysctl.d/a.conf"),
        {"/lib": "usr/lib"},
        texts={"/usr/lib/sysctl.d/a.conf": ALL_TEXT},
        now=(600, 60, 20),
        boot=(600, 60, 20),
    ),
    "through a link": Case(
        DesiredState(values=Values(time=600), path=f"{D}/99-sysctl.conf"),
        {CONF: b"vm.x=1\n", f"{D}/99-sysctl.conf": "../sysctl.conf"},
        texts={CONF: b"vm.x=1\n" + TIME + b" = 600\n"},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "sysctl.conf, read by its link": Case(
        DesiredState(values=Values(time=600), path=CONF),
        {CONF: b"vm.x=1\n", f"{D}/99-sysctl.conf": "../sysctl.conf"},
        texts={CONF: b"vm.x=1\n" + TIME + b" = 600\n"},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "through a dangling link": Case(
        DesiredState(values=Values(time=600), path=f"{D}/a.conf"),
        {f"{D}/a.conf": "/etc/real"},
        texts={"/etc/real": TIME_TEXT},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "sysctl.conf with procps": Case(
        DesiredState(values=Values(time=600), path=CONF),
        {ZZ: TIME + b"=5\n"},
        init=PROCPS,
        texts={CONF: TIME_TEXT, ZZ: TIME + b"=5\n"},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "overridden for another key only": Case(
        SET_TIME,
        {ZZ: INTVL + b"=5\n"},
        texts={DEFAULT_PATH: TIME_TEXT, ZZ: INTVL + b"=5\n"},
        now=(600, 75, 9),
        boot=(600, 5, 9),
    ),
    "a later glob": Case(
        SET_TIME,
        {ZZ: b"net.ipv4.tcp_keepalive_*=5\n"},
        texts={DEFAULT_PATH: TIME_TEXT},
        now=(600, 75, 9),
        boot=(600, 5, 5),
    ),
    "a later refused value with procps": Case(
        SET_TIME,
        {ZZ: TIME + b"=60s\n"},
        init=PROCPS,
        texts={DEFAULT_PATH: TIME_TEXT},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "a later exclusion by a pattern with procps": Case(
        SET_TIME,
        {ZZ: b"-net.*\n", f"{D}/00.conf": b"net.ipv4.tcp_keepalive_*=5\n"},
        init=PROCPS,
        texts={DEFAULT_PATH: TIME_TEXT, ZZ: b"-net.*\n"},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "ignored override": Case(
        DesiredState(values=Values(time=600, intvl=60), overrides="ignore"),
        {ZZ: TIME + b"=5\n-" + INTVL + b"\n"},
        texts={DEFAULT_PATH: TIME_TEXT + INTVL + b" = 60\n", ZZ: TIME + b"=5\n-" + INTVL + b"\n"},
        now=(600, 60, 9),
        boot=(5, 75, 9),
        warnings=(
            f"At the next boot net.ipv4.tcp_keepalive_time would be 5, not 600: {ZZ} line 1 has '5' {WINS}.",
            f"At the next boot net.ipv4.tcp_keepalive_intvl would be 75, not 60: {ZZ} line 2 {EXCLUDES} {WINS}.",
        ),
    ),
    "no loader": Case(
        SET_ALL,
        {},
        init=NOTHING,
        texts={DEFAULT_PATH: ALL_TEXT},
        now=(600, 60, 20),
        warnings=(NOTHING_APPLIES,),
    ),
    "no loader, any path": Case(
        DesiredState(values=Values(time=600), path="/etc/values"),
        {ZZ: TIME + b"=5\n"},
        init=NOTHING,
        texts={"/etc/values": TIME_TEXT},
        now=(600, 75, 9),
        warnings=(NOTHING_APPLIES.replace(DEFAULT_PATH, "/etc/values"),),
    ),
    "taken over": Case(
        DesiredState(values=ALL, overrides="take_over"),
        {ZZ: b"vm.x=1\n" + TIME + b"=5\n# c\n" + PROBES + b"=3", f"{D}/00.conf": TIME + b"=6\n"},
        texts={
            DEFAULT_PATH: ALL_TEXT,
            ZZ: b"vm.x=1\n" + MARKER + TIME + b"=5\n# c\n" + MARKER + PROBES + b"=3",
            f"{D}/00.conf": TIME + b"=6\n",
        },
        now=(600, 60, 20),
        boot=(600, 60, 20),
    ),
    "taken over, line after line and file after file": Case(
        DesiredState(values=Values(time=600), overrides="take_over"),
        {ZZ: TIME + b"=5\n" + TIME + b"=6\n", f"{D}/z.conf": b"-" + TIME + b"\n"},
        texts={
            DEFAULT_PATH: TIME_TEXT,
            ZZ: MARKER + TIME + b"=5\n" + MARKER + TIME + b"=6\n",
            f"{D}/z.conf": MARKER + b"-" + TIME + b"\n",
        },
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "taken over behind a link": Case(
        DesiredState(values=Values(time=600), overrides="take_over"),
        {CONF: TIME + b"=5\n", f"{D}/99-z.conf": "../sysctl.conf"},
        texts={DEFAULT_PATH: TIME_TEXT, CONF: MARKER + TIME + b"=5\n"},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "taken over from sysctl.conf with procps": Case(
        DesiredState(values=Values(time=600), overrides="take_over"),
        {CONF: TIME + b"=5\n"},
        init=PROCPS,
        texts={DEFAULT_PATH: TIME_TEXT, CONF: MARKER + TIME + b"=5\n"},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "nothing to take over": Case(
        DesiredState(values=Values(time=600), overrides="take_over"),
        {ZZ: TIME + b"=600\n"},
        texts={DEFAULT_PATH: TIME_TEXT, ZZ: TIME + b"=600\n"},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "absent from a fresh host": Case(REMOVE, {}, changed=False),
    "absent": Case(REMOVE, {DEFAULT_PATH: ALL_TEXT}, values=(600, 60, 20), texts={DEFAULT_PATH: None}),
    "absent, kernel right already": Case(REMOVE, {DEFAULT_PATH: ALL_TEXT}, texts={DEFAULT_PATH: None}),
    "absent, file gone already": Case(REMOVE, {}, values=(600, 60, 20)),
    "absent, one key": Case(
        DesiredState(absent=("intvl",)),
        {DEFAULT_PATH: ALL_TEXT},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: ALL_TEXT.replace(INTVL + b" = 60\n", b"")},
        now=(600, 75, 20),
        boot=(600, 75, 20),
    ),
    "absent, a pattern stays and is kept from the key with procps": Case(
        DesiredState(absent=("time",)),
        {DEFAULT_PATH: ALL_TEXT, ZZ: b"net.ipv4.tcp_keepalive_*=5\n-net.*time\n"},
        init=PROCPS,
        values=(600, 60, 20),
        texts={DEFAULT_PATH: ALL_TEXT.replace(TIME + b" = 600\n", b"")},
        now=(7200, 60, 20),
        boot=(7200, 60, 20),
    ),
    "absent, other lines stay": Case(
        REMOVE,
        {DEFAULT_PATH: b"vm.x=1\r\n" + TIME + b"=600\r\n"},
        values=(600, 5, 9),
        texts={DEFAULT_PATH: b"vm.x=1\r\n"},
    ),
    "absent, another file gives a value": Case(
        REMOVE,
        {DEFAULT_PATH: ALL_TEXT, f"{D}/00.conf": TIME + b"=5\n"},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: None, f"{D}/00.conf": TIME + b"=5\n"},
        now=(5, 75, 9),
        boot=(5, 75, 9),
    ),
    "absent, a hidden file comes to light": Case(
        REMOVE,
        {DEFAULT_PATH: ALL_TEXT, "/usr/lib/sysctl.d/99-tcp-keepalive.conf": TIME + b"=5\n"},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: None},
        now=(5, 75, 9),
        boot=(5, 75, 9),
    ),
    "absent through a link": Case(
        DesiredState(absent=KEYS, path=f"{D}/a.conf"),
        {f"{D}/a.conf": "/etc/real", "/etc/real": ALL_TEXT},
        values=(600, 60, 20),
        texts={"/etc/real": None},
    ),
    "absent at runtime only": Case(
        DesiredState(absent=KEYS, persistent=False),
        {DEFAULT_PATH: ALL_TEXT},
        texts={DEFAULT_PATH: ALL_TEXT},
        now=(600, 60, 20),
        boot=(600, 60, 20),
    ),
    "absent from the file only": Case(
        DesiredState(absent=KEYS, runtime=False),
        {DEFAULT_PATH: ALL_TEXT},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: None},
        now=(600, 60, 20),
    ),
    "absent without a loader": Case(
        REMOVE,
        {DEFAULT_PATH: ALL_TEXT, ZZ: TIME + b"=5\n"},
        values=(600, 60, 20),
        init=NOTHING,
        texts={DEFAULT_PATH: None},
    ),
    "absent restores what was taken over": Case(
        REMOVE,
        {DEFAULT_PATH: ALL_TEXT, ZZ: b"#\n" + MARKER + TIME + b"=5\n"},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: None, ZZ: b"#\n" + TIME + b"=5\n"},
        now=(5, 75, 9),
        boot=(5, 75, 9),
    ),
    "exclusive": Case(
        ONLY_TIME,
        {DEFAULT_PATH: ALL_TEXT},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: TIME_TEXT},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "exclusive, fresh host": Case(
        ONLY_TIME, {}, values=(7200, 60, 9), texts={DEFAULT_PATH: TIME_TEXT}, now=(600, 75, 9), boot=(600, 75, 9)
    ),
    "exclusive, the file had only other keys": Case(
        ONLY_TIME,
        {DEFAULT_PATH: TIME_TEXT.replace(TIME + b" = 600", INTVL + b" = 60")},
        values=(7200, 60, 9),
        texts={DEFAULT_PATH: TIME_TEXT},
        now=(600, 75, 9),
        boot=(600, 75, 9),
    ),
    "exclusive, what was taken over for another key comes back": Case(
        ONLY_TIME,
        {DEFAULT_PATH: ALL_TEXT, ZZ: MARKER + TIME + b"=7\n" + MARKER + INTVL + b"=5\n"},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: TIME_TEXT, ZZ: MARKER + TIME + b"=7\n" + INTVL + b"=5\n"},
        now=(600, 5, 9),
        boot=(600, 5, 9),
    ),
    "exclusive, nothing to do": Case(
        ONLY_TIME,
        {DEFAULT_PATH: TIME_TEXT, ZZ: INTVL + b"=5\n"},
        values=(600, 5, 9),
        now=(600, 5, 9),
        boot=(600, 5, 9),
        changed=False,
    ),
    "absent, the keys are in another file of ours": Case(
        REMOVE,
        {ZZ: ALL_TEXT},
        values=(600, 60, 20),
        now=(600, 60, 20),
        boot=(600, 60, 20),
        changed=False,
        warnings=tuple(
            f"{ZZ} line {line}, which this module wrote, still sets {key.decode()}. To remove it, give that path."
            for line, key in ((2, TIME), (3, INTVL), (4, PROBES))
        ),
    ),
    "absent, one of the keys is in another file of ours": Case(
        DesiredState(absent=("time",)),
        {ZZ: ALL_TEXT.replace(TIME, b"#")},
        values=(7200, 60, 20),
        now=(7200, 60, 20),
        boot=(7200, 60, 20),
        changed=False,
    ),
    "absent restores, file gone already": Case(
        REMOVE,
        {CONF: MARKER + TIME + b"=5\n", "/usr/lib/sysctl.d/a.conf": MARKER + TIME + b"=6\n"},
        texts={CONF: TIME + b"=5\n", "/usr/lib/sysctl.d/a.conf": MARKER + TIME + b"=6\n"},
    ),
    "absent restores the named key only": Case(
        DesiredState(absent=("time",)),
        {DEFAULT_PATH: ALL_TEXT, ZZ: MARKER + TIME + b"=5\n" + MARKER + INTVL + b"=6\n"},
        values=(600, 60, 20),
        texts={
            DEFAULT_PATH: ALL_TEXT.replace(TIME + b" = 600\n", b""),
            ZZ: TIME + b"=5\n" + MARKER + INTVL + b"=6\n",
        },
        now=(5, 60, 20),
        boot=(5, 60, 20),
    ),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_ensure(tmp_path: Path, case: Case) -> None:
    host = make_host(tmp_path, case.files, init=case.init, values=case.values)
    folders = {name for name, what in host.look().items() if what is None}
    outcome = run_and_run_again(host, case.want)
    for path, text in case.texts.items():
        assert (host.text(path) if os.path.lexists(f"{tmp_path}/root{path}") else None) == text, path
    assert tuple(host.shown()) == case.now
    assert outcome.after.boot.values == Values(*case.boot)
    assert outcome.change.is_empty is not case.changed
    assert outcome.change.warnings == case.warnings
    assert outcome.backup_files == ()
    # nothing else has come or gone
    expected = {path: what for path, what in case.files.items() if path not in case.texts and what is not None}
    expected.update({path: text for path, text in case.texts.items() if text is not None})
    left = {name.split(" ")[0]: what for name, what in look_at(tmp_path / "root").items() if what is not None}
    assert left == expected
    assert folders <= {name for name, what in host.look().items() if what is None}


ROUND_TRIPS = {
    "nothing": {},
    "a later file": {ZZ: b"# c\n\t-" + TIME + b" = 5 # \xff\r\nvm.x=1\n" + PROBES + b"=3"},
    "an exclusion": {ZZ: b"-" + TIME},
    "lone carriage returns": {ZZ: b"a=1\r" + TIME + b"=5\r\n" + INTVL + b"=5\rb=1\n\r\n"},
    "NULs": {ZZ: b"a=1\0" + TIME + b"=5\0\n"},
    "links": {CONF: TIME + b"=5\n", f"{D}/99-z.conf": "../sysctl.conf"},
    "our own file": {DEFAULT_PATH: b"vm.x=1\n# mine", ZZ: TIME + b"=5"},
    "our own file, empty": {DEFAULT_PATH: b"", ZZ: TIME + b"=5"},
    "two files, twice each": {ZZ: TIME + b"=5\n" + TIME + b"=6\n", f"{D}/z.conf": TIME + b"=7\n-" + TIME + b"\n"},
    "a folder missing": {"/usr/local/lib": None},
}


@pytest.mark.parametrize("init", [pytest.param(SYSTEMD, id="systemd"), pytest.param(PROCPS, id="procps")])
@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in ROUND_TRIPS.items()])
def test_taken_over_and_given_back_byte_for_byte(tmp_path: Path, files: Layout, init: InitSystem) -> None:
    host = make_host(tmp_path, files, init=init)
    boot = take_snapshot(host).boot.values
    lay_out(tmp_path / "proc", {f"sys/net/ipv4/tcp_keepalive_{key}": b"%d\n" % (boot[key] or 0) for key in KEYS})
    before = host.look()
    taken = run_and_run_again(host, DesiredState(values=ALL, overrides="take_over"))
    assert taken.after.boot.values == ALL
    run_and_run_again(host, DesiredState(values=Values(time=601), overrides="take_over"))
    run_and_run_again(host, REMOVE)
    assert host.look() == before


def test_the_command_line_is_beaten_by_the_file_and_comes_back_without_it(tmp_path: Path) -> None:
    host = make_host(tmp_path, values=(900, 75, 9))
    lay_out(
        tmp_path / "proc", {"sys/net/core/dev_weight": b"64\n", "cmdline": b"sysctl." + TIME + b"=900 sysctl.x=1\n"}
    )
    assert run_and_run_again(host, SET_TIME).after.boot.values == Values(600, 75, 9)
    assert run_and_run_again(host, REMOVE).after.runtime == Values(900, 75, 9)
    # a line that systemd gives up its file at is not blamed on the command line
    host.meanwhile({DEFAULT_PATH: b"#" + b"x" * (1 << 20) + b"\n"})
    assert "gives up this file" in str(refuse(host, SET_TIME, NotReadAtBootError))


@pytest.mark.parametrize(
    ("script", "warns"),
    [
        pytest.param(b"sysctl -w " + TIME + b"=5", True, id="names a key"),
        pytest.param(b"sysctl -p", True, id="applies a file that systemd does not read"),
        pytest.param(b"sysctl -w " + TIME + b"=600", False, id="names a key, with the value that is set"),
        pytest.param(b"sysctl -p " + DEFAULT_PATH.encode(), False, id="applies what was set"),
        pytest.param(b"sysctl -p /etc/sysctl.d/*.conf", False, id="applies what the boot applies"),
    ],
)
@pytest.mark.parametrize(
    "want",
    [
        pytest.param(DesiredState(), id="report"),
        pytest.param(DesiredState(values=Values(time=600)), id="set"),
        pytest.param(DesiredState(values=Values(time=600), persistent=False), id="running kernel only"),
        pytest.param(DesiredState(absent=("intvl",)), id="remove"),
    ],
)
def test_other_writers_are_warned_of(tmp_path: Path, want: DesiredState, script: bytes, *, warns: bool) -> None:
    host = make_host(
        tmp_path, {"/etc/rc.local": script, CONF: TIME + b"=7\n", DEFAULT_PATH: TIME_TEXT}, values=(600, 75, 9)
    )
    (tmp_path / "root/etc/rc.local").chmod(0o755)
    change = run_and_run_again(host, want).change
    warning = (
        f"/etc/rc.local line 1 may set other keepalive values after the boot. Change or remove that: {script.decode()}"
    )
    assert change.warnings == ((warning,) if warns else ())
    assert len(change.after.other_writers) == warns


def test_a_writer_goes_by_the_files_as_they_will_be(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/crontab": b"@hourly root sysctl -p " + DEFAULT_PATH.encode() + b"\n",
        DEFAULT_PATH: TIME + b"=5\n",
        "/etc/runlevels/default/tuned": b"",
        "/etc/tuned/active_profile": b"mine\n",
        "/etc/tuned/mine/tuned.conf": b"[sysctl]\n" + TIME + b"=5\n" + PROBES + b"=5\n",
        ZZ: TIME + b"=6\n",
    }
    host = make_host(tmp_path, layout)
    before = take_snapshot(host)
    assert [writer.line for writer in before.other_writers] == [1, 3]
    outcome = run_and_run_again(host, DesiredState(values=ALL, overrides="take_over"))
    assert outcome.change.warnings == ()


def test_a_writer_that_is_the_path_goes_with_its_line(tmp_path: Path) -> None:
    layout: Layout = {
        "/etc/ufw/ufw.conf": b"ENABLED=yes\n",
        "/etc/default/ufw": b"IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
        "/etc/ufw/sysctl.conf": TIME + b"=5\n" + INTVL + b"=5\n",
    }
    host = make_host(tmp_path, layout)
    outcome = run_and_run_again(host, DesiredState(path="/etc/ufw/sysctl.conf", absent=("time",)))
    (warning,) = outcome.change.warnings
    assert warning == (
        "/etc/ufw/sysctl.conf line 1 may set other keepalive values after the boot. "
        "Change or remove that: net.ipv4.tcp_keepalive_intvl=5"
    )


def test_diff(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"# \xff\n", ZZ: INTVL + b"=5\n"}, values=(600, 75, 9))
    change = run(host, DesiredState(values=Values(time=600, intvl=60), overrides="take_over"), check_mode=True).change
    kernel = "net.ipv4.tcp_keepalive_time = 600\nnet.ipv4.tcp_keepalive_intvl = {}\nnet.ipv4.tcp_keepalive_probes = 9\n"
    assert change.kernel_writes == {"intvl": 60}
    assert change.diff() == [
        {
            "before_header": "running kernel",
            "after_header": "running kernel",
            "before": kernel.format(75),
            "after": kernel.format(60),
        },
        {
            "before_header": DEFAULT_PATH,
            "after_header": DEFAULT_PATH,
            "before": "# \\xff\n",
            "after": "# \\xff\nnet.ipv4.tcp_keepalive_time = 600\nnet.ipv4.tcp_keepalive_intvl = 60\n",
        },
        {
            "before_header": ZZ,
            "after_header": ZZ,
            "before": "net.ipv4.tcp_keepalive_intvl=5\n",
            "after": f"{MARKER.decode()}net.ipv4.tcp_keepalive_intvl=5\n",
        },
    ]


def test_diff_of_a_file_that_comes_or_goes(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    made = run(host, DesiredState(values=Values(time=600), runtime=False)).change.diff()
    assert [(part["before"], part["after"]) for part in made] == [("", TIME_TEXT.decode())]
    gone = run(host, DesiredState(absent=KEYS, runtime=False)).change.diff()
    assert [(part["before"], part["after"]) for part in gone] == [(TIME_TEXT.decode(), "")]


def test_absent_by_another_name_gives_back(tmp_path: Path) -> None:
    files: Layout = {CONF: b"vm.x=1\n", f"{D}/99-sysctl.conf": "../sysctl.conf", ZZ: TIME + b"=5\n"}
    host = make_host(tmp_path, files, values=(5, 75, 9))
    before = host.look()
    run(host, DesiredState(values=ALL, path=CONF, overrides="take_over"))
    run(host, DesiredState(absent=KEYS, path=f"{D}/99-sysctl.conf"))
    assert host.look() == before


LOADER_UNKNOWN = (
    "It is not known what applies sysctl files when this system boots: process 1 (dinit) is no init that is known "
    "here. So the values of the next boot are not known."
)
STARTED_WITH = (
    "net.ipv4.tcp_keepalive_time is 450, and no file sets it. The container may have been started with this value "
    "(--sysctl), so what the next start gives cannot be known."
)


def test_an_unknown_loader(tmp_path: Path) -> None:
    host = make_host(tmp_path, init=InitSystem(process_1="dinit", role="unknown"))
    done = run_and_run_again(host, SET_TIME)
    assert done.change.warnings == (LOADER_UNKNOWN,)
    assert host.text(DEFAULT_PATH) == TIME_TEXT
    assert host.shown() == [600, 75, 9]
    assert done.after.boot.values == Values()
    removed = run_and_run_again(host, REMOVE)
    assert host.shown() == [600, 75, 9]
    assert removed.change.warnings[-1] == (
        "net.ipv4.tcp_keepalive_time stays at 600, net.ipv4.tcp_keepalive_intvl at 75, net.ipv4.tcp_keepalive_probes "
        "at 9 in the running kernel, because the values of the next boot are not known."
    )


def test_absent_leaves_what_a_container_was_started_with(tmp_path: Path) -> None:
    init = dataclasses.replace(SYSTEMD, in_container=True)
    host = make_host(tmp_path, {DEFAULT_PATH: INTVL + b" = 60\n"}, init=init, values=(450, 60, 9))
    done = run_and_run_again(host, REMOVE)
    assert host.shown() == [450, 75, 9]
    assert done.after.boot.values == Values(None, 75, 9)
    assert done.change.warnings == (
        STARTED_WITH,
        f"{TIME.decode()} stays at 450 in the running kernel, because the values of the next boot are not known.",
    )
    set_now = run_and_run_again(host, SET_TIME)
    assert (set_now.change.warnings, set_now.after.boot.values) == ((), Values(600, 75, 9))
    assert run_and_run_again(host, REMOVE).change.warnings == ()
    assert host.shown() == [7200, 75, 9]


ALL_NAMES = f"{TIME.decode()} or {INTVL.decode()} or {PROBES.decode()}"
DRACUT: Layout = {"/usr/lib/dracut/modules.d": None}
HOST_ONLY: Layout = {**DRACUT, "/usr/lib/dracut/dracut.conf.d/01-dist.conf": b'hostonly="yes"\n'}


def copied(names: str, folder: str = "/etc/sysctl.d") -> str:
    return (
        f"No file that is applied when this system boots sets {names}, but the initramfs that dracut builds has a copy "
        f"of {folder} from its build. If this copy sets it, the next boot gives the value of the copy. Rebuild the "
        f"initramfs (dracut --force) after a value was removed, or set one."
    )


@pytest.mark.parametrize(
    ("want", "files", "warnings"),
    [
        pytest.param(REMOVE, {DEFAULT_PATH: ALL_TEXT}, (copied(ALL_NAMES),), id="removed"),
        pytest.param(REMOVE, {}, (copied(ALL_NAMES),), id="removed before"),
        pytest.param(REMOVE, {DEFAULT_PATH: ALL_TEXT, ZZ: TIME[:-4] + b"*=8\n"}, (), id="set elsewhere, too"),
        pytest.param(SET_ALL, {}, (), id="set"),
        pytest.param(SET_TIME, {}, (), id="set, and others are not"),
        pytest.param(
            DesiredState(values=Values(time=600), absent=("intvl", "probes")),
            {DEFAULT_PATH: ALL_TEXT},
            (copied(f"{INTVL.decode()} or {PROBES.decode()}"),),
            id="set, and others removed",
        ),
        pytest.param(
            DesiredState(absent=("time",), persistent=False),
            {DEFAULT_PATH: ALL_TEXT},
            (),
            id="nothing removed from a file",
        ),
    ],
)
def test_an_initramfs_that_keeps_what_was_removed(
    tmp_path: Path, want: DesiredState, files: Layout, warnings: tuple[str, ...]
) -> None:
    host = make_host(tmp_path, {**HOST_ONLY, **files})
    assert run_and_run_again(host, want).change.warnings == warnings


def test_an_initramfs_does_not_keep_absent_from_the_kernel(tmp_path: Path) -> None:
    host = make_host(tmp_path, {**HOST_ONLY, DEFAULT_PATH: ALL_TEXT}, values=(600, 60, 20))
    done = run_and_run_again(host, REMOVE)
    assert host.shown() == [7200, 75, 9]
    assert (done.after.boot.values, done.after.drift) == (Values(), [])


def test_what_takes_precedence_is_told_rather_than_a_copy_in_the_initramfs(tmp_path: Path) -> None:
    host = make_host(tmp_path, {**HOST_ONLY, ZZ: b"-" + TIME + b"\n"})
    with pytest.raises(OverriddenError, match="would be 7200, not 600"):
        run(host, SET_TIME)


def test_an_initramfs_for_any_machine_has_no_copy_of_what_was_removed(tmp_path: Path) -> None:
    host = make_host(tmp_path, {**DRACUT, DEFAULT_PATH: ALL_TEXT})
    assert run_and_run_again(host, REMOVE).change.warnings == ()


def test_a_container_has_no_initramfs(tmp_path: Path) -> None:
    init = dataclasses.replace(SYSTEMD, in_container=True)
    host = make_host(tmp_path, HOST_ONLY, init=init)
    assert run_and_run_again(host, REMOVE).change.warnings == ()
