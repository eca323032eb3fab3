# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lock a folder of checkpoints for one run of Ansible, so that two rollouts do not mix what they save.

The tasks of a run are processes of their own, so the lock is a file that says which run has taken it. It
is left behind where a run is killed; then it is recognised by a process that is gone. ``pid`` is the first process of
a run. Without it, it is the parent of this process, as each task runs in a child of that process.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import datetime
import getpass
import json
import os
import socket
import stat
import tempfile
import time
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import LockedError
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.plugin_utils._files import as_write_error
from ansible_collections.linux.tcp.plugins.plugin_utils._rollout.store import VARIABLE, require_own

if t.TYPE_CHECKING:
    Owner = t.Dict[str, t.Any]

NAME = ".lock"
# Whether a process of another machine has ended cannot be seen. A rollout touches its lock with each step.
_LONGEST_STEP_SECONDS = 6 * 3600
_MOST_BYTES = 4096


def acquire(folder: str, *, pid: int | None = None) -> None:
    """Take the lock of a folder for a run; a run may take it twice.

    :raises LockedError: when another run has it.
    :raises FileError: when it cannot be written.
    """
    own = _owner(pid)
    path = os.path.join(folder, NAME)
    with as_write_error(path, VARIABLE):
        own["made_folder"] = not os.path.isdir(folder)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        require_own(os.stat(folder), folder)
        require_free(folder, pid=pid)
        descriptor, temporary = tempfile.mkstemp(prefix=f"{NAME}.", suffix=".tmp", dir=folder)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(own, file)
            if _link(temporary, path):
                return
        finally:
            with contextlib.suppress(OSError):  # nothing reads it
                os.unlink(temporary)
    require_free(folder, pid=pid)


def _link(temporary: str, path: str) -> bool:
    """Give a file a second name, and return whether this was free: of two runs one fails.

    An error counts for nothing if the file has got its name all the same, as on NFS.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:
        if os.stat(temporary).st_nlink == 1:
            raise
    return True


def touch(folder: str, *, pid: int | None = None) -> None:
    """Show that the run still goes on."""
    path = os.path.join(folder, NAME)
    with contextlib.suppress(OSError):
        if _is_own(_read(path), pid):
            os.utime(path)


def release(folder: str, *, pid: int | None = None) -> None:
    """Release the lock if this run holds it, and remove the folder that was made for it if nothing was saved there."""
    path = os.path.join(folder, NAME)
    found = _read(path)
    if found and _is_own(found, pid):
        with contextlib.suppress(OSError):
            os.unlink(path)
            if found.get("made_folder"):
                os.rmdir(folder)


def require_free(folder: str, *, pid: int | None = None) -> None:
    """Check that no other run has the lock; one that a run has left behind is removed.

    :raises LockedError: when another run has it.
    """
    path = os.path.join(folder, NAME)
    found = _read(path)
    if found is None or _is_own(found, pid):
        return
    if _has_ended(path, found):
        with contextlib.suppress(FileNotFoundError), as_write_error(path, VARIABLE):
            os.unlink(path)
        return
    who = printable(f"{found.get('user')} on {found.get('machine')}, process {found.get('pid')}")
    raise LockedError(
        f"Another rollout uses {folder}: {who}, since {printable(str(found.get('since')))}. Wait for its end, or give "
        f"another keepalive_rollout_folder. If it has ended, remove {path}."
    )


def _owner(pid: int | None) -> Owner:
    pid = os.getppid() if pid is None else pid
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    return {"user": _user(), "machine": socket.gethostname(), "pid": pid, "began": _began(pid), "since": now}


def _user() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a user without a name, as in a container
        return str(os.geteuid())


def _began(pid: int) -> str | None:
    """Return when a process began, in ticks since the boot (proc(5)), so that a PID that was used again is known.

    None where that cannot be read.
    """
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def _is_own(found: Owner | None, pid: int | None) -> bool:
    own = _owner(pid)
    if found is None or any(found.get(name) != own[name] for name in ("machine", "pid")):
        return False
    return _is_same_process(found.get("began"), own["began"])


def _is_same_process(began: object, began_now: str | None) -> bool:
    """Whether a process is still the one that had its number before, as far as is known."""
    return began is None or began_now is None or began == began_now


def _has_ended(path: str, found: Owner) -> bool:
    """Whether the run that has a lock is over."""
    pid = found.get("pid")
    is_here = found.get("machine") == socket.gethostname()
    if is_here and isinstance(pid, int) and not isinstance(pid, bool) and 0 < pid < 1 << 31:
        return not _is_same_process(found.get("began"), _began(pid)) or not _is_alive(pid)
    with contextlib.suppress(OSError):
        return time.time() - os.stat(path).st_mtime > _LONGEST_STEP_SECONDS
    return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read(path: str) -> Owner | None:
    """Return who has a lock, None where there is none. What is no lock belongs to a run that is not known."""
    try:
        # whatever it is: a pipe would hold the run up, and a link lead away
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
            found = json.loads(file.read(_MOST_BYTES)) if is_file else {}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
