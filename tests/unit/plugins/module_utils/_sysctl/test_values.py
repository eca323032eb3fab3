# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
    KERNEL_DEFAULTS,
    KEYS,
    Values,
    detection_time,
    kernel_reading,
    sysctl_name,
    validate,
)
from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

SCENARIOS = Path(__file__).with_name("scenarios")


def test_keys_and_defaults_are_those_of_the_kernel() -> None:
    assert [sysctl_name(key) for key in KEYS] == [
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    ]
    assert Values(time=7200, intvl=75, probes=9) == KERNEL_DEFAULTS


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param(Values(), {}, id="none"),
        pytest.param(Values(intvl=5), {"intvl": 5}, id="one"),
        pytest.param(Values(time=0), {"time": 0}, id="zero is a value"),
        pytest.param(
            Values(probes=3, intvl=2, time=1), {"time": 1, "intvl": 2, "probes": 3}, id="all, in the usual order"
        ),
    ],
)
def test_named(values: Values, named: dict[Key, int]) -> None:
    assert list(values.named().items()) == list(named.items())
    assert values.as_dict() == {"time": values["time"], "intvl": values["intvl"], "probes": values["probes"]}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param({}, Values(1, 2, 3), id="nothing"),
        pytest.param({"intvl": 9}, Values(1, 9, 3), id="one"),
        pytest.param({"time": 7, "probes": 0}, Values(7, 2, 0), id="two, one of them zero"),
    ],
)
def test_updated(other: dict[Key, int], expected: Values) -> None:
    values = Values(1, 2, 3)
    assert values.updated(other) == expected
    assert values == Values(1, 2, 3)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Values().time = 5  # type: ignore[misc]  # that this fails is what is tested


@pytest.mark.parametrize(
    "want",
    [
        pytest.param(Values(), id="nothing"),
        pytest.param(Values(time=1, intvl=1, probes=1), id="lowest"),
        pytest.param(Values(time=2147483, intvl=2147483, probes=255), id="highest"),
        pytest.param(Values(probes=9), id="one only"),
    ],
)
def test_validate_accepts(want: Values) -> None:
    validate(want)


SECONDS = "Give a whole number between 1 and 2147483 (seconds), or leave {key} out to keep what is set."
COUNT = "Give a whole number between 1 and 255, or leave probes out to keep what is set."
NEGATIVE = "a negative number switches keepalive off or is refused"


@pytest.mark.parametrize(
    ("want", "message"),
    [
        pytest.param(
            Values(time=0),
            f"time is 0: the kernel would take it and then send a probe every intvl seconds, forever. "
            f"{SECONDS.format(key='time')}",
            id="time 0",
        ),
        pytest.param(
            Values(intvl=0),
            f"intvl is 0: the kernel would take it and then kill connections before the peer can answer. "
            f"{SECONDS.format(key='intvl')}",
            id="intvl 0",
        ),
        pytest.param(
            Values(probes=0),
            f"probes is 0: the kernel would take it and then kill healthy connections without a probe. {COUNT}",
            id="probes 0",
        ),
        pytest.param(Values(time=-1), f"time is -1: {NEGATIVE}. {SECONDS.format(key='time')}", id="time negative"),
        pytest.param(Values(intvl=-9), f"intvl is -9: {NEGATIVE}. {SECONDS.format(key='intvl')}", id="intvl negative"),
        pytest.param(Values(probes=-1), f"probes is -1: {NEGATIVE}. {COUNT}", id="probes negative"),
        pytest.param(
            Values(time=2147484),
            f"time is 2147484: not every kernel takes more than 2147483. {SECONDS.format(key='time')}",
            id="time one too large",
        ),
        pytest.param(
            Values(intvl=2147484),
            f"intvl is 2147484: not every kernel takes more than 2147483. {SECONDS.format(key='intvl')}",
            id="intvl one too large",
        ),
        pytest.param(
            Values(probes=256),
            f"probes is 256: not every kernel takes more than 255. {COUNT}",
            id="probes one too large",
        ),
        pytest.param(
            Values(time=5, intvl=0, probes=0),
            f"intvl is 0: the kernel would take it and then kill connections before the peer can answer. "
            f"{SECONDS.format(key='intvl')}",
            id="the first wrong one is named",
        ),
        pytest.param(
            Values(time=True), "time is True, a boolean: give a whole number between 1 and 2147483.", id="time boolean"
        ),
        pytest.param(
            Values(probes=False),
            "probes is False, a boolean: give a whole number between 1 and 255.",
            id="probes boolean",
        ),
    ],
)
def test_validate_refuses(want: Values, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        validate(want)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        pytest.param(KERNEL_DEFAULTS, 7875, id="defaults"),
        pytest.param(Values(600, 60, 20), 1800, id="half an hour"),
        pytest.param(Values(1, 1, 3), 4, id="measured with a black hole"),
        pytest.param(Values(60, 5, 0), 60, id="no probes"),
        pytest.param(Values(60, 60, 3), 240, id="intvl as long as time"),
        pytest.param(Values(60, 75, 3), 300, id="intvl longer than time"),
        pytest.param(Values(1, 2147483, 255), 549755648, id="the largest intvl"),
        pytest.param(Values(0, 0, 0), 0, id="zeros"),
        pytest.param(Values(None, 75, 9), None, id="time unknown"),
        pytest.param(Values(7200, None, 9), None, id="intvl unknown"),
        pytest.param(Values(7200, 75, None), None, id="probes unknown"),
        pytest.param(Values(-1, 75, 9), None, id="time negative"),
        pytest.param(Values(7200, -1, 9), None, id="intvl negative"),
        pytest.param(Values(7200, 75, -1), None, id="probes negative"),
    ],
)
def test_detection_time(values: Values, seconds: int | None) -> None:
    assert detection_time(values) == seconds


# What is written, and what a kernel of 250 ticks a second makes of it for time and for probes.
SPELLINGS = [
    pytest.param(b"60", 60, 60, id="decimal"),
    pytest.param(b"60\n", 60, 60, id="with a line feed"),
    pytest.param(b"060", 48, 48, id="octal"),
    pytest.param(b"010", 8, 8, id="octal ten"),
    pytest.param(b"0x3c", 60, 60, id="hexadecimal"),
    pytest.param(b"0X3C", 60, 60, id="hexadecimal in capitals"),
    pytest.param(b"0", 0, 0, id="zero"),
    pytest.param(b"-0", 0, None, id="minus zero"),
    pytest.param(b"08", None, None, id="no octal digit"),
    pytest.param(b"0x", None, None, id="hexadecimal without digits"),
    pytest.param(b"0xg", None, None, id="no hexadecimal digit"),
    pytest.param(b"-5", -5, None, id="negative"),
    pytest.param(b"--5", None, None, id="two signs"),
    pytest.param(b"- 5", None, None, id="blank behind the sign"),
    pytest.param(b"+60", None, None, id="plus"),
    pytest.param(b"60s", None, None, id="unit"),
    pytest.param(b"6e1", None, None, id="float with exponent"),
    pytest.param(b"6.0", None, None, id="float"),
    pytest.param(b"1_0", None, None, id="underscore"),
    pytest.param(b'"60"', None, None, id="double quotes"),
    pytest.param(b"'60'", None, None, id="single quotes"),
    pytest.param(b"", None, None, id="nothing"),
    pytest.param(b"\n", None, None, id="line feed only"),
    pytest.param(b"   ", None, None, id="blanks only"),
    pytest.param(b"sixty", None, None, id="text"),
    pytest.param(b"60 # c", 60, 60, id="comment behind a blank"),
    pytest.param(b"60 ; c", 60, 60, id="other comment behind a blank"),
    pytest.param(b"60\t# c", 60, 60, id="comment behind a tab"),
    pytest.param(b"60# c", None, None, id="comment without a blank"),
    pytest.param(b"60;", None, None, id="semicolon"),
    pytest.param(b"60 70", 60, 60, id="two numbers"),
    pytest.param(b"60,70", None, None, id="two numbers with a comma"),
    pytest.param(b"60\\", None, None, id="backslash"),
    pytest.param(b"60\r", None, None, id="carriage return behind"),
    pytest.param(b"60\0", None, None, id="NUL behind"),
    pytest.param(b"60\x0b", None, None, id="vertical tab behind"),
    pytest.param(b"60\xa0", None, None, id="no-break space behind"),
    pytest.param(b" \t\r\n\x0b\x0c60", 60, 60, id="white space before"),
    pytest.param(b"\xa060", 60, 60, id="no-break space before"),
    pytest.param(b"0" * 18 + b"60", 48, 48, id="20 characters"),
    pytest.param(b"0" * 19 + b"60", None, None, id="21 characters"),
    pytest.param(b"-" + b"0" * 17 + b"60", -48, None, id="20 characters with the sign"),
    pytest.param(b"-" + b"0" * 18 + b"60", None, None, id="21 characters with the sign"),
    pytest.param(b"255", 255, 255, id="most probes"),
    pytest.param(b"256", 256, None, id="one probe too many"),
    pytest.param(b"0xff", 255, 255, id="most probes in hexadecimal"),
    pytest.param(b"2147483", 2147483, None, id="most seconds at 1000 Hz"),
    pytest.param(b"8589934", 8589934, None, id="most seconds at 250 Hz"),
    pytest.param(b"8589935", None, None, id="one second too many at 250 Hz"),
    pytest.param(b"-8589934", -8589934, None, id="fewest seconds at 250 Hz"),
    pytest.param(b"-8589935", None, None, id="one second too few at 250 Hz"),
    pytest.param(b"2147483648", None, None, id="2 ** 31"),
    pytest.param(b"4294967356", None, None, id="2 ** 32 and 60"),
    pytest.param(b"99999999999", None, None, id="huge"),
    pytest.param(b"18446744073709551676", None, None, id="2 ** 64 and 60"),
    pytest.param(b" " * 4093 + b"60", 60, 60, id="a page less one"),
    pytest.param(b" " * 4094 + b"60", 6, 6, id="cut off at a page less one"),
    pytest.param(b" " * 4095 + b"60", None, None, id="behind a page"),
    pytest.param(b"60 " + b"x" * 5000, 60, 60, id="long rest"),
]


@pytest.mark.parametrize(("written", "time", "probes"), SPELLINGS)
def test_kernel_reading(written: bytes, time: int | None, probes: int | None) -> None:
    assert kernel_reading("time", written, hz=250) == time
    assert kernel_reading("intvl", written, hz=250) == time
    assert kernel_reading("probes", written, hz=250) == probes


@pytest.mark.parametrize(
    ("hz", "highest"),
    [
        pytest.param(100, 21474836, id="100 Hz"),
        pytest.param(250, 8589934, id="250 Hz"),
        pytest.param(300, 7158278, id="300 Hz"),
        pytest.param(1000, 2147483, id="1000 Hz"),
    ],
)
def test_ticks_bound_the_seconds(hz: int, highest: int) -> None:
    for key in ("time", "intvl"):
        assert kernel_reading(key, b"%d" % highest, hz=hz) == highest
        assert kernel_reading(key, b"%d" % (highest + 1), hz=hz) is None
        assert kernel_reading(key, b"-%d" % highest, hz=hz) == -highest
        assert kernel_reading(key, b"-%d" % (highest + 1), hz=hz) is None


def test_the_real_kernel_reads_the_same() -> None:
    written = [t.cast("bytes", spelling.values[0]) for spelling in SPELLINGS]
    for edge in (2147483647 // 100, 2147483647 // 250, 2147483647 // 300, 2147483647 // 1000):
        written += [b"%d" % number for number in (edge, edge + 1, -edge, -edge - 1)]
    result = run_isolated(
        SCENARIOS / "write_to_kernel.py", spellings=[spelling.decode("latin-1") for spelling in written]
    )
    for key in KEYS:
        ours = [kernel_reading(key, spelling, hz=result["hz"]) for spelling in written]
        assert dict(zip(written, result["values"][key])) == dict(zip(written, ours)), key
