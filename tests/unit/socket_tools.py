# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open sockets, start child processes that hold them, run the modules: the tools of the scripts of isolation.py.

A script counts as begun when this module is imported; see :func:`armed`.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import typing as t
from pathlib import Path
from unittest import mock

from ansible.module_utils import basic
from ansible.module_utils.common import warnings

from ansible_collections.linux.tcp.plugins.modules import keepalive_sockets, keepalive_sockets_info
from ansible_collections.linux.tcp.tests.unit.system_calls import PR_SET_DUMPABLE, exit_thread, prctl

if t.TYPE_CHECKING:
    import types

    Result = t.Dict[str, t.Any]

MPTCP = 262  # include/uapi/linux/in.h; socket.IPPROTO_MPTCP since Python 3.10
KEEPALIVE_TIMER = 2  # Documentation/networking/proc_net_tcp.rst
ARMED = (50, 100, 120, 300, 600, 7200, 32767)  # the seconds that the scripts arm keepalive timers with
BEGAN = time.monotonic()

kept: list[socket.socket] = []  # sockets that stay open until the script ends


# What the script gets and gives.


def parameters() -> dict[str, t.Any]:
    """Return the parameters of the script, which are its only argument, in JSON."""
    found: dict[str, t.Any] = json.loads(sys.argv[1])
    return found


def report(**found: object) -> None:
    """Print what run_isolated() returns."""
    print(json.dumps(found), flush=True)


def skip(reason: str) -> t.NoReturn:
    """End the script, and skip the test that runs it."""
    report(skip=reason)
    sys.exit()


# Sockets.


def sysctl(key: str, value: int) -> None:
    """Set net.ipv4.tcp_keepalive_``key`` in this network namespace."""
    Path(f"/proc/sys/net/ipv4/tcp_keepalive_{key}").write_text(str(value), encoding="ascii")


def enable_mptcp() -> None:
    """Enable MPTCP in this network namespace, or skip the test if the kernel has none."""
    try:
        Path("/proc/sys/net/mptcp/enabled").write_text("1", encoding="ascii")
    except FileNotFoundError:
        skip("this kernel has no MPTCP")


def listen(
    address: str = "127.0.0.1", family: int = socket.AF_INET, protocol: int = socket.IPPROTO_TCP
) -> socket.socket:
    """Return a listener on a free port; skip the test if the kernel has no such sockets."""
    try:
        listener = socket.socket(family, socket.SOCK_STREAM, protocol)
        listener.bind((address, 0))
    except OSError as exc:
        skip(f"this kernel has none: {exc}")
    listener.listen()
    kept.append(listener)
    return listener


def connect(
    listener: socket.socket,
    address: str | None = None,
    *,
    family: int | None = None,
    protocol: int = socket.IPPROTO_TCP,
) -> tuple[socket.socket, socket.socket]:
    """Connect to a listener, and return both ends of the connection, the client's first."""
    client = socket.socket(family or listener.family, socket.SOCK_STREAM, protocol)
    client.connect((address or listener.getsockname()[0], port_of(listener)))
    server, _address = listener.accept()
    kept.extend((client, server))
    return client, server


def keepalive(*sockets: socket.socket) -> None:
    """Switch keepalive on."""
    for one in sockets:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def send_until_full(one: socket.socket) -> None:
    """Send data that nobody reads until no more fits."""
    one.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while one.send(b"x" * 65536):
            pass


def inode(one: socket.socket) -> int:
    """Return the inode of a socket."""
    return os.fstat(one.fileno()).st_ino


def port_of(one: socket.socket) -> int:
    """Return the local port of a socket."""
    port: int = one.getsockname()[1]
    return port


# What the kernel has, asked by the owner itself and from the kernel's text tables, not by the code under test.


def options(one: socket.socket) -> list[int]:
    """Return SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT of a socket."""
    pins = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    return [
        one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        *(one.getsockopt(socket.IPPROTO_TCP, pin) for pin in pins),
    ]


def timers() -> dict[int, tuple[int, float]]:
    """Return the kind of each socket's timer and the seconds that it was armed with, by inode.

    Source: Documentation/networking/proc_net_tcp.rst.
    """
    found = {}
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/self/net/{name}", encoding="ascii") as table:
            for line in table.read().splitlines()[1:]:
                fields = line.split()
                kind, _colon, left = fields[5].partition(":")
                found[int(fields[9])] = int(kind, 16), armed(int(left, 16) / 100)
    return found


def keepalive_timer(one: socket.socket) -> float | None:
    """Return the seconds that the keepalive timer of a socket was armed with, None if it does not run."""
    kind, seconds = timers().get(inode(one), (0, 0.0))
    return seconds if kind == KEEPALIVE_TIMER else None


def look(one: socket.socket) -> list[float | None]:
    """Return the options of a socket and the seconds of its keepalive timer."""
    return [*options(one), keepalive_timer(one)]


def armed(left: float) -> float:
    """Return what a keepalive timer with so many seconds left was armed with.

    Timers run while a script runs, however long that takes on a busy machine, and their seconds are rounded.
    """
    age = time.monotonic() - BEGAN
    return next((seconds for seconds in ARMED if left - 0.6 < seconds < left + age + 0.6), left)


def steady(text: str) -> str:
    """Replace the seconds that a keepalive timer has left, in a message, by those that it was armed with."""
    return re.sub(r"(?<=keepalive in )\d+(?= s)|\d+(?= s left)", lambda left: str(armed(int(left[0]))), text)


# Processes.


def child(work: t.Callable[[], object]) -> int:
    """Run ``work`` in a child process that stays until the script ends; return its PID when the work is done."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            work()
            os.write(writing, b"x")
            while True:
                signal.pause()
        finally:
            os._exit(1)
    _await_child(pid, reading, writing)
    return pid


def child_with_threads(
    first: t.Callable[[], object], second: t.Callable[[], object], *, first_ends: bool = False
) -> int:
    """Run ``first`` in the first thread of a child process and then ``second`` in another one; return the PID.

    With ``first_ends`` the first thread ends before ``second`` begins, and is a zombie from then on.
    """
    reading, writing = os.pipe()

    def work() -> None:
        try:
            while first_ends and not _is_zombie():
                time.sleep(0.01)
            second()
            os.write(writing, b"x")
            while True:
                signal.pause()
        finally:
            os._exit(1)

    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            first()
            threading.Thread(target=work).start()
            if first_ends:
                exit_thread()
            while True:
                signal.pause()
        finally:
            os._exit(1)
    _await_child(pid, reading, writing)
    return pid


def _await_child(pid: int, reading: int, writing: int) -> None:
    os.close(writing)
    atexit.register(end, pid)
    assert os.read(reading, 1) == b"x"
    os.close(reading)


def _is_zombie() -> bool:
    return "\nState:\tZ" in Path("/proc/self/status").read_text(encoding="ascii")


def end(pid: int) -> None:
    """Kill a child process, if it is still there."""
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def become_nobody(*, dumpable: bool = False) -> None:
    """Become an ordinary user. A process is dumpable again after execve(2), and here with ``dumpable``."""
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    if dumpable:
        prctl(PR_SET_DUMPABLE, 1)


def own_command() -> str:
    """Return the name of this process."""
    return Path("/proc/self/comm").read_text(encoding="ascii").strip()


# The modules, run in this process.


def gather(*processes: int, **params: object) -> Result:
    """Run keepalive_sockets_info on these processes, or on this one; with ``pids=None`` on all.

    ``by_inode`` of the result has the sockets by inode.
    """
    params.setdefault("pids", list(processes) or [os.getpid()])
    found = run_module(keepalive_sockets_info.main, params)
    found["by_inode"] = {one["inode"]: one for one in found.get("sockets", [])}
    return found


def ensure(*processes: int, **params: object) -> Result:
    """Run keepalive_sockets likewise.

    ``changed_by_inode``, ``left_by_inode`` and ``unreachable_by_inode`` of the result have the sockets by inode.
    """
    params.setdefault("pids", list(processes) or [os.getpid()])
    found = run_module(keepalive_sockets.main, params)
    for key in ("changed", "left", "unreachable"):
        found[f"{key}_by_inode"] = {one["inode"]: one for one in found.get(f"{key}_sockets", [])}
    return found


def run_module(main: t.Callable[[], None], params: t.Mapping[str, object]) -> Result:
    """Run a module's ``main`` with parameters, and return its result with a text for each warning."""
    args = json.dumps({"ANSIBLE_MODULE_ARGS": {"_ansible_no_log": True, **params}}).encode()
    own_warnings = type(warnings._global_warnings)()  # noqa: SLF001 -- those of all runs would add up
    out = io.StringIO()
    patched_basic = mock.patch.multiple(basic, _ANSIBLE_ARGS=args, _ANSIBLE_PROFILE="legacy", create=True)
    patched_warnings = mock.patch.object(warnings, "_global_warnings", own_warnings)
    with patched_basic, patched_warnings, contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main()
    found: Result = json.loads(out.getvalue())
    found.pop("invocation", None)
    found["warnings"] = [one["event"]["msg"] if isinstance(one, dict) else one for one in found.get("warnings", [])]
    return found


def of_sockets(unreadable: t.Iterable[Result]) -> list[Result]:
    """Return the entries of ``unreadable`` that are about sockets."""
    return [one for one in unreadable if one["what"] == "socket"]


@contextlib.contextmanager
def after_call(module: types.ModuleType, name: str, deed: t.Callable[[], object]) -> t.Iterator[None]:
    """Do ``deed`` after each call of a module's function while the block runs, as another program may."""
    real = getattr(module, name)

    def meanwhile(*arguments: object) -> object:
        result = real(*arguments)
        deed()
        return result

    with mock.patch.object(module, name, meanwhile):
        yield
