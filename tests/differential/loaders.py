# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the real loaders on trees of files, in namespaces."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import os
import subprocess
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import read_version
from ansible_collections.linux.tcp.tests.differential.trees import CREDENTIAL

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader, Version

    Outcome = t.Tuple[int, ...]

# include/uapi/linux/sched.h; Python has names for them, and for unshare(2), since 3.12.
_CLONE_NEWNS, _CLONE_NEWNET, _CLONE_NEWPID = 0x00020000, 0x40000000, 0x20000000
_LIBC = ctypes.CDLL(None, use_errno=True)

_COMMANDS: dict[Loader, tuple[str, ...]] = {
    "systemd-sysctl": ("/lib/systemd/systemd-sysctl",),
    "procps": ("/sbin/sysctl", "--system"),
}
_SECONDS = 60  # for one run of a loader, which takes a hundredth of one


@dataclasses.dataclass(frozen=True)
class RealLoader:
    """A loader in the root folder of its system."""

    system: str
    loader: Loader
    version: Version | None
    root: Path

    @property
    def name(self) -> str:
        """The name in reports."""
        release = ".".join(map(str, self.version or ()))
        return f"{self.loader} {release or 'of ' + self.system}"

    @property
    def has_merged_usr(self) -> bool:
        """Whether the system's /lib is a link to /usr/lib."""
        return (self.root / "lib").is_symlink()


def real_loaders(folder: Path) -> list[RealLoader]:
    """Return both loaders of each system whose root folder is in ``folder``."""
    return [
        RealLoader(root.name, loader, read_version(Files(str(root)), loader), root)
        for root in sorted(filter(Path.is_dir, folder.iterdir()))
        for loader in _COMMANDS
    ]


def _unshare(flags: int) -> None:
    if _LIBC.unshare(flags) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


class Bench:
    """Namespaces in which one process runs loaders on the folder ``tree``.

    Of /proc/sys only /proc/sys/net is writable, and each run has a new network namespace.
    """

    def __init__(self, folder: Path) -> None:
        """Move this process to new namespaces. ``folder`` is an empty folder for this bench."""
        _unshare(_CLONE_NEWNS)
        _mount("--make-rprivate", "/")
        _mount("-t", "tmpfs", "tmpfs", str(folder))
        self.tree = folder / "tree"
        self._system = folder / "system"
        self._proc = folder / "proc"
        for path in (self.tree, self._system, self._proc):
            path.mkdir()
        _mount("-t", "proc", "proc", str(self._proc))
        _mount("--bind", str(self._proc / "sys"), str(self._proc / "sys"))
        _mount("-o", "remount,bind,ro", str(self._proc / "sys"))
        _mount("--bind", "/proc/sys/net", str(self._proc / "sys/net"))

    def as_process_1(self, system: Path) -> list[str]:
        """Return a command that runs the command behind it with a system's root folder, as process 1.

        A process with another root folder than process 1 is in a chroot, where the modules set no kernel.
        """
        script = 'mount -t proc proc "$0/proc"; mount --rbind "$1/sys" "$0/proc/sys"; shift; exec chroot "$0" "$@"'
        return ["unshare", "--mount", "--pid", "--fork", "sh", "-euc", script, str(system), str(self._proc)]

    @staticmethod
    def unshare_pids() -> None:
        """Let the next child of this process be process 1, with mounts of its own."""
        _unshare(_CLONE_NEWNS | _CLONE_NEWPID)

    def mount_proc(self, system: Path) -> None:
        """Show a system the processes of this PID namespace, and of /proc/sys what the bench shows."""
        _mount("-t", "proc", "proc", str(system / "proc"))
        _mount("--rbind", str(self._proc / "sys"), str(system / "proc/sys"))

    @contextlib.contextmanager
    def system_of(self, root: Path) -> t.Iterator[Path]:
        """Yield the root folder of a system, ``root`` with the tree over it, in a new network namespace."""
        _unshare(_CLONE_NEWNET)
        _mount("-t", "overlay", "-o", f"lowerdir={self.tree}:{root}", "overlay", str(self._system))
        try:
            _mount("--rbind", str(self._proc), str(self._system / "proc"))
            yield self._system
        finally:
            subprocess.run(["umount", "--recursive", str(self._system)], check=True)

    def apply(self, loader: RealLoader) -> Outcome:
        """Run a loader on ``tree`` and return time, intvl and probes afterwards."""
        with self.system_of(loader.root) as system:
            # as in the unit: the service manager finds the credential and passes its folder to the loader
            folder = str(Path(CREDENTIAL).parent) if (self.tree / CREDENTIAL.lstrip("/")).exists() else None
            subprocess.run(
                ["chroot", str(system), *_COMMANDS[loader.loader]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                env={**os.environ, **({"CREDENTIALS_DIRECTORY": folder} if folder else {})},
                check=False,  # loaders fail for a line and apply the others
            )
        keys = Path("/proc/sys/net/ipv4")
        return tuple(int((keys / f"tcp_keepalive_{key}").read_text()) for key in ("time", "intvl", "probes"))
