# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import stat
import tarfile
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import DoubtError
from ansible_collections.linux.tcp.plugins.module_utils._record import (
    KernelRecord,
    Node,
    RecordedDisk,
    RecordedFiles,
    RecordedKernel,
    as_values,
    nodes_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._values import Values

WHOLE = Node(stat.S_IFDIR, is_whole=True)
NODES = {
    "/etc": Node(stat.S_IFDIR),
    "/etc/sysctl.d": Node(stat.S_IFDIR, is_whole=True, names=["a.conf", "link.conf"]),
    "/etc/sysctl.d/a.conf": Node(stat.S_IFREG | 0o755, text=b"x"),
    "/etc/sysctl.d/link.conf": Node(stat.S_IFLNK, target="../elsewhere"),
    "/usr/sbin/sysctl": Node(stat.S_IFREG),
}
DISK = RecordedDisk(NODES, {"/run/sysctl.d"})


def test_what_was_read() -> None:
    assert DISK.listdir("/etc/sysctl.d") == ["a.conf", "link.conf"]
    assert DISK.content("/etc/sysctl.d/a.conf") == ("file", b"x", "")
    assert DISK.content("/etc/sysctl.d") == ("directory", b"", "it is a folder")
    assert DISK.readlink("/etc/sysctl.d/link.conf") == "../elsewhere"
    assert DISK.islink("/etc/sysctl.d/link.conf")
    assert DISK.lexists("/etc/sysctl.d/link.conf")
    assert DISK.isdir("/etc")
    assert not DISK.islink("/etc")
    assert not DISK.isdir("/etc/sysctl.d/a.conf")
    assert DISK.is_executable("/etc/sysctl.d/a.conf")
    assert DISK.exists("/usr/sbin/sysctl")


@pytest.mark.parametrize(
    "path", ["/etc/sysctl.d/b.conf", "/run/sysctl.d", "/run/sysctl.d/x/y", "/etc/sysctl.d/a.conf/x"]
)
def test_what_is_missing(path: str) -> None:
    assert not DISK.exists(path)
    assert not DISK.lexists(path)
    assert not DISK.is_executable(path)
    assert DISK.content(path) == ("missing", b"", "No such file or directory")
    with pytest.raises(OSError, match="Invalid argument"):
        DISK.readlink(path)
    with pytest.raises(FileNotFoundError):
        DISK.listdir(path)


def test_no_folder() -> None:
    with pytest.raises(NotADirectoryError):
        DISK.listdir("/etc/sysctl.d/a.conf")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: DISK.lexists("/etc/sysctl.conf"),
        lambda: DISK.lexists("/opt/x"),
        lambda: DISK.listdir("/etc"),
        lambda: DISK.content("/usr/sbin/sysctl"),
        lambda: DISK.exists("/etc/sysctl.d/link.conf"),
        lambda: DISK.lexists("/etc/sysctl.d/link.conf/x") and DISK.lexists("/opt"),
        lambda: RecordedFiles(disk=DISK).version_of("procps"),
        lambda: RecordedFiles(disk=DISK).require_writable("/etc/sysctl.d/a.conf"),
        lambda: RecordedFiles(disk=DISK).read("/opt/x.conf"),
    ],
    ids=["file", "folder", "names", "content", "link", "below a link", "release", "to be written", "a path"],
)
def test_what_was_not_read(ask: t.Callable[[], object]) -> None:
    with pytest.raises(DoubtError):
        ask()


def archive(*members: tuple[str, bytes | None, str]) -> bytes:
    """Return an archive of files (a content), folders (None) and links (behind ``->``, hard ones behind ``=>``)."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content, link in members:
            member = tarfile.TarInfo(name)
            member.type = tarfile.DIRTYPE if content is None and not link else tarfile.REGTYPE
            if link:
                member.type = {"->": tarfile.SYMTYPE, "=>": tarfile.LNKTYPE, "||": tarfile.FIFOTYPE}[link[:2]]
                member.linkname = link[2:]
            member.size = len(content or b"")
            tar.addfile(member, io.BytesIO(content or b""))
    return packed.getvalue()


def sparse() -> bytes:
    """Return an archive of a file that takes no place there, and 300 MiB where it is unpacked."""
    member = tarfile.TarInfo("etc/x")
    member.type = tarfile.GNUTYPE_SPARSE
    header = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    size = b"%011o\0" % (300 << 20)
    header[386:410] = size + b"%011o\0" % 0
    header[483:495] = size
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 32 + sum(header[156:512]))
    return bytes(header) + bytes(1024)


def test_archive() -> None:
    nodes = nodes_of(
        archive(
            ("etc/sysctl.d", None, ""),
            ("etc/sysctl.d/a.conf", b"text", ""),
            ("etc/sysctl.d/b.conf", None, "=>etc/sysctl.d/a.conf"),
            ("etc/sysctl.d/a.conf", None, "=>etc/sysctl.d/a.conf"),
            ("etc/sysctl.d/c.conf", None, "->../c"),
            ("etc/sysctl.d/../../../../../etc/shadow", b"x", ""),
        )
    )
    assert {path: (node.text, node.target) for path, node in nodes.items()} == {
        "/etc/sysctl.d": (None, ""),
        "/etc/sysctl.d/a.conf": (b"text", ""),
        "/etc/sysctl.d/b.conf": (b"text", ""),
        "/etc/sysctl.d/c.conf": (None, "../c"),
        "/etc/shadow": (b"x", ""),
    }
    assert sorted(nodes["/etc/sysctl.d"].names) == ["a.conf", "b.conf", "c.conf"]


@pytest.mark.parametrize(
    "broken",
    [
        archive(("etc/x", b"x" * 2000, ""))[:1024],
        archive(("etc/x", None, "||")),
        archive(("etc/x", None, "=>etc/nowhere")),
        b"nonsense" * 100,
        archive(("etc/x", b"x" * ((1 << 20) + 1), "")),
        sparse(),
    ],
    ids=["cut", "pipe", "link to nothing", "nonsense", "large", "sparse"],
)
def test_broken_archive(broken: bytes) -> None:
    with pytest.raises(DoubtError):
        nodes_of(broken)


@pytest.mark.parametrize(
    ("mounts", "writable"),
    [
        (["proc /proc proc rw,nosuid 0 0"], True),
        (["proc /proc proc rw 0 0", "proc /proc/sys proc ro,nosuid 0 0"], False),
        (["proc /proc proc ro 0 0", "proc /proc/sys/net proc rw 0 0"], True),
        (["proc /proc proc rw 0 0", "tmpfs /proc/sysx tmpfs ro 0 0"], True),
    ],
)
def test_kernel(mounts: list[str], writable: bool) -> None:
    kernel = RecordedKernel(KernelRecord(Values(1, 2, 3), "systemd", tuple(mounts), b"quiet"), hz=100)
    assert kernel.writable() is writable
    assert (kernel.read(), kernel.process_1(), kernel.command_line(), kernel.hz()) == (
        Values(1, 2, 3),
        "systemd",
        b"quiet",
        100,
    )
    with pytest.raises(DoubtError):
        kernel.require_writable("time")


@pytest.mark.parametrize(
    "mounts",
    [
        [],
        ["x /proc"],
        ["proc /proc proc rw 0 0", "proc /proc/sys proc ro 0 0", "proc /proc proc rw 0 0"],
        ["proc /proc/sys proc ro 0 0", "proc /proc/sys proc rw 0 0"],
    ],
    ids=["none", "no mount", "mounted over", "twice"],
)
def test_doubtful_mounts(mounts: list[str]) -> None:
    with pytest.raises(DoubtError):
        RecordedKernel(KernelRecord(Values(1, 2, 3), "", tuple(mounts), b""), hz=100).writable()


def test_as_values() -> None:
    assert as_values({"time": "-5", "intvl": "", "probes": "9"}) == Values(-5, None, 9)
    assert as_values({"time": "\u00b2", "intvl": "1" * 30}) == Values()
