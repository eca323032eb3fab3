# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the errors of the collection, one class per cause.

Every message says what was wrong, where, and what to do. The modules turn these, and only
these, into ``fail_json``; whatever else is raised is a defect.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    # To whom the system denies access: to a user, or to root, too. Empty where it does not.
    Denied = t.Literal["", "to_user", "to_root"]

UNCHANGED = " Nothing was changed."


def unchanged(message: object) -> str:
    """Return a message, or that of an error, which says at its end, and once, that nothing was changed."""
    text = str(message)
    if text.endswith(UNCHANGED):
        return text
    return f"{text}{'' if text.endswith(('.', '?', '!')) else '.'}{UNCHANGED}"


def without_unchanged(message: str) -> str:
    """Return a message of one run without the sentence of :func:`unchanged`, where other runs changed the host."""
    return message.replace(UNCHANGED, "")


def remedy_of_denial(denied: Denied, instead: str = "") -> str:
    """Return what to do where access is denied, such as "Run as root (become: true)."; ``instead`` is another way."""
    if denied == "to_user":
        return f"Run as root (become: true){instead and f', or {instead}'}."
    remedy = "Root is kept from it here: look for SELinux, AppArmor, a dropped capability, or NFS (root_squash)."
    return f"{remedy} Correct that, or {instead}." if instead else remedy


class KeepaliveError(Exception):
    """Base of all errors of the collection. ``details`` are further keys of the module's result."""

    def __init__(self, message: str, **details: t.Any) -> None:
        super().__init__(printable(message))
        self.details = details


@contextlib.contextmanager
def before_any_change() -> t.Iterator[None]:
    """Let each error of a block say that nothing was changed, but for those that say what was."""
    try:
        yield
    except (StuckFileError, UndoError):
        raise
    except KeepaliveError as exc:
        exc.args = (unchanged(exc),)
        raise


class InvalidValueError(KeepaliveError):
    """A wanted value is outside the range in which keepalive works."""


class InvalidPathError(KeepaliveError):
    """The persistence file cannot be the one that was named."""


class KernelError(KeepaliveError):
    """The running kernel could not be read or refused a value."""


class FileError(KeepaliveError):
    """A file or folder could not be read or written."""


class StuckFileError(FileError):
    """A file was changed, and neither was the change completed nor could it be undone."""


class LinkLoopError(FileError):
    """A path is a loop of links."""


class PathTooDeepError(FileError):
    """A path leads through more folders than are looked at; the kernel may follow it."""


class ReplacedByLinkError(FileError):
    """A link has come in place of a file or folder whose links were followed before; it is not followed."""


class ExhaustedError(KeepaliveError):
    """This process, or the system, cannot open one more file, or start one more thread."""


class TooCostlyError(KeepaliveError):
    """To compute on what others wrote takes more processor time or memory than it may."""


class ForeignChangeError(FileError):
    """A file is no longer what this run wrote, because another program wrote it."""


class ConfigurationSyntaxError(KeepaliveError):
    """A configuration file of a container engine cannot be read with certainty; ``line`` of the details says where."""


class CheckpointError(KeepaliveError):
    """What is given as a checkpoint of a host is none."""


class LockedError(KeepaliveError):
    """Another run holds the lock of this system."""


class HidingError(KeepaliveError):
    """The persistence file would hide another file from the boot."""


class NotReadAtBootError(KeepaliveError):
    """The persistence file is not among those the next boot reads."""


class OverriddenError(KeepaliveError):
    """Another file takes precedence at the next boot."""


class VerificationError(KeepaliveError):
    """After writing, the host is not what was planned."""


class UndoError(KeepaliveError):
    """A step failed and an earlier one could not be undone: the host is left half-changed."""


class KernelTooOldError(KeepaliveError):
    """The running kernel lacks a system call."""


class NotPermittedError(KeepaliveError):
    """The kernel does not let this process look into another one."""


class TooDeepError(NotPermittedError):
    """A process is in a cgroup whose path is too long for the kernel to show; users can make such cgroups."""


class TooManyDescriptorsError(KeepaliveError):
    """Processes hold more descriptors than are read."""


class GoneError(KeepaliveError):
    """A process, a socket or a namespace ended while it was being looked at."""


class InconclusiveProbeError(KeepaliveError):
    """What was read of a host does not tell; only the host itself does."""
