# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ctypes
import os
import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.globs import alternatives, expand, matches
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

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
    pytest.param("net/ipv4/tcp_keepalive_[[:tim:]]*", [], id="class that there is not"),
    pytest.param("net/ipv4/tcp_keepalive_[[:tim:]t]*", [], id="class that there is not, then a letter"),
    pytest.param("net/ipv4/tcp_keepalive_[t[:tim:]]*", ["time"], id="letter, then a class that there is not"),
    pytest.param("net/ipv4/tcp_keepalive_[!p[:tim:]]*", [], id="class that there is not, negated"),
    pytest.param("net/ipv4/tcp_keepalive_[[=t=]]ime", ["time"], id="equivalence class"),
    pytest.param("net/ipv4/tcp_keepalive_[[.t.]]ime", ["time"], id="collating symbol"),
    pytest.param("net/ipv4/tcp_keepalive_[[.s.]-z]ime", ["time"], id="range from a collating symbol"),
    pytest.param("net/ipv4/tcp_keepalive_[!s-[.z.]]*", ["intvl", "probes"], id="range to a collating symbol"),
    pytest.param("net/ipv4/tcp_keepalive_[t[.no.]]ime", ["time"], id="letter, then a symbol that there is not"),
    pytest.param("net/ipv4/tcp_keepalive_[![.no.]]*", [], id="symbol that there is not, negated"),
    pytest.param("net/ipv4/tcp_keepalive_[[.t]*", [], id="collating symbol without its end"),
    pytest.param("net/ipv4/tcp_keepalive_[[=]=]]ime", [], id="closing bracket in an equivalence class"),
    pytest.param("net/ipv4/tcp_keepalive_[!]*", [], id="negated set without its end"),
    pytest.param("net/ipv4/tcp_keepalive_[^]*", [], id="negated set without its end, other sign"),
    pytest.param("net/ipv4/tcp_keepalive_[t-]ime", ["time"], id="dash at the end is a member"),
    pytest.param("net/ipv4/tcp_keepalive_[z-a]*", [], id="range that ends before it begins"),
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
    pytest.param("net/ipv4/*e*p*e*_*e*", ["time", "probes"], id="stars between letters"),
    pytest.param("net/ipv4/*ti*tim*", [], id="stars with too many letters"),
    pytest.param("net/ipv4/" + "*" * 100_000 + "[i]me", ["time"], id="no end of stars"),
    pytest.param("net/ipv4/" + "*?" * 18 + "*", ["time", "intvl", "probes"], id="as many as there are letters"),
    pytest.param("net/ipv4/" + "*?" * 18 + "*x", [], id="one more, after all kinds of stars"),
    pytest.param("net/ipv4/" + "?" * 100_000, [], id="no end of letters"),
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


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        pytest.param(b"net/ipv4/../ipv4/tcp_keepalive_t*", b"net/ipv4/../ipv4/tcp_keepalive_time", id="back and forth"),
        pytest.param(b"net/core/../ip*/tcp_keepalive_t*", b"net/core/../ipv4/tcp_keepalive_time", id="by another"),
        pytest.param(b"/../sys/net/ipv4/tcp_keepalive_t*", b"/../sys/net/ipv4/tcp_keepalive_time", id="out and back"),
        pytest.param(
            b"/../../../proc/sys/net/ipv4/*_time", b"/../../../proc/sys/net/ipv4/tcp_keepalive_time", id="far out"
        ),
        pytest.param(b"net/ipv4/tcp_keepalive_intvl/../tcp_keepalive_t*", None, id="back from what is no folder"),
        pytest.param(b"/../net/ipv4/tcp_keepalive_t*", None, id="out only"),
    ],
)
def test_expand_follows_parents(pattern: bytes, name: bytes | None) -> None:
    assert expand(pattern, "time") == name


# What procps excludes: patterns, and names that glob(3) found.
EXCLUSIONS = [
    pytest.param("net/ipv4/tcp_keepalive_*", [""], id="star"),
    pytest.param("*", ["", "//", "./", "../"], id="star for everything"),
    pytest.param("net*time", ["", "//", "./", "../"], id="star crosses folders"),
    pytest.param("net/*/tcp_keepalive_time", ["", "//", "./", "../"], id="star for folders"),
    pytest.param("net/?/ipv4/*", ["./"], id="question mark for a folder"),
    pytest.param("net?ipv4?tcp_keepalive_time", [""], id="question marks for slashes"),
    pytest.param("net[/]ipv4[!a-z]tcp_keepalive_time", [""], id="brackets for slashes"),
    pytest.param("net[[:punct:]]ipv4*", [""], id="class for a slash"),
    pytest.param("net/[.]/*", ["./"], id="brackets for a dot"),
    pytest.param("net//ipv4/*", ["//"], id="doubled slash"),
    pytest.param("net/*/../ipv4/*", ["../"], id="parent folder"),
    pytest.param("net/ipv4/tcp\\_keepalive_time", [""], id="quoted letter"),
    pytest.param("net/ipv4/tcp_keepalive_time\\", [], id="backslash at the end"),
    pytest.param("net/ipv4/tcp_keepalive_[t", [], id="bracket without its end"),
    pytest.param("net/ipv4/tcp_keepalive_{time,intvl}*", [], id="braces"),
    pytest.param("net/ipv4/tcp_keepalive_time/", [], id="slash at the end"),
    pytest.param("NET*", [], id="case counts"),
    pytest.param("*?" * 26 + "*", ["", "//", "./", "../"], id="as many as there are letters"),
    pytest.param("?" * 100_000, [], id="no end of letters"),
    pytest.param("*" * 100_000 + "time", ["", "//", "./", "../"], id="no end of stars"),
]
SPELLINGS = {
    "": "net/ipv4/tcp_keepalive_time",
    "//": "net//ipv4/tcp_keepalive_time",
    "./": "net/./ipv4/tcp_keepalive_time",
    "../": "net/core/../ipv4/tcp_keepalive_time",
}


@pytest.mark.parametrize(("pattern", "spellings"), EXCLUSIONS)
def test_matches(pattern: str, spellings: list[str]) -> None:
    found = [spelling for spelling, name in SPELLINGS.items() if matches(pattern.encode(), name.encode())]
    assert found == spellings


def test_patterns_match_as_the_system_matches_them() -> None:
    libc = ctypes.CDLL(None)
    for row in (*EXCLUSIONS, *PATTERNS):
        pattern = t.cast("str", row.values[0]).encode()
        for name in SPELLINGS.values():
            is_matched = libc.fnmatch(b"/proc/sys/" + pattern, b"/proc/sys/" + name.encode(), 0) == 0
            assert matches(pattern, name.encode()) == is_matched, (pattern, name)


BRACES = [
    pytest.param("a", ["a"], id="none"),
    pytest.param("a{b,c}d", ["abd", "acd"], id="two"),
    pytest.param("{a,}b", ["ab", "b"], id="one empty"),
    pytest.param("{a}", ["a"], id="one only"),
    pytest.param("a{}", ["a"], id="nothing in them"),
    pytest.param("{a,{b,c}d}e", ["ae", "bde", "cde"], id="nested"),
    pytest.param("{a,b}{c,d}", ["ac", "ad", "bc", "bd"], id="twice"),
    pytest.param("{a/b,c}/d", ["a/b/d", "c/d"], id="slash within"),
    pytest.param("a{b,c", ["a{b,c"], id="not closed"),
    pytest.param("a}b,c", ["a}b,c"], id="not opened"),
    pytest.param("a\\{b,c}", ["a\\{b,c}"], id="quoted"),
    pytest.param("{a\\,b,c}", ["a\\,b", "c"], id="quoted comma"),
    pytest.param("{a}" * 1300, ["a" * 1300], id="one after the other"),
    pytest.param("{a,b}" * 1000, ["{a,b}" * 1000], id="too long"),
]


@pytest.mark.parametrize(("pattern", "expected"), BRACES)
def test_alternatives(pattern: str, expected: list[str]) -> None:
    assert [one.decode() for one in alternatives(pattern.encode())] == expected


def test_alternatives_end() -> None:
    found = alternatives(b"{a,b}" * 40)
    assert (len(found), found[0], found[1]) == (1000, b"a" * 40, b"a" * 39 + b"b")


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
