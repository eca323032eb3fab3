# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say what an error of the system means for a file: its reason, who is denied, and what to do about it."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import errno
import os
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import ExhaustedError, FileError, remedy_of_denial

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._errors import Denied

# The errors of a path at which there is nothing, or nothing that this process may see.
NOTHING = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM))
_EXHAUSTED = {
    errno.EMFILE: "Raise the limit of this process (ulimit -n), or close files before the task runs.",
    errno.ENFILE: "Find the program that keeps so many files open, or raise fs.file-max.",
    errno.ENOMEM: "Free memory.",
}
_REMEDIES = {
    errno.EBUSY: "It is a mount of its own (a bind mount): edit what is mounted there, or give another path.",
    errno.EROFS: "Mount it writable, or give another path.",
    errno.ENOSPC: "Make room on that file system.",
    errno.E2BIG: "Remove what does not belong there.",
    errno.EDQUOT: "Make room in the quota of that file system.",
}


class FixedContentError(PermissionError):
    """What is to be changed is immutable or append-only (chattr(1)), which keeps root from it, too."""

    def __init__(self) -> None:
        super().__init__(errno.EPERM, os.strerror(errno.EPERM))


def require_not_exhausted(path: str, exc: OSError) -> None:
    """Check that an error tells of what is at a path, not only that nothing can be opened at the moment.

    :raises ExhaustedError: for an error of the latter kind.
    """
    if exc.errno in _EXHAUSTED:
        raise ExhaustedError(f"{path} cannot be opened: {reason_of(exc)}. {_EXHAUSTED[exc.errno]}") from exc


@contextlib.contextmanager
def as_file_error(target: str, what: str) -> t.Iterator[None]:
    """Turn an error of the system into one that names the file."""
    try:
        yield
    except OSError as exc:
        raise FileError(f"{target} cannot be {what}: {reason_of(exc)}.{remedy_of(exc)}") from exc


def reason_of(exc: Exception) -> str:
    """Return the system's words for what went wrong."""
    return (isinstance(exc, OSError) and exc.strerror) or str(exc) or type(exc).__name__


def denied_by(exc: Exception) -> Denied:
    """Return to whom an error of the system denies access."""
    if not isinstance(exc, PermissionError):
        return ""
    return "to_user" if os.geteuid() else "to_root"


def remedy_of(exc: Exception) -> str:
    """Return what to do about an error of the system, with a blank before it; empty for an unknown error."""
    code = (isinstance(exc, OSError) and exc.errno) or 0
    denied = denied_by(exc)
    if isinstance(exc, FixedContentError) or (denied == "to_root" and code == errno.EPERM):
        return " It may be immutable or append-only: see lsattr(1)."
    if denied:
        return f" {remedy_of_denial(denied)}"
    remedy = _EXHAUSTED.get(code) or _REMEDIES.get(code)
    return f" {remedy}" if remedy else ""
