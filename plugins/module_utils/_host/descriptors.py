# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Close descriptors through which nothing was written, and allow as many as the system does."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import os
import resource
import typing as t


def close(descriptor: int) -> None:
    """Close a descriptor through which nothing was written.

    An error says nothing then: Linux releases the descriptor all the same (close(2), Dealing with error returns).
    """
    with contextlib.suppress(OSError):
        os.close(descriptor)


@contextlib.contextmanager
def many_allowed() -> t.Iterator[None]:
    """Let this process open as many files as its hard limit allows while the block runs: getrlimit(2)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
