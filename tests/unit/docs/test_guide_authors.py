# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python code of the guide for authors, taken out of its text and run."""

from __future__ import annotations

import asyncio
import builtins
import re
import textwrap
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.tests.unit.isolation import run_isolated

SCENARIOS = Path(__file__).parent / "scenarios" / "guide_authors"
GUIDE = Path(__file__).parents[3] / "docs" / "docsite" / "rst" / "guide_authors.rst"
TEXT = GUIDE.read_text(encoding="utf-8")
DIRECTIVE = ".. code-block:: python\n"
BLOCKS = re.findall(rf"^{re.escape(DIRECTIVE)}\n((?: {{3,}}\S.*\n|\n)+)", TEXT, re.MULTILINE)

# one program of all the blocks, as a reader would put them together
CODE = "\n\n".join(map(textwrap.dedent, BLOCKS))

KEEPALIVE_TIMER, NO_TIMER = 2, 0


def test_extraction() -> None:
    assert len(BLOCKS) == TEXT.count(DIRECTIVE)
    functions = re.findall(r"^(?:async )?def (\w+)", CODE, re.MULTILINE)
    assert functions == ["keep_alive", "connect", "accept", "connect_stream", "handle", "give_up_after"]


def test_whose_values() -> None:
    result = run_isolated(SCENARIOS / "whose_values.py", code=CODE)
    pinned = [1, 120, 15, 4]
    follows = [1, 600, 60, 5]
    assert result["first"] == {
        "follows": [*follows, KEEPALIVE_TIMER, 600],
        "accepted": [*pinned, KEEPALIVE_TIMER, 120],
        "before connect": [*pinned, KEEPALIVE_TIMER, 120],
        "after connect": [*pinned, KEEPALIVE_TIMER, 120],
        "in part": [1, 600, 15, 5, KEEPALIVE_TIMER, 600],
        "inherited": [*pinned, KEEPALIVE_TIMER, 120],
    }
    assert set(result["covered"].values()) == {True}
    assert result["then"] == {
        "follows": [1, 300, 30, 3],
        "accepted": pinned,
        "before connect": pinned,
        "after connect": pinned,
        "in part": [1, 300, 15, 3],
        "inherited": pinned,
    }
    assert result["blocking"] == [None, None]
    # the accepted, both clients, and the one that waits to be accepted
    assert result["waiting"] == 4


def test_asyncio() -> None:
    result = run_isolated(SCENARIOS / "asyncio_streams.py", code=CODE)
    assert result == {"echo": "hello\n", "server": [True, 600, True], "client": [True, 600, True]}


def test_vanished_peer() -> None:
    result = run_isolated(SCENARIOS / "vanished_peer.py", code=CODE)
    still_open = "EAGAIN"
    assert result["causes"] == {
        "off": still_open,
        "off, user timeout": still_open,
        "follows": still_open,
        "pinned": "ETIMEDOUT",
        "user timeout": "ETIMEDOUT",
        "data": still_open,
        "data, user timeout": "ETIMEDOUT",
        "the last to end": "ETIMEDOUT",
        "without SO_KEEPALIVE": still_open,
        "asyncio": "ETIMEDOUT",
    }
    assert result["alone"] == [NO_TIMER, 0]
    # none ends long after its time: each one before the next, whose time is a second later
    first, *pinned, fourth, last = result["order"]
    assert sorted(pinned) == ["asyncio", "pinned"]
    assert [first, fourth, last] == ["data, user timeout", "user timeout", "the last to end"]
    # 1 + 1 * 2 seconds, or what give_up_after() says; a busy machine is late, never early
    seconds = result["seconds"]
    assert seconds["pinned"] > 2.9
    assert seconds["asyncio"] > 2.9
    assert seconds["data, user timeout"] > 1.9
    assert seconds["user timeout"] > 3.4


def test_bounds() -> None:
    result = run_isolated(SCENARIOS / "bounds.py", code=CODE)
    refused, taken = "EINVAL", "taken"
    assert result["bounds"] == {
        "TCP_KEEPIDLE": [4, refused, taken, taken, refused],
        "TCP_KEEPINTVL": [5, refused, taken, taken, refused],
        "TCP_KEEPCNT": [6, refused, taken, taken, refused],
    }
    assert result["user_timeout"] == [18, 1500, 0]
    assert result["milliseconds"] == [refused, taken]


def test_handed_over() -> None:
    result = run_isolated(SCENARIOS / "handed_over.py", code=CODE)
    assert result == {"late": "EBADF", "kept": [1, 120, 15, 4], "wrapped": [1, 60, 15, 4]}


class Recorder:
    """A socket that keeps what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int, int]] = []

    def setsockopt(self, level: int, option: int, value: int) -> None:
        self.calls.append((level, option, value))


# What Python's module socket has on a platform, as far as it matters.
# macOS: xnu (github.com/apple-oss-distributions/xnu), bsd/netinet/tcp.h and bsd/sys/socket.h; it has no TCP_KEEPIDLE.
# Python has TCP_KEEPALIVE since 3.10, on Apple's systems only: CPython, Doc/library/socket.rst, Modules/socketmodule.c.
MACOS_BEFORE_3_10 = {
    "SOL_SOCKET": 0xFFFF,
    "SO_KEEPALIVE": 0x0008,
    "IPPROTO_TCP": 6,
    "TCP_KEEPINTVL": 0x101,
    "TCP_KEEPCNT": 0x102,
}
MACOS = {**MACOS_BEFORE_3_10, "TCP_KEEPALIVE": 0x10}
# Linux: include/uapi/linux/tcp.h, include/uapi/asm-generic/socket.h
LINUX = {
    "SOL_SOCKET": 1,
    "SO_KEEPALIVE": 9,
    "IPPROTO_TCP": 6,
    "TCP_KEEPIDLE": 4,
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 6,
    "TCP_USER_TIMEOUT": 18,
}
# A system with neither name; 0x10 is another option there (OpenBSD, sys/netinet/tcp.h: TCP_NOPUSH).
NEITHER = {"SOL_SOCKET": 0xFFFF, "SO_KEEPALIVE": 0x0008, "IPPROTO_TCP": 6}


def load(platform: str, names: dict[str, int]) -> dict[str, t.Any]:
    """Run the guide's code as Python does on a platform whose module ``socket`` has these names."""
    modules = {
        "asyncio": asyncio,
        "socket": types.SimpleNamespace(**names),
        "sys": types.SimpleNamespace(platform=platform),
    }

    def import_(name: str, *_: object) -> object:
        return modules[name]

    program: dict[str, t.Any] = {"__builtins__": {**vars(builtins), "__import__": import_}}
    exec(CODE, program)
    return program


@pytest.mark.parametrize("names", [MACOS_BEFORE_3_10, MACOS], ids=["before 3.10", "since 3.10"])
def test_macos(names: dict[str, int]) -> None:
    keep_alive = load("darwin", names)["keep_alive"]
    pinned, follows = Recorder(), Recorder()
    keep_alive(pinned, 120, 15, 4)
    keep_alive(follows)
    assert pinned.calls == [(0xFFFF, 0x0008, 1), (6, 0x10, 120), (6, 0x101, 15), (6, 0x102, 4)]
    assert follows.calls == [(0xFFFF, 0x0008, 1)]


def test_linux() -> None:
    one = Recorder()
    program = load("linux", LINUX)
    program["keep_alive"](one, 120, 15, 4)
    program["give_up_after"](one, 180)
    assert one.calls == [(1, 9, 1), (6, 4, 120), (6, 5, 15), (6, 6, 4), (6, 18, 180000)]


def test_no_number_of_another_system() -> None:
    with pytest.raises(AttributeError, match="TCP_KEEPIDLE"):
        load("openbsd7", NEITHER)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"time": 0}, "time is 0, which is not between 1 and 32767"),
        ({"time": 32768}, "time is 32768, which is not between 1 and 32767"),
        ({"intvl": -1}, "intvl is -1, which is not between 1 and 32767"),
        ({"intvl": 32768}, "intvl is 32768, which is not between 1 and 32767"),
        ({"probes": 0}, "probes is 0, which is not between 1 and 127"),
        ({"probes": 128}, "probes is 128, which is not between 1 and 127"),
    ],
    ids=str,
)
@pytest.mark.parametrize(("platform", "names"), [("linux", LINUX), ("darwin", MACOS)], ids=["linux", "macos"])
def test_refused_values(platform: str, names: dict[str, int], values: dict[str, int], message: str) -> None:
    one = Recorder()
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load(platform, names)["keep_alive"](one, **values)
    assert one.calls == []


@pytest.mark.parametrize(
    "values",
    [{"time": 1, "intvl": 1, "probes": 1}, {"time": 32767, "intvl": 32767, "probes": 127}],
    ids=["least", "most"],
)
def test_taken_values(values: dict[str, int]) -> None:
    one = Recorder()
    load("linux", LINUX)["keep_alive"](one, **values)
    assert [call[2] for call in one.calls] == [1, *values.values()]
