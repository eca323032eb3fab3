# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan the change of a socket: the desired state, the plan for one socket, and the result.

Check mode, the diff and what is set all come from :func:`plan`.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._budget import MOST_CHARACTERS_OF_SOCKETS, ResultBudget
from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import COMPLIANT
from ansible_collections.linux.tcp.plugins.module_utils._host.unreadable import Unreadable
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import (
    KEEPALIVE_TIMER,
    ends_at_one_lost_probe,
    judge,
)
from ansible_collections.linux.tcp.plugins.module_utils._sockets.reasons import (
    NO_TIMER,
    OLDER,
    SHORT_USER_TIMEOUT,
    UNREAD,
    UNSUPPORTED,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values
from ansible_collections.linux.tcp.plugins.module_utils._text import shortened

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import (
        Entry,
        Options,
        Result,
        Socket,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


# tcp(7), and include/net/tcp.h: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT
PINS: dict[Key, str] = {"time": "TCP_KEEPIDLE", "intvl": "TCP_KEEPINTVL", "probes": "TCP_KEEPCNT"}
PIN_LIMITS: dict[Key, int] = {"time": 32767, "intvl": 32767, "probes": 127}

NONE_SELECTED = (
    "No socket matches these filters. linux.tcp.keepalive_sockets_info with summary_only shows which commands and "
    "units have sockets."
)

_LONGEST_DIFF = 1_000_000  # characters

# what a new timer puts right
_REARMED = (OLDER.code, NO_TIMER.code)

# what of a socket can change, and what that makes of it; the rest tells which socket it is
_CONDITION = ("keepalive", "time", "intvl", "probes", "timer", "covered", "reason")
_IDENTITY = (
    *("protocol", "state", "local_address", "local_port", "remote_address", "remote_port"),
    *("namespace", "inode", "processes", "left_out"),
)


@dataclasses.dataclass(frozen=True)
class DesiredState:
    """What a socket is to have: keepalive ``enabled`` or not, and where enabled, values of the socket's own.

    ``pins`` are seconds and a count; ``rearm`` asks for a new timer where the one that runs was
    armed with an older value, or none runs. ``accept_user_timeout`` allows what would let a single lost probe end the
    connection, because of its TCP_USER_TIMEOUT.

    :raises InvalidValueError: for a value that no socket takes, and for what has no meaning together.
    """

    enabled: bool = True
    pins: Values = dataclasses.field(default_factory=Values)
    rearm: bool = False
    accept_user_timeout: bool = False

    def __post_init__(self) -> None:
        for key, value in self.pins.named().items():
            if isinstance(value, bool):
                raise InvalidValueError(
                    f"{key} is {value}, a boolean: give a whole number between 1 and {PIN_LIMITS[key]}."
                )
            if not 1 <= value <= PIN_LIMITS[key]:
                unit = "" if key == "probes" else " seconds"
                raise InvalidValueError(
                    f"{key} is {value}, and a socket takes 1 to {PIN_LIMITS[key]}{unit} for {PINS[key]} (tcp(7)). "
                    f"Give a number in that range, or leave {key} out to keep what is in force."
                )
        senseless = [*self.pins.named(), *(["rearm"] if self.rearm else [])]
        if not self.enabled and senseless:
            raise InvalidValueError(
                f"enabled: false switches keepalive off, where {senseless[0]} has no meaning. Leave one of them out."
            )

    @classmethod
    def from_params(cls, params: t.Mapping[str, t.Any]) -> DesiredState:
        """Narrow a module's parameters to a desired state."""
        pins = Values(*(params[key] for key in KEYS))
        accept = params["user_timeout"] == "accept"
        return cls(params["enabled"], pins, rearm=params["rearm"], accept_user_timeout=accept)


class Change(t.NamedTuple):
    """A socket before and after; ``rearm`` where keepalive is switched off and on for a new timer."""

    before: Socket
    after: Socket
    rearm: bool = False


class Outcome:
    """What became of the selected sockets; in check mode, what would become of them.

    ``left`` are those that needed nothing, each with the reason; ``unreachable`` those that could
    not be looked into, or refused, and are as they were. ``partly`` are the reasons why some of the
    changed ones do not have the desired state. ``gone`` counts those that ended before they could be set.
    ``unattributed`` counts those that may be selected, and that no process is known to hold.
    ``second_look`` says why it is not known which connections were accepted meanwhile, None where that is known.
    """

    def __init__(self) -> None:
        self.changed: list[Change] = []
        self.left: list[tuple[Socket, Reason]] = []
        self.unreachable: list[tuple[Socket, Reason]] = []
        self.partly: list[str] = []
        self.gone = 0
        self.unattributed = Unreadable()
        self.second_look: Reason | None = None

    def take(self, found: t.Iterable[Socket], want: DesiredState) -> list[Change]:
        """Note the sockets that need nothing or cannot be reached; return what is to change in the others."""
        changes = []
        for one in found:
            if one.options is None:
                self.unreachable.append((one, one.unread or UNREAD))
                continue
            missing = [key for key in want.pins.named() if getattr(one.options, key) is None]
            if missing:
                self.unreachable.append(
                    (one, UNSUPPORTED._replace(message=f"this kernel has no {PINS[missing[0]]} for MPTCP"))
                )
                continue
            change = plan(one, want)
            if change is None:
                self.leave(one, want)
            else:
                changes.append(change)
        return changes

    def leave(self, one: Socket, want: DesiredState) -> None:
        """Note a socket that needs nothing, or is not to be changed."""
        self.left.append((one, hazard(one, want) or one.verdict.reason or COMPLIANT))

    def warnings(self, want: DesiredState, *, waiting: int) -> list[str]:
        """Return a warning for each thing that has a remedy; ``waiting`` connections are not accepted yet."""
        refused = [reason.message for one, reason in self.unreachable if one.options]
        warnings = [
            *(f"{refused.count(reason)} socket(s) were left as they were: {reason}." for reason in sorted({*refused})),
            *(
                f"{self.partly.count(reason)} socket(s) were changed, and do not have the desired state: {reason}."
                for reason in sorted({*self.partly})
            ),
        ]
        if waiting and any(change.before.is_listening for change in self.changed):
            warnings.append(
                f"{waiting} connection(s) wait to be accepted. They have the options that their listener had when they "
                f"arrived. Run again after they are accepted."
            )
        short = sum(reason == SHORT_USER_TIMEOUT for _one, reason in self.left)
        if short:
            warnings.append(
                f"{short} socket(s) were left as they were, because with their TCP_USER_TIMEOUT a single lost probe "
                f"would end them. Raise it in their program, give a time and intvl whose sum is less than it, or give "
                f"user_timeout: accept."
            )
        older = sum(one.verdict.code == OLDER.code for one, _reason in self.left)
        if older and want.enabled and not want.rearm:
            warnings.append(f"{older} connection(s) keep a timer that was armed with an older value. Give rearm: true.")
        unarmed = sum(one.verdict.code == NO_TIMER.code for one, _reason in self.left)
        if unarmed and want.enabled and not want.rearm:
            warnings.append(f"{unarmed} connection(s) have keepalive on, and no timer that runs. Give rearm: true.")
        return warnings

    def failure(self) -> str | None:
        """Return the message where the second look failed."""
        if self.second_look is None:
            return None
        message = self.second_look.message
        return f"{message[0].upper()}{message[1:]}. What totals counts as changed was set before."

    def explain_none(self, unreadable: Unreadable) -> str:
        """Return why no socket came of the filters."""
        count = unreadable.count("socket")
        if count:
            reasons = unreadable.reasons("socket")
            return f"{count} socket(s) match these filters, and none of them can be reached: {reasons}."
        count = self.unattributed.count("socket")
        if count:
            return (
                f"{NONE_SELECTED} {count} socket(s) without a known process would match, so "
                f"they may be those that you look for: {self.unattributed.reasons('socket')}."
            )
        return NONE_SELECTED

    def as_dict(self, *, summary_only: bool) -> Result:
        """Return the sockets as the module returns them; ``left_out`` counts those for which there is no room."""
        second_look = self.second_look and self.second_look._asdict()
        if summary_only:
            return {
                "changed_sockets": [],
                "left_sockets": [],
                "unreachable_sockets": [],
                "second_look": second_look,
                "left_out": 0,
            }
        budget = ResultBudget(MOST_CHARACTERS_OF_SOCKETS)
        unreachable = budget.take(_with_reasons(self.unreachable))
        changed = budget.take(
            {**_shown(one.before, _IDENTITY), "before": _shown(one.before), "after": _shown(one.after)}
            for one in self._ordered()
        )
        return {
            "changed_sockets": changed,
            "left_sockets": budget.take(_with_reasons(self.left)),
            "unreachable_sockets": unreachable,
            "second_look": second_look,
            "left_out": budget.left_out,
        }

    def diff(self) -> Result:
        """Return a line for each socket that changes, before and after, as diff mode shows it."""
        return {
            "before_header": "sockets",
            "after_header": "sockets",
            "before": shortened("".join(f"{_line(one.before)}\n" for one in self._ordered()), _LONGEST_DIFF),
            "after": shortened("".join(f"{_line(one.after)}\n" for one in self._ordered()), _LONGEST_DIFF),
        }

    def _ordered(self) -> list[Change]:
        return sorted(self.changed, key=lambda one: one.before.sort_key)


def _shown(one: Socket, keys: tuple[str, ...] = _CONDITION) -> Result:
    shown = one.as_dict()
    return {key: shown[key] for key in keys}


def _with_reasons(sockets: list[tuple[Socket, Reason]]) -> t.Iterator[Result]:
    for one, reason in sorted(sockets, key=lambda pair: pair[0].sort_key):
        yield {**_shown(one, _IDENTITY), **_shown(one), "reason": reason._asdict()}


def _line(one: Socket) -> str:
    shown = one.as_dict()
    ends = _end(shown["local_address"], shown["local_port"])
    if shown["remote_address"] is not None:
        ends += f" {_end(shown['remote_address'], shown['remote_port'])}"
    owners = ",".join(f"{process['command']}[{process['pid']}]" for process in shown["processes"])
    owners += f" and {shown['left_out']} more" if shown["left_out"] else ""
    timer = f"{shown['timer']['kind']} in {shown['timer']['left']:.0f} s" if shown["timer"] else "none"
    return (
        f"{shown['state']} {ends} inode {one.inode} {owners}: keepalive {'on' if shown['keepalive'] else 'off'}, "
        f"time {shown['time']}, intvl {shown['intvl']}, probes {shown['probes']}, timer {timer}"
    )


def _end(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def plan(found: Socket, want: DesiredState) -> Change | None:
    """Return how a socket whose options are known changes; None where it needs nothing, or is not to be changed.

    A timer is armed anew only while no probe is unanswered, because the next probe would come later
    than it does. Pinning ``time`` arms the timer by itself.
    """
    options, after = t.cast("Options", found.options), _wanted(found, want)
    rearm = (
        want.rearm
        and after.time == options.time
        and options.keepalive
        and any(judge(entry, after).code in _REARMED and not entry.unanswered for entry in found.entries)
    )
    if (after == options and not rearm) or hazard(found, want):
        return None
    return Change(found, found._replace(options=after, entries=_armed(found, after, rearm=rearm)), rearm)


def hazard(found: Socket, want: DesiredState) -> Reason | None:
    """Return why a socket whose options are known is left as it is, although it does not have the desired state."""
    options = t.cast("Options", found.options)
    if want.accept_user_timeout or not options.user_timeout or ends_at_one_lost_probe(options):
        return None
    return SHORT_USER_TIMEOUT if ends_at_one_lost_probe(_wanted(found, want)) else None


def _wanted(found: Socket, want: DesiredState) -> Options:
    """Return the options of a socket with the desired state."""
    options = t.cast("Options", found.options)
    values = Values(options.time, options.intvl, options.probes).updated(want.pins.named())
    return options._replace(keepalive=want.enabled, time=values.time, intvl=values.intvl, probes=values.probes)


def _armed(found: Socket, after: Options, *, rearm: bool) -> tuple[Entry, ...]:
    """Return the entries of a socket as new options leave them.

    net/ipv4/tcp_timer.c, tcp_set_keepalive(): switching on arms the timer with all of ``time``;
    net/ipv4/tcp.c, tcp_sock_set_keepidle_locked(): a pinned ``time`` counts from when the peer was heard.
    """
    before = t.cast("Options", found.options)
    time = after.time or 0
    left: float | None = None
    if rearm or not before.keepalive:
        left = time
    elif after.time != before.time:
        left = max(0.0, time - (before.idle or 0.0))
    return tuple(_with_timer(entry, left, after) for entry in found.entries)


def _with_timer(entry: Entry, left: float | None, after: Options) -> Entry:
    if entry.is_listening or entry.timer not in (0, KEEPALIVE_TIMER):
        return entry  # a listener has no timer, and another timer hides this one
    if not after.keepalive:
        return entry._replace(timer=0, left=0.0)
    return entry if left is None else entry._replace(timer=KEEPALIVE_TIMER, left=left)
