# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import stat
import tarfile
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.filesystem import Node, ProbedFileSystem, nodes_of

WHOLE = Node(stat.S_IFDIR, is_whole=True)
NODES = {
    "/etc": Node(stat.S_IFDIR),
    "/etc/sysctl.d": Node(stat.S_IFDIR, is_whole=True, names=["a.conf", "link.conf"]),
    "/etc/sysctl.d/a.conf": Node(stat.S_IFREG | 0o755, text=b"x"),
    "/etc/sysctl.d/link.conf": Node(stat.S_IFLNK, target="../elsewhere"),
    "/usr/sbin/sysctl": Node(stat.S_IFREG),
}
PROBED = ProbedFileSystem(NODES, {"/run/sysctl.d"})


def test_what_was_read() -> None:
    assert PROBED.listdir("/etc/sysctl.d") == ["a.conf", "link.conf"]
    assert PROBED.content("/etc/sysctl.d/a.conf") == ("file", b"x", "")
    assert PROBED.content("/etc/sysctl.d") == ("directory", b"", "it is a folder")
    assert PROBED.readlink("/etc/sysctl.d/link.conf") == "../elsewhere"
    assert PROBED.islink("/etc/sysctl.d/link.conf")
    assert PROBED.lexists("/etc/sysctl.d/link.conf")
    assert PROBED.isdir("/etc")
    assert not PROBED.islink("/etc")
    assert not PROBED.isdir("/etc/sysctl.d/a.conf")
    assert PROBED.is_executable("/etc/sysctl.d/a.conf")
    assert PROBED.exists("/usr/sbin/sysctl")


@pytest.mark.parametrize(
    "path", ["/etc/sysctl.d/b.conf", "/run/sysctl.d", "/run/sysctl.d/x/y", "/etc/sysctl.d/a.conf/x"]
)
def test_what_is_missing(path: str) -> None:
    assert not PROBED.exists(path)
    assert not PROBED.lexists(path)
    assert not PROBED.is_executable(path)
    assert PROBED.content(path) == ("missing", b"", "No such file or directory")
    with pytest.raises(OSError, match="Invalid argument"):
        PROBED.readlink(path)
    with pytest.raises(FileNotFoundError):
        PROBED.listdir(path)


def test_nothing_is_open_that_could_be_closed() -> None:
    PROBED.close()
    assert PROBED.exists("/usr/sbin/sysctl")


def test_no_folder() -> None:
    with pytest.raises(NotADirectoryError):
        PROBED.listdir("/etc/sysctl.d/a.conf")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: PROBED.lexists("/etc/sysctl.conf"),
        lambda: PROBED.lexists("/opt/x"),
        lambda: PROBED.listdir("/etc"),
        lambda: PROBED.content("/usr/sbin/sysctl"),
        lambda: PROBED.exists("/etc/sysctl.d/link.conf"),
        lambda: PROBED.lexists("/etc/sysctl.d/link.conf/x") and PROBED.lexists("/opt"),
        lambda: Files(file_system=PROBED).read("/opt/x.conf"),
        lambda: PROBED.untrusted_owner("/etc/sysctl.d/link.conf"),
    ],
    ids=["file", "folder", "names", "content", "link", "below a link", "a path", "owner of a link"],
)
def test_what_was_not_read(ask: t.Callable[[], object]) -> None:
    with pytest.raises(InconclusiveProbeError):
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
    with pytest.raises(InconclusiveProbeError):
        nodes_of(broken)
