# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real loaders, each run on a tree as if that were the host's, in namespaces of its own."""

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
_CLONE_NEWNS, _CLONE_NEWNET = 0x00020000, 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)

_COMMANDS: dict[Loader, tuple[str, ...]] = {
    "systemd-sysctl": ("/lib/systemd/systemd-sysctl",),
    "procps": ("/sbin/sysctl", "--system"),
}
_SECONDS = 60  # for one run of a loader, which takes a hundredth of one


@dataclasses.dataclass(frozen=True)
class RealLoader:
    """A loader within the root folder of the system that it belongs to."""

    system: str
    loader: Loader
    version: Version | None
    root: Path

    @property
    def name(self) -> str:
        """What reports call it."""
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
    """Where one process runs loaders: namespaces of its own, in which ``tree`` is a folder to fill.

    All that can be written there of /proc/sys is /proc/sys/net, and that is a new network
    namespace's in each run.
    """

    def __init__(self, folder: Path) -> None:
        """Move this process to its bench; ``folder`` is an empty one of its own."""
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

    @contextlib.contextmanager
    def system_of(self, root: Path) -> t.Iterator[Path]:
        """Let a folder be a whole system while the block runs: ``root`` with the tree over it, in a new namespace."""
        _unshare(_CLONE_NEWNET)
        _mount("-t", "overlay", "-o", f"lowerdir={self.tree}:{root}", "overlay", str(self._system))
        try:
            _mount("--rbind", str(self._proc), str(self._system / "proc"))
            yield self._system
        finally:
            subprocess.run(["umount", "--recursive", str(self._system)], check=True)

    def apply(self, loader: RealLoader) -> Outcome:
        """Run a loader on ``tree`` and return what time, intvl and probes are then."""
        with self.system_of(loader.root) as system:
            # what the unit does: the service manager looks for the credential, and names its folder to the loader
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
