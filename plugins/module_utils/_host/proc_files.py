# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read files of a proc file system up to a limit: what a process tells of itself may be as large as its memory."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import errno
import os

# Each process has up to 65,536 groups in its status, with 11 characters each. Nothing else has as much.
MOST_OF_PROCESS = 1 << 20
MOST_OF_COMMAND_LINE = 64 << 10
# The kernel lets a program start with 6 MiB of arguments and variables: fs/exec.c, bprm_stack_limits().
MOST_OF_ENVIRONMENT = 8 << 20
MOST_OF_MOUNTS = 64 << 20
_CHUNK = 64 << 10


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
