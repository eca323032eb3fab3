# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import functools
import os
import shutil
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    KeepaliveError,
    KernelError,
    LockedError,
    UndoError,
    VerificationError,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.replacement import Replacement
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure, undo_all
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.remains import Before
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import HEADER
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.tests.unit.changes import (
    ALL,
    ALL_TEXT,
    REMOVE,
    SET_ALL,
    SET_TIME,
    TIME_TEXT,
    ZZ,
    D,
    refuse,
    run,
)
from ansible_collections.linux.tcp.tests.unit.host import (
    INTVL,
    PROBES,
    TIME,
    Host,
    environment,
    lay_out,
    make_host,
    unprivileged,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

SET_OFTEN = Path(__file__).with_name("scenarios") / "set_often.py"


def test_backup(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"})
    want = DesiredState(values=ALL, overrides="take_over", backup=True)
    assert run(host, want, check_mode=True).backup_files == ()
    outcome = run(host, want)
    assert [copy.partition(".conf.")[0] for copy in outcome.backup_files] == [f"{D}/99-tcp-keepalive", f"{D}/zz"]
    assert [host.text(copy) for copy in outcome.backup_files] == [b"#\n", TIME + b"=5\n"]
    assert run(host, want).backup_files == ()


@pytest.mark.parametrize("check_mode", [True, False], ids=["check mode", "run"])
def test_no_backup_can_have_so_long_a_name(tmp_path: Path, check_mode: bool) -> None:
    path = f"{D}/{'x' * 240}.conf"
    host = make_host(tmp_path, {path: b"#\n"})
    before = host.look()
    with pytest.raises(FileError) as caught:
        run(host, DesiredState(values=ALL, path=path, backup=True), check_mode=check_mode)
    assert str(caught.value).startswith(f"{path}.")
    assert str(caught.value).endswith("~ cannot be written: File name too long. Nothing was changed.")
    assert host.look() == before


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


@pytest.mark.parametrize("before", [b"# ours\n", None], ids=["old file", "new file"])
def test_the_lines_of_a_run_are_taken_out_of_what_another_program_appends_to(
    tmp_path: Path, before: bytes | None
) -> None:
    host = make_host(tmp_path, {} if before is None else {DEFAULT_PATH: before})

    def append(target: str) -> None:
        host.meanwhile({target: host.text(target) + b"vm.swappiness = 1\n"})

    host.files.meddle = append
    with pytest.raises(VerificationError) as caught:
        run(host, SET_ALL)
    assert str(caught.value).endswith(
        f"What was changed has been undone. {DEFAULT_PATH} was changed by another program. That change is kept, and "
        f"the change of this run is removed."
    )
    assert host.shown() == [7200, 75, 9]
    assert host.text(DEFAULT_PATH) == (before or b"") + b"vm.swappiness = 1\n"
    assert os.listdir(f"{tmp_path}/root{D}") == ["99-tcp-keepalive.conf"]


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


def test_a_file_that_a_script_applies_and_that_cannot_be_read_after_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = make_host(tmp_path, {"/etc/rc.local": b"#!/bin/sh\nsysctl -p /opt/x.conf\n", "/opt/x.conf": b"vm.x=1\n"})
    (tmp_path / "root/etc/rc.local").chmod(0o755)
    real = host.files.matching

    def fail(pattern: str, **named: t.Any) -> list[SysctlFile]:
        if pattern == "/opt/x.conf" and (tmp_path / f"root{DEFAULT_PATH}").exists():
            raise FileError("/opt/x.conf cannot be read: Input/output error.")
        return real(pattern, **named)

    monkeypatch.setattr(host.files, "matching", fail)
    outcome = run(host, SET_ALL)
    assert [one.path for one in outcome.after.unseen] == ["/opt/x.conf"]
    assert [one.code for one in outcome.after.doubts()] == ["unseen_place"]


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


def test_a_key_that_could_not_be_put_back(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    path = tmp_path / "proc/sys/net/ipv4/tcp_keepalive_intvl"
    path.write_bytes(b"?\n")
    error = refuse(host, SET_ALL, KernelError)
    assert str(error) == (
        f"net.ipv4.tcp_keepalive_intvl ({path}) cannot be read, so a change could not be undone. "
        f"Run as root (become: true), or give runtime: false to write only the file. Nothing was changed."
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
        path.unlink(missing_ok=True)  # it is called for the backup, too
        if theirs is not None:
            path.write_bytes(theirs)

    monkeypatch.setattr(host.files, "require_writable", meddle)  # the moment between plan and write
    with pytest.raises(FileError) as caught:
        run(host, DesiredState(values=ALL, backup=backup))
    assert str(caught.value) == f"{DEFAULT_PATH} was changed by another program a moment ago. Run again."
    assert (path.read_bytes() if path.exists() else None) == theirs
    assert os.listdir(str(path.parent)) == ([] if theirs is None else [path.name])
    assert host.shown() == [7200, 75, 9]


@pytest.mark.parametrize(
    ("want", "is_refused"),
    [
        pytest.param(SET_TIME, True, id="changed"),
        pytest.param(REMOVE, False, id="removed"),
        pytest.param(dataclasses.replace(REMOVE, backup=True), True, id="removed, with a backup"),
        pytest.param(DesiredState(values=ALL, persistent=False), False, id="left alone"),
    ],
)
def test_an_owner_that_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, want: DesiredState, is_refused: bool
) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: HEADER + TIME + b" = 300\n"})

    def refuse_owner(target: str) -> None:
        raise FileError(f"{target} is root's.")

    monkeypatch.setattr(host.files, "require_owner", refuse_owner)
    if is_refused:
        assert str(refuse(host, want, FileError)) == f"{DEFAULT_PATH} is root's. Nothing was changed."
    else:
        run(host, want)


# Whatever this run did there went with the folder, so nothing of it is left, and nothing is to be undone.
@pytest.mark.parametrize("moment", ["require_owner", "backup", "replace"])
@pytest.mark.parametrize(
    "want",
    [
        pytest.param(dataclasses.replace(SET_ALL, backup=True), id="set"),
        pytest.param(dataclasses.replace(REMOVE, backup=True), id="absent"),
    ],
)
def test_another_program_removes_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, want: DesiredState, moment: str
) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: TIME_TEXT}, values=(600, 75, 9))
    real = getattr(host.files, moment)

    def remove_folder(*arguments: t.Any, **named: t.Any) -> object:
        done = real(*arguments, **named)
        shutil.rmtree(f"{tmp_path}/root{D}")
        return done

    monkeypatch.setattr(host.files, moment, remove_folder)
    with pytest.raises(KeepaliveError) as caught:
        run(host, want)
    assert "another program" in str(caught.value)
    assert "Undoing then failed" not in str(caught.value)
    assert host.shown() == [600, 75, 9]
    assert os.listdir(f"{tmp_path}/root/etc") == []


def test_a_tree_that_cannot_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = make_host(tmp_path)

    def refuse_lock() -> None:
        raise LockedError("It cannot be locked.")

    monkeypatch.setattr(host.lock, "require_possible", refuse_lock)
    with pytest.raises(LockedError) as caught:
        run(host, SET_TIME, check_mode=True)
    assert str(caught.value) == "It cannot be locked. Nothing was changed."
    assert run(host, DesiredState(), check_mode=True).change.is_empty


def test_undoing_fails_in_part(tmp_path: Path) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"})
    host.files.refused[ZZ] = FileError("first cause.")
    host.files.immovable[DEFAULT_PATH] = OSError("stuck file.")
    host.kernel.refused.add(("intvl", 75))
    with pytest.raises(UndoError) as caught:
        run(host, DesiredState(values=ALL, overrides="take_over"))
    assert str(caught.value) == (
        "first cause. Undoing then failed (stuck file. no intvl of 75.), so the host is changed in part: "
        f"{INTVL.decode()} is 60 in the running kernel, and was 75. {DEFAULT_PATH} has the lines "
        f"'{TIME.decode()} = 600', '{INTVL.decode()} = 60', '{PROBES.decode()} = 20', which it did not have. "
        "Fix this and run again."
    )
    assert isinstance(caught.value.__cause__, FileError)
    # what could be undone is
    assert host.shown() == [7200, 60, 9]
    assert host.text(DEFAULT_PATH) == b"#\n" + ALL_TEXT[len(HEADER) :]
    # and running again sets the rest
    host.files.refused.clear()
    assert run(host, DesiredState(values=ALL, overrides="take_over")).after.runtime == ALL


@pytest.mark.parametrize("stuck", [ZZ, DEFAULT_PATH])
def test_a_file_that_cannot_be_brought_back_leaves_no_other_values_to_the_next_boot(tmp_path: Path, stuck: str) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"})
    host.files.immovable[stuck] = OSError("stuck file.")
    # another program sets a value once the last file is written
    host.files.meddle = lambda target: host.kernel.write("time", 77) if target == ZZ else None
    with pytest.raises(
        UndoError, match=rf"Undoing then failed .stuck file\.., so the host is changed in part: .*{stuck}"
    ):
        run(host, DesiredState(values=ALL, overrides="take_over"))
    host.files.meddle = None
    assert host.shown() == [7200, 75, 9]
    assert take_snapshot(host).boot.values.time in (5, 600)


def test_an_undo_that_fails_once_is_tried_again(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    failures: list[BaseException] = [MemoryError(), OSError("busy")]
    done: list[str] = []

    def step(name: str) -> None:
        if failures:
            raise failures.pop()
        done.append(name)

    steps = [Undo(functools.partial(step, name), is_ordered=True) for name in ("first", "last")]
    with pytest.raises(UndoError, match="MemoryError"):
        undo_all(steps, OSError("cause"), host=host, before=Before({}, {}))
    assert done == []
    failures = [MemoryError()]
    assert undo_all(steps, OSError("cause"), host=host, before=Before({}, {})) == []
    assert done == ["last", "first"]


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
        f"This kernel has no such key, or /proc is not mounted. Nothing was changed."
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
                assert str(caught.value) == f"{message} Nothing was changed."
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


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path, {DEFAULT_PATH: HEADER, "/usr/lib/systemd/systemd-sysctl": b""})
    writers = [
        subprocess.Popen(
            [sys.executable, str(SET_OFTEN), str(tmp_path), key, "30"],
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        for key in KEYS
    ]
    for writer in writers:
        assert writer.communicate()[1] == ""
        assert writer.returncode == 0
    text = (tmp_path / DEFAULT_PATH.lstrip("/")).read_bytes()
    assert sorted(text.splitlines()) == sorted([HEADER.rstrip(), TIME + b" = 30", INTVL + b" = 30", PROBES + b" = 30"])


@pytest.mark.parametrize("number", [1, 2], ids=["once", "for-good"])
def test_a_step_that_fails_and_cannot_be_undone_leaves_the_files_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"})
    before, failures = host.look(), [MemoryError()] * (number if number == 1 else 100)

    def fail(_replacement: object) -> None:
        raise FileError("the disk fails.")

    def run_out(replacement: Replacement) -> None:
        if failures:
            raise failures.pop()
        bring_back(replacement)

    bring_back = Replacement.undo
    host.files.meddle = lambda _target: monkeypatch.setattr(Replacement, "check", fail)  # of the second file
    monkeypatch.setattr(Replacement, "undo", run_out)
    with pytest.raises(KeepaliveError, match=r"the disk fails\."):
        run(host, DesiredState(values=ALL, overrides="take_over"))
    assert take_snapshot(host).boot.values.time in (5, 600)
    assert (host.look() == before) == (number == 1)
