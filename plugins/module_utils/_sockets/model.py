# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe TCP sockets, and work out whether keepalive covers them.

MPTCP connections stand in the tables as their subflows, which are TCP sockets that share the connection's inode.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import functools
import math
import socket
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._budget import MOST_ELEMENTS
from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import (
    LATE,
    NEGATIVE,
    NO_TIMER,
    OFF,
    OLDER,
    SILENT,
    UNACKNOWLEDGED,
    UNREAD,
    UNTIL_ACCEPTED,
    USER_TIMEOUT,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.process import Process
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason

    Result = t.Dict[str, t.Any]


# include/net/tcp_states.h: the states in which a process can hold a socket that is in the tables;
# syn_recv with TCP Fast Open
STATES: dict[str, int] = {
    "established": 1,
    "syn_sent": 2,
    "syn_recv": 3,
    "fin_wait1": 4,
    "fin_wait2": 5,
    "close_wait": 8,
    "last_ack": 9,
    "listening": 10,
    "closing": 11,
}
_NEVER_HEARD = (STATES["listening"], STATES["syn_sent"])
STATE_NAMES = {number: name for name, number in STATES.items()}

# net/ipv4/inet_diag.c: idiag_timer, and net/ipv4/tcp_ipv4.c: get_tcp4_sock(); 3 is TIME_WAIT's, which no process holds
TIMERS = {1: "retransmission", 2: "keepalive", 4: "zero window"}
KEEPALIVE_TIMER = 2

# Seconds by which a timer may seem to have too much left: it is rounded to ticks, up.
_SLACK = 0.5

# The options of Criteria, as modules take them.
CRITERIA_OPTIONS: dict[str, dict[str, t.Any]] = {"idle_timeout": {"type": "int"}, "limit": {"type": "int"}}

_MAPPED = bytes(10) + b"\xff\xff"


class Entry(t.NamedTuple):
    """One line of a namespace's table; a tuple, because a host may have 100,000 of them.

    ``state`` and ``timer`` are the kernel's numbers, addresses are packed. ``left`` are seconds
    until the timer fires (netlink tells them modulo 49.7 days), ``unanswered`` are the probes that were
    sent since the peer was last heard (or retransmissions), ``unacknowledged`` are bytes. ``inode`` is
    0 where no process holds it.
    """

    state: int
    local_address: bytes
    local_port: int
    remote_address: bytes
    remote_port: int
    inode: int
    timer: int
    left: float
    unanswered: int
    unacknowledged: int

    @property
    def is_listening(self) -> bool:
        """Whether it has no other end and no timer."""
        return self.state == STATES["listening"]


class Options(t.NamedTuple):
    """What getsockopt(2) says of a socket: None for what was not read, or does not exist for such a socket.

    ``time`` and ``intvl`` are seconds and in force, from the program or from the sysctl; ``user_timeout`` is
    milliseconds, 0 for none; ``idle`` are seconds since the peer was last heard.
    """

    keepalive: bool
    time: int | None = None
    intvl: int | None = None
    probes: int | None = None
    user_timeout: int | None = None
    mptcp: bool | None = None
    idle: float | None = None


class Criteria(t.NamedTuple):
    """What covered connections must keep to besides, in seconds; None is not judged.

    ``idle_timeout`` is when the path forgets an idle connection, ``limit`` the longest acceptable detection time.
    """

    idle_timeout: int | None = None
    limit: int | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Criteria:
        """Read the options that the modules have in common.

        :raises InvalidValueError: for what is no number of seconds from 1 on.
        """
        for name in cls._fields:
            seconds = options.get(name)
            if seconds is not None and (isinstance(seconds, bool) or seconds < 1):
                raise InvalidValueError(
                    f"{name} is {seconds}: give seconds, a whole number from 1 on, or leave it out."
                )
        return cls(options.get("idle_timeout"), options.get("limit"))


class Verdict(t.NamedTuple):
    """Whether keepalive covers a socket, None where it cannot be known, and the reason where it does not.

    A socket is covered if keepalive ends it at most ``time + intvl * probes`` seconds after its peer
    vanishes now, with ``intvl`` in place of ``time`` where that is longer, and if it keeps to the criteria; a
    listener, if that goes for the connections it accepts.
    """

    covered: bool | None
    reason: Reason | None = None

    @property
    def code(self) -> str | None:
        """The reason's code, None where it is covered."""
        return self.reason.code if self.reason else None


_COVERED = Verdict(True)
_OFF = Verdict(False, OFF)


class Socket(t.NamedTuple):
    """A socket of a network namespace that some process holds.

    ``entries`` are the lines of the table: one, or one for each subflow of MPTCP. ``holders`` are
    the processes that hold it, each with the number of a descriptor. ``options`` are None where they
    could not be read, for the cause ``unread``. ``criteria`` are what it is held against.
    ``sets_accepted`` tells of a listener that its program sets each connection itself.
    """

    inode: int
    namespace: int
    entries: tuple[Entry, ...]
    holders: tuple[tuple[Process, int], ...]
    options: Options | None = None
    unread: Reason | None = None
    criteria: Criteria = Criteria()
    sets_accepted: bool = False

    @property
    def is_listening(self) -> bool:
        """Whether it accepts connections."""
        return self.entries[0].is_listening

    @property
    def processes(self) -> list[Process]:
        """The processes that hold it, each once."""
        return list({process.pid: process for process, _descriptor in self.holders}.values())

    @property
    def idle(self) -> float | None:
        """The seconds since the peer was last heard; None where it never was, or that is not known."""
        return None if self.options is None or self.entries[0].state in _NEVER_HEARD else self.options.idle

    @property
    def verdict(self) -> Verdict:
        """What covers it."""
        if self.options is None:
            return Verdict(None, UNREAD.because(self.unread.message) if self.unread else UNREAD)
        verdict = judge(self.entries[0], self.options, self.criteria)
        for entry in self.entries[1:]:
            if verdict.covered:
                verdict = judge(entry, self.options, self.criteria)
        if self.sets_accepted and verdict.covered is False:
            return Verdict(None, UNTIL_ACCEPTED)
        return verdict

    @property
    def sort_key(self) -> tuple[int, tuple[Entry, ...]]:
        """Orders sockets as a result shows them: by namespace, state, addresses."""
        return self.namespace, self.entries

    def as_dict(self) -> Result:
        """Return the socket as the module returns it."""
        entry, options, verdict, processes = self.entries[0], self.options, self.verdict, self.processes
        listening = entry.is_listening
        return {
            "protocol": None if options is None else "mptcp" if options.mptcp else "tcp",
            "state": STATE_NAMES[entry.state],
            "local_address": address(entry.local_address),
            "local_port": entry.local_port,
            "remote_address": None if listening else address(entry.remote_address),
            "remote_port": None if listening else entry.remote_port,
            "namespace": self.namespace,
            "inode": self.inode,
            "processes": [process.as_dict() for process in processes[:MOST_ELEMENTS]],
            "left_out": max(len(processes) - MOST_ELEMENTS, 0),
            "keepalive": options and options.keepalive,
            "time": options and options.time,
            "intvl": options and options.intvl,
            "probes": options and options.probes,
            "user_timeout": options and options.user_timeout,
            "timer": {"kind": TIMERS[entry.timer], "left": round(entry.left, 2)} if entry.timer in TIMERS else None,
            "idle": self.idle,
            "covered": verdict.covered,
            "reason": verdict.reason and verdict.reason._asdict(),
        }


def judge(entry: Entry, options: Options, criteria: Criteria = Criteria()) -> Verdict:  # noqa: B008 -- it never changes
    """Return whether keepalive covers a socket or subflow.

    net/ipv4/tcp_timer.c, tcp_keepalive_timer(): a timer keeps the expiry it was armed with, ``time``
    seconds ahead at most, or ``intvl`` after a probe, even if that is answered; while data is unacknowledged no probe
    is sent. A timer with more left than that was therefore armed before the value was lowered. With TCP_USER_TIMEOUT
    (tcp(7)) the number of probes does not count, and data may be unacknowledged for no longer than that. No timer runs
    where keepalive was on before both ends opened the connection at once: tcp_finish_connect() arms it, which is not
    called then.
    """
    if not options.keepalive:
        return _OFF
    if options.time is None or options.intvl is None or options.probes is None:
        return Verdict(None, UNREAD.because("this kernel does not tell the values of MPTCP"))
    if min(options.time, options.intvl) < 0:  # the kernel takes such sysctls
        key = "time" if options.time < 0 else "intvl"
        return Verdict(False, NEGATIVE.because(f"{key} is {getattr(options, key)}"))
    if not entry.is_listening and entry.timer == KEEPALIVE_TIMER:
        wanted = options.intvl if entry.unanswered else max(options.time, options.intvl)
        if entry.left > wanted + _SLACK:
            return Verdict(False, OLDER.because(f"{math.ceil(entry.left)} s left, {wanted} s wanted"))
    if not entry.is_listening and not entry.timer and not entry.unacknowledged:
        return Verdict(False, NO_TIMER)
    silence = max(options.time, options.intvl)
    by_values = silence + options.intvl * options.probes
    user_timeout = (options.user_timeout or 0) / 1000
    if user_timeout > by_values:
        cause = f"{user_timeout:.10g} s, and by its values alone it would end after {by_values} s"
        return Verdict(False, USER_TIMEOUT.because(cause))
    failed = _failed(criteria, silence, silence + options.intvl * _unanswered_probes(options, silence))
    if failed is not None:
        return Verdict(False, failed)
    if not entry.is_listening and entry.unacknowledged and not user_timeout:
        return Verdict(False, UNACKNOWLEDGED)
    return _COVERED


def _unanswered_probes(options: Options, silence: int) -> int:
    """Return after how many unanswered probes a connection ends.

    net/ipv4/tcp_timer.c, tcp_keepalive_timer(): with TCP_USER_TIMEOUT at the first expiry of the timer, after at
    least one probe, at which the peer has been silent for that long.
    """
    intvl, probes = options.intvl or 0, options.probes or 0
    if not options.user_timeout:
        return probes
    return max(1, math.ceil((options.user_timeout / 1000 - silence) / intvl)) if intvl > 0 else 1


def ends_at_one_lost_probe(options: Options) -> bool:
    """Return whether TCP_USER_TIMEOUT lets keepalive end a connection at one lost probe, which its values do not."""
    if not (options.keepalive and options.user_timeout) or options.time is None or options.intvl is None:
        return False
    return options.probes != 1 and _unanswered_probes(options, max(options.time, options.intvl)) == 1


def _failed(criteria: Criteria, silence: int, detection: int) -> Reason | None:
    """Return the first criterion to which a connection does not keep.

    A healthy one is silent for ``time``, or for ``intvl`` where that is longer: after each probe, answered or
    not, the kernel waits for it. ``detection`` is when a dead peer is noticed.
    """
    if criteria.idle_timeout is not None and silence >= criteria.idle_timeout:
        return SILENT.because(f"{silence} s, and the path forgets it after {criteria.idle_timeout} s")
    if criteria.limit is not None and detection > criteria.limit:
        return LATE.because(f"{detection} s, and the limit is {criteria.limit} s")
    return None


def plain(packed: bytes) -> bytes:
    """Return an IPv4 address that is mapped into IPv6 (RFC 4291, 2.5.5.2) as what it is."""
    return packed[12:] if packed.startswith(_MAPPED) and len(packed) == 16 else packed


@functools.lru_cache(maxsize=1024)
def address(packed: bytes) -> str:
    """Return a packed address as it is written."""
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)
