# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read an archive of tar(1) that a host has made, in one pass over its bytes.

tarfile is not for archives of others: a header of pax of 276 compressed bytes takes it 28 s (CVE-2024-6232), others
make it recurse or loop. Here is what the tar of GNU and of BusyBox write for files, folders and links, and no more: the
headers of POSIX.1-1988 and GNU's long names. Formats: tar(5), "Basic Tar Format" of the manual of GNU tar.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError

_BLOCK = 512
_CHECKSUM = slice(148, 156)
_NUMBER = re.compile(rb"[ \0]*([0-7]{1,12})[ \0]*")
_POSIX = b"ustar\0"
_LONG_NAME, _LONG_LINK = b"L", b"K"
_KINDS: dict[bytes, Kind] = {b"0": "file", b"\0": "file", b"1": "hard link", b"2": "link", b"5": "folder"}
_LONGEST_NAME = 1024
_DEEPEST = 40

if t.TYPE_CHECKING:
    Kind = t.Literal["file", "hard link", "link", "folder"]


class Member(t.NamedTuple):
    """A file, folder or link of an archive; ``target`` is where a link leads, ``text`` the content of a file."""

    name: str
    kind: Kind
    mode: int
    target: str
    text: bytes


def members_of(archive: bytes) -> t.Iterator[Member]:
    """Yield what an archive has, in its order.

    :raises InconclusiveProbeError: for an archive that is cut or broken, or has what is not read here.
    """
    place = 0
    long: dict[bytes, bytes] = {}
    while True:
        header = archive[place : place + _BLOCK]
        if header == bytes(_BLOCK):
            return
        kind, size = header[156:157], _size(header)
        content = archive[place + _BLOCK : place + _BLOCK + size]
        if len(content) != size:
            raise InconclusiveProbeError("the archive is cut")
        place += _BLOCK + -(-size // _BLOCK) * _BLOCK
        if kind in (_LONG_NAME, _LONG_LINK):
            if size > _LONGEST_NAME:
                raise InconclusiveProbeError("a name in the archive is too long")
            long[kind] = content
            continue
        if kind not in _KINDS:
            raise InconclusiveProbeError(f"the archive has a member of the type {kind!r}")
        prefix = _c_string(header[345:500]) if header.startswith(_POSIX, 257) else b""
        name = _c_string(long.get(_LONG_NAME, header[:100]))
        if prefix and _LONG_NAME not in long:
            name = prefix + b"/" + name
        target = _c_string(long.get(_LONG_LINK, header[157:257]))
        if max(name.count(b"/"), target.count(b"/")) > _DEEPEST:
            raise InconclusiveProbeError("a path in the archive has too many parts")
        if size and _KINDS[kind] != "file":
            raise InconclusiveProbeError("a link or folder in the archive has a content")
        long = {}
        yield Member(_text(name), _KINDS[kind], _number(header[100:108]) & 0o7777, _text(target), content)


def _size(header: bytes) -> int:
    """Return the size of what stands behind a header whose checksum is right."""
    if len(header) != _BLOCK:
        raise InconclusiveProbeError("the archive is cut")
    found = sum(header) - sum(header[_CHECKSUM]) + len(header[_CHECKSUM]) * ord(" ")
    if _number(header[_CHECKSUM]) != found:
        raise InconclusiveProbeError("the archive is broken")
    return _number(header[124:136])


def _number(field: bytes) -> int:
    number = _NUMBER.fullmatch(field)
    if not number:
        raise InconclusiveProbeError("the archive has a number that is not octal")
    return int(number[1], 8)


def _c_string(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
