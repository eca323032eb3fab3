# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenes of real sockets, in namespaces of their own."""

from __future__ import annotations

import atexit
import functools
import json
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.linux.tcp.tests.unit.host import AS_ROOT, NAMESPACES, environment, require_namespaces

# What a scene's script finds: sockets on loopback, children that hold some and end with the
# script, and the module run in this process. ``answer`` prints what the test then sees.
_TOOLS = """
import atexit, contextlib, ctypes, fcntl, io, json, os, re, signal, socket, struct, sys, threading, time
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible_collections.linux.tcp.plugins.module_utils._host import signals
from ansible_collections.linux.tcp.plugins.module_utils._sockets import apply, netlink, pidfd, scan
from ansible_collections.linux.tcp.plugins.module_utils._errors import *
from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import Filters
from ansible_collections.linux.tcp.plugins.module_utils._sockets.processes import Processes
from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import STATES
from ansible_collections.linux.tcp.plugins.modules import keepalive_sockets, keepalive_sockets_info

TCP, MPTCP, V4, V6 = socket.IPPROTO_TCP, 262, socket.AF_INET, socket.AF_INET6
LIBC = ctypes.CDLL(None, use_errno=True)
kept = []
began = time.monotonic()
ARMED = (50, 100, 120, 300, 600, 7200, 32767)  # the seconds that keepalive timers of scenes are armed with

def armed(left):
    # What a keepalive timer with so many seconds left was armed with. Timers run while a scene is played, however long
    # that takes on a busy machine, and their seconds are rounded.
    age = time.monotonic() - began
    return next((seconds for seconds in ARMED if left - 0.6 < seconds < left + age + 0.6), left)

def steady(text):
    # a text that tells how many seconds a keepalive timer has left, with those that it was armed with instead
    return re.sub(r"(?<=keepalive in )\\d+(?= s)|\\d+(?= s left)", lambda left: str(armed(int(left[0]))), text)

def bring_up_loopback():
    with socket.socket(V4, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sH14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP

def sysctl(key, value):
    with open("/proc/sys/net/ipv4/tcp_keepalive_" + key, "w") as file:
        file.write(str(value))

def listen(address="127.0.0.1", family=V4, protocol=TCP):
    try:
        listener = socket.socket(family, socket.SOCK_STREAM, protocol)
        listener.bind((address, 0))
    except OSError as exc:
        answer(skip="this kernel has none: %s" % exc)
        sys.exit()
    listener.listen()
    kept.append(listener)
    return listener

def connect(listener, address=None, protocol=TCP, family=None):
    client = socket.socket(family or listener.family, socket.SOCK_STREAM, protocol)
    client.connect((address or listener.getsockname()[0], listener.getsockname()[1]))
    server, _ = listener.accept()
    kept.extend((client, server))
    return client, server

def keepalive(*sockets):
    for one in sockets:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

def send_until_full(one):
    one.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while one.send(b"x" * 65536):
            pass

def inode(one):
    return os.fstat(one.fileno()).st_ino

def child(work):
    # runs work() in a child that then waits for its end, and returns its number when work is done
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
    os.close(writing)
    atexit.register(end, pid)
    assert os.read(reading, 1) == b"x"
    os.close(reading)
    return pid

def end(pid):
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

def ask(*pids, **params):
    # the module's answer about these processes, or this one; pids=None asks about all
    params.setdefault("pids", list(pids) or [os.getpid()])
    found = run(keepalive_sockets_info, params)
    found["by_inode"] = {one["inode"]: one for one in found.get("sockets", [])}
    return found

def bring(*pids, **params):
    # the other module's answer, likewise
    params.setdefault("pids", list(pids) or [os.getpid()])
    found = run(keepalive_sockets, params)
    for key in ("changed", "left", "unreachable"):
        found[key + "_by_inode"] = {one["inode"]: one for one in found.get(key + "_sockets", [])}
    return found

def run(module, params):
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": {"_ansible_no_log": True, **params}}).encode()
    basic._ANSIBLE_PROFILE = "legacy"
    warnings._global_warnings = type(warnings._global_warnings)()  # they would add up from run to run
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        module.main()
    found = json.loads(out.getvalue())
    found.pop("invocation", None)
    found["warnings"] = [w["event"]["msg"] if isinstance(w, dict) else w for w in found.get("warnings", [])]
    return found

PIDFD_GETFD = 438
SETSOCKOPT = 208 if os.uname().machine == "aarch64" else 54

def seccomp(number, call=PIDFD_GETFD, third=None):
    # answers a system call with an error from now on, or only with this third argument: seccomp(2), linux/filter.h
    def instruction(code, yes, no, value):
        return struct.pack("=HBBI", code, yes, no, value)
    tests = [(0, call)] + ([] if third is None else [(32, third)])
    program = b"".join(
        instruction(0x20, 0, 0, offset) + instruction(0x15, 0, 2 * (len(tests) - at) - 1, value)
        for at, (offset, value) in enumerate(tests)
    )
    program += instruction(0x06, 0, 0, 0x00050000 | number) + instruction(0x06, 0, 0, 0x7FFF0000)
    buffer = ctypes.create_string_buffer(program)
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(buffer))
    assert LIBC.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    assert LIBC.prctl(22, 2, header, 0, 0) == 0  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER

def answer(**found):
    print(json.dumps(found), flush=True)

bring_up_loopback()
"""


# Plays scenes, each in a child, which saves each one the start of Python and the imports. Takes a request a line, and
# tells the child's status once it has ended. The child does what unshare(1) does.
_STAGE = """
import ctypes, json, os, signal, sys
from ansible.module_utils import basic
from ansible_collections.linux.tcp.plugins.modules import keepalive_sockets, keepalive_sockets_info

LIBC = ctypes.CDLL(None, use_errno=True)

def done(status):
    if status:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def take_place(alone, output):
    for number, path in ((0, os.devnull), (1, output + "/out"), (2, output + "/err")):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    done(LIBC.unshare(0x40020000 | (0x20000000 if alone else 0)))  # CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID
    done(LIBC.mount(b"none", b"/", None, 0x44000, None))  # MS_REC, MS_PRIVATE
    if alone:
        first = os.fork()
        if first:
            status = os.waitpid(first, 0)[1]
            os._exit(1 if status else 0)
        done(LIBC.prctl(1, 9, 0, 0, 0))  # PR_SET_PDEATHSIG, SIGKILL
        done(LIBC.mount(b"proc", b"/proc", b"proc", 0xE, None))  # MS_NOSUID, MS_NODEV, MS_NOEXEC

for line in iter(sys.stdin.readline, ""):
    request = json.loads(line)
    pid = os.fork()
    if not pid:
        take_place(request["alone"], request["output"])
        signal.alarm(300)  # ends a scene that waits for what does not come
        exec(request["script"], {"__name__": "__main__"})
        break
    print(os.waitpid(pid, 0)[1], flush=True)
"""


@functools.lru_cache(maxsize=None)
def _stage() -> subprocess.Popen[str]:
    # as root of a user namespace, where the tests do not run as root
    command = [*(["unshare", *AS_ROOT] if AS_ROOT else []), sys.executable, "-c", _STAGE]
    stage = subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(stage.communicate)
    return stage


def play(script: str, *, alone: bool = False) -> dict[str, t.Any]:
    """Run a scene in network and mount namespaces that end with it, and return its answer.

    One that may reach processes outside of the scene, were it not for its filters, has to be ``alone``: /proc shows
    the sockets of all network namespaces. It is process 1 of a PID namespace, and its children end with it.
    Skips the test where the machine gives none of these, and for the reason that the scene itself gives.
    """
    require_namespaces(*NAMESPACES, *AS_ROOT, *(["--pid", "--fork", "--mount-proc"] if alone else []))
    stage = _stage()
    assert stage.stdin
    assert stage.stdout
    with tempfile.TemporaryDirectory() as output:
        stage.stdin.write(json.dumps({"script": _TOOLS + script, "alone": alone, "output": output}) + "\n")
        stage.stdin.flush()
        status = stage.stdout.readline()
        assert status == "0\n", Path(output, "err").read_text()
        answer: dict[str, t.Any] = json.loads(Path(output, "out").read_text())
    if "skip" in answer:
        pytest.skip(answer["skip"])
    return answer
