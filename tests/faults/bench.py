# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a host of namespaces: a root folder with files of its own and the machine's programs, and a kernel's values.

All of it ends with the process that makes it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

from ansible_collections.linux.tcp.tests.faults.nodes import make
from ansible_collections.linux.tcp.tests.faults.process import NOTES, SECONDS, start
from ansible_collections.linux.tcp.tests.unit.system_calls import (
    CLONE_NEWNET,
    MS_BIND,
    MS_REC,
    PR_SET_NAME,
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
    "procps": ("/usr/sbin/sysctl", "--system"),
}
_NOT_RUN = (125, 126, 127)  # chroot(1), EXIT STATUS
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


class Bench:
    """A host with these files and values, booted with this loader. It takes a process in namespaces of its own."""

    def __init__(self, root: Path, loader: Loader, nodes: Nodes, values: Values) -> None:
        """Make the host. ``root`` is an empty folder on a disk, because what is in memory is no part of a boot."""
        self.root = root
        prctl(PR_SET_NAME, b"systemd" if loader == "systemd-sysctl" else b"init")
        mount(str(root), str(root), flags=MS_BIND)
        root.chmod(0o755)
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
        command = LOADERS[loader]
        process = start(lambda: _apply(("/usr/sbin/chroot", tree, *command) if tree else command), self.root)
        process.release()
        process.wait()
        if process.status:
            raise RuntimeError(f"{loader} cannot be run: {process.status}, {process.text(2)}")
        return tuple(json.loads(process.text(0)))


def _apply(command: tuple[str, ...]) -> None:
    unshare(CLONE_NEWNET)
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,  # a loader fails for a line and applies the others
    )
    if done.returncode in _NOT_RUN:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    os.write(NOTES, json.dumps(values()).encode())


def set_values(new: Values) -> None:
    """Set the kernel's values of this network namespace."""
    for key, value in zip(KEYS, new):
        Path(f"/proc/sys/net/ipv4/tcp_keepalive_{key}").write_text(str(value), encoding="ascii")


def values() -> Values:
    """Return the kernel's values of this network namespace."""
    return tuple(int(Path(f"/proc/sys/net/ipv4/tcp_keepalive_{key}").read_text(encoding="ascii")) for key in KEYS)
