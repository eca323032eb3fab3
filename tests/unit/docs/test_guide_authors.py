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

from ansible_collections.linux.tcp.tests.unit.scene import play

GUIDE = Path(__file__).parents[3] / "docs" / "docsite" / "rst" / "guide_authors.rst"
TEXT = GUIDE.read_text(encoding="utf-8")
DIRECTIVE = ".. code-block:: python\n"
BLOCKS = re.findall(rf"^{re.escape(DIRECTIVE)}\n((?: {{3,}}\S.*\n|\n)+)", TEXT, re.MULTILINE)

# one program of all the blocks, as a reader would put them together
CODE = "\n\n".join(map(textwrap.dedent, BLOCKS))

# What the scenes have besides the guide's code: what the kernel shows of a socket, and a peer
# that vanishes: a filter on it drops whatever arrives, so nothing is answered (socket(7), SO_ATTACH_FILTER).
PRELUDE = f"""
import asyncio, errno, ssl, types
guide = {{}}
exec({CODE!r}, guide)
guide = types.SimpleNamespace(**guide)

def options(one):
    return [
        one.getsockopt(level, option)
        for level, option in (
            (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            (TCP, socket.TCP_KEEPIDLE),
            (TCP, socket.TCP_KEEPINTVL),
            (TCP, socket.TCP_KEEPCNT),
        )
    ]

def timers():
    # kind, and the seconds that it was armed with, of all IPv4 sockets: Documentation/networking/proc_net_tcp.rst
    with open("/proc/net/tcp") as file:
        lines = [line.split() for line in list(file)[1:]]
    found = {{}}
    for line in lines:
        kind, _, left = line[5].partition(":")
        found[int(line[9])] = [int(kind, 16), armed(int(left, 16) / 100)]
    return found

def timer(one):
    return timers()[inode(one)]

def vanish(peer):
    program = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0))
    peer.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HP", 1, ctypes.addressof(program)))

def refusal(deed, *arguments):
    try:
        deed(*arguments)
    except OSError as exc:
        return errno.errorcode[exc.errno] if exc.errno else None
    return "taken"
"""

KEEPALIVE_TIMER, NO_TIMER = 2, 0


def test_extraction() -> None:
    assert len(BLOCKS) == TEXT.count(DIRECTIVE)
    functions = re.findall(r"^(?:async )?def (\w+)", CODE, re.MULTILINE)
    assert functions == ["keep_alive", "connect", "accept", "connect_stream", "handle", "give_up_after"]


WHOSE_VALUES = """
for key, value in (("time", 600), ("intvl", 60), ("probes", 5)):
    sysctl(key, value)
listener = listen()
scene = {}

scene["follows"] = guide.connect(listener.getsockname())
kept.append(listener.accept()[0])
queued = guide.connect(listener.getsockname())
scene["accepted"], peer = guide.accept(listener)
assert peer == queued.getsockname()

before = socket.socket()
guide.keep_alive(before, 120, 15, 4)
before.connect(listener.getsockname())
kept.append(listener.accept()[0])
scene["before connect"] = before
scene["after connect"], _ = connect(listener)
guide.keep_alive(scene["after connect"], 120, 15, 4)
scene["in part"], _ = connect(listener)
guide.keep_alive(scene["in part"], intvl=15)

heir = listen()
guide.keep_alive(heir, 120, 15, 4)
client = socket.create_connection(heir.getsockname())
waiting = [left for kind, left in timers().values() if kind == 2 and left == 120]
scene["inherited"], _ = heir.accept()

first = {name: options(one) + timer(one) for name, one in scene.items()}
covered = {name: ask()["by_inode"][inode(one)]["covered"] for name, one in scene.items()}
for key, value in (("time", 300), ("intvl", 30), ("probes", 3)):
    sysctl(key, value)
answer(
    first=first,
    covered=covered,
    then={name: options(one) for name, one in scene.items()},
    blocking=[scene["follows"].gettimeout(), scene["accepted"].gettimeout()],
    waiting=len(waiting),
)
"""


def test_whose_values() -> None:
    answer = play(PRELUDE + WHOSE_VALUES)
    pinned = [1, 120, 15, 4]
    follows = [1, 600, 60, 5]
    assert answer["first"] == {
        "follows": [*follows, KEEPALIVE_TIMER, 600],
        "accepted": [*pinned, KEEPALIVE_TIMER, 120],
        "before connect": [*pinned, KEEPALIVE_TIMER, 120],
        "after connect": [*pinned, KEEPALIVE_TIMER, 120],
        "in part": [1, 600, 15, 5, KEEPALIVE_TIMER, 600],
        "inherited": [*pinned, KEEPALIVE_TIMER, 120],
    }
    assert set(answer["covered"].values()) == {True}
    assert answer["then"] == {
        "follows": [1, 300, 30, 3],
        "accepted": pinned,
        "before connect": pinned,
        "after connect": pinned,
        "in part": [1, 300, 15, 3],
        "inherited": pinned,
    }
    assert answer["blocking"] == [None, None]
    # the accepted, both clients, and the one that waits to be accepted
    assert answer["waiting"] == 4


ASYNCIO = """
sysctl("time", 600)

async def scene():
    server = await asyncio.start_server(guide.handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await guide.connect_stream("127.0.0.1", port)
    writer.write(b"hello\\n")
    echo = await reader.readline()
    found = [one for one in ask(states=["established"])["sockets"] if port in (one["local_port"], one["remote_port"])]
    ends = {"server" if one["local_port"] == port else "client": one for one in found}
    writer.close()
    server.close()
    seen = {end: [one[key] for key in ("keepalive", "time", "covered")] for end, one in ends.items()}
    return {"echo": echo.decode(), **seen}

answer(**asyncio.run(scene()))
"""


def test_asyncio() -> None:
    answer = play(PRELUDE + ASYNCIO)
    assert answer == {"echo": "hello\n", "server": [True, 600, True], "client": [True, 600, True]}


VANISHED = """
import select

# the sysctls are far away, so that what ends here ends by the socket's own values
sysctl("time", 7200)
listener = listen()
scene, starts = {}, {}
# tells which connections ended, in the order in which they did, however late this process looks
ends = select.epoll()

def watch(name, one, start):
    scene[name], starts[one.fileno()] = one, start
    ends.register(one.fileno(), select.EPOLLIN | select.EPOLLET)

def begin(name, *values, data=b"", seconds=None, switched_on=True):
    start = time.monotonic()
    client, server = connect(listener)
    if switched_on:
        guide.keep_alive(client, *values)
    if seconds is not None:
        guide.give_up_after(client, seconds)
    vanish(server)
    client.sendall(data)
    watch(name, client, start)

async def stream():
    start = time.monotonic()
    reader, writer = await guide.connect_stream(*listener.getsockname())
    connection = writer.get_extra_info("socket")
    guide.keep_alive(connection, 1, 1, 2)
    server, _ = listener.accept()
    kept.append(server)
    vanish(server)
    watch("asyncio", socket.socket(fileno=os.dup(connection.fileno())), start)
    begun.set()
    try:
        await reader.read(1)
    except OSError as exc:
        causes["asyncio"] = errno.errorcode.get(exc.errno)

begun, causes = threading.Event(), {"asyncio": "open"}
thread = threading.Thread(target=lambda: asyncio.run(stream()), daemon=True)

start = time.monotonic()
client, server = connect(listener)
client.setsockopt(TCP, socket.TCP_KEEPIDLE, 1)
client.setsockopt(TCP, socket.TCP_KEEPINTVL, 1)
client.setsockopt(TCP, socket.TCP_KEEPCNT, 1)
vanish(server)
alone = timer(client)
watch("without SO_KEEPALIVE", client, start)
begin("off", switched_on=False)
begin("off, user timeout", seconds=2, switched_on=False)
begin("follows")
begin("data", 1, 1, 2, data=b"x")
# in the order in which they are to end, so that a busy machine, which begins them late, keeps it
begin("data, user timeout", 1, 1, 2, data=b"x", seconds=2)
begin("pinned", 1, 1, 2)
thread.start()
begun.wait()
begin("user timeout", 1, 1, 2, seconds=3.5)
begin("the last to end", 1, 1, 2, data=b"x", seconds=5)
names = {one.fileno(): name for name, one in scene.items()}
seconds = {}
while "the last to end" not in seconds:
    for number, _ in ends.poll(60) or [(None, None)]:  # or fail for want of a name
        seconds.setdefault(names[number], time.monotonic() - starts[number])
if "asyncio" in seconds:
    thread.join()
for name, one in scene.items():
    if name != "asyncio":  # whose stream was told
        one.setblocking(False)
        causes[name] = refusal(one.recv, 1)
answer(order=list(seconds), seconds=seconds, alone=alone, causes=causes)
"""


def test_vanished_peer() -> None:
    answer = play(PRELUDE + VANISHED)
    still_open = "EAGAIN"
    assert answer["causes"] == {
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
    assert answer["alone"] == [NO_TIMER, 0]
    # none ends long after its time: each one before the next, whose time is a second later
    first, *pinned, fourth, last = answer["order"]
    assert sorted(pinned) == ["asyncio", "pinned"]
    assert [first, fourth, last] == ["data, user timeout", "user timeout", "the last to end"]
    # 1 + 1 * 2 seconds, or what give_up_after() says; a busy machine is late, never early
    seconds = answer["seconds"]
    assert seconds["pinned"] > 2.9
    assert seconds["asyncio"] > 2.9
    assert seconds["data, user timeout"] > 1.9
    assert seconds["user timeout"] > 3.4


BOUNDS = """
listener = listen()
client, _ = connect(listener)
bounds = {}
for name, most in (("TCP_KEEPIDLE", 32767), ("TCP_KEEPINTVL", 32767), ("TCP_KEEPCNT", 127)):
    option = getattr(socket, name)
    bounds[name] = [option] + [refusal(client.setsockopt, TCP, option, value) for value in (0, 1, most, most + 1)]
guide.give_up_after(client, 1.5)
user_timeout = [socket.TCP_USER_TIMEOUT, client.getsockopt(TCP, socket.TCP_USER_TIMEOUT)]
guide.give_up_after(client, 0)
answer(
    bounds=bounds,
    user_timeout=user_timeout + [client.getsockopt(TCP, socket.TCP_USER_TIMEOUT)],
    milliseconds=[refusal(client.setsockopt, TCP, socket.TCP_KEEPIDLE, value) for value in (600000, 30000)],
)
"""


def test_bounds() -> None:
    answer = play(PRELUDE + BOUNDS)
    refused, taken = "EINVAL", "taken"
    assert answer["bounds"] == {
        "TCP_KEEPIDLE": [4, refused, taken, taken, refused],
        "TCP_KEEPINTVL": [5, refused, taken, taken, refused],
        "TCP_KEEPCNT": [6, refused, taken, taken, refused],
    }
    assert answer["user_timeout"] == [18, 1500, 0]
    assert answer["milliseconds"] == [refused, taken]


HANDED_OVER = """
sysctl("time", 600)
listener = listen()
plain, _ = connect(listener)
guide.keep_alive(plain, 120, 15, 4)
context = ssl.create_default_context()
context.check_hostname = False
wrapped = context.wrap_socket(plain, do_handshake_on_connect=False)
late = refusal(guide.keep_alive, plain, 60)
kept_options = options(wrapped)
guide.keep_alive(wrapped, 60)
answer(late=late, kept=kept_options, wrapped=options(wrapped))
"""


def test_handed_over() -> None:
    answer = play(PRELUDE + HANDED_OVER)
    assert answer == {"late": "EBADF", "kept": [1, 120, 15, 4], "wrapped": [1, 60, 15, 4]}


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
