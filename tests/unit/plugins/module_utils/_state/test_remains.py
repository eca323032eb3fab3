# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a change or a restoration leaves, and says of it, when undoing it fails, too."""

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, KernelError, UndoError
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import ensure
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint import restore, take_checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH, DesiredState
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import HEADER
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import TIME, make_host

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.tests.unit.host import Host, Layout

ZZ = "/etc/sysctl.d/zz.conf"
WANT = DesiredState(values=Values(600, 60, 20), overrides="take_over")
NAME = TIME.decode()
LINES = "'net.ipv4.tcp_keepalive_time = 600', 'net.ipv4.tcp_keepalive_intvl = 60', 'net.ipv4.tcp_keepalive_probes = 20'"
LEFT = "so the host is changed in part:"
AGAIN = "Fix this and run again."


def attempt(host: Host) -> str:
    with pytest.raises(UndoError) as caught:
        ensure(host, WANT, check_mode=False)
    return str(caught.value)


@pytest.mark.parametrize(
    "error", [MemoryError(), KeyboardInterrupt(), RuntimeError("odd"), OSError(5, "bad disk"), FileError("stuck.")]
)
def test_one_step_that_cannot_be_undone_stops_no_other(tmp_path: Path, error: BaseException) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"}, values=(5, 75, 9))
    host.files.refused[ZZ] = FileError("no.")
    host.files.immovable[DEFAULT_PATH] = t.cast("Exception", error)
    message = attempt(host)
    assert host.shown() == [5, 75, 9]
    said = {MemoryError: "MemoryError", KeyboardInterrupt: "KeyboardInterrupt"}.get(type(error), str(error))
    assert message == (
        f"no. Undoing then failed ({said}), {LEFT} {DEFAULT_PATH} has the lines {LINES}, which it did not have. {AGAIN}"
    )


@pytest.mark.parametrize("cause", [MemoryError(), FileError("no.")])
def test_the_first_error_is_named(tmp_path: Path, cause: BaseException) -> None:
    host = make_host(tmp_path, {DEFAULT_PATH: b"#\n", ZZ: TIME + b"=5\n"}, values=(5, 75, 9))
    host.files.refused[ZZ] = cause
    host.files.immovable[DEFAULT_PATH] = FileError("stuck.")
    assert attempt(host).startswith(f"{str(cause) or 'MemoryError'} Undoing then failed (stuck.), ")


REMAINS: dict[str, tuple[Layout, str]] = {
    "a new file": ({ZZ: TIME + b"=5\n"}, f"{DEFAULT_PATH} is there, and was not there before."),
    "a file that had values": (
        {ZZ: TIME + b"=5\n", DEFAULT_PATH: TIME + b" = 7 \n"},
        f"{DEFAULT_PATH} has the lines {LINES}, which it did not have, and lacks '{NAME} = 7 '.",
    ),
}


@pytest.mark.parametrize(("layout", "remains"), REMAINS.values(), ids=list(REMAINS))
def test_each_file_that_is_left_changed_is_named(tmp_path: Path, layout: Layout, remains: str) -> None:
    host = make_host(tmp_path, layout, values=(5, 75, 9))
    host.files.refused[ZZ] = FileError("no.")
    host.files.immovable[DEFAULT_PATH] = OSError("stuck file")
    assert attempt(host) == f"no. Undoing then failed (stuck file), {LEFT} {remains} {AGAIN}"


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    text = HEADER + TIME + b" = 600\n"
    host = make_host(
        tmp_path,
        {
            DEFAULT_PATH: text,
            ZZ: b"# linux.tcp.keepalive: overridden by " + DEFAULT_PATH.encode() + b": " + TIME + b"=5\n",
        },
        values=(600, 75, 9),
    )
    host.files.immovable[ZZ] = OSError("stuck file")
    host.files.refused[DEFAULT_PATH] = FileError("no.")
    with pytest.raises(UndoError) as caught:
        ensure(host, DesiredState(absent=("time",)), check_mode=False)
    assert str(caught.value) == (
        f"no. Undoing then failed (stuck file), {LEFT} {ZZ} has the lines '{NAME}=5', which it did not have, and lacks "
        f"'# linux.tcp.keepalive: overridden by {DEFAULT_PATH}: {NAME}=5'. {AGAIN}"
    )


def test_each_value_that_is_left_changed_is_named(tmp_path: Path) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"}, values=(5, 75, 9))
    host.files.refused[ZZ] = FileError("no.")
    host.kernel.refused.update({("intvl", 75), ("time", 5)})
    assert attempt(host) == (
        f"no. Undoing then failed (no intvl of 75. no time of 5.), {LEFT} "
        f"{NAME} is 600 in the running kernel, and was 5. "
        f"net.ipv4.tcp_keepalive_intvl is 60 in the running kernel, and was 75. {AGAIN}"
    )
    assert host.shown() == [600, 60, 9]


def test_a_value_that_is_as_it_was_needs_no_undoing(tmp_path: Path) -> None:
    """/proc/sys turns read-only after the check: no value was changed, and none is left changed."""
    host = make_host(tmp_path)
    host.kernel.refused.update({("time", 600), ("time", 7200)})
    with pytest.raises(KernelError) as caught:
        ensure(host, WANT, check_mode=False)
    assert str(caught.value) == "no time of 600."
    assert host.shown() == [7200, 75, 9]


def test_an_undoing_that_fails_and_leaves_nothing(tmp_path: Path) -> None:
    """A step tells an error although it was undone: nothing is left changed, and the message says so."""
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"}, values=(5, 75, 9))
    host.files.refused[ZZ] = FileError("no.")
    host.files.immovable[DEFAULT_PATH] = OSError("late")
    host.files.meddle = lambda _target: os.unlink(host.files.on_host(DEFAULT_PATH))
    assert attempt(host) == ("no. Undoing then failed (late), but nothing is left changed. Fix this and run again.")


def test_a_restoration_names_what_it_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"}, values=(5, 75, 9))
    checkpoint = take_checkpoint(ensure(host, WANT, check_mode=True).change, host.files)
    ensure(host, WANT, check_mode=False)

    def refuse(*_arguments: object, **_named: object) -> t.NoReturn:
        raise FileError("no.")

    monkeypatch.setattr(host.files, "restore", refuse)
    host.kernel.refused.add(("probes", 20))
    with pytest.raises(UndoError) as caught:
        restore(host, checkpoint, force=False, check_mode=False)
    assert str(caught.value) == (
        f"no. Undoing then failed (no probes of 20.), {LEFT} net.ipv4.tcp_keepalive_probes is 9 in the running kernel, "
        f"and was 20. {AGAIN}"
    )
    assert host.shown() == [600, 60, 9]


def test_what_is_left_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = make_host(tmp_path, {ZZ: TIME + b"=5\n"}, values=(5, 75, 9))
    host.files.refused[ZZ] = FileError("no.")
    host.files.immovable[DEFAULT_PATH] = OSError("stuck file")

    def fail() -> t.NoReturn:
        raise MemoryError

    host.files.meddle = lambda _target: monkeypatch.setattr(host, "values", fail)
    assert attempt(host) == (
        f"no. Undoing then failed (stuck file), {LEFT} what it has now cannot be read (MemoryError). {AGAIN}"
    )
    assert host.shown() == [5, 75, 9]
