# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what a process tells of itself in a proc file system.

It is read up to a limit, because it may be as large as the memory of the process.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import errno
import os

from ansible_collections.linux.tcp.plugins.module_utils._errors import GoneError, NotPermittedError, TooDeepError
from ansible_collections.linux.tcp.plugins.module_utils._host.os_errors import require_not_exhausted

# Each process has up to 65,536 groups in its status, with 11 characters each. Nothing else has as much.
MOST_OF_PROCESS = 1 << 20
MOST_OF_COMMAND_LINE = 64 << 10
# The kernel lets a program start with 6 MiB of arguments and variables: fs/exec.c, bprm_stack_limits().
MOST_OF_ENVIRONMENT = 8 << 20
MOST_OF_MOUNTS = 64 << 20
_CHUNK = 64 << 10


class TooLargeError(NotPermittedError):
    """A process tells more of itself than is read."""


def read_proc(path: str, most: int) -> bytes:
    """Return what a file holds.

    :raises OSError: when the system refuses; with EFBIG where it is more than ``most`` bytes.
    """
    chunks: list[bytes] = []
    with open(path, "rb", buffering=0) as file:
        while most >= 0:
            chunk = file.read(min(most + 1, _CHUNK))
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
            most -= len(chunk)
    raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)


def read_text(path: str, most: int = MOST_OF_PROCESS) -> str:
    """Return a file of a process as text.

    :raises GoneError: where the process has ended. Likewise the functions that follow.
    :raises TooLargeError: where it is more than ``most`` bytes.
    :raises TooDeepError: where a path in it is longer than the kernel shows.
    :raises NotPermittedError: where the kernel does not tell.
    """
    try:
        return read_proc(path, most).decode("utf-8", "surrogateescape")
    except OSError as exc:
        raise error_of(path, exc) from exc


def read_link(path: str) -> str:
    """Return where a link of a process leads."""
    try:
        return os.readlink(path)
    except OSError as exc:
        raise error_of(path, exc) from exc


def stat_of(path: str) -> os.stat_result:
    """Return what a path of a process leads to."""
    try:
        return os.stat(path)
    except OSError as exc:
        raise error_of(path, exc) from exc


def error_of(path: str, exc: OSError) -> GoneError | NotPermittedError:
    """Return what an error says of a process.

    :raises ExhaustedError: for one that says nothing of it.
    """
    require_not_exhausted(path, exc)
    if isinstance(exc, (FileNotFoundError, ProcessLookupError)):
        return GoneError(f"{path} is gone.")
    kinds: dict[int, type[NotPermittedError]] = {errno.EFBIG: TooLargeError, errno.ENAMETOOLONG: TooDeepError}
    return kinds.get(exc.errno or 0, NotPermittedError)(f"{path} cannot be read: {exc.strerror}.")
