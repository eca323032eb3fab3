# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ctypes
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import (
    LOADERS,
    LONG_LINE_MAX,
    Statement,
    SysctlFile,
    Tree,
    expand,
    files_read,
    key_of,
    parse_line,
    split_lines,
    statements,
)
from ansible_collections.linux.tcp.plugins.module_utils._values import KEYS

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import Kind, Loader
    from ansible_collections.linux.tcp.plugins.module_utils._values import Key

SYSTEMD: Loader = "systemd-sysctl"
PROCPS: Loader = "procps"
NAME = b"net/ipv4/tcp_keepalive_time"
DOTTED = b"net.ipv4.tcp_keepalive_time"


def tree_of(*paths: str, kind: Kind = "file") -> Tree:
    return Tree(tuple(SysctlFile(path=path, target=path, kind=kind) for path in paths))


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        pytest.param("Permission denied", "Run as root (become: true)", id="denied"),
        pytest.param("it is not a regular file", "Make it readable or remove it", id="anything else"),
    ],
)
def test_remedy(reason: str, remedy: str) -> None:
    assert SysctlFile("/a", "/a", kind="unreadable", reason=reason).remedy == remedy


def test_what_lasts() -> None:
    a, b, z = "/etc/sysctl.d/a.conf", "/etc/sysctl.d/b.conf", "/usr/lib/sysctl.d/z.conf"
    stays = SysctlFile(a, a, text=b"stays")
    leads_to_run = SysctlFile(b, "/run/b.conf", text=b"goes", is_link=True)
    in_run = SysctlFile("/run/sysctl.d/c.conf", "/run/sysctl.d/c.conf", text=b"goes")
    leads_out_of_run = SysctlFile("/run/sysctl.d/d.conf", "/opt/d.conf", text=b"goes", is_link=True)
    elsewhere = SysctlFile(z, "/running", text=b"stays", is_link=True)
    tree = Tree((stays, leads_to_run, in_run, leads_out_of_run, elsewhere))
    dangling = SysctlFile(b, "/run/b.conf", kind="missing", is_link=True)
    assert tree.lasting() == Tree((stays, dangling, elsewhere))
    assert [file.is_volatile for file in tree.files] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("loader", "paths", "expected"),
    [
        pytest.param(SYSTEMD, [], [], id="systemd: nothing"),
        pytest.param(PROCPS, [], [], id="procps: nothing"),
        *(
            pytest.param(
                loader,
                [f"/{folder}/sysctl.d/{name}.conf" for folder, name in zip(folders, "edcba")],
                [f"/{folder}/sysctl.d/{name}.conf" for folder, name in reversed(list(zip(folders, "edcba")))],
                id=f"{loader}: by name, whatever the directory",
            )
            for folders in [("etc", "run", "usr/local/lib", "usr/lib", "lib")]
            for loader in LOADERS
        ),
        *(
            pytest.param(loader, [f"{later}/a.conf", f"{first}/a.conf"], [f"{first}/a.conf"], id=f"{loader}: {why}")
            for loader in LOADERS
            for first, later, why in (
                ("/etc/sysctl.d", "/run/sysctl.d", "etc hides run"),
                ("/run/sysctl.d", "/usr/local/lib/sysctl.d", "run hides usr local"),
                ("/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "usr local hides usr"),
                ("/etc/sysctl.d", "/usr/lib/sysctl.d", "etc hides usr"),
                ("/usr/lib/sysctl.d", "/lib/sysctl.d", "usr hides lib"),
            )
        ),
        *(
            pytest.param(
                loader,
                [f"/etc/sysctl.d/{name}.conf" for name in ("é", "a", "_", "Z", "9-a", "10-a", "\udcff", "b c")],
                [f"/etc/sysctl.d/{name}.conf" for name in ("10-a", "9-a", "Z", "_", "a", "b c", "é", "\udcff")],
                id=f"{loader}: names in byte order",
            )
            for loader in LOADERS
        ),
        *(
            pytest.param(
                loader,
                [f"/etc/sysctl.d/{name}" for name in ("a", "a.conf~", "a.CONF", "a.conf.bak", "aconf", "b.conf")],
                ["/etc/sysctl.d/b.conf"],
                id=f"{loader}: suffix",
            )
            for loader in LOADERS
        ),
        *(
            pytest.param(
                loader,
                ["/etc/sysctl.d/below/a.conf", "/etc/a.conf", "/etc/sysctl.conf.d/a.conf", "/opt/sysctl.d/a.conf"],
                [],
                id=f"{loader}: other folders",
            )
            for loader in LOADERS
        ),
        pytest.param(SYSTEMD, ["/etc/sysctl.d/.x.conf", "/etc/sysctl.d/.conf"], [], id="systemd: hidden files"),
        pytest.param(
            PROCPS,
            ["/etc/sysctl.d/a.conf", "/etc/sysctl.d/.x.conf", "/etc/sysctl.d/.conf"],
            ["/etc/sysctl.d/.conf", "/etc/sysctl.d/.x.conf", "/etc/sysctl.d/a.conf"],
            id="procps: hidden files too",
        ),
        pytest.param(
            SYSTEMD,
            ["/etc/sysctl.conf", "/etc/sysctl.d/zz.conf"],
            ["/etc/sysctl.d/zz.conf"],
            id="systemd: without sysctl.conf",
        ),
        pytest.param(
            PROCPS,
            ["/etc/sysctl.conf", "/etc/sysctl.d/zz.conf", "/usr/lib/sysctl.d/~.conf"],
            ["/etc/sysctl.d/zz.conf", "/usr/lib/sysctl.d/~.conf", "/etc/sysctl.conf"],
            id="procps: sysctl.conf last",
        ),
        pytest.param(
            PROCPS,
            ["/etc/sysctl.d/sysctl.conf", "/etc/sysctl.conf"],
            ["/etc/sysctl.d/sysctl.conf", "/etc/sysctl.conf"],
            id="procps: a file of the same name does not hide sysctl.conf",
        ),
    ],
)
def test_files_read(loader: Loader, paths: list[str], expected: list[str]) -> None:
    assert [file.path for file in files_read(tree_of(*paths), loader)] == expected


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    "hiding",
    [
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf"), id="empty file"),
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/dev/null", is_link=True), id="link to /dev/null"),
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/nowhere", kind="missing", is_link=True), id="dangling link"),
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf", kind="directory"), id="directory"),
        pytest.param(SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf", kind="unreadable"), id="unreadable"),
    ],
)
def test_files_read_masked(loader: Loader, hiding: SysctlFile) -> None:
    hidden = SysctlFile("/usr/lib/sysctl.d/a.conf", "/usr/lib/sysctl.d/a.conf", text=DOTTED + b"=5")
    assert files_read(Tree((hidden, hiding)), loader) == [hiding]


@pytest.mark.parametrize(
    ("kind", "is_read"),
    [
        pytest.param("file", True, id="file"),
        pytest.param("unreadable", True, id="unreadable, but root will read it"),
        pytest.param("directory", False, id="directory"),
        pytest.param("missing", False, id="dangling link"),
    ],
)
def test_files_read_sysctl_conf(kind: Kind, is_read: bool) -> None:
    tree = tree_of("/etc/sysctl.conf", kind=kind)
    assert files_read(tree, PROCPS) == (list(tree.files) if is_read else [])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"a", [b"a"], id="no ending"),
        pytest.param(b"a\nb", [b"a\n", b"b"], id="LF"),
        pytest.param(b"a\r\nb\r\n", [b"a\r\n", b"b\r\n"], id="CRLF"),
        pytest.param(b"a\rb\r", [b"a\r", b"b\r"], id="CR"),
        pytest.param(b"a\0b", [b"a\0", b"b"], id="NUL"),
        pytest.param(b"a\n\nb", [b"a\n", b"\n", b"b"], id="blank line"),
        pytest.param(b"a\n\rb\n", [b"a\n", b"\rb\n"], id="CR before a line"),
        pytest.param(b"\xff\xfe\n", [b"\xff\xfe\n"], id="not UTF-8"),
        pytest.param("a\u2028b\x0bc\x85".encode(), ["a\u2028b\x0bc\x85".encode()], id="what Unicode calls line ends"),
    ],
)
def test_split_lines(text: bytes, lines: list[bytes]) -> None:
    assert split_lines(text) == lines
    assert b"".join(split_lines(text)) == text


def read(name: bytes, value: bytes | None) -> Statement:
    return Statement(name=name, value=value, line=7)


@pytest.mark.parametrize(
    ("line", "as_systemd", "as_procps"),
    [
        pytest.param(b"", None, None, id="nothing"),
        pytest.param(b" \t ", None, None, id="blanks"),
        pytest.param(b"# " + DOTTED + b"=5", None, None, id="comment"),
        pytest.param(b"; " + DOTTED + b"=5", None, None, id="other comment"),
        pytest.param(b" \t# " + DOTTED + b"=5", None, None, id="indented comment"),
        pytest.param(DOTTED, None, None, id="no equals sign"),
        pytest.param(DOTTED + b" 5", None, None, id="blank for an equals sign"),
        pytest.param(DOTTED + b"=5", read(NAME, b"5"), read(NAME, b"5"), id="plain"),
        pytest.param(b"\t " + DOTTED + b"\t = \t5 \t", read(NAME, b"5"), read(NAME, b"5"), id="blanks and tabs"),
        pytest.param(b"-" + DOTTED + b" = 5", read(NAME, b"5"), read(NAME, b"5"), id="failures ignored"),
        pytest.param(b"-" + DOTTED, read(NAME, None), read(NAME, None), id="exclusion"),
        pytest.param(b" -" + DOTTED + b" \t", read(NAME, None), read(NAME, None), id="exclusion with blanks"),
        pytest.param(b"-" + DOTTED + b"=", read(NAME, b""), read(NAME, b""), id="empty, not an exclusion"),
        pytest.param(b"- " + DOTTED + b"=5", read(NAME, b"5"), read(b" " + NAME, b"5"), id="dash and blank"),
        pytest.param(
            b"--" + DOTTED + b"=5",
            read(b"-" + NAME, b"5"),
            read(NAME, b"5"),
            id="two dashes, of which procps drops both",
        ),
        pytest.param(DOTTED + b" =", read(NAME, b""), read(NAME, b""), id="no value"),
        pytest.param(DOTTED + b"=5=6", read(NAME, b"5=6"), read(NAME, b"5=6"), id="two equals signs"),
        pytest.param(DOTTED + b"=5 # c", read(NAME, b"5 # c"), read(NAME, b"5 # c"), id="inline comment is value"),
        pytest.param(DOTTED + b'="5"', read(NAME, b'"5"'), read(NAME, b'"5"'), id="quotes are value"),
        pytest.param(DOTTED + b"=5\\", read(NAME, b"5\\"), read(NAME, b"5\\"), id="backslash is value"),
        pytest.param(DOTTED + b"=5\r", read(NAME, b"5"), read(NAME, b"5"), id="CR behind"),
        pytest.param(
            b"\x0b" + DOTTED + b"\x0c=\x0b5\x0c",
            read(b"\x0b" + NAME + b"\x0c", b"\x0b5\x0c"),
            read(NAME, b"5"),
            id="vertical tab and form feed are blanks to procps only",
        ),
        pytest.param(
            b"\xef\xbb\xbf" + DOTTED + b"=5",
            read(b"\xef\xbb\xbf" + NAME, b"5"),
            read(b"\xef\xbb\xbf" + NAME, b"5"),
            id="byte order mark is part of the key",
        ),
        pytest.param(NAME + b"=5", read(NAME, b"5"), read(NAME, b"5"), id="slashes"),
        pytest.param(
            b"net/ipv4.tcp_keepalive_time=5",
            read(b"net/ipv4.tcp_keepalive_time", b"5"),
            read(b"net/ipv4.tcp_keepalive_time", b"5"),
            id="slash first: dots are literal",
        ),
        pytest.param(
            b"net.ipv4/tcp_keepalive_time=5",
            read(b"net/ipv4.tcp_keepalive_time", b"5"),
            read(b"net/ipv4.tcp_keepalive_time", b"5"),
            id="dot first: slashes become dots",
        ),
        pytest.param(b"/" + NAME + b"=5", read(NAME, b"5"), read(b"/" + NAME, b"5"), id="leading slash"),
        pytest.param(b"." + DOTTED + b"=5", read(NAME, b"5"), read(b"/" + NAME, b"5"), id="leading dot"),
        pytest.param(
            b"net..ipv4.tcp_keepalive_time=5",
            read(NAME, b"5"),
            read(b"net//ipv4/tcp_keepalive_time", b"5"),
            id="doubled dot",
        ),
        pytest.param(
            b"net/./ipv4/tcp_keepalive_time=5",
            read(NAME, b"5"),
            read(b"net/./ipv4/tcp_keepalive_time", b"5"),
            id="this folder",
        ),
        pytest.param(
            b"net/ipv4/../ipv4/tcp_keepalive_time=5",
            read(b"net/ipv4/../ipv4/tcp_keepalive_time", b"5"),
            read(b"net/ipv4/../ipv4/tcp_keepalive_time", b"5"),
            id="parent folder",
        ),
        pytest.param(b"sysrq=1", read(b"sysrq", b"1"), read(b"sysrq", b"1"), id="no separator"),
    ],
)
def test_parse_line(line: bytes, as_systemd: Statement | None, as_procps: Statement | None) -> None:
    assert parse_line(line, 7, SYSTEMD) == as_systemd
    assert parse_line(line, 7, PROCPS) == as_procps


@pytest.mark.parametrize(
    ("text", "as_systemd", "as_procps"),
    [
        pytest.param(b"", [], [], id="empty"),
        pytest.param(b"vm.swappiness = 5\n-kernel.x\n", [], [], id="other keys only"),
        pytest.param(b"# *\nvm.swappiness = 5 * 3\n", [], [], id="a star in a comment or a value"),
        pytest.param(
            b"a=1\n\n" + DOTTED + b"=5\n#\n" + DOTTED + b"=6",
            [(NAME, b"5", 3), (NAME, b"6", 5)],
            [(NAME, b"5", 3), (NAME, b"6", 5)],
            id="lines are counted, the last needs no ending",
        ),
        pytest.param(
            b"net.ipv4.tcp_*=1\nvm.?=2\n[a]=3\n-net.ipv4.tcp_keepalive_*\n",
            [
                (b"net/ipv4/tcp_*", b"1", 1),
                (b"vm/?", b"2", 2),
                (b"[a]", b"3", 3),
                (b"net/ipv4/tcp_keepalive_*", None, 4),
            ],
            [
                (b"net/ipv4/tcp_*", b"1", 1),
                (b"vm/?", b"2", 2),
                (b"[a]", b"3", 3),
                (b"net/ipv4/tcp_keepalive_*", None, 4),
            ],
            id="globs",
        ),
        pytest.param(
            b"a=1\r\n" + DOTTED + b"=5\r\n", [(NAME, b"5", 2)], [(NAME, b"5", 2)], id="CRLF counts as one line"
        ),
        pytest.param(
            b"a=1\r" + DOTTED + b"=5\r" + DOTTED + b"=6\n",
            [(NAME, b"5", 1), (NAME, b"6", 1)],
            [],
            id="lone CR ends a line of systemd only",
        ),
        pytest.param(
            DOTTED + b"=5\r" + DOTTED + b"=6\n",
            [(NAME, b"5", 1), (NAME, b"6", 1)],
            [(NAME, b"5\r" + DOTTED + b"=6", 1)],
            id="lone CR is value to procps",
        ),
        pytest.param(
            b"a=1\0" + DOTTED + b"=5\n" + DOTTED + b"=6\0" + DOTTED + b"=7\n",
            [(NAME, b"5", 1), (NAME, b"6", 2), (NAME, b"7", 2)],
            [(NAME, b"6", 2)],
            id="NUL ends a line of systemd and the text of procps' line",
        ),
        pytest.param(
            b"# comment \\\n" + DOTTED + b"=5\n", [(NAME, b"5", 2)], [(NAME, b"5", 2)], id="no continuation lines"
        ),
        pytest.param(
            b"# \xff\xfe\n" + DOTTED + b"=5\n", [(NAME, b"5", 2)], [(NAME, b"5", 2)], id="not UTF-8 in a comment"
        ),
        pytest.param(
            DOTTED + b"=5\n#" + b"x" * (LONG_LINE_MAX - 1) + b"\n" + DOTTED + b"=6\n",
            [(NAME, b"5", 1)],
            [(NAME, b"5", 1), (NAME, b"6", 3)],
            id="systemd gives up at a line of 1 MiB",
        ),
        pytest.param(
            b"#" + b"x" * (LONG_LINE_MAX - 2) + b"\n" + DOTTED + b"=6\n",
            [(NAME, b"6", 2)],
            [(NAME, b"6", 2)],
            id="one byte less is read",
        ),
    ],
)
def test_statements(text: bytes, as_systemd: list[object], as_procps: list[object]) -> None:
    for loader, expected in ((SYSTEMD, as_systemd), (PROCPS, as_procps)):
        found = [(found.name, found.value, found.line) for found in statements(text, loader)]
        assert found == expected, loader


@pytest.mark.parametrize(
    ("name", "is_glob"),
    [
        pytest.param(NAME, False, id="plain"),
        pytest.param(b"net/*", True, id="star"),
        pytest.param(b"net/?", True, id="question mark"),
        pytest.param(b"net/[ab]", True, id="brackets"),
        pytest.param(b"net/{a,b}", False, id="braces are literal"),
    ],
)
def test_is_glob(name: bytes, is_glob: bool) -> None:
    assert Statement(name=name, value=b"5", line=1).is_glob is is_glob


@pytest.mark.parametrize(
    ("name", "as_systemd", "as_procps"),
    [
        pytest.param(b"net/ipv4/tcp_keepalive_time", "time", "time", id="time"),
        pytest.param(b"net/ipv4/tcp_keepalive_intvl", "intvl", "intvl", id="intvl"),
        pytest.param(b"net/ipv4/tcp_keepalive_probes", "probes", "probes", id="probes"),
        pytest.param(b"net/ipv4/tcp_keepalive_interval", None, None, id="another name"),
        pytest.param(b"net/ipv4/tcp_keepalive_time/", None, None, id="slash at the end"),
        pytest.param(b"net/ipv4/TCP_keepalive_time", None, None, id="case counts"),
        pytest.param(b"net/ipv6/tcp_keepalive_time", None, None, id="there is no twin for IPv6"),
        pytest.param(b"net/ipv4.tcp_keepalive_time", None, None, id="dot in a path"),
        pytest.param(b"proc/sys/net/ipv4/tcp_keepalive_time", None, None, id="full path"),
        pytest.param(b"/net/ipv4/tcp_keepalive_time", None, "time", id="leading slash"),
        pytest.param(b"net//ipv4/tcp_keepalive_time", None, "time", id="doubled slash"),
        pytest.param(b"net/./ipv4/tcp_keepalive_time", None, "time", id="this folder"),
        pytest.param(b"net/ipv4/../ipv4/tcp_keepalive_time", None, "time", id="parent folder"),
        pytest.param(b"../sys/net/ipv4/tcp_keepalive_time", None, "time", id="out and back"),
        pytest.param(b"net/ipv4/tcp_keepalive_time\xff", None, None, id="not UTF-8"),
        pytest.param(b"", None, None, id="nothing"),
    ],
)
def test_key_of(name: bytes, as_systemd: Key | None, as_procps: Key | None) -> None:
    assert key_of(name, SYSTEMD) == as_systemd
    assert key_of(name, PROCPS) == as_procps


PATTERNS = [
    pytest.param("net/ipv4/tcp_keepalive_*", ["time", "intvl", "probes"], id="star"),
    pytest.param("net/ipv4/tcp_keepalive_t*", ["time"], id="star behind a letter"),
    pytest.param("net/ipv4/*time*", ["time"], id="two stars, one for nothing"),
    pytest.param("net/*/tcp_keepalive_time", ["time"], id="star for a folder"),
    pytest.param("*/*/*", ["time", "intvl", "probes"], id="stars only"),
    pytest.param("*", [], id="star does not cross folders"),
    pytest.param("net/*", [], id="too short"),
    pytest.param("*/*/*/*", [], id="too long"),
    pytest.param("net/ipv4/tcp_keepalive_tim?", ["time"], id="question mark"),
    pytest.param("net/ipv4/tcp_keepalive_time?", [], id="question mark for nothing"),
    pytest.param("net?ipv4/tcp_keepalive_time", [], id="question mark does not match a slash"),
    pytest.param("net/ipv4/tcp_keepalive_[ip]*", ["intvl", "probes"], id="set"),
    pytest.param("net/ipv4/tcp_keepalive_[!t]*", ["intvl", "probes"], id="negated set"),
    pytest.param("net/ipv4/tcp_keepalive_[^t]*", ["intvl", "probes"], id="negated set, other sign"),
    pytest.param("net/ipv4/tcp_keepalive_[a-p]*", ["intvl", "probes"], id="range"),
    pytest.param("net/ipv4/tcp_keepalive_[!a-p]*", ["time"], id="negated range"),
    pytest.param("net/ipv[3-5]/tcp_keepalive_time", ["time"], id="range of digits"),
    pytest.param("net/ipv4/tcp_keepalive_[]t]ime", ["time"], id="closing bracket first is a member"),
    pytest.param("net/ipv4/tcp_keepalive_[!]t]*", ["intvl", "probes"], id="closing bracket first, negated"),
    pytest.param("net/ipv4/tcp_keepalive_[[:alpha:]]ime", ["time"], id="class"),
    pytest.param("net/ipv[[:digit:]]/tcp_keepalive_time", ["time"], id="class of digits"),
    pytest.param("net/ipv4/tcp[[:punct:]]keepalive_time", ["time"], id="class of punctuation"),
    pytest.param("net/ipv4/tcp_keepalive_[![:alpha:]]*", [], id="negated class"),
    pytest.param("net/ipv4/tcp_keepalive_[[:upper:]]*", [], id="class that has no letter of ours"),
    pytest.param("net/ipv4/tcp_keepalive_[\\t]ime", ["time"], id="backslash in a set"),
    pytest.param("net/ipv4/tcp_keepalive_[a\\-z]*", [], id="quoted dash is no range"),
    pytest.param("net/ipv4/tcp_keepalive_\\[t]*", [], id="quoted bracket"),
    pytest.param("net/ipv4/tcp_keepalive_tim\\e*", ["time"], id="quoted letter"),
    pytest.param("net/ipv4/tcp_keepalive_\\t*", ["time"], id="quoted letter, not a tab"),
    pytest.param("net/ipv4/tcp_keepalive_[tip", [], id="bracket without its end is literal"),
    pytest.param("net/ipv4/tcp_keepalive_{time,intvl}*", [], id="braces are literal"),
    pytest.param("net/ipv4/tcp.keepalive_*", [], id="a dot is a dot"),
    pytest.param("net/ipv4/TCP_KEEPALIVE_*", [], id="case counts"),
    pytest.param("net/ipv4/tcp_keepalive_*/", [], id="slash at the end"),
]


@pytest.mark.parametrize(("pattern", "keys"), PATTERNS)
def test_expand(pattern: str, keys: list[Key]) -> None:
    assert [key for key in KEYS if expand(pattern.encode(), key) is not None] == keys
    for key in keys:
        assert expand(pattern.encode(), key) == f"net/ipv4/tcp_keepalive_{key}".encode()


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        pytest.param(b"net//ipv4/tcp_keepalive_t*", b"net//ipv4/tcp_keepalive_time", id="doubled slash"),
        pytest.param(b"/net/ipv4/tcp_keepalive_t*", b"/net/ipv4/tcp_keepalive_time", id="leading slash"),
        pytest.param(b"net/./*/tcp_keepalive_t*", b"net/./ipv4/tcp_keepalive_time", id="this folder"),
    ],
)
def test_expand_keeps_superfluous_parts(pattern: bytes, name: bytes) -> None:
    assert expand(pattern, "time") == name


class GlobResult(ctypes.Structure):
    """The beginning of glob_t in glob.h, with room for the rest."""

    _fields_: t.ClassVar = [
        ("count", ctypes.c_size_t),
        ("paths", ctypes.POINTER(ctypes.c_char_p)),
        ("rest", ctypes.c_char * 256),
    ]


def test_globs_match_as_the_system_matches_them(tmp_path: Path) -> None:
    folder = tmp_path / "net/ipv4"
    folder.mkdir(parents=True)
    for key in KEYS:
        (folder / f"tcp_keepalive_{key}").touch()
    libc = ctypes.CDLL(None)
    for pattern in (t.cast("str", row.values[0]) for row in PATTERNS):
        found = GlobResult()
        libc.glob(f"{tmp_path}/{pattern}".encode(), 0, None, ctypes.byref(found))
        names = [os.path.basename(found.paths[index]).decode() for index in range(found.count)]
        ours = [f"tcp_keepalive_{key}" for key in KEYS if expand(pattern.encode(), key)]
        assert sorted(set(names) - {"net", "ipv4"}) == sorted(ours), pattern


A = SysctlFile("/etc/sysctl.d/a.conf", "/etc/sysctl.d/a.conf", text=b"old")
CONF = SysctlFile("/etc/sysctl.conf", "/etc/sysctl.conf", text=b"old")
LINK = SysctlFile("/etc/sysctl.d/99-sysctl.conf", "/etc/sysctl.conf", text=b"old", is_link=True)
OUTSIDE = SysctlFile("/etc/sysctl.d/l.conf", "/etc/outside", text=b"old", is_link=True)


@pytest.mark.parametrize(
    ("files", "file", "text", "expected"),
    [
        pytest.param((), A, b"new", {A.path: b"new"}, id="a file not there yet"),
        pytest.param((A, CONF), A, b"new", {A.path: b"new", CONF.path: b"old"}, id="one of two"),
        pytest.param((CONF, LINK), LINK, b"new", {CONF.path: b"new", LINK.path: b"new"}, id="by its link"),
        pytest.param((CONF, LINK), CONF, b"new", {CONF.path: b"new", LINK.path: b"new"}, id="behind a link"),
        pytest.param((A, CONF), A, None, {CONF.path: b"old"}, id="removed"),
        pytest.param((CONF, LINK), CONF, None, {LINK.path: None}, id="removed, so that its link dangles"),
        pytest.param(
            (OUTSIDE,), OUTSIDE, b"new", {OUTSIDE.path: b"new", "/etc/outside": b"new"}, id="target elsewhere"
        ),
    ],
)
def test_with_text(
    files: tuple[SysctlFile, ...], file: SysctlFile, text: bytes | None, expected: dict[str, bytes | None]
) -> None:
    tree = Tree(files)
    changed = tree.with_text(file, text)
    assert {file.path: file.text if file.kind == "file" else None for file in changed.files} == expected
    assert tree == Tree(files)


def test_get() -> None:
    assert Tree((A, CONF)).get(CONF.path) is CONF
    assert Tree((A,)).get("/etc/sysctl.conf") is None
