# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    HidingError,
    InvalidPathError,
    KeepaliveError,
    KernelError,
    NotReadAtBootError,
    OverriddenError,
    UndoError,
    VerificationError,
)
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import HEADER
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.tests.unit.host import (
    INTVL,
    NOTHING,
    PROBES,
    PROCPS,
    SYSTEMD,
    TIME,
    Host,
    lay_out,
    look_at,
    make_host,
    make_kernel,
    unprivileged,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._state.apply import Outcome
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import Overrides
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.tests.unit.host import Layout

D = "/etc/sysctl.d"
ZZ = f"{D}/zz.conf"
CONF = "/etc/sysctl.conf"
MARKER = b"# linux.tcp.keepalive: overridden by /etc/sysctl.d/99-tcp-keepalive.conf: "
ALL = Values(600, 60, 20)
ALL_TEXT = HEADER + TIME + b" = 600\n" + INTVL + b" = 60\n" + PROBES + b" = 20\n"
TIME_TEXT = HEADER + TIME + b" = 600\n"
DIRECTORIES = f"{D}/*.conf, /usr/local/lib/sysctl.d/*.conf, /usr/lib/sysctl.d/*.conf, /lib/sysctl.d/*.conf"


def run(host: Host, want: DesiredState, *, check_mode: bool = False) -> Outcome:
    return ensure(host, want, check_mode=check_mode)


def run_and_run_again(host: Host, want: DesiredState) -> Outcome:
    """Ensure a desired state after a try in check mode, and see that there is nothing left to do.

    Check mode must say what then happens, and touch nothing.
    """
    before = host.look()
    foreseen = run(host, want, check_mode=True)
    assert host.look() == before
    outcome = run(host, want)
    assert outcome.change == foreseen.change
    assert outcome.after.as_dict() == foreseen.after.as_dict()
    assert outcome.after.as_dict() == take_snapshot(host).as_dict()
    assert (host.look() == before) == outcome.change.is_empty
    done = host.look()
    again = run(host, want)
    assert again.change.is_empty
    assert again.change.diff() == []
    assert again.after.as_dict() == outcome.after.as_dict()
    assert host.look() == done
    return outcome


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="empty"),
        pytest.param("a.conf", id="relative"),
        pytest.param("/etc/sysctl.d/", id="folder"),
        pytest.param("/etc/sysctl.d/a\n.conf", id="line feed"),
        pytest.param("/etc/sysctl.d/a\0.conf", id="NUL"),
        pytest.param("/etc/sysctl.d/\x1b[2J.conf", id="escape sequence"),
        pytest.param("/etc/sysctl.d/\udcff.conf", id="not UTF-8"),
    ],
)
def test_wish_refuses_a_path(path: str) -> None:
    with pytest.raises(InvalidPathError) as caught:
        DesiredState(path=path)
    assert str(caught.value) == (
        f"path is {path!r}: give the absolute path of a file, such as /etc/sysctl.d/99-tcp-keepalive.conf."
    )


@pytest.mark.parametrize(
    ("want", "is_empty"),
    [
        pytest.param(DesiredState(), True, id="nothing"),
        pytest.param(DesiredState(backup=True, overrides="ignore"), True, id="options only"),
        pytest.param(DesiredState(values=Values(probes=0)), False, id="a value"),
        pytest.param(DesiredState(absent=("time",)), False, id="an absent key"),
    ],
)
def test_wish_is_empty(want: DesiredState, is_empty: bool) -> None:
    assert want.is_empty is is_empty


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


SET_ALL = DesiredState(values=ALL)
SET_TIME = DesiredState(values=Values(time=600))
REMOVE = DesiredState(absent=KEYS)
WINS = "and takes precedence"
EXCLUDES = "excludes the key"
REFUSED = "has '60s'"
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
    "absent gives back what was taken over": Case(
        REMOVE,
        {DEFAULT_PATH: ALL_TEXT, ZZ: b"#\n" + MARKER + TIME + b"=5\n"},
        values=(600, 60, 20),
        texts={DEFAULT_PATH: None, ZZ: b"#\n" + TIME + b"=5\n"},
        now=(5, 75, 9),
        boot=(5, 75, 9),
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
    "absent gives back, file gone already": Case(
        REMOVE,
        {CONF: MARKER + TIME + b"=5\n", "/usr/lib/sysctl.d/a.conf": MARKER + TIME + b"=6\n"},
        texts={CONF: TIME + b"=5\n", "/usr/lib/sysctl.d/a.conf": MARKER + TIME + b"=6\n"},
    ),
    "absent gives back the named key only": Case(
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


def refuse(host: Host, want: DesiredState, error: type[KeepaliveError]) -> KeepaliveError:
    """Try a desired state that cannot be, in check mode and for real; neither may touch the host."""
    before = host.look()
    caught = []
    for check_mode in (True, False):
        with pytest.raises(error) as failure:
            run(host, want, check_mode=check_mode)
        assert host.look() == before
        caught.append(failure.value)
    foreseen, real = caught
    assert (str(foreseen), foreseen.details) == (str(real), real.details)
    return real


def holds(path: str) -> str:
    return f"With path: {path} the values would hold."


REMEDY = (
    "Nothing was changed. Remove that line, give overrides: take_over to have it commented out, or overrides: ignore."
)
NO_TAKE_OVER = "Nothing was changed. Remove that line, or give overrides: ignore."


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
    assert str(error) == message
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
    assert str(error) == (
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
            f"Nothing was changed. {holds(f'{D}/zzz-tcp-keepalive.conf')}",
            id="a file of the distribution",
        ),
        pytest.param(
            {ZZ: TIME + b"=6\n", "/usr/lib/sysctl.d/z.conf": TIME + b"=5\n"},
            SYSTEMD,
            f"{decides('/usr/lib/sysctl.d/z.conf')}, and is never edited because it is not below /etc/. "
            f"Nothing was changed. {holds(f'{D}/zzz-tcp-keepalive.conf')}",
            id="a file of the distribution behind one of ours",
        ),
        pytest.param(
            {ZZ: "/opt/zz.conf", "/opt/zz.conf": TIME + b"=5\n"},
            SYSTEMD,
            f"{decides(ZZ)}, and is never edited because it is not below /etc/. Nothing was changed. "
            f"{holds(f'{D}/zzz-tcp-keepalive.conf')}",
            id="a link that leads out of /etc",
        ),
        pytest.param(
            {ZZ: b"net//ipv4/tcp_keepalive_t* = 5\n"},
            PROCPS,
            f"{decides(ZZ)}, and is never edited because it concerns other keys, too. "
            f"Nothing was changed. {holds(f'{D}/zzz-tcp-keepalive.conf')}",
            id="a glob",
        ),
        pytest.param(
            {"/etc/credstore/sysctl.extra": TIME + b"=5\n"},
            SYSTEMD,
            f"{decides('/etc/credstore/sysctl.extra')}, and is never edited because it is a credential. "
            f"Nothing was changed. No other path would win: remove that line.",
            id="a credential",
        ),
    ],
)
def test_what_is_never_taken_over(tmp_path: Path, files: Layout, init: InitSystem, message: str) -> None:
    host = make_host(tmp_path, files, init=init)
    error = refuse(host, DesiredState(values=Values(time=600), overrides="take_over"), OverriddenError)
    assert str(error) == message
    assert len(error.details["overridden_by"]) == 1


def test_what_was_taken_over_is_named(tmp_path: Path) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n" + TIME + b"=6\n"})
    outcome = run(host, DesiredState(values=Values(time=600), overrides="take_over"))
    assert [(setting.path, setting.line, setting.value) for setting in outcome.change.overridden_by] == [
        (ZZ, 2, "6"),
        (ZZ, 1, "5"),
    ]


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
        assert str(error) == message


@pytest.mark.parametrize("overrides", ["fail", "take_over", "ignore"])
def test_a_credential_that_keeps_the_loader_from_starting(tmp_path: Path, overrides: Overrides) -> None:
    host = make_host(tmp_path, {"/etc/credstore/sysctl.extra": None})
    error = refuse(host, DesiredState(values=Values(time=600), overrides=overrides), NotReadAtBootError)
    assert str(error) == (
        f"{DEFAULT_PATH} would not be read at the next boot: /etc/credstore/sysctl.extra cannot be taken as a "
        f"credential (it is a folder), so systemd-sysctl.service would fail and apply no file. Fix or remove it."
    )


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
    assert str(error).endswith("is a credential of systemd, which is never edited. Give another path.")
    host.meanwhile({"/etc/credstore/sysctl.extra": TIME + b"=5\n"})
    refuse(host, DesiredState(path=path, absent=KEYS), InvalidPathError)


def test_a_long_line(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#" + b"x" * (1 << 20) + b"\n"})
    error = refuse(host, SET_TIME, NotReadAtBootError)
    assert str(error) == (
        f"systemd-sysctl would not take the values from {DEFAULT_PATH}: it gives up this file at a line of 1 MiB or "
        f"more. Remove that line."
    )
    host.init = PROCPS
    assert run_and_run_again(host, SET_TIME).after.boot.values.time == 600


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
    assert str(error) == f"{decides(f'{D}/50.conf')}. {REMEDY} {holds(f'{D}/zz-tcp-keepalive.conf')}"


def test_no_path_would_win(tmp_path: Path) -> None:
    # there is no way to spell a name behind this one
    host = make_host(tmp_path, {f"{D}/\udcff.conf": TIME + b"=5\n"})
    error = refuse(host, DesiredState(values=Values(time=600)), OverriddenError)
    shown = f"{D}/\\xff.conf"
    assert str(error) == f"{decides(shown)}. {REMEDY} No other path would win: remove that line."
    assert (
        run_and_run_again(host, DesiredState(values=Values(time=600), overrides="take_over")).after.boot.values.time
        == 600
    )


@pytest.mark.parametrize("overrides", ["fail", "take_over"])
def test_a_file_that_may_decide_and_cannot_be_read(tmp_path: Path, overrides: Overrides) -> None:
    host = make_host(tmp_path)
    os.mkfifo(str(tmp_path / "root/etc/sysctl.d/zz.conf"))
    with pytest.raises(FileError) as caught:
        run(host, DesiredState(values=ALL, overrides=overrides))
    assert str(caught.value) == (
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
    assert str(refuse(host, DesiredState(values=ALL, path=path), InvalidPathError)) == message
    # the path does not count where nothing is to last
    assert run(host, DesiredState(values=ALL, path=path, persistent=False)).after.runtime == ALL
    assert run(host, DesiredState(path=path)).change.is_empty


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


def test_backup(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"})
    want = DesiredState(values=ALL, overrides="take_over", backup=True)
    assert run(host, want, check_mode=True).backup_files == ()
    outcome = run(host, want)
    assert [copy.partition(".conf.")[0] for copy in outcome.backup_files] == [f"{D}/99-tcp-keepalive", f"{D}/zz"]
    assert [host.text(copy) for copy in outcome.backup_files] == [b"#\n", TIME + b"=5\n"]
    assert run(host, want).backup_files == ()


def test_no_backup_of_a_new_file(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    assert run(host, DesiredState(values=ALL, backup=True)).backup_files == ()
    (copy,) = run(host, DesiredState(absent=KEYS, backup=True)).backup_files
    assert host.text(copy) == ALL_TEXT


@pytest.mark.parametrize(
    ("refused", "message"),
    [pytest.param(key, f"no {key} of {value}.", id=key) for key, value in ALL.named().items()],
)
def test_the_kernel_refuses_a_value(tmp_path: Path, refused: Key, message: str) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n"})
    host.kernel.refused.add((refused, ALL[refused] or 0))
    before = host.look()
    with pytest.raises(KernelError) as caught:
        run(host, SET_ALL)
    assert str(caught.value) == message
    assert host.look() == before


def test_the_kernel_keeps_another_value(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    host.kernel.forgotten.add(("intvl", 60))
    before = host.look()
    with pytest.raises(VerificationError) as caught:
        run(host, SET_ALL)
    assert str(caught.value) == (
        "net.ipv4.tcp_keepalive_intvl was set to 60 and is 1 a moment later: another program writes it. "
        "Find that program. What was changed has been undone."
    )
    assert host.look() == before
    assert host.kernel.written[-1] == ("time", 7200)


@pytest.mark.parametrize("refused", [DEFAULT_PATH, ZZ])
@pytest.mark.parametrize("backup", [False, True], ids=["plain", "with backup"])
def test_a_file_cannot_be_replaced(tmp_path: Path, refused: str, backup: bool) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"})
    host.files.refused[refused] = FileError(f"{refused} cannot be written: as it is.")
    before = host.look()
    with pytest.raises(FileError) as caught:
        run(host, DesiredState(values=ALL, overrides="take_over", backup=backup))
    assert str(caught.value) == f"{refused} cannot be written: as it is."
    assert host.look() == before


def test_an_interruption_is_undone_as_well(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"})
    host.files.refused[ZZ] = KeyboardInterrupt()
    before = host.look()
    with pytest.raises(KeyboardInterrupt):
        run(host, DesiredState(values=ALL, overrides="take_over", backup=True))
    assert host.look() == before


@pytest.mark.parametrize("theirs", [b"# mine\n", "/dev/null"], ids=["another content", "a link in its place"])
def test_what_another_program_wrote_meanwhile_is_left(tmp_path: Path, theirs: bytes | str) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n"})
    host.files.meddle = lambda _target: host.meanwhile({DEFAULT_PATH: theirs})
    with pytest.raises(VerificationError) as caught:
        run(host, SET_ALL)
    assert str(caught.value) == (
        f"{DEFAULT_PATH} is not what was written a moment before: another program writes it. Find that program. "
        f"What was changed has been undone. {DEFAULT_PATH} was changed by another program, and is left as it is now."
    )
    assert host.shown() == [7200, 75, 9]
    assert host.text(DEFAULT_PATH) == (theirs if isinstance(theirs, bytes) else b"")


def test_a_new_file_that_another_program_removed_meanwhile(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    host.files.meddle = lambda target: os.unlink(host.files.on_host(target))
    before = host.look()
    with pytest.raises(VerificationError) as caught:
        run(host, SET_ALL)
    assert str(caught.value) == (
        f"{DEFAULT_PATH} is not what was written a moment before: another program writes it. Find that program. "
        f"What was changed has been undone."
    )
    assert host.look() == before


def test_another_program_writes_a_file_that_decides(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n"})
    host.files.meddle = lambda _target: host.meanwhile({ZZ: TIME + b"=5\n"})
    with pytest.raises(VerificationError) as caught:
        run(host, SET_ALL)
    assert str(caught.value) == (
        "The next boot would give {'time': 5, 'intvl': 60, 'probes': 20}, not "
        "{'time': 600, 'intvl': 60, 'probes': 20}: sysctl files changed meanwhile. Run again. "
        "What was changed has been undone."
    )
    assert host.shown() == [7200, 75, 9]
    assert host.text(DEFAULT_PATH) == b"#\n"


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
        assert str(error) == (
            f"{path} would hide {hidden}, other settings of which the next boot would miss, because it has the same "
            f"name. {holds(DEFAULT_PATH)}"
        )


def test_what_another_program_wrote_is_left_after_a_failure(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"})
    host.files.meddle = lambda _target: host.meanwhile({DEFAULT_PATH: b"# theirs\n"})
    host.files.refused[ZZ] = FileError("no.")
    with pytest.raises(UndoError) as caught:
        run(host, DesiredState(values=ALL, overrides="take_over"))
    assert str(caught.value) == f"no. {DEFAULT_PATH} was changed by another program, and is left as it is now."
    assert host.shown() == [7200, 75, 9]
    assert host.text(DEFAULT_PATH) == b"# theirs\n"


def test_a_folder_that_was_made_is_left_to_what_others_put_there(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    (tmp_path / "root/etc/sysctl.d").rmdir()
    host.files.meddle = lambda _target: host.meanwhile({ZZ: TIME + b"=5\n"})
    with pytest.raises(VerificationError) as caught:
        run(host, SET_ALL)
    assert str(caught.value).endswith("Run again. What was changed has been undone.")
    assert sorted(os.listdir(tmp_path / "root/etc/sysctl.d")) == ["zz.conf"]


def test_a_path_in_a_folder_that_leads_to_run_is_not_recommended(tmp_path: Path) -> None:
    host = make_host(tmp_path, {"/run/d": None})
    (tmp_path / "root/etc/sysctl.d").rmdir()
    host.meanwhile({D: "/run/d"})
    error = refuse(host, DesiredState(values=Values(time=7200)), NotReadAtBootError)
    assert str(error) == f"{DEFAULT_PATH} {NOT_READ} {GONE}. No other path would win: remove that line."


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
    assert str(error).endswith(holds(f"{D}/zz-tcp-keepalive.conf"))


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


def test_absent_by_another_name_gives_back(tmp_path: Path) -> None:
    files: Layout = {CONF: b"vm.x=1\n", f"{D}/99-sysctl.conf": "../sysctl.conf", ZZ: TIME + b"=5\n"}
    host = make_host(tmp_path, files, values=(5, 75, 9))
    before = host.look()
    run(host, DesiredState(values=ALL, path=CONF, overrides="take_over"))
    run(host, DesiredState(absent=KEYS, path=f"{D}/99-sysctl.conf"))
    assert host.look() == before


def test_one_of_two_keys_in_a_row_is_taken_over(tmp_path: Path) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\r" + INTVL + b"=6\n"})
    outcome = run_and_run_again(host, DesiredState(values=Values(time=600), overrides="take_over"))
    assert outcome.after.boot.values == Values(600, 6, 9)


def test_a_key_that_could_not_be_put_back(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    path = tmp_path / "proc/sys/net/ipv4/tcp_keepalive_intvl"
    path.write_bytes(b"?\n")
    error = refuse(host, SET_ALL, KernelError)
    assert str(error) == (
        f"net.ipv4.tcp_keepalive_intvl ({path}) cannot be read, so a change could not be undone. "
        f"Run as root (become: true), or give runtime: false to write only the file."
    )


def test_another_program_meddles_with_the_kernel(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    host.files.meddle = lambda _target: lay_out(tmp_path, {"proc/sys/net/ipv4/tcp_keepalive_probes": b"3\n"})
    with pytest.raises(VerificationError) as caught:
        run(host, SET_ALL)
    assert str(caught.value) == (
        "net.ipv4.tcp_keepalive_probes was set to 20 and is 3 a moment later: another program writes it. "
        "Find that program. What was changed has been undone."
    )
    assert host.shown() == [7200, 75, 9]
    assert not os.path.exists(f"{tmp_path}/root{DEFAULT_PATH}")


@pytest.mark.parametrize("backup", [False, True], ids=["plain", "with backup"])
@pytest.mark.parametrize("theirs", [b"# theirs\n", None], ids=["another content", "gone"])
def test_another_program_meddles_before_the_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, theirs: bytes | None, backup: bool
) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n"})
    path = tmp_path / f"root{DEFAULT_PATH}"
    real = host.files.require_writable

    def meddle(target: str) -> None:
        real(target)
        path.unlink()
        if theirs is not None:
            path.write_bytes(theirs)

    monkeypatch.setattr(host.files, "require_writable", meddle)  # the moment between plan and write
    with pytest.raises(FileError) as caught:
        run(host, DesiredState(values=ALL, backup=backup))
    assert str(caught.value) == f"{DEFAULT_PATH} was changed by another program a moment ago. Run again."
    assert (path.read_bytes() if path.exists() else None) == theirs
    assert os.listdir(str(path.parent)) == ([] if theirs is None else [path.name])
    assert host.shown() == [7200, 75, 9]


def test_undoing_fails_in_part(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"})
    host.files.refused[ZZ] = FileError("first cause.")
    host.files.immovable[DEFAULT_PATH] = OSError("stuck file.")
    host.kernel.refused.add(("intvl", 75))
    with pytest.raises(UndoError) as caught:
        run(host, DesiredState(values=ALL, overrides="take_over"))
    assert str(caught.value) == (
        "first cause. Undoing then failed, so the host is changed in part: stuck file. no intvl of 75. "
        "Fix this and run again."
    )
    assert isinstance(caught.value.__cause__, FileError)
    # what could be undone is
    assert host.shown() == [7200, 60, 9]
    assert host.text(DEFAULT_PATH) == b"#\n" + ALL_TEXT[len(HEADER) :]
    # and running again mends the rest
    host.files.refused.clear()
    assert run(host, DesiredState(values=ALL, overrides="take_over")).after.runtime == ALL


def test_signals_wait_until_a_change_is_whole(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    seen: list[set[int]] = []

    def note_and_kill(_target: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        seen.append(set(signal.sigpending()))

    class TerminatedError(Exception):
        pass

    def terminate(*_: object) -> None:
        raise TerminatedError

    host.files.meddle = note_and_kill
    unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    previous = signal.signal(signal.SIGTERM, terminate)
    try:
        with pytest.raises(TerminatedError):
            run(host, SET_ALL)
    finally:
        signal.signal(signal.SIGTERM, previous)
    assert signal.pthread_sigmask(signal.SIG_SETMASK, unblocked) == blocked
    assert signal.SIGUSR1 in blocked
    assert seen == [{signal.SIGTERM}]
    assert host.shown() == [600, 60, 20]
    assert host.text(DEFAULT_PATH) == ALL_TEXT


def test_a_kernel_that_cannot_be_written(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    os.unlink(f"{tmp_path}/proc/sys/net/ipv4/tcp_keepalive_probes")
    path = f"{tmp_path}/proc/sys/net/ipv4/tcp_keepalive_probes"
    assert str(refuse(host, SET_ALL, KernelError)) == (
        f"Cannot set net.ipv4.tcp_keepalive_probes ({path}): No such file or directory. "
        f"This kernel has no such key, or /proc is not mounted."
    )
    # the others can be set
    assert run(host, DesiredState(values=Values(time=600, intvl=60))).after.runtime == Values(600, 60, None)


def test_without_rights(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: ALL_TEXT}, values=(600, 60, 20))
    before = host.look()
    (tmp_path / "root/etc/sysctl.d").chmod(0o555)
    for key in KEYS:
        (tmp_path / f"proc/sys/net/ipv4/tcp_keepalive_{key}").chmod(0o444)
    with unprivileged(tmp_path) as folder:
        inside = Host(Path(folder))
        path = f"{folder.rstrip('/')}/proc/sys/net/ipv4/tcp_keepalive_intvl"
        for want, message in (
            (
                DesiredState(values=Values(intvl=61)),
                f"Cannot set net.ipv4.tcp_keepalive_intvl ({path}): Permission denied. Run as root (become: true).",
            ),
            (
                DesiredState(values=Values(intvl=61), runtime=False),
                f"{DEFAULT_PATH} cannot be written: {D}: permission denied. Run as root (become: true).",
            ),
        ):
            for check_mode in (True, False):
                with pytest.raises(KeepaliveError) as caught:
                    ensure(inside, want, check_mode=check_mode)
                assert str(caught.value) == message
        # what changes nothing needs none
        for want in (DesiredState(), SET_ALL):
            assert ensure(inside, want, check_mode=False).change.is_empty
    (tmp_path / "root/etc/sysctl.d").chmod(0o755)
    for key in KEYS:
        (tmp_path / f"proc/sys/net/ipv4/tcp_keepalive_{key}").chmod(0o644)
    assert host.look() == before


def test_only_what_writes_waits_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class WaitedError(Exception):
        pass

    def wait(_seconds: float) -> None:
        raise WaitedError

    host = make_host(tmp_path)
    monkeypatch.setattr(time, "sleep", wait)
    with host.lock.held():
        run(host, DesiredState())
        run(host, SET_ALL, check_mode=True)
        with pytest.raises(WaitedError):
            run(host, SET_ALL)
    run(host, SET_ALL)


# Sets one value of an image a number of times, each time another one.
SET_OFTEN = """
import sys
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values

root, key, last = sys.argv[1:]
for value in range(1, int(last) + 1):
    ensure(LocalHost(root, proc=root), DesiredState(values=Values(**{key: value})), check_mode=False)
"""


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path, {DEFAULT_PATH: HEADER, "/usr/lib/systemd/systemd-sysctl": b""})
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", SET_OFTEN, str(tmp_path), key, "30"], env=env, stderr=subprocess.PIPE, text=True
        )
        for key in KEYS
    ]
    for writer in writers:
        assert writer.communicate()[1] == ""
        assert writer.returncode == 0
    text = (tmp_path / DEFAULT_PATH.lstrip("/")).read_bytes()
    assert sorted(text.splitlines()) == sorted([HEADER.rstrip(), TIME + b" = 30", INTVL + b" = 30", PROBES + b" = 30"])
