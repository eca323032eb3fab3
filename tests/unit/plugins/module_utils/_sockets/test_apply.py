# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import socket
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import COMPLIANT, Reason
from ansible_collections.linux.tcp.plugins.module_utils._sockets.apply import _apply, _set
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES, Entry, Socket
from ansible_collections.linux.tcp.plugins.module_utils._sockets.options import read_options
from ansible_collections.linux.tcp.plugins.module_utils._sockets.pidfd import has_privilege
from ansible_collections.linux.tcp.plugins.module_utils._sockets.plan import Change, DesiredState, Outcome
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from pathlib import Path


class Stubborn(socket.socket):
    """A socket that takes one option and does not keep it, or refuses it, as a program of eBPF can have it."""

    option = 0
    refuses = False
    after = 0  # so many times it takes the option

    def setsockopt(self, *arguments: t.Any) -> None:
        if arguments[1] == self.option and self.after <= 0:
            if self.refuses:
                raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
            return
        self.after -= arguments[1] == self.option
        super().setsockopt(*arguments)


@pytest.fixture
def mine() -> t.Iterator[Stubborn]:
    with Stubborn() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def found(mine: socket.socket) -> Socket:
    address, port = mine.getsockname()
    inode = os.fstat(mine.fileno()).st_ino
    entry = Entry(STATES["listening"], socket.inet_aton(address), port, bytes(4), 0, inode, 0, 0.0, 0, 0)
    process = Process(os.getpid(), "x", 0, 1, "/proc/self")
    return Socket(inode, 1, (entry,), ((process, mine.fileno()),), read_options(mine.fileno()))


def values_of(mine: socket.socket) -> tuple[bool | int | None, ...]:
    options = read_options(mine.fileno())
    return options.keepalive, options.time, options.intvl, options.probes


def test_set(mine: Stubborn) -> None:
    outcome = Outcome()
    _set(mine, found(mine), DesiredState(pins=Values(probes=3)), outcome)
    assert [change.after.options for change in outcome.changed] == [read_options(mine.fileno())]
    assert (values_of(mine)[0], values_of(mine)[3]) == (True, 3)
    assert not outcome.unreachable
    assert not outcome.partly


@pytest.mark.parametrize(
    ("option", "refuses", "reason"),
    [
        (socket.SO_KEEPALIVE, False, "keepalive was set to True and is False a moment later"),
        (socket.SO_KEEPALIVE, True, "the kernel refused to set it: Operation not permitted"),
        (socket.TCP_KEEPCNT, False, "probes was set to 3 and is {probes} a moment later"),
        (socket.TCP_KEEPCNT, True, "the kernel refused to set it: Operation not permitted"),
    ],
    ids=["keepalive forgotten", "keepalive refused", "probes forgotten", "probes refused"],
)
def test_what_is_not_kept_is_put_back(mine: Stubborn, option: int, refuses: bool, reason: str) -> None:
    before, outcome = values_of(mine), Outcome()
    mine.option, mine.refuses = option, refuses
    _set(mine, found(mine), DesiredState(pins=Values(time=300, probes=3)), outcome)
    assert values_of(mine) == before
    assert not outcome.changed
    pinned = "time" if option == socket.TCP_KEEPCNT and refuses else "time, probes"
    pinned = f"; its earlier values are pinned to it now and no longer follow the sysctl: {pinned}"
    assert [why for _one, why in outcome.unreachable] == [Reason("refused", reason.format(probes=before[3]) + pinned)]
    assert outcome.warnings(DesiredState(), waiting=0) == [
        f"1 socket(s) were left as they were: {reason.format(probes=before[3]) + pinned}."
    ]


def test_what_cannot_be_put_back_has_changed(mine: Stubborn) -> None:
    # switched off for a new timer, and then not on again
    mine.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    one, outcome = found(mine), Outcome()
    mine.option, mine.refuses, mine.after = socket.SO_KEEPALIVE, True, 1
    change = Change(one, one, rearm=True)
    assert _apply(mine, change) == "the kernel refused to set it: Operation not permitted"
    assert values_of(mine)[0] is False
    mine.option, mine.refuses, mine.after = socket.SO_KEEPALIVE, True, 1
    want = DesiredState(pins=Values(probes=3))
    mine.option = socket.TCP_KEEPCNT
    _set(mine, one, want, outcome)
    assert values_of(mine)[3] == 3


class Watched(Stubborn):
    """A socket that notes its values after each option that is set."""

    def __init__(self, *arguments: t.Any, **named: t.Any) -> None:
        super().__init__(*arguments, **named)
        self.seen: list[tuple[bool | int | None, ...]] = []

    def setsockopt(self, *arguments: t.Any) -> None:
        super().setsockopt(*arguments)
        self.seen.append(values_of(self))


@pytest.mark.parametrize("refused", [0, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param((600, 75, 9), (600, 5, 100), id="interval-shrinks"),
        pytest.param((600, 5, 100), (600, 75, 9), id="probes-shrink"),
        pytest.param((600, 5, 100), (60, 75, 9), id="one-grows"),
        pytest.param((60, 75, 100), (600, 5, 9), id="time-grows"),
        pytest.param((600, 75, 100), (60, 5, 9), id="all-shrink"),
        pytest.param((60, 5, 9), (600, 75, 100), id="all-grow"),
    ],
)
def test_no_moment_at_which_a_connection_ends_sooner_than_before_and_after(
    old: tuple[int, ...], new: tuple[int, ...], refused: int
) -> None:
    with Watched() as mine:
        mine.bind(("127.0.0.1", 0))
        mine.listen()
        for option, value in zip((socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT), old):
            mine.setsockopt(socket.IPPROTO_TCP, option, value)
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        mine.seen.clear()
        mine.option, mine.refuses = refused, True
        _set(mine, found(mine), DesiredState(pins=Values(*new)), Outcome())
        assert {values[0] for values in mine.seen} == {True}
        silences = [
            t.cast("int", time) + t.cast("int", intvl) * t.cast("int", probes) for _on, time, intvl, probes in mine.seen
        ]
    assert min(silences) >= min(time + intvl * probes for time, intvl, probes in (old, new))


def test_keepalive_is_switched_on_last() -> None:
    with Watched() as mine:
        mine.bind(("127.0.0.1", 0))
        mine.listen()
        _set(mine, found(mine), DesiredState(pins=Values(60, 5, 3)), Outcome())
        assert [values[0] for values in mine.seen] == [False, False, False, True]


def test_what_the_program_has_set_meanwhile(mine: Stubborn) -> None:
    one, outcome = found(mine), Outcome()
    mine.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    mine.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 55)
    _set(mine, one, DesiredState(), outcome)
    assert not outcome.changed
    assert [why for _one, why in outcome.left] == [COMPLIANT]
    _set(mine, one, DesiredState(pins=Values(intvl=5)), outcome)
    assert [change.after.options and change.after.options.time for change in outcome.changed] == [55]
    assert values_of(mine)[:3] == (True, 55, 5)


def test_privilege(tmp_path: Path) -> None:
    none, trace, more = "0000000000000000", "0000000000080004", "000001ffffffffff"
    for number, (effective, scope, may) in enumerate(
        [
            (none, b"0\n", False),
            (trace, b"0\n", True),
            (trace.replace("4", "2"), b"0\n", True),
            (trace.replace("4", "0"), b"0\n", False),
            (trace.replace("8", "0"), b"0\n", False),
            (more, b"2\n", True),
            (more, b"3\n", False),
        ]
    ):
        proc = tmp_path / str(number)
        status = f"Name:\tx\nCapPrm:\t{more}\nCapEff:\t{effective}\nCapBnd:\t{more}\n".encode()
        lay_out(proc, {"self/status": status, "sys/kernel/yama/ptrace_scope": scope})
        assert has_privilege(str(proc)) is may
