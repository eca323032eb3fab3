# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open, share, pass on and close sockets as fast as possible, and report those that were changed and should not be.

Each churner has an address with three listeners. Runs of the module select by port and by name:

- IN: connections to this port are selected
- BESIDE: connections to this port are selected if their client belongs to a program whose name begins with "meant"
- OUT: connections to this port are never selected
"""

from __future__ import annotations

import array
import contextlib
import itertools
import json
import mmap
import os
import signal
import socket
import struct
import threading
import time
import typing as t

from ansible_collections.linux.tcp.tests.unit.socket_tools import keepalive, options
from ansible_collections.linux.tcp.tests.unit.system_calls import (
    CLONE_NEWNET,
    PR_SET_NAME,
    prctl,
    set_loopback,
    unshare,
)

IN, BESIDE, OUT = 5001, 5002, 5003
TIMES = (600, 7200)  # what the sysctl is, by turns
OWN = [1, 500, 75, 9]  # the options of a socket that has values of its own


class Progress(t.NamedTuple):
    """What a churner has done so far."""

    opened: int  # sockets
    looks: int  # at sockets that nobody may change
    changes: int  # seen on sockets that may be changed


class Board:
    """Memory and a pipe that all processes share: the progress of the churners, and what they found to be wrong."""

    _ROW = struct.Struct("=QQQ")

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 16384)  # the first byte ends the churn
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)

    @property
    def has_ended(self) -> bool:
        """Whether the churners are to end."""
        return bool(self._memory[0])

    def end(self) -> None:
        """Let the churners end."""
        self._memory[0] = 1

    def note(self, number: int, progress: Progress) -> None:
        """Store the progress of a churner, whose number is 1 or higher."""
        self._ROW.pack_into(self._memory, number * self._ROW.size, *progress)

    def progress(self, number: int) -> Progress:
        """Return the progress of a churner."""
        return Progress(*self._ROW.unpack_from(self._memory, number * self._ROW.size))

    def report(self, trouble: str) -> None:
        """Report what is wrong."""
        with contextlib.suppress(BlockingIOError):  # more than enough was reported
            os.write(self._writing, trouble.encode() + b";")

    def troubles(self) -> list[str]:
        """Return what was reported."""
        try:
            return os.read(self._reading, 65536).decode().split(";")[:-1]
        except BlockingIOError:
            return []


board = Board()


class Pair:
    """Both ends of a connection.

    ``own`` says for the client and the server whether it has values of its own, or None if it may be changed.
    """

    def __init__(self, client: socket.socket, server: socket.socket, port: int, own: list[bool | None]) -> None:
        self.client, self.server, self.port, self.own = client, server, port, own


class Churner:
    """An address with a listener for each port, and a row of the board."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self.number = name, number
        self.is_meant = name.startswith("meant")
        self.address = f"127.1.{number}.1"
        self.listeners: dict[int, socket.socket] = {}
        self.turn = 0
        self.opened = self.looks = self.changes = 0

    def begin(self) -> None:
        """Open the listeners."""
        for port in (IN, BESIDE, OUT):
            one = socket.socket()
            one.bind((self.address, port))
            one.listen()
            self.listeners[port] = one

    def open(self, port: int) -> Pair:
        """Open a connection to a listener of this churner."""
        client = socket.socket()
        client.connect((self.address, port))
        server, _address = self.listeners[port].accept()
        self.turn += 1
        if self.turn % 8:  # no TIME_WAIT for most
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.opened += 2
        return Pair(client, server, port, self._claim(client, server, port))

    def _claim(self, client: socket.socket, server: socket.socket, port: int) -> list[bool | None]:
        own: list[bool | None] = []
        for one, is_free in ((client, port == IN or (port == BESIDE and self.is_meant)), (server, port == IN)):
            has_own = not is_free and self.turn % 3 == 0
            if has_own:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, OWN[1])
                keepalive(one)
            own.append(None if is_free else has_own)
        return own

    def check(self, pair: Pair) -> None:
        """Report a change of an end that nobody may change, and count one of the client if it may be changed."""
        for one, has_own in ((pair.client, pair.own[0]), (pair.server, pair.own[1])):
            if has_own is not None:
                self._judge(one, has_own, pair.port)
        if pair.own[0] is None and pair.client is not pair.server:
            self.changes += pair.client.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        for port in (BESIDE, OUT):
            self._judge(self.listeners[port], False, port)
        board.note(self.number, Progress(self.opened, self.looks, self.changes))

    def _judge(self, one: socket.socket, has_own: bool, port: int) -> None:
        found = options(one)
        self.looks += 1
        is_off = found[0] == 0 and found[1] in TIMES and found[2:] == [75, 9]
        if not (found == OWN if has_own else is_off):
            board.report(f"{self.name}, port {port}, {'with its own values' if has_own else 'off'}: {found}")

    def close(self, pair: Pair) -> None:
        """Check a connection at the last moment, and close it."""
        self.check(pair)
        pair.client.close()
        pair.server.close()


def call_this_process(name: str) -> None:
    """Change the name of this process."""
    prctl(PR_SET_NAME, name.encode())


def start(work: t.Callable[[Churner], None], name: str, number: int) -> int:
    """Start a churner of this name in a child process; return its PID."""
    pid = os.fork()
    if not pid:
        signal.alarm(1800)  # the child ends in any case
        os.nice(10)  # the module is to have its turn where there are few processors
        call_this_process(name)
        churner = Churner(name, number)
        churner.begin()
        run_reported(work, churner)
        while threading.active_count() > 1:
            time.sleep(0.01)
        os._exit(0)
    return pid


def run_reported(work: t.Callable[[Churner], None], churner: Churner) -> None:
    """Run ``work``, and report the exception that ends it."""
    try:
        work(churner)
    except BaseException as exc:  # noqa: BLE001 -- this process ends, and only the board tells why
        if not board.has_ended:
            board.report(f"{work.__name__}: {exc!r}")


# What the churners do.


def reuse(churner: Churner) -> None:
    """Have forty descriptors that are never closed, and by turns are sockets that are selected and others."""
    slots = [churner.open(OUT) for _number in range(20)]
    ports = itertools.cycle((IN, OUT, BESIDE, OUT, IN, BESIDE, OUT))
    while not board.has_ended:
        for slot in slots:
            new = churner.open(next(ports))
            churner.check(slot)
            os.dup2(new.client.fileno(), slot.client.fileno())
            os.dup2(new.server.fileno(), slot.server.fileno())
            slot.port, slot.own = new.port, new.own
            new.client.close()
            new.server.close()
            churner.check(slot)


def come_and_go(churner: Churner) -> None:
    """Open connections and close them, the oldest first."""
    pairs: list[Pair] = []
    for port in itertools.cycle((IN, OUT, BESIDE, OUT)):
        pairs.append(churner.open(port))
        if len(pairs) > 40:
            churner.close(pairs.pop(0))
        if board.has_ended:
            return


def threads(churner: Churner) -> None:
    """Do the same in three threads, which share the descriptors."""
    for further in (50, 100):
        other = Churner(churner.name, churner.number + further)
        other.begin()
        threading.Thread(target=run_reported, args=(come_and_go, other)).start()
    come_and_go(churner)


def workers(churner: Churner) -> None:
    """Fork workers that have the PIDs of those before them, share a connection and end."""
    for port in itertools.cycle((IN, OUT, BESIDE, OUT)):
        if board.has_ended:
            return
        pair = churner.open(port)
        with contextlib.suppress(FileNotFoundError), open(
            "/proc/sys/kernel/ns_last_pid", "w", encoding="ascii"
        ) as file:
            file.write("5000")  # of this PID namespace only
        pids: list[int] = []
        for _number in range(2):
            pids.append(os.fork())
            if not pids[-1]:
                for _number in range(20):
                    churner.check(pair)
                os._exit(0)
        if churner.turn % 2:
            churner.check(pair)
            pair.client.close()  # its workers have it still
            pair.own[0] = None
            pair.client = pair.server
        for pid in pids:
            os.waitpid(pid, 0)
        churner.close(pair)


def programs(churner: Churner) -> None:
    """Start other programs, which inherit a connection and end."""
    for port in itertools.cycle((IN, OUT, BESIDE, OUT)):
        if board.has_ended:
            return
        pair = churner.open(port)
        pair.client.set_inheritable(True)
        pid = os.posix_spawnp("true", ["true"], os.environ)
        churner.check(pair)
        os.waitpid(pid, 0)
        churner.close(pair)


def passing(churner: Churner) -> None:
    """Pass sockets to another process, which passes them back: unix(7), SCM_RIGHTS."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if not os.fork():
        here.close()
        run_reported(lambda churner: _send_back(churner, there), churner)
        os._exit(0)
    there.close()
    ports = itertools.cycle((IN, OUT, BESIDE, OUT))
    for _number in range(4):
        _pass_on(churner, here, churner.open(next(ports)))
    while not board.has_ended:
        back = _take(churner, here)
        assert back
        churner.close(back)
        _pass_on(churner, here, churner.open(next(ports)))


def _send_back(churner: Churner, way: socket.socket) -> None:
    churner.number += 50
    for pair in iter(lambda: _take(churner, way), None):
        _pass_on(churner, way, pair)


def _pass_on(churner: Churner, way: socket.socket, pair: Pair) -> None:
    churner.check(pair)
    rights = array.array("i", [pair.client.fileno(), pair.server.fileno()])
    way.sendmsg([json.dumps([pair.port, pair.own]).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    pair.client.close()
    pair.server.close()


def _take(churner: Churner, way: socket.socket) -> Pair | None:
    data, ancillary, _flags, _address = way.recvmsg(100, socket.CMSG_SPACE(8))
    if not data:
        return None
    client, server = array.array("i", ancillary[0][2])
    pair = Pair(socket.socket(fileno=client), socket.socket(fileno=server), *json.loads(data))
    churner.check(pair)
    return pair


def elsewhere(churner: Churner) -> None:
    """Come and go in another network namespace."""
    unshare(CLONE_NEWNET)
    set_loopback(up=True)
    churner.begin()
    come_and_go(churner)
