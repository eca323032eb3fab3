# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a file with all that belongs to it, and let another file have that: content, mode, owner and attributes."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import errno
import os
import stat
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import MOST_BYTES, TOO_LARGE

if t.TYPE_CHECKING:
    Identity = t.Tuple[int, ...]

# Not among them: signatures of a file's content, such as security.ima.
_ACCESS_LIST = "system.posix_acl_access"
KEPT_ATTRIBUTES = ("security.selinux", "security.SMACK64", _ACCESS_LIST, "user.")
MOST_ATTRIBUTES = 32  # each has 64 KiB at most: limits.h, XATTR_SIZE_MAX


@dataclasses.dataclass(frozen=True)
class Metadata:
    """What a replaced file keeps; ``owner`` is None for a new file, which gets the process's own."""

    mode: int
    owner: tuple[int, int] | None = None
    attributes: t.Mapping[str, bytes] = dataclasses.field(default_factory=dict)

    @property
    def lets_others_write(self) -> bool:
        """Whether others than root and our user may write to the file, or its owner may let them.

        An access control list counts, whatever it has: its mask becomes the mode of the group.
        """
        is_theirs = self.owner is not None and self.owner[0] not in (0, os.geteuid())
        return is_theirs or bool(self.mode & (stat.S_IWGRP | stat.S_IWOTH)) or _ACCESS_LIST in self.attributes


@dataclasses.dataclass(frozen=True)
class StoredFile:
    """A file's content, and what it keeps when that is replaced. ``identity`` is the inode that was read."""

    text: bytes
    metadata: Metadata
    identity: Identity | None = dataclasses.field(default=None, compare=False)


def stored(file: t.BinaryIO, path: str) -> StoredFile:
    """Return all that an open file holds; ``path`` is its name in messages.

    Its owner may let it be larger at any time.

    :raises OSError: when the system refuses.
    :raises FileError: where it is more than is read.
    """
    descriptor = file.fileno()
    found = os.fstat(descriptor)
    attributes = _attributes(descriptor)
    if len(attributes) > MOST_ATTRIBUTES:
        raise FileError(
            f"{path} cannot be read: it has more than {MOST_ATTRIBUTES} extended attributes that would be kept. Remove "
            f"some with setfattr(1), or give another path."
        )
    file.seek(0)
    text = t.cast("bytes | None", file.read(MOST_BYTES + 1))
    if text is None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    if len(text) > MOST_BYTES:
        raise FileError(f"{path} cannot be read: {TOO_LARGE}. Make it smaller, or give another path.")
    metadata = Metadata(stat.S_IMODE(found.st_mode), (found.st_uid, found.st_gid), attributes)
    return StoredFile(text, metadata, (found.st_dev, found.st_ino))


def fill(opened: t.BinaryIO, file: StoredFile) -> None:
    """Let a new file have content, owner, mode and attributes of another one."""
    descriptor, metadata = opened.fileno(), file.metadata
    opened.write(file.text)
    opened.flush()
    if metadata.owner is not None:
        os.fchown(descriptor, *metadata.owner)
    os.fchmod(descriptor, metadata.mode)
    inherited = _attributes(descriptor)
    for name, value in metadata.attributes.items():
        if inherited.get(name) != value:
            os.setxattr(descriptor, name, value)
    if metadata.owner is not None and _ACCESS_LIST in inherited and _ACCESS_LIST not in metadata.attributes:
        os.removexattr(descriptor, _ACCESS_LIST)


def _attributes(descriptor: int) -> dict[str, bytes]:
    """Return the extended attributes that belong to a file whatever its content, one more than may be at most."""
    try:
        names = os.listxattr(descriptor)
    except OSError as exc:
        if exc.errno == errno.ENOTSUP:
            return {}
        raise
    kept = [name for name in names if name.startswith(KEPT_ATTRIBUTES)]
    return {name: os.getxattr(descriptor, name) for name in kept[: MOST_ATTRIBUTES + 1]}
