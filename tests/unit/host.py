# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host made of two folders, and ways to look at it that do not go through the code under test.

No test may reach the machine's own /proc/sys or /etc: kernels and files here always have a
folder of their own as their root.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import KernelError
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import InitSystem
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.lock import LOCK_FILE, Lock
from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
from ansible_collections.linux.tcp.tests.unit.loading import load_module_utils

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Version
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

    # what stands at a path: bytes are a file, a text is a link's target, None is a folder
    Layout = t.Mapping[str, t.Union[bytes, str, None]]

TIME = b"net.ipv4.tcp_keepalive_time"
INTVL = b"net.ipv4.tcp_keepalive_intvl"
PROBES = b"net.ipv4.tcp_keepalive_probes"

SYSTEMD = InitSystem(process_1="systemd", booted_with_systemd=True, has_systemd_sysctl=True)
PROCPS = InitSystem(process_1="init", scripts=(b"sysctl -q --system\n",))
NOTHING = InitSystem(process_1="sleep", role="entry_point")
DISK = b"20 1 254:0 / / rw - ext4 /dev/vda rw\n"  # of mountinfo
NEWEST: Version = (1000,)

# Options of unshare(1).
NAMESPACES = ("--net", "--mount")
AS_ROOT = () if os.geteuid() == 0 else ("--map-root-user",)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


class HostFiles(WritableFiles):
    """The files below a folder, as if the process ran in that system.

    ``refused`` are paths whose replacement fails, ``immovable`` are paths that cannot be brought back,
    ``meddle`` is called after each replacement.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(str(root))
        self.refused: dict[str, BaseException] = {}
        self.immovable: dict[str, Exception] = {}
        self.meddle: t.Callable[[str], object] | None = None

    @property
    def is_running_system(self) -> bool:
        return True

    def replace(self, target: str, text: bytes | None, *, expected: bytes | None) -> Undo:
        if target in self.refused:
            raise self.refused[target]
        undo = super().replace(target, text, expected=expected)
        if self.meddle is not None:
            self.meddle(target)

        def undo_unless_immovable() -> None:
            if target in self.immovable:
                raise self.immovable[target]
            undo()

        return dataclasses.replace(undo, run=undo_unless_immovable)


class HostKernel(Kernel):
    """A kernel in a folder. A regular file there, unlike the real one, keeps what it is not told to forget.

    ``refused`` are values that it answers with EINVAL; ``forgotten`` are values that it takes and
    then does not show.
    """

    def __init__(self, proc: Path) -> None:
        super().__init__(str(proc))
        self._folder = proc / "sys/net/ipv4"
        self.refused: set[tuple[Key, int]] = set()
        self.forgotten: set[tuple[Key, int]] = set()
        self.written: list[tuple[Key, int]] = []

    def write(self, key: Key, value: int) -> None:
        if (key, value) in self.refused:
            raise KernelError(f"no {key} of {value}.")
        os.truncate(str(self._folder / f"tcp_keepalive_{key}"), 0)
        super().write(key, value)
        self.written.append((key, value))
        if (key, value) in self.forgotten:
            (self._folder / f"tcp_keepalive_{key}").write_bytes(b"1\n")

    def hz(self) -> int:
        return 250


def lay_out(root: Path, layout: Layout) -> None:
    """Make files, links and folders below ``root``; an existing one is replaced."""
    for path, what in layout.items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            target.unlink()
        if what is None:
            target.mkdir(exist_ok=True)
        elif isinstance(what, bytes):
            target.write_bytes(what)
        else:
            target.symlink_to(what)


def files_of(root: Path, layout: Layout | None = None) -> WritableFiles:
    """Lay out files below a folder, and return them as files that can be replaced."""
    lay_out(root, layout or {})
    return WritableFiles(str(root))


def look_at(root: Path) -> dict[str, bytes | str | None]:
    """Return everything below ``root``, as :func:`lay_out` takes it, with the mode of each file.

    The lock is left out: it is there to stay.
    """
    found: dict[str, bytes | str | None] = {}
    for folder, folders, files in os.walk(str(root)):
        for name in folders + files:
            path = os.path.join(folder, name)
            if path.endswith(LOCK_FILE):
                continue
            shown = path[len(str(root)) :]
            if os.path.islink(path):
                found[shown] = os.readlink(path)
            elif os.path.isdir(path):
                found[shown] = None
            else:
                with open(path, "rb") as file:
                    found[f"{shown} {os.fstat(file.fileno()).st_mode:o}"] = file.read()
    return found


def make_kernel(proc: Path, time: int = 7200, intvl: int = 75, probes: int = 9) -> HostKernel:
    """Make a kernel with these values."""
    values = {"time": time, "intvl": intvl, "probes": probes}
    lay_out(proc, {f"sys/net/ipv4/tcp_keepalive_{key}": b"%d\n" % value for key, value in values.items()})
    lay_out(proc, {"self/mountinfo": DISK, "1/mountinfo": DISK})
    return HostKernel(proc)


def require_namespaces(*options: str) -> None:
    """Skip the test where the machine does not give the namespaces that these options of unshare(1) are for."""
    reason = _refusal_of_namespaces(options)
    if reason:
        pytest.skip(reason)


@functools.lru_cache(maxsize=None)
def _refusal_of_namespaces(options: tuple[str, ...]) -> str:
    try:
        trial = subprocess.run(["unshare", *options, "true"], capture_output=True, check=False, text=True)
    except FileNotFoundError:
        return "needs unshare(1)"
    return f"needs namespaces of its own: {trial.stderr.strip()}" if trial.returncode else ""


def environment() -> dict[str, str]:
    """Return the environment of a Python that is started by a test."""
    return {
        **os.environ,
        # pivot_root(8) and others, which many a user's path does not have
        "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }


@contextlib.contextmanager
def unprivileged(root: Path) -> t.Iterator[str]:
    """Let the block run as a user who may not write what others own, and tell where ``root`` is for it.

    Root becomes another user within a chroot(2), because the folders above ``root`` are closed to
    others. Any other user stays who it is, and may enter all folders again afterwards: pytest is to
    remove them one day.
    """
    if os.geteuid() != 0:
        try:
            yield str(root)
        finally:
            for above, folders, _files in os.walk(str(root)):
                for path in (os.path.join(above, folder) for folder in folders):
                    if not os.path.islink(path):
                        os.chmod(path, 0o755)
        return
    load_module_utils()
    root.chmod(0o755)
    folder = os.getcwd()
    outside = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            os.chroot(str(root))
        except PermissionError as exc:
            pytest.skip(f"needs chroot(2): {exc.strerror}")
        os.chdir("/")
        os.setresuid(65534, 65534, 0)  # access(2) asks for the real one
        yield "/"
    finally:
        os.setresuid(0, 0, 0)
        os.fchdir(outside)
        os.chroot(".")
        os.chdir(folder)
        os.close(outside)


class Host(LocalHost):
    """A running system in two folders below ``folder``, which boots with ``init``.

    ``release`` is that of its loaders, where no file of the system tells it.
    """

    files: HostFiles
    kernel: HostKernel

    def __init__(self, folder: Path, init: InitSystem = SYSTEMD, release: Version | None = NEWEST) -> None:
        super().__init__(str(folder / "root"), proc=str(folder / "proc"))
        self.folder = folder
        self.init = init
        self.release = release
        self.files = HostFiles(folder / "root")
        self.kernel = HostKernel(folder / "proc")
        self.lock = Lock(self.files)

    def close(self) -> None:
        """Leave the root open: a test runs one module after the other on a host."""

    def init_system(self) -> InitSystem:
        return dataclasses.replace(self.init, proc_sys_writable=self.kernel.writable())

    def version_of(self, loader: Loader) -> Version | None:
        return super().version_of(loader) or self.release

    def look(self) -> dict[str, bytes | str | None]:
        """Return everything that the host has."""
        return look_at(self.folder)

    def text(self, path: str) -> bytes:
        """Return the content of a file of the system."""
        return (self.folder / "root" / path.lstrip("/")).read_bytes()

    def shown(self) -> list[int]:
        """Return what the kernel shows for time, intvl and probes."""
        folder = self.folder / "proc/sys/net/ipv4"
        return [int((folder / f"tcp_keepalive_{key}").read_text()) for key in ("time", "intvl", "probes")]

    def meanwhile(self, layout: Layout) -> None:
        """Do what another program does."""
        lay_out(self.folder / "root", layout)


def make_host(
    folder: Path,
    layout: Layout | None = None,
    *,
    init: InitSystem = SYSTEMD,
    values: tuple[int, int, int] = (7200, 75, 9),
    release: Version | None = NEWEST,
) -> Host:
    """Make a host that boots with ``init``, with these files and running values."""
    lay_out(folder / "root", {"/etc/sysctl.d": None, "/usr/lib/sysctl.d": None})
    lay_out(folder / "root", layout or {})
    make_kernel(folder / "proc", *values)
    return Host(folder, init, release)


class Refusing:
    """Stands for a function of ``os`` and answers with an error, from the call of that number on."""

    def __init__(self, real: t.Callable[..., t.Any], number: int, code: int) -> None:
        self.real, self.left, self.code = real, number, code

    def __call__(self, *arguments: t.Any, **named: t.Any) -> t.Any:
        self.left -= 1
        if self.left <= 0:
            raise OSError(self.code, os.strerror(self.code))
        return self.real(*arguments, **named)
