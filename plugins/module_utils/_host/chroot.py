# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recognise a chroot, in which the kernel and the processes are those of the machine around it."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib

from ansible_collections.linux.tcp.plugins.module_utils._errors import KernelError, unchanged
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import container_marks
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import Kernel
from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import is_chroot


def in_chroot(files: Files, kernel: Kernel) -> bool:
    """Return whether this process runs in a chroot.

    A container may see the process 1 of its host, and is none: it has a mark that the host has not. A chroot in a
    container may have the marks of that container, with its /run.
    """
    mounts = kernel.mounts()
    if not is_chroot(mounts, kernel.mounts("1")):
        return False
    return all(map(kernel.is_there_for_process_1, container_marks(files, mounts.root)))


def refusal(what: str, remedy: str) -> KernelError:
    """Return the error of a run in a chroot. ``what`` it would do, and to what, continues a sentence."""
    return KernelError(
        unchanged(
            f"This is a chroot: its root folder is not that of process 1, or it has no /proc. This run would {what} of "
            f"the machine around it. {remedy}"
        )
    )


def require_no_chroot(what: str) -> None:
    """Check that this process runs in no chroot. ``what`` says what a run would change.

    :raises KernelError: where it does.
    """
    with contextlib.closing(Files()) as files:
        if in_chroot(files, Kernel()):
            raise refusal(f"change {what}", "Run it outside of the chroot.")
