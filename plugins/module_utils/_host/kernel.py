# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and set the running kernel's values, in /proc/sys of the calling process's network namespace."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import errno
import os
import time
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import KernelError, remedy_of_denial
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import Process1
from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import (
    NOTHING,
    denied_by,
    reason_of,
    remedy_of,
    require_not_exhausted,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.proc_files import (
    MOST_OF_ENVIRONMENT,
    MOST_OF_MOUNTS,
    MOST_OF_PROCESS,
    read_proc,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, SYSCTL_PREFIX, Values, sysctl_name

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


# include/uapi/linux/time.h; its resolution is one tick. Python has no name for it.
_CLOCK_MONOTONIC_COARSE = 6

BOOT_ID = "sys/kernel/random/boot_id"  # below /proc: random(4)
# Other errors of :data:`NOTHING` may keep from sight what is there, and what changes the prediction.
_MISSING = frozenset((errno.ENOENT, errno.ENOTDIR))
_CONTAINER = b"container="  # in the environment of a container's process 1: systemd's container interface

FILE_ONLY = "give runtime: false to write only the file"
_READ_ONLY = (
    "/proc/sys is mounted read-only here, as in an unprivileged container: set the value from outside "
    "(podman run --sysctl, securityContext.sysctls)"
)
_REMEDIES = {
    errno.EINVAL: "The kernel refuses this value.",
    errno.ENOENT: "This kernel has no such key, or /proc is not mounted.",
}


class Kernel:
    """The three keys below ``proc``, where a proc file system is mounted.

    ``instead`` is what to do where the kernel cannot be set, if a module can do anything else.
    """

    def __init__(self, proc: str = "/proc", *, instead: str = FILE_ONLY) -> None:
        self._proc = proc
        self._instead = instead

    def read(self) -> Values:
        """Return the values in force; None for one that cannot be read.

        :raises ExhaustedError: where no file can be opened at the moment.
        """
        return Values(*(self._read(key) for key in KEYS))

    def _read(self, key: Key) -> int | None:
        try:
            with open(self._path(key), "rb") as file:
                return int(file.read())
        except ValueError:
            return None
        except OSError as exc:
            require_not_exhausted(self._path(key), exc)
            return None

    def writable(self) -> bool:
        """Return whether the keys exist and no read-only mount covers them; permissions do not count.

        :raises KernelError: where the kernel does not tell.
        """
        path = self._path("time")
        try:
            flags = os.statvfs(path).f_flag
        except OSError as exc:
            _require_nothing(path, exc, _MISSING)
            return False
        return not flags & os.ST_RDONLY

    def require_writable(self, key: Key) -> None:
        """Check that this process may write a key, and could undo a change, without writing.

        :raises KernelError: where it may not.
        """
        try:
            os.close(os.open(self._path(key), os.O_WRONLY | os.O_CLOEXEC))
        except OSError as exc:
            raise self._error(key, None, exc) from exc
        if self._read(key) is None:
            raise KernelError(
                f"{sysctl_name(key)} ({self._path(key)}) cannot be read, so a change could not be undone. "
                f"{remedy_of_denial('to_user', self._instead)}"
            )

    def write(self, key: Key, value: int) -> None:
        """Write one value and read it back.

        What the kernel shows counts, also after an error: a signal, or a file system that stands before
        /proc, may answer with one although the kernel took the value.

        :raises KernelError: when the kernel refuses it or keeps another.
        """
        refusal = None
        try:
            descriptor = os.open(self._path(key), os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.write(descriptor, b"%d\n" % value)
            finally:
                os.close(descriptor)
        except OSError as exc:
            refusal = exc
        kept = self._read(key)
        if kept == value:
            return
        if refusal is not None:
            raise self._error(key, value, refusal) from refusal
        raise KernelError(
            f"The kernel took {sysctl_name(key)} = {value} and shows {kept}: another program writes it, too. "
            f"Find and stop that program."
        )

    def restore(self, key: Key, value: int) -> None:
        """Write a value that the kernel had, unless it shows that one still, and read it back.

        :raises KernelError: when the kernel refuses it or keeps another.
        """
        if self._read(key) != value:
            self.write(key, value)

    def process_1(self) -> Process1:
        """Return what is shown of the first process.

        :raises KernelError: where the kernel does not tell. Likewise the methods that follow.
        """
        program, path = "", os.path.join(self._proc, "1/exe")
        try:
            program = os.readlink(path)
        except OSError as exc:
            _require_nothing(path, exc)
        variables = self._content("1/environ", MOST_OF_ENVIRONMENT).split(b"\0")
        container = next((one for one in variables if one.startswith(_CONTAINER)), b"")[len(_CONTAINER) :]
        return Process1(
            name=self._content("1/comm").decode("utf-8", "replace").rstrip("\n"),
            program=program,
            container=container.decode("utf-8", "replace"),
        )

    def mounts(self, process: t.Literal["self", "1"] = "self") -> Mounts:
        """Return the mounts that this process sees, or those of process 1; none where they are hidden."""
        return Mounts(self._content(f"{process}/mountinfo", MOST_OF_MOUNTS))

    def _content(self, name: str, most: int = MOST_OF_PROCESS, *, nothing: t.Container[int | None] = NOTHING) -> bytes:
        path = os.path.join(self._proc, name)
        try:
            return read_proc(path, most)
        except OSError as exc:
            if exc.errno == errno.EFBIG:
                raise KernelError(
                    f"{path} cannot be read: it is larger than {most >> 20} MiB. Find the program that made it so "
                    f"large, and run again."
                ) from exc
            _require_nothing(path, exc, nothing)
            return b""

    def is_there_for_process_1(self, path: str) -> bool:
        """Return whether the root folder of process 1 shows this path; False where it is hidden."""
        place = os.path.join(self._proc, "1/root", path.lstrip("/"))
        try:
            os.lstat(place)
        except OSError as exc:
            _require_nothing(place, exc)
            return False
        return True

    def command_line(self) -> bytes:
        """Return the kernel's command line; empty where this is not the network namespace that its sysctls reach.

        They are set in the first one, before process 1 runs; no later one inherits them.
        """
        return self._content("cmdline", nothing=_MISSING).rstrip(b"\n") if self.is_in_first_namespace() else b""

    def is_in_first_namespace(self) -> bool:
        """Return whether this is the first network namespace, which was there before process 1 ran.

        The kernel shows ``net.core.dev_weight``, which all namespaces share, in the first one only.
        """
        path = os.path.join(self._proc, "sys/net/core/dev_weight")
        try:
            os.stat(path)
        except OSError as exc:
            _require_nothing(path, exc, _MISSING)
            return False
        return True

    def boot_id(self) -> str:
        """Return what no other boot has: random(4); empty where it cannot be read."""
        return self._content(BOOT_ID).decode("ascii", "replace").strip()

    def hz(self) -> int:
        """Return the kernel's tick rate (CONFIG_HZ), which bounds the seconds it accepts."""
        return round(1 / time.clock_getres(_CLOCK_MONOTONIC_COARSE))

    def _path(self, key: Key) -> str:
        return os.path.join(self._proc, "sys", SYSCTL_PREFIX + key)

    def _error(self, key: Key, value: int | None, exc: OSError) -> KernelError:
        want = "" if value is None else f" to {value}"
        denied = denied_by(exc)
        if denied:  # a user who may not set the kernel may not write the file either
            remedy = remedy_of_denial(denied, self._instead if denied == "to_root" else "")
        elif exc.errno == errno.EROFS:
            remedy = f"{_READ_ONLY}, or {self._instead}." if self._instead else f"{_READ_ONLY}."
        else:
            remedy = _REMEDIES.get(exc.errno or 0, "")
        return KernelError(
            f"Cannot set {sysctl_name(key)}{want} ({self._path(key)}): {exc.strerror}. {remedy}".rstrip()
        )


def _require_nothing(path: str, exc: OSError, nothing: t.Container[int | None] = NOTHING) -> None:
    """Check that an error says that there is nothing: that it is among those of ``nothing``.

    :raises KernelError: for any other error.
    """
    if exc.errno not in nothing:
        raise KernelError(f"{path} cannot be read: {reason_of(exc)}.{remedy_of(exc)} Run again.") from exc
