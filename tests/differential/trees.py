# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generate random trees of sysctl files whose outcome is difficult to predict.

A tree is a layout for tests/unit/host.py. All randomness comes from the generator in the parameter, so
a seed gives the same tree again, and hypothesis can pass a generator that it shrinks.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from random import Random

    Node = t.Union[bytes, str, None]

# Not taken from the code under test, because a folder that is missing there must be noticed.
DIRECTORIES = (
    "/etc/sysctl.d",
    "/run/sysctl.d",
    "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d",
    "/lib/sysctl.d",
)
SYSCTL_CONF = "/etc/sysctl.conf"
CREDENTIAL = "/etc/credstore/sysctl.extra"
KEYS = (b"time", b"intvl", b"probes")

# Names that collide, mask and sort in unexpected ways, and names that some loader or all loaders do not read.
_NAMES = (
    *("10-a.conf", "9-a.conf", "50-b.conf", "99-sysctl.conf", "99-tcp-keepalive.conf", "a.conf", "b.conf"),
    *("Z.conf", "zz.conf", "_.conf", ".conf", ".h.conf", "..conf", "x y.conf", "é.conf", "\udcff.conf"),
    *("a.b.conf", "~.conf", "a~.conf", "a.conf~", "a.CONF", "a", "conf", "a.conf.bak"),
)
_TARGETS = ("/dev/null", "nowhere", "/nowhere/x.conf", "../sysctl.conf", SYSCTL_CONF)

# Values that the kernel accepts or refuses for many reasons. There are few plain ones, so that they occur together.
_PLAIN = (b"10", b"20", b"30", b"40", b"50")
_VALUES = (
    *(b"0", b"1", b"255", b"256", b"2147483", b"8589934", b"8589935", b"99999999999", b"18446744073709551617"),
    *(b"060", b"0777", b"08", b"00", b"0x3c", b"0X3C", b"0x", b"0xg", b"010 # octal", b"0" * 25 + b"5"),
    *(b"-5", b"-0", b"- 5", b"+60", b"-8589934", b"-99999999999"),
    *(b"60s", b"6e1", b"60;", b"60,70", b"60.5", b"sixty", b'"60"', b"'60'", b"60\\"),
    *(b"60 70", b"60 # why", b"60# why", b"60 ; why", b"60\t#", b"60\v", b"60\f70", b"60\v#"),
    *(b"\xa060", b"60\xa0", b"\v60", b"6\xc3\xa9", b"= 60", b"60 = 70", b"", b" "),
)
_GLOBS = (
    *(b"tcp_keepalive_*", b"tcp_keepalive_t*", b"tcp_keepalive_?ime", b"tcp_keepalive_time*", b"tcp_keep*_time"),
    *(b"tcp_keepalive_[tp]*", b"tcp_keepalive_[!t]*", b"tcp_keepalive_[^t]*", b"tcp_keepalive_[a-p]*"),
    *(b"tcp_keepalive_[[:alpha:]]*", b"tcp_keepalive_[]t]ime", b"tcp_keepalive_[t", b"tcp_keepalive_\\t*"),
    *(b"*_keepalive_*", b"*_keepalive_probes", b"tcp_keepalive_{time,intvl}", b"tcp_keepalive_???????*"),
    *(b"tcp_keepalive_{time,i*}", b"tcp_keepalive_{[t]ime,probes}", b"{tcp,x}_keepalive_*", b"tcp_keepalive_*{}"),
    *(b"tcp_keepalive_{t{i,o}me,pr*}", b"tcp_keepalive_t*{", b"tcp_keepalive_{t*", b"tcp_keepalive_{*}", b"*_{intvl,}"),
    *(b"tcp_keepalive_t*}", b"tcp_keepalive_{{time,p*},intvl}", b"tcp_keepalive_{p,x}*", b"tcp_keepalive_\\{t,i}*"),
    *(b"tcp_keepalive_[[=t=]]*", b"tcp_keepalive_[[.p.]i]*", b"tcp_keepalive_[i[:no:]]*", b"tcp_keepalive_[!]*"),
    *(b"tcp_keepalive_[[.s.]-z]*", b"tcp_keepalive_[!i-[.p.]]*"),
)
# Patterns of whole names, which only exclusions use. A star, a question mark and brackets may match a slash.
_WHOLE_GLOBS = (
    *(b"*", b"net*", b"net.*", b"net/*", b"net*time", b"*/tcp_keepalive_[tp]*", b"*.tcp_keepalive_intvl", b"*probes"),
    *(b"net?ipv4?tcp_keepalive_time", b"net[/.]ipv4[!a-z]*e", b"net[[:punct:]]*_p*", b"[!m]*vl", b"[[=n=]]et*_t*"),
    *(b"net/?/ipv4/*", b"net//*", b"net.*..*", b"*/../*", b"*//*_time", b"net/ipv4", b"net/ipv4/*/*", b"*_keepalive_"),
)
_EXCLUDING_PREFIXES = (b"-", b"-", b"-", b"-", b"-", b"--", b"--", b"---", b"- ", b" -", b"\t-", b"\v-")
_PREFIXES = (b"", b"", b"", b"", b"-", b"-", b"- ", b"--", b" ", b"\t-", b"\v")
_EQUALS = (b" = ", b" = ", b"=", b"=", b"\t=\t", b" =", b"=\v")
_COMMENTS = (b"# a remark", b"; a remark", b"", b"   ", b"\t# x\\", b"#net.ipv4.tcp_keepalive_time = 1", b"# \xe9\xff")
_NONSENSE = (
    *(b"nonsense", b"= 5", b"-", b"=", b"- = 5", b"[section]", b"no.such.key = 1", b"net.ipv4.no_such = 2"),
    *(b"net.ipv4.tcp_fin_timeout = 61", b"-net.ipv4.tcp_fin_timeout", b"net.ipv4.tcp_keepalive = 5"),
    *(b"net.ipv4.tcp_keepalive_time 60", b"net.ipv4.tcp_keepalive_time: 60", b"net.ipv4.tcp_keepalive_times = 60"),
)
_ENDINGS = (*[b"\n"] * 24, b"\r\n", b"\r\n", b"\r", b"\n\n", b"\n\r", b"\0", b"\0\n")
# Lengths near the limit of lines in systemd, and of buffers in other loaders.
_LENGTHS = (1 << 20, (1 << 20) - 1, (1 << 20) - 2, 8192, 4096, 4095, 1024)


def random_tree(random: Random) -> dict[str, Node]:
    """Return a tree of sysctl files, with their links and folders."""
    tree: dict[str, Node] = {}
    names = [random.choice(_NAMES) for _number in range(random.randint(1, 5))]
    for _number in range(random.randint(1, 6)):
        path = f"{random.choice(DIRECTORIES)}/{random.choice(names)}"
        tree[path] = _node(random, path, names)
    if random.random() < 0.5:
        tree[SYSCTL_CONF] = _text(random) if random.random() < 0.9 else _link(random, SYSCTL_CONF, names)
    if random.random() < 0.3:
        tree["/etc/sysctl.d/99-sysctl.conf"] = "../sysctl.conf"
    if random.random() < 0.05 and not any(path.startswith("/lib/") for path in tree):
        tree["/lib/sysctl.d"] = random.choice(["../usr/lib/sysctl.d", "/etc/sysctl.d", "/dev/null"])
    if random.random() < 0.1:
        tree[CREDENTIAL] = _text(random)[: 1 << 19]  # a larger one keeps the loader from starting
    return tree


def _node(random: Random, path: str, names: list[str]) -> Node:
    kind = random.random()
    if kind < 0.8:
        return _text(random)
    if kind < 0.84:
        return b""
    if kind < 0.88:
        return None
    return _link(random, path, names)


def _link(random: Random, path: str, names: list[str]) -> str:
    beside = random.choice(names)
    targets = (*_TARGETS, beside, f"../sysctl.d/{beside}", f"{random.choice(DIRECTORIES)}/{beside}", path)
    return random.choice(targets)


def _text(random: Random) -> bytes:
    text = b"\xef\xbb\xbf" if random.random() < 0.03 else b""
    # a key that is spelled out is found by no pattern, so some files have patterns only
    line = _matching_line if random.random() < 0.3 else _line
    for _number in range(random.randint(1, 5)):
        text += line(random) + random.choice(_ENDINGS)
    return text.rstrip(b"\r\n") if random.random() < 0.2 else text


def _line(random: Random) -> bytes:
    kind = random.random()
    if kind < 0.12:
        return random.choice(_COMMENTS)
    if kind < 0.2:
        return random.choice(_NONSENSE)
    if kind < 0.202:
        return _long(random)
    if kind < 0.25:
        return _exclusion(random)
    return _assignment(random, _pattern(random) if kind < 0.45 else _name(random))


def _matching_line(random: Random) -> bytes:
    return _exclusion(random) if random.random() < 0.3 else _assignment(random, _pattern(random))


def _assignment(random: Random, name: bytes) -> bytes:
    name = random.choice(_PREFIXES) + name
    if random.random() < 0.1:
        return name + random.choice((b"", b"", b" ", b"\v"))
    return name + random.choice(_EQUALS) + random.choice(_PLAIN if random.random() < 0.65 else _VALUES)


def _exclusion(random: Random) -> bytes:
    """Return a line that excludes keys from patterns, or only looks like one."""
    kind = random.random()
    if kind < 0.35:
        name = random.choice(_WHOLE_GLOBS)
    elif kind < 0.5:
        name = _quoted(random, _name(random))
    else:
        name = _pattern(random) if kind < 0.85 else _name(random)
    return random.choice(_EXCLUDING_PREFIXES) + name + random.choice((b"", b"", b"", b"", b" ", b"\t", b"\v", b" # x"))


def _quoted(random: Random, name: bytes) -> bytes:
    """Put a backslash before a character, so that fnmatch(3) takes it literally."""
    place = random.randrange(len(name) + 1)
    return name[:place] + b"\\" + name[place:]


def _long(random: Random) -> bytes:
    line = random.choice((b"#", b"net.ipv4.tcp_keepalive_time = 10 #", b"net.ipv4.tcp_keepalive_time = "))
    return line.ljust(random.choice(_LENGTHS), random.choice((b"x", b" "))) + random.choice((b"", b"5"))


def _name(random: Random) -> bytes:
    return _joined(random, [b"net", b"ipv4", b"tcp_keepalive_" + random.choice(KEYS)])


def _pattern(random: Random) -> bytes:
    parts = [b"net", b"ipv4", random.choice(_GLOBS)]
    if random.random() < 0.15:
        parts[random.randrange(2)] = random.choice((b"n?t", b"[n]et", b"ipv[4]", b"ip*4", b"ne[t]"))
    return _joined(random, parts)


def _joined(random: Random, parts: list[bytes]) -> bytes:
    style = random.random()
    if style < 0.45:
        return b".".join(parts)
    if style < 0.75:
        return b"/".join(parts)
    first, second = random.choice((b"./", b"/.", b"..", b"//"))[:1], random.choice((b".", b"/", b"..", b"//", b"/./"))
    name = parts[0] + first + parts[1] + second + parts[2]
    if style < 0.85:
        return name
    whole = random.choice((b".", b"/")).join(parts)
    return random.choice(
        (
            *(b"/" + whole, b"." + whole, b"//" + whole, b"./" + whole, whole + b"/", whole + b".", whole + b"//"),
            *(b"/proc/sys/" + whole, b"proc.sys." + whole, whole.upper(), whole + b" x", whole + b"\xe9"),
            *(b"net/ipv4/../ipv4/" + parts[2], b"net/core/../ipv4/" + parts[2], b"net.ipv4.conf/../" + parts[2]),
        )
    )
