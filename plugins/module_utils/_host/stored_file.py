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

if t.TYPE_CHECKING:
    Identity = t.Tuple[int, ...]

# Not among them: signatures of a file's content, such as security.ima.
_ACCESS_LIST = "system.posix_acl_access"
KEPT_ATTRIBUTES = ("security.selinux", "security.SMACK64", _ACCESS_LIST, "user.")


@dataclasses.dataclass(frozen=True)
class Metadata:
    """What a replaced file keeps; ``owner`` is None for a new file, which gets the process's own."""

    mode: int
    owner: tuple[int, int] | None = None
    attributes: t.Mapping[str, bytes] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class StoredFile:
    """A file's content, and what it keeps when that is replaced. ``identity`` is the inode that was read."""

    text: bytes
    metadata: Metadata
    identity: Identity | None = dataclasses.field(default=None, compare=False)


def stored(file: t.BinaryIO) -> StoredFile:
    """Return all that an open file holds."""
    descriptor = file.fileno()
    found = os.fstat(descriptor)
    metadata = Metadata(stat.S_IMODE(found.st_mode), (found.st_uid, found.st_gid), _attributes(descriptor))
    file.seek(0)
    return StoredFile(file.read(), metadata, (found.st_dev, found.st_ino))


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
    """Return the extended attributes that belong to a file whatever its content."""
    try:
        names = os.listxattr(descriptor)
    except OSError as exc:
        if exc.errno == errno.ENOTSUP:
            return {}
        raise
    return {name: os.getxattr(descriptor, name) for name in names if name.startswith(KEPT_ATTRIBUTES)}
