# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the three keepalive values: names, limits, validation, arithmetic.

Names and meanings are those of tcp(7). ``time`` and ``intvl`` are seconds, ``probes`` is a count.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError

if t.TYPE_CHECKING:
    Key = t.Literal["time", "intvl", "probes"]


KEYS: tuple[Key, ...] = ("time", "intvl", "probes")

# net/ipv4/sysctl_net_ipv4.c: ipv4_net_table
SYSCTL_PREFIX = "net/ipv4/tcp_keepalive_"

# Every kernel accepts time and intvl up to INT_MAX / HZ, so the highest HZ (1000) gives the bound
# that holds everywhere; probes is an unsigned byte since Linux 5.13.
INT_MAX = 2**31 - 1
HZ_LOWEST, HZ_HIGHEST = 100, 1000
LIMITS: dict[Key, int] = {
    "time": INT_MAX // HZ_HIGHEST,
    "intvl": INT_MAX // HZ_HIGHEST,
    "probes": 255,
}

# What zero does to a connection, by key (measured on a live peer, Linux 6.18).
_ZERO_HARM: dict[Key, str] = {
    "time": "the kernel would take it and then send a probe every intvl seconds, forever",
    "intvl": "the kernel would take it and then kill connections before the peer can answer",
    "probes": "the kernel would take it and then kill healthy connections without a probe",
}

# kernel/sysctl.c: proc_get_long() reads one number, base 0, of at most 20 characters, that ends
# at a blank; what comes before it may be anything that isspace() accepts, which in the kernel
# includes the no-break space of Latin-1.
_WRITTEN_NUMBER = re.compile(rb"[\t-\r \xa0]*(-?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)(?=[ \t\n]|\Z)")
_LONGEST_NUMBER = 20
_PAGE = 4095


@dataclasses.dataclass(frozen=True)
class Values:
    """A value for each of the three keys, or None for a key that is not known or not named."""

    time: int | None = None
    intvl: int | None = None
    probes: int | None = None

    def __getitem__(self, key: Key) -> int | None:
        value: int | None = getattr(self, key)
        return value

    def named(self) -> dict[Key, int]:
        """Return the keys that have a value, in the usual order."""
        return {key: value for key in KEYS for value in [self[key]] if value is not None}

    def updated(self, other: t.Mapping[Key, int]) -> Values:
        """Return these values with those of ``other`` put over them."""
        return Values(*(other.get(key, self[key]) for key in KEYS))

    def as_dict(self) -> dict[str, int | None]:
        """Return all three as results show them."""
        return dataclasses.asdict(self)


# include/net/tcp.h: TCP_KEEPALIVE_TIME, TCP_KEEPALIVE_INTVL, TCP_KEEPALIVE_PROBES
KERNEL_DEFAULTS = Values(time=7200, intvl=75, probes=9)


def sysctl_name(key: Key) -> str:
    """Return the full name of a key as sysctl.d(5) writes it."""
    return SYSCTL_PREFIX.replace("/", ".") + key


def validate(want: Values) -> None:
    """Check wanted values against the range in which keepalive works.

    :raises InvalidValueError: for the first value below 1 or above :data:`LIMITS`.
    """
    for key, value in want.named().items():
        highest = LIMITS[key]
        if isinstance(value, bool):
            raise InvalidValueError(f"{key} is {value}, a boolean: give a whole number between 1 and {highest}.")
        if 1 <= value <= highest:
            continue
        unit = "" if key == "probes" else " (seconds)"
        if value == 0:
            why = _ZERO_HARM[key]
        elif value < 0:
            why = "a negative number switches keepalive off or is refused"
        else:
            why = f"not every kernel takes more than {highest}"
        raise InvalidValueError(
            f"{key} is {value}: {why}. Give a whole number between 1 and {highest}{unit}, "
            f"or leave {key} out to keep what is set."
        )


def detection_time(values: Values) -> int | None:
    """Return the seconds after which a dead peer on an idle connection is noticed at the latest.

    This is ``time + intvl * probes`` (tcp(7)), with ``intvl`` in place of ``time`` where that is longer: after each
    probe, answered or not, the kernel waits for ``intvl`` (net/ipv4/tcp_timer.c, tcp_keepalive_timer()). None when a
    value is not known, or negative, with which the timer is armed for months.
    """
    if values.time is None or values.intvl is None or values.probes is None:
        return None
    if min(values.time, values.intvl, values.probes) < 0:
        return None
    return max(values.time, values.intvl) + values.intvl * values.probes


def kernel_reading(key: Key, written: bytes, *, hz: int) -> int | None:
    """Return the value the kernel takes from ``written``, or None where it answers EINVAL.

    ``hz`` is the kernel's tick rate, which bounds time and intvl. Source: kernel/sysctl.c,
    proc_dointvec_jiffies() and proc_dou8vec_minmax(): base 0 (``010`` is 8), the first number
    counts, whatever stands behind a blank is ignored.
    """
    match = _WRITTEN_NUMBER.match(written[:_PAGE])
    if match is None:
        return None
    sign, digits = match.groups()
    if len(sign) + len(digits) > _LONGEST_NUMBER:
        return None
    number = int(digits, 16 if digits[:2] in (b"0x", b"0X") else 8 if digits.startswith(b"0") else 10)
    if key == "probes":
        return number if number <= LIMITS["probes"] and not sign else None
    if number > INT_MAX // hz:
        return None
    return -number if sign else number
