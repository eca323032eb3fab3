# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import VerificationError
from ansible_collections.linux.tcp.plugins.module_utils._pidfd import Lender, has_privilege
from ansible_collections.linux.tcp.plugins.module_utils._processes import Process
from ansible_collections.linux.tcp.plugins.module_utils._socket_change import _set
from ansible_collections.linux.tcp.plugins.module_utils._socket_plan import Wish, plan
from ansible_collections.linux.tcp.plugins.module_utils._sockets import STATES, Entry, Socket
from ansible_collections.linux.tcp.plugins.module_utils._survey import read_options
from ansible_collections.linux.tcp.plugins.module_utils._values import Values
from ansible_collections.linux.tcp.tests.unit.host import lay_out

if t.TYPE_CHECKING:
    from pathlib import Path


class Forgetful(Lender):
    """Lends sockets that take one option and do not keep it, as a program of eBPF can have it."""

    def __init__(self, forgotten: int) -> None:
        super().__init__()
        self._forgotten = forgotten

    def lend(self, inode: int, holders: t.Iterable[tuple[int, int]]) -> socket.socket:
        forgotten = self._forgotten

        class ForgetfulSocket(socket.socket):
            def setsockopt(self, *arguments: t.Any) -> None:
                if arguments[1] != forgotten:
                    super().setsockopt(*arguments)

        lent = super().lend(inode, holders)
        return ForgetfulSocket(lent.family, lent.type, lent.proto, lent.detach())


@pytest.mark.parametrize(
    ("forgotten", "message"),
    [
        (socket.SO_KEEPALIVE, "keepalive was set to True and is False a moment later."),
        (socket.TCP_KEEPCNT, "probes was set to 3 and is {before} a moment later."),
    ],
    ids=["keepalive", "probes"],
)
def test_what_does_not_stay(forgotten: int, message: str) -> None:
    with socket.socket() as mine:
        mine.bind(("127.0.0.1", 0))
        mine.listen()
        address, port = mine.getsockname()
        inode = os.fstat(mine.fileno()).st_ino
        entry = Entry(STATES["listening"], socket.inet_aton(address), port, bytes(4), 0, inode, 0, 0.0, 0, 0)
        before = read_options(mine)
        found = Socket(inode, 1, (entry,), ((Process(os.getpid(), "x", 0, 1, "/proc/self"), mine.fileno()),), before)
        change = plan(found, Wish(pins=Values(probes=3)))
        assert change is not None
        with pytest.raises(VerificationError) as failed:
            _set(Forgetful(forgotten), change)
        assert str(failed.value) == message.format(before=before.probes)
        after = _set(Lender(), change)
        assert (after.keepalive, after.probes) == (True, 3)


def test_privilege(tmp_path: Path) -> None:
    none, trace, more = "0000000000000000", "0000000000080000", "000001ffffffffff"
    for number, (effective, scope, may) in enumerate(
        [(none, b"0\n", False), (trace, b"0\n", True), (more, b"2\n", True), (more, b"3\n", False)]
    ):
        proc = tmp_path / str(number)
        status = f"Name:\tx\nCapPrm:\t{more}\nCapEff:\t{effective}\nCapBnd:\t{more}\n".encode()
        lay_out(proc, {"self/status": status, "sys/kernel/yama/ptrace_scope": scope})
        assert has_privilege(str(proc)) is may
