# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""Sysctl files: their grammar, and which of them a loader reads, in which order.

A loader is one of :data:`LOADERS`. Rules for ``systemd-sysctl`` are those of src/sysctl/sysctl.c
and src/basic/sysctl-util.c (systemd 247 to 257), for ``procps`` those of src/sysctl.c of
procps-ng 4 (``sysctl --system``). Everything here works on text and touches no host.
"""

from __future__ import annotations

import dataclasses
import errno
import os
import posixpath
import re
import string
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._values import KEYS, SYSCTL_PREFIX

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._values import Key

    Loader = t.Literal["systemd-sysctl", "procps"]
    Kind = t.Literal["file", "missing", "directory", "unreadable"]

LOADERS: tuple[Loader, ...] = ("systemd-sysctl", "procps")

# By priority: of files with the same name the one in the earliest directory counts. systemd gave
# up the last one in version 255, which needs a merged /usr, where it is the one before.
DIRECTORIES = (
    "/etc/sysctl.d",
    "/run/sysctl.d",
    "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d",
    "/lib/sysctl.d",
)
SYSCTL_CONF = "/etc/sysctl.conf"
# file-hierarchy(7): flushed at boot, so what is written there now never reaches a loader.
VOLATILE = "/run/"
_DENIED = os.strerror(errno.EACCES)

_PROC_SYS = "/proc/sys/"
_GLOB_CHARACTERS = re.compile(rb"[*?\[]")
_RELEVANT = re.compile(rb"tcp_keepalive_|[*?\[]")
_SEPARATORS = bytes.maketrans(b"./", b"/.")

# src/basic/fileio.c: read_line() ends a line at any of these, and refuses longer ones than this.
# Carriage returns before a line's content are blanks to both loaders.
_LINE = re.compile(rb"\r*[^\n\r\0]*(?:\r\n|[\n\r\0]|\Z)")
_SYSTEMD_LINE_ENDS = re.compile(rb"[\r\0]")
LONG_LINE_MAX = 1 << 20

# src/basic/string-util.h: WHITESPACE; isspace(3) in the C locale
_BLANKS: dict[Loader, bytes] = {"systemd-sysctl": b" \t\n\r", "procps": b" \t\n\r\v\f"}


@dataclasses.dataclass(frozen=True)
class SysctlFile:
    """One name a loader may meet.

    ``path`` is the name as the loader sees it, ``target`` what it leads to once every link is
    followed, ``is_link`` whether the name itself is a link. ``text`` holds the content of a
    ``file`` and is empty for every other kind; ``reason`` says why one is ``unreadable``.
    """

    path: str
    target: str
    kind: Kind = "file"
    text: bytes = b""
    reason: str = ""
    is_link: bool = False

    @property
    def name(self) -> bytes:
        """The base name, in bytes because that is how loaders sort it."""
        return posixpath.basename(self.path).encode("utf-8", "surrogateescape")

    @property
    def remedy(self) -> str:
        """What makes an ``unreadable`` file readable."""
        return "Run as root (become: true)" if self.reason == _DENIED else "Make it readable or remove it"

    @property
    def is_volatile(self) -> bool:
        """Whether the content is gone after a reboot."""
        return self.path.startswith(VOLATILE) or self.target.startswith(VOLATILE)


@dataclasses.dataclass(frozen=True)
class Tree:
    """All sysctl files of one system, read at one moment; each path stands in it once."""

    files: tuple[SysctlFile, ...] = ()

    def lasting(self) -> Tree:
        """Return the tree as the next boot finds it: what lies below :data:`VOLATILE` is gone."""
        return Tree(
            tuple(
                dataclasses.replace(file, kind="missing", text=b"") if file.is_volatile else file
                for file in self.files
                if not file.path.startswith(VOLATILE)
            )
        )

    def get(self, path: str) -> SysctlFile | None:
        """Return the file of that name, None where there is none."""
        return next((file for file in self.files if file.path == path), None)

    def with_text(self, file: SysctlFile, text: bytes | None) -> Tree:
        """Return the tree as it is once the file behind ``file`` holds ``text`` (None: is gone)."""
        files = []
        known = self.files if self.get(file.path) else (*self.files, file)
        if file.is_link and self.get(file.target) is None:
            known = (*known, dataclasses.replace(file, path=file.target, is_link=False))
        for other in known:
            if other.target != file.target:
                files.append(other)
            elif text is not None:
                files.append(dataclasses.replace(other, kind="file", text=text))
            elif other.is_link:
                files.append(dataclasses.replace(other, kind="missing", text=b""))
        return Tree(tuple(files))


@dataclasses.dataclass(frozen=True)
class Statement:
    """One line of a sysctl file that a loader takes for an assignment or an exclusion.

    ``name`` is the key as the loader spells it to the kernel, relative to /proc/sys; ``value`` is
    None for an exclusion (``-key`` without ``=``). ``line`` counts line feeds, from 1.
    """

    name: bytes
    value: bytes | None
    line: int

    @property
    def is_glob(self) -> bool:
        """Whether the loader expands the name."""
        return _GLOB_CHARACTERS.search(self.name) is not None


def files_read(tree: Tree, loader: Loader) -> list[SysctlFile]:
    """Return the files a loader reads, in its order, masked ones left out."""
    by_name: dict[bytes, SysctlFile] = {}
    for directory in DIRECTORIES:
        for file in tree.files:
            if posixpath.dirname(file.path) != directory or not file.name.endswith(b".conf"):
                continue
            if loader == "systemd-sysctl" and file.name.startswith(b"."):
                continue
            by_name.setdefault(file.name, file)
    files = [by_name[name] for name in sorted(by_name)]
    conf = tree.get(SYSCTL_CONF)
    if loader == "procps" and conf is not None and conf.kind in ("file", "unreadable"):
        files.append(conf)
    return files


def split_lines(text: bytes) -> list[bytes]:
    """Cut a text into lines, each with its own ending; joined again they are the text."""
    return [line for line in _LINE.findall(text) if line]


def statements(text: bytes, loader: Loader) -> list[Statement]:
    """Return the statements of a file that may concern the keepalive keys, in its order.

    systemd-sysctl gives up a file at a line of :data:`LONG_LINE_MAX` bytes or more.
    """
    if not _RELEVANT.search(text):
        return []
    found: list[Statement] = []
    for number, row in enumerate(text.split(b"\n"), start=1):
        # procps works on C strings: what stands behind a NUL is not seen
        pieces = _SYSTEMD_LINE_ENDS.split(row) if loader == "systemd-sysctl" else [row.partition(b"\0")[0]]
        for piece in pieces:
            if loader == "systemd-sysctl" and len(piece) >= LONG_LINE_MAX:
                return found
            statement = parse_line(piece, number, loader)
            if statement is not None and _RELEVANT.search(statement.name):
                found.append(statement)
    return found


def parse_line(line: bytes, number: int, loader: Loader) -> Statement | None:
    """Return what a loader reads in one line (without its ending), None for a blank or a comment."""
    blanks = _BLANKS[loader]
    line = line.strip(blanks)
    if not line or line[:1] in b"#;":
        return None
    name, equals, value = line.partition(b"=")
    if name.startswith(b"-"):
        name = name[1:]
    elif not equals:
        return None
    spelled = _normalized(name.strip(blanks)) if loader == "systemd-sysctl" else _slashed(name.rstrip(blanks))
    return Statement(name=spelled, value=value.strip(blanks) if equals else None, line=number)


def _swapped(name: bytes) -> bytes:
    """Exchange dots and slashes when the first separator is a dot, as sysctl.d(5) says."""
    first = re.search(rb"[./]", name)
    return name.translate(_SEPARATORS) if first and first.group() == b"." else name


def _normalized(name: bytes) -> bytes:
    """Spell a key as systemd's sysctl_normalize() does: relative, no empty and no ``.`` parts."""
    return b"/".join(part for part in _swapped(name).split(b"/") if part not in (b"", b"."))


def _slashed(name: bytes) -> bytes:
    """Spell a key as procps' setting_new() does, which drops one more dash."""
    return _swapped(name[1:] if name.startswith(b"-") else name)


def key_of(name: bytes, loader: Loader) -> Key | None:
    """Return the key that a name without globs leads to, None for every other name."""
    path = _PROC_SYS + name.decode("latin-1")
    if loader == "procps" and not path.endswith("/"):
        # only procps lets the file system resolve "//", "." and ".."
        path = posixpath.normpath(path)
    prefix = _PROC_SYS + SYSCTL_PREFIX
    return next((key for key in KEYS if path == prefix + key), None)


def expand(pattern: bytes, key: Key) -> bytes | None:
    """Return the name under which a glob finds a key, None where it does not match.

    The name is the canonical one unless the pattern itself has superfluous parts.
    """
    wanted = f"{SYSCTL_PREFIX}{key}".encode().split(b"/")
    found = []
    for part in pattern.split(b"/"):
        if part in (b"", b"."):
            found.append(part)
        elif wanted and _component_pattern(part).fullmatch(wanted[0]):
            found.append(wanted.pop(0))
        else:
            return None
    return None if wanted or not found[-1] else b"/".join(found)


# In brackets, a closing bracket that stands first is a member, and so is one behind a backslash
# or in a class.
_GLOB_TOKEN = re.compile(
    rb"\*|\?|\[(?P<negated>[!^]?)(?P<members>\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]|\\?(?P<literal>.)",
    re.DOTALL,
)
_BRACKET_TOKEN = re.compile(rb"\[:(?P<named>[a-z]+):\]|\\?(?P<first>.)(?:-\\?(?P<last>[^\]]))?", re.DOTALL)
# All that the keys' names are made of, and the classes of ctype(3) these belong to.
_LETTERS, _DIGITS, _REST = string.ascii_lowercase.encode(), string.digits.encode(), b"_"
_CLASSES = {
    b"alpha": _LETTERS,
    b"lower": _LETTERS,
    b"xdigit": b"abcdef" + _DIGITS,
    b"digit": _DIGITS,
    b"alnum": _LETTERS + _DIGITS,
    b"punct": _REST,
    b"graph": _LETTERS + _DIGITS + _REST,
    b"print": _LETTERS + _DIGITS + _REST,
}


def _component_pattern(glob: bytes) -> t.Pattern[bytes]:
    """Translate one part of a glob(7) pattern, which Python's own fnmatch reads differently."""
    regex = b""
    for token in _GLOB_TOKEN.finditer(glob):
        if token["literal"] is not None:
            regex += re.escape(token["literal"])
        elif token["members"] is not None:
            regex += _bracket(negated=bool(token["negated"]), members=token["members"])
        else:
            regex += b".*" if token.group() == b"*" else b"."
    return re.compile(regex, re.DOTALL)


def _bracket(*, negated: bool, members: bytes) -> bytes:
    """Translate a bracket expression, as far as the characters of the keys' names go."""
    matched: set[int] = set()
    for token in _BRACKET_TOKEN.finditer(members):
        if token["named"] is not None:
            matched.update(_CLASSES.get(token["named"], b""))
        else:
            last = token["last"] or token["first"]
            matched.update(range(token["first"][0], last[0] + 1))
    chosen = bytes(char for char in _LETTERS + _DIGITS + _REST if (char in matched) != negated)
    return b"[" + chosen + b"]" if chosen else rb"(?!)"
