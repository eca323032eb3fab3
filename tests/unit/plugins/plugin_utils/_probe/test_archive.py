# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import tarfile

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.archive import Member, members_of

LONG = "etc/" + "x" * 200 + "/" + "y" * 200
FORMATS = {"POSIX.1-1988": tarfile.USTAR_FORMAT, "GNU": tarfile.GNU_FORMAT}


def packed(*members: tarfile.TarInfo, content: bytes = b"", form: int = tarfile.GNU_FORMAT) -> bytes:
    """Return an archive in which each file has the same content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, *, target: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.mode = kind, target, size, 0o4755
    return info


def raw(kind: bytes, content: bytes, *, size: int | None = None) -> bytes:
    """Return a header with a content, as no tar writes it."""
    info = member("x", kind, size=len(content) if size is None else size)
    return info.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512)


def renumbered(header: bytes, field: slice, number: bytes) -> bytes:
    """Return a header with another number in a field, and the checksum to it."""
    changed = bytearray(header)
    changed[field] = number
    changed[148:156] = b" " * 8
    changed[148:156] = b"%06o\0 " % sum(changed[:512])
    return bytes(changed)


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_members(form: int) -> None:
    name = "etc/" + "x" * 140 + "/" + "y" * 90 if form == tarfile.USTAR_FORMAT else LONG
    archive = packed(
        member("etc/d", tarfile.DIRTYPE),
        member(name, size=3),
        member("etc/l", tarfile.SYMTYPE, target="../x"),
        member("etc/h", tarfile.LNKTYPE, target="etc/a"),
        member("etc/\udcff", size=3),
        content=b"abc",
        form=form,
    )
    assert list(members_of(archive)) == [
        Member("etc/d/", "folder", 0o4755, "", b""),
        Member(name, "file", 0o4755, "", b"abc"),
        Member("etc/l", "link", 0o4755, "../x", b""),
        Member("etc/h", "hard link", 0o4755, "etc/a", b""),
        Member("etc/\udcff", "file", 0o4755, "", b"abc"),
    ]


def test_long_target() -> None:
    archive = packed(member("etc/l", tarfile.SYMTYPE, target=LONG))
    assert [one.target for one in members_of(archive)] == [LONG]


HEADER = raw(tarfile.REGTYPE, b"")


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        pytest.param(raw(b"x", b"1" * 20_000), "the archive has a member of the type b'x'", id="pax"),
        pytest.param(raw(b"g", b"1" * 20_000), "the archive has a member of the type b'g'", id="pax for all"),
        pytest.param(raw(b"X", b"1"), "the archive has a member of the type b'X'", id="pax of Solaris"),
        pytest.param(raw(b"S", b""), "the archive has a member of the type b'S'", id="sparse"),
        pytest.param(raw(b"L", b"1" * 1025), "a name in the archive is too long", id="long name"),
        pytest.param(raw(b"K", b"1" * 1025), "a name in the archive is too long", id="long link"),
        pytest.param(raw(b"L", b"x/" * 41), "the archive is cut", id="a name and no member"),
        pytest.param(raw(b"L", b"x/" * 41) + HEADER, "a path in the archive has too many parts", id="deep"),
        pytest.param(raw(b"K", b"x/" * 41) + HEADER, "a path in the archive has too many parts", id="deep link"),
        pytest.param(raw(b"5", b"x"), "a link or folder in the archive has a content", id="folder with a content"),
        pytest.param(raw(b"0", b"x", size=10**9), "the archive is cut", id="larger than it is"),
        pytest.param(HEADER, "the archive is cut", id="no end"),
        pytest.param(b"", "the archive is cut", id="nothing"),
        pytest.param(b"x" * 512, "the archive has a number that is not octal", id="nonsense"),
        pytest.param(b"y" + HEADER[1:], "the archive is broken", id="checksum"),
        pytest.param(
            renumbered(HEADER, slice(124, 136), b"\xff" * 12),
            "the archive has a number that is not octal",
            id="negative size",
        ),
    ],
)
def test_refused_archive(archive: bytes, message: str) -> None:
    with pytest.raises(InconclusiveProbeError) as refused:
        list(members_of(archive))
    assert str(refused.value) == message


def test_many_long_names_are_read_in_a_loop() -> None:
    archive = raw(b"L", b"name") * 5000 + HEADER + bytes(1024)
    assert [one.name for one in members_of(archive)] == ["name"]
