# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lock a system while a run changes or restores it, or waits for the end of one that does: flock(2)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import posixpath
import time
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    KeepaliveError,
    LockedError,
    unchanged,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.descriptors import close
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import reason_of, remedy_of

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files

    Purpose = t.Literal["change", "restore", "look"]

LOCK_FILE = "/run/linux.tcp.keepalive.lock"
_MOST_SECONDS = 30.0
_POLL_SECONDS = 0.05
_LOCKS = "/proc/locks"
_MOST_LOCKS = 100_000  # that are looked through; a user may hold any number


class Lock:
    """The lock of one system, and the moment at which this run began.

    The running system's lock is a file that only root can open, since anyone who can read a file
    can lock it; that of another tree, or where there is no /run, is the root folder.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._began = _now()

    @contextlib.contextmanager
    def held(self, purpose: Purpose = "change") -> t.Iterator[None]:
        """Keep other runs from this system while the block runs.

        A restoration ends all changes that began before it: a run whose connection was cut may still
        wait for the lock then, and would otherwise change what the controller has just seen restored.

        :raises LockedError: when another run holds it for longer than is normal, or there can be none; and for a
            change that began before the host was restored.
        """
        descriptor, path = self._open()
        try:
            _wait(descriptor, path)
            if purpose == "change" and self._began < _last_restored(descriptor):
                raise LockedError(unchanged("The host was restored while this run waited for it. Run again."))
            if purpose == "restore":
                _note_restored(descriptor)
            yield
        finally:
            close(descriptor)  # and so release the lock

    def require_possible(self) -> None:
        """Check that a tree can be locked, without doing it. The running system always can.

        :raises LockedError: where it cannot.
        """
        if not self._files.is_running_system:
            descriptor, _path = self._open_root()
            close(descriptor)

    def _open(self) -> tuple[int, str]:
        if self._files.is_running_system:
            folder, name = posixpath.split(LOCK_FILE)
            with contextlib.suppress(OSError, FileError):
                flags = os.O_RDWR | os.O_CREAT
                return self._files.open_file(folder, name, flags), self._files.on_host(LOCK_FILE)
        return self._open_root()

    def _open_root(self) -> tuple[int, str]:
        path = self._files.on_host("/")
        try:
            return self._files.open_file("/", ".", os.O_RDONLY | os.O_DIRECTORY), path
        except OSError as exc:
            raise LockedError(f"{path} cannot be locked: {reason_of(exc)}.{remedy_of(exc)}") from exc


def _wait(descriptor: int, path: str) -> None:
    deadline = time.monotonic() + _MOST_SECONDS
    while not _try(descriptor, path):
        if time.monotonic() > deadline:
            stranger = _stranger_with(descriptor)
            if stranger:
                raise LockedError(
                    f"{stranger} has held the lock of {path} for {_MOST_SECONDS:.0f} seconds. Every user who may read "
                    f"it can do this. End that process, or keep other users from reading {path} (chmod), and run again."
                )
            raise LockedError(
                f"Another run has held the lock of {path} for {_MOST_SECONDS:.0f} seconds. "
                f"Find it with 'lslocks' or 'fuser -v {path}', and run again once it has ended."
            )
        time.sleep(_POLL_SECONDS)


def _stranger_with(descriptor: int) -> str:
    """Return which process holds the lock of an open file: proc_locks(5).

    Empty where it may be another run, because it is root's or our user's, and where that is not known.
    """
    found = os.fstat(descriptor)
    file = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    with contextlib.suppress(OSError, ValueError, KeepaliveError), open(_LOCKS, encoding="ascii") as locks:
        held = (line.split()[1:6] for line in itertools.islice(locks, _MOST_LOCKS))
        pid = next((int(one[3]) for one in held if one[0] == "FLOCK" and one[4] == file), 0)
        from ansible_collections.linux.tcp.plugins.module_utils._host.processes import (  # noqa: PLC0415 -- hardly any run has to wait
            Processes,
        )

        holder = Processes().read(pid)
        if holder is not None and holder.uid not in (0, os.geteuid()):
            return f"Process {pid} ({holder.command}) of the user {holder.user}"
    return ""


def _try(descriptor: int, path: str) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as exc:
        remedy = remedy_of(exc) or " Fix that file system."
        raise LockedError(f"{path} cannot be locked: {reason_of(exc)}.{remedy}") from exc
    return True


def _now() -> int:
    """Return the nanoseconds since the system's boot, which are the same for all of its processes."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def _last_restored(descriptor: int) -> int:
    """Return when the lock's file was last taken to restore the host, 0 where it says nothing of this boot."""
    with contextlib.suppress(OSError, ValueError):  # a folder says nothing
        found = int(os.pread(descriptor, 32, 0))
        return found if found <= _now() else 0
    return 0


def _note_restored(descriptor: int) -> None:
    with contextlib.suppress(OSError):  # a folder can hold nothing
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{_now()}\n".encode(), 0)
