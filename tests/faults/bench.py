# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a host of namespaces: a root folder with files of its own and the machine's programs, and a kernel's values.

All of it ends with the process that makes it.
"""

from __future__ import annotations

import ctypes
import dataclasses
import json
import os
import pickle
import select
import signal
import subprocess
import sys
import traceback
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.faults.nodes import make
from ansible_collections.linux.tcp.tests.unit.isolation_server import enter_namespaces
from ansible_collections.linux.tcp.tests.unit.system_calls import (
    CLONE_NEWNET,
    MS_BIND,
    MS_REC,
    PR_SET_NAME,
    PR_SET_PDEATHSIG,
    mount,
    prctl,
    unshare,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.tests.faults.nodes import Nodes

    Loader = t.Literal["systemd-sysctl", "procps"]
    Json = t.Dict[str, t.Any]
    Values = t.Tuple[int, ...]

# include/uapi/linux/mount.h
_MS_RDONLY = 0x1
_MS_REMOUNT = 0x20

KEYS = ("time", "intvl", "probes")
LOADERS: dict[Loader, tuple[str, ...]] = {
    "systemd-sysctl": ("/lib/systemd/systemd-sysctl",),
    "procps": ("/sbin/sysctl", "--system"),
}
# What the machine has there would decide what the host boots with, or only take time to be read.
_HIDDEN = tuple(
    f"/usr/{name}"
    for name in (
        "lib/sysctl.d",
        "local/lib/sysctl.d",
        "lib/systemd/system",
        "lib/tuned",
        "lib/udev/rules.d",
        "lib/tmpfiles.d",
    )
)
NOTES = 100  # the descriptor to which a process may write notes for the harness
_SECONDS = 120  # for one run of a module, which takes a tenth of one


def in_namespaces(work: t.Callable[[], t.Any]) -> t.Any:
    """Return what ``work`` returns, which can be pickled, in a process with network, mount and PID namespaces."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        enter_namespaces(own_pids=True)
        with _ending(1), os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        result = pipe.read()
    status = os.waitpid(pid, 0)[1]
    if status:
        raise RuntimeError(f"A process of the harness ended with wait status {status}; see above.")
    return pickle.loads(result)


class _ending:  # noqa: N801 -- it is used as a function
    """End this process where the block raises, so that it does not go on as its parent."""

    def __init__(self, status: int) -> None:
        self._status = status

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_more: object) -> None:
        if kind is not None:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(self._status)


@dataclasses.dataclass
class Process:
    """A process that was started, and what it printed once it has ended."""

    pid: int
    gate: int
    output: tuple[int, int, int]
    status: int = 0

    def release(self) -> None:
        """Let it begin."""
        os.write(self.gate, b"x")

    def wait(self) -> None:
        """Wait for its end."""
        self.status = os.waitpid(self.pid, 0)[1]

    def text(self, number: int) -> str:
        """Return what it wrote: 1 for standard output, 2 for errors, 0 for its notes."""
        descriptor = self.output[number]
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode("utf-8", "replace")


class Bench:
    """A host with these files and values, booted with this loader. It takes a process in namespaces of its own."""

    def __init__(self, root: Path, loader: Loader, nodes: Nodes, values: Values) -> None:
        """Make the host. ``root`` is an empty folder."""
        self.root = root
        prctl(PR_SET_NAME, b"systemd" if loader == "systemd-sysctl" else b"init")
        mount("tmpfs", str(root), "tmpfs", options="mode=755")
        for name in ("bin", "lib", "lib32", "lib64", "libx32", "sbin", "usr"):
            if os.path.islink(f"/{name}"):
                os.symlink(os.readlink(f"/{name}"), root / name)
            elif os.path.isdir(f"/{name}"):
                self._bind(f"/{name}", root / name)
        for path in _HIDDEN:
            if os.path.isdir(path):
                mount("tmpfs", f"{root}{path}", "tmpfs", options="mode=755")
        self._mount_proc(root / "proc")
        (root / "dev").mkdir()
        (root / "dev/null").touch()
        mount("/dev/null", str(root / "dev/null"), flags=MS_BIND)
        make(root, nodes)
        set_values(values)

    def _bind(self, path: str, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        mount(path, str(place), flags=MS_BIND | MS_REC)
        mount("none", str(place), flags=_MS_REMOUNT | MS_BIND | _MS_RDONLY)

    def _mount_proc(self, place: Path) -> None:
        """Mount /proc so that of /proc/sys only /proc/sys/net can be written."""
        place.mkdir()
        mount("proc", str(place), "proc")
        mount(str(place / "sys"), str(place / "sys"), flags=MS_BIND)
        mount("none", str(place / "sys"), flags=_MS_REMOUNT | MS_BIND | _MS_RDONLY)
        mount("/proc/sys/net", str(place / "sys/net"), flags=MS_BIND)

    def lend_programs(self, tree: str) -> None:
        """Let the system below ``tree`` have the programs, too."""
        for name in ("bin", "lib", "lib64", "sbin"):
            if (self.root / name).is_symlink() and not (self.root / tree[1:] / name).exists():
                os.symlink(os.readlink(self.root / name), self.root / tree[1:] / name)
        for name in ("proc", "usr"):
            self._bind(str(self.root / name), self.root / tree[1:] / name)

    def boot(self, loader: Loader, tree: str = "") -> Values:
        """Return what the real loader makes of the files below ``tree``, in a network namespace of its own."""
        process = start(lambda: _apply(LOADERS[loader], tree), self.root)
        process.release()
        process.wait()
        if process.status:
            raise RuntimeError(f"{loader} cannot be run: {process.text(2)}")
        return tuple(json.loads(process.text(0)))


def start(work: t.Callable[[], None], root: Path) -> Process:
    """Start a process in a root folder that does ``work`` once it is released, as a program of its own does.

    It may write notes for the harness to the descriptor NOTES.
    """
    output = tuple(os.memfd_create(name) for name in ("notes", "out", "err"))
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        prctl(PR_SET_NAME, b"python3")
        os.close(writing)
        for number, descriptor in ((1, output[1]), (2, output[2]), (NOTES, output[0])):
            os.dup2(descriptor, number)
        os.environ["LC_ALL"] = "C"
        os.chroot(root)
        os.chdir("/")
        os.umask(0o022)
        select.select([reading], [], [])
        _end_as_python_does(work)
    os.close(reading)
    return Process(pid, writing, t.cast("t.Tuple[int, int, int]", output))


def _apply(command: tuple[str, ...], tree: str) -> None:
    unshare(CLONE_NEWNET)
    system = tree or "/"
    # a loader fails for a line and applies the others
    subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.chroot(system),
        timeout=_SECONDS,
        check=False,
    )
    os.write(NOTES, json.dumps(values()).encode())


def _end_as_python_does(work: t.Callable[[], None]) -> t.NoReturn:
    """Do ``work``, and end with the exit status, the text of an exception, or the signal of a Python program."""
    status = 0
    try:
        signal.alarm(_SECONDS)
        work()
    except SystemExit as exc:
        status = exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    except BaseException as exc:  # noqa: BLE001 -- what Python's own main program does with it
        traceback.print_exc()
        status = 1
        if isinstance(exc, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
    try:
        sys.stdout.flush()
    except OSError:
        status = 120
    os._exit(status)


def set_values(new: Values) -> None:
    """Set the kernel's values of this network namespace."""
    for key, value in zip(KEYS, new):
        Path(f"/proc/sys/net/ipv4/tcp_keepalive_{key}").write_text(str(value), encoding="ascii")


def values() -> Values:
    """Return the kernel's values of this network namespace."""
    return tuple(int(Path(f"/proc/sys/net/ipv4/tcp_keepalive_{key}").read_text(encoding="ascii")) for key in KEYS)


LIBC = ctypes.CDLL(None)  # loaded before a root folder without libraries is entered
