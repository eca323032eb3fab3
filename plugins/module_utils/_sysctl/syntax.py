# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse sysctl files as each loader does.

A loader is one of ``Loader``. Users can select :data:`SELECTABLE_LOADERS`. :data:`RULES` has what differs between
the releases of these. Rules for ``systemd-sysctl`` are those of src/sysctl/sysctl.c and src/basic/sysctl-util.c, for
``procps`` (``sysctl --system``) those of src/sysctl.c of procps-ng, sysctl.c before release 4. tests/differential
compares them with the real programs. Rules for ``alpine`` and ``openwrt`` are those of BusyBox's procps/sysctl.c,
which their scripts call. Everything here works on text and touches no host.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.globs import (
    FNMATCH_CHARACTERS,
    GLOB_CHARACTERS,
    alternatives,
    expand,
    matches,
    steps,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, SYSCTL_PREFIX

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

    Loader = t.Literal["systemd-sysctl", "procps", "alpine", "openwrt"]
    BootLoader = t.Union[Loader, t.Literal["unknown"]]
    Version = t.Tuple[int, ...]


SELECTABLE_LOADERS: tuple[Loader, ...] = ("systemd-sysctl", "procps")

RELEVANT = re.compile(rb"tcp_keepalive_|\*|\?|\[|\\")  # with a class for the single ones it is three times as slow
_NAMES = {key: f"{SYSCTL_PREFIX}{key}".encode() for key in KEYS}
_KEYS_BY_NAME = {name: key for key, name in _NAMES.items()}
_SEPARATOR = re.compile(rb"[./]")
_SEPARATORS = bytes.maketrans(b"./", b"/.")

# src/basic/fileio.c: read_line() ends a line at any of these, and refuses longer ones than this.
# Carriage returns before a line's content are blanks to both loaders.
_LINE = re.compile(rb"\r*[^\n\r\0]*(?:\r\n|[\n\r\0]|\Z)")
_SYSTEMD_LINE_ENDS = re.compile(rb"[\r\0]")
_SYSTEMD_CONTENT = re.compile(rb"[^\n\r\0]+")
_TO_LINE_FEEDS = bytes.maketrans(b"\r\0", b"\n\n")
LONG_LINE_MAX = 1 << 20
MOST_STATEMENTS = 150_000  # of all files: they are parsed in a few seconds, and nobody writes them by hand

# src/basic/string-util.h: WHITESPACE; isspace(3) in the C locale
_WHITESPACE = b" \t\n\r"
_ISSPACE = b" \t\n\r\v\f"


@dataclasses.dataclass(frozen=True, eq=False)  # each is one of RULES, and told from the others fast
class Rules:
    """How a loader reads sysctl files, from its release ``since`` on.

    ``knows_patterns``: keys may be patterns, and a ``-key`` without ``=`` excludes one from them.
    ``excludes_by_pattern``: that ``-key`` may be a pattern, too, of fnmatch(3).
    ``follows_parents``: ``..`` in a key is left to the file system, and not refused.
    ``reads_run_first``: /run/sysctl.d comes before /etc/sysctl.d.
    ``passes_over_hidden``: files whose name begins with a dot are not read.
    ``passes_over_loops``: a link that leads back to itself hides no file of its name.
    ``takes_credential``: the credential :data:`CREDENTIAL` is read after all files.
    ``imports_credentials``: the service is handed all whose name begins as its name does, encrypted
    ones too, and none may be a link that leads nowhere.
    """

    loader: Loader
    since: Version
    knows_patterns: bool = True
    excludes_by_pattern: bool = False
    follows_parents: bool = True
    reads_run_first: bool = False
    passes_over_hidden: bool = True
    passes_over_loops: bool = False
    takes_credential: bool = False
    imports_credentials: bool = False


# Of each loader, oldest first.
RULES = (
    Rules("systemd-sysctl", (0,), knows_patterns=False),
    Rules("systemd-sysctl", (246,)),
    Rules("systemd-sysctl", (248,), follows_parents=False),  # 247 follows them, 252 does not
    Rules("systemd-sysctl", (252,), follows_parents=False, takes_credential=True),
    Rules("systemd-sysctl", (254,), follows_parents=False, takes_credential=True, imports_credentials=True),
    Rules(  # conf-files.c since then: a link that cannot be followed is dropped
        *("systemd-sysctl", (258,)),
        follows_parents=False,
        passes_over_loops=True,
        takes_credential=True,
        imports_credentials=True,
    ),
    Rules("procps", (0,), knows_patterns=False, reads_run_first=True, passes_over_hidden=False),
    Rules("procps", (3, 3, 17), knows_patterns=False, passes_over_hidden=False),
    Rules("procps", (4, 0, 1), passes_over_hidden=False),
    Rules("procps", (4, 0, 5), excludes_by_pattern=True, passes_over_hidden=False),
)
# Scripts of Alpine and OpenWrt that call BusyBox's sysctl for one file after the other.
_OF_SCRIPTS = (Rules("alpine", (0,), knows_patterns=False), Rules("openwrt", (0,), knows_patterns=False))


def rules_of(loader: Loader, version: Version | None = None) -> Rules:
    """Return the rules of a loader's release; without one, of the newest."""
    return [rules for rules in releases(loader) if version is None or rules.since <= version][-1]


def releases(loader: Loader) -> list[Rules]:
    """Return the rules of all releases of a loader, oldest first."""
    return [rules for rules in (*RULES, *_OF_SCRIPTS) if rules.loader == loader]


@dataclasses.dataclass(frozen=True)
class Statement:
    """One line of a sysctl file that a loader takes for an assignment or an exclusion.

    ``name`` is the key as the loader spells it to the kernel, relative to /proc/sys; ``value`` is
    None for an exclusion (``-key`` without ``=``). ``line`` counts line feeds, from 1. ``key`` is the
    one that the name leads to as it stands; ``patterns`` are those that the loader expands it as.
    ``excluded`` is the pattern of the names that an exclusion keeps from being found by patterns; None
    where that is ``name`` and no other.
    """

    name: bytes
    value: bytes | None
    line: int
    key: Key | None
    patterns: tuple[bytes, ...] = ()
    excluded: bytes | None = None

    def expand(self, key: Key) -> bytes | None:
        """Return the name under which a pattern finds a key, None where none does."""
        return next(filter(None, (expand(pattern, key) for pattern in self.patterns)), None)

    def concerns(self, key: Key) -> bool:
        """Whether the key is assigned or excluded here."""
        is_named = self.key == key or self.expand(key) is not None
        return is_named or (self.excluded is not None and matches(self.excluded, _NAMES[key]))


def split_lines(text: bytes) -> list[bytes]:
    """Cut a text into lines, each with its own ending; joined again they are the text."""
    return [line for line in _LINE.findall(text) if line]


def statements(text: bytes, rules: Rules) -> list[Statement]:
    """Return the statements of a file that may concern the keepalive keys, in its order.

    All exclusions by pattern are among them, as they may match names that have superfluous parts.
    systemd-sysctl gives up a file at a line of :data:`LONG_LINE_MAX` bytes or more.
    """
    found: list[Statement] = []
    is_systemd = rules.loader == "systemd-sysctl"
    if is_systemd and len(text) >= LONG_LINE_MAX:
        contents = _SYSTEMD_CONTENT.finditer(text)
        text = text[: next((line.start() for line in contents if line.end() - line.start() >= LONG_LINE_MAX), None)]
    rows = _joined_rows(text) if rules in _OF_SCRIPTS else rows_with(RELEVANT, text)
    for number, row in rows:
        # procps works on C strings: what stands behind a NUL is not seen
        pieces = _SYSTEMD_LINE_ENDS.split(row) if is_systemd else [row.partition(b"\0")[0]]
        for piece in pieces:
            if piece is not row and not RELEVANT.search(piece):
                continue
            statement = parse_line(piece, number, rules)
            if statement is None:
                continue
            if statement.key or statement.excluded is not None or any(map(statement.concerns, KEYS)):
                found.append(statement)
    return found


def count_statements(text: bytes, most: int) -> int:
    """Return how many statements a file may have for any loader; of more than ``most`` no more are counted.

    One with braces counts for each pattern that they may stand for.
    """
    count = 0
    for _number, row in rows_with(RELEVANT, text.translate(_TO_LINE_FEEDS)):
        count += min(1 << min(row.count(b","), 10), 1000) if b"{" in row else 1
        if count > most:
            break
    return count


def _joined_rows(text: bytes) -> t.Iterator[tuple[int, bytes]]:
    """Yield the rows as BusyBox reads them: a backslash at the end joins a row with the next, also that of a remark."""
    first, joined = 1, b""
    for number, row in enumerate(text.split(b"\n"), start=1):
        joined += row
        if joined.endswith(b"\\"):
            joined = joined[:-1]
            continue
        if RELEVANT.search(joined):
            yield first, joined
        first, joined = number + 1, b""


def rows_with(wanted: t.Pattern[bytes], text: bytes) -> t.Iterator[tuple[int, bytes]]:
    """Yield the rows, which line feeds end, that have what is wanted, each with its number from 1.

    They are found without a look at each row, which is what makes large files cheap.
    """
    number, begin = 1, 0
    match = wanted.search(text)
    while match:
        number += text.count(b"\n", begin, match.start())
        begin = text.rfind(b"\n", begin, match.start()) + 1 or begin
        end = text.find(b"\n", match.end())
        yield number, text[begin : end if end >= 0 else None]
        if end < 0:
            return
        number, begin = number + 1, end + 1
        match = wanted.search(text, begin)


# The same few names stand in many lines.
_few_names = functools.lru_cache(maxsize=32)


def parse_line(line: bytes, number: int, rules: Rules) -> Statement | None:
    """Return what a loader reads in one line (without its ending), None for a blank or a comment."""
    if rules in _OF_SCRIPTS:
        parsed = _parse_busybox(line)
    elif rules.loader == "procps" and not rules.knows_patterns:
        parsed = _parse_old_procps(line)
    else:
        parsed = _parse(line, rules)
    if parsed is None:
        return None
    name, value = parsed
    is_exclusion = value is None and rules.excludes_by_pattern
    excluded = name if is_exclusion and FNMATCH_CHARACTERS.search(name) else None
    if not rules.knows_patterns or not GLOB_CHARACTERS.search(name):
        return Statement(name, value, number, _key_of(name, rules), excluded=excluded)
    patterns = alternatives(name) if rules.loader == "systemd-sysctl" else [name]
    if not rules.follows_parents:
        patterns = [pattern for pattern in patterns if b".." not in pattern.split(b"/")]
    return Statement(name, value, number, None, tuple(patterns), excluded)


def _parse(line: bytes, rules: Rules) -> tuple[bytes, bytes | None] | None:
    blanks = _WHITESPACE if rules.loader == "systemd-sysctl" else _ISSPACE
    line = line.strip(blanks)
    if not line or line[:1] in b"#;":
        return None
    name, equals, value = line.partition(b"=")
    if not equals and not (rules.knows_patterns and name.startswith(b"-")):
        return None
    if name.startswith(b"-"):
        name = name[1:]
    if rules.loader == "procps":
        # setting_new() drops one more dash
        name = _swapped(name[1:] if name.startswith(b"-") else name).rstrip(blanks)
    else:
        name = _swapped(name.strip(blanks))
        if rules.knows_patterns:
            name = _simplified(name)
    return name, value.strip(blanks) if equals else None


def _parse_old_procps(line: bytes) -> tuple[bytes, bytes | None] | None:
    """Parse as Preload() of procps-ng 3.3 does, with strtok(3)."""
    line = line.rstrip(_WHITESPACE).lstrip(b" \t")
    if len(line) < 2 or line[:1] in b"#;":
        return None
    name, _equals, rest = line.lstrip(b"=").partition(b"=")
    value = re.split(rb"[\n\r]", rest.lstrip(b"\n\r"), maxsplit=1)[0].lstrip(b" \t")
    if not value:
        return None
    name = name.rstrip(_WHITESPACE)
    return _swapped(name[1:] if name.startswith(b"-") else name), value


def _parse_busybox(line: bytes) -> tuple[bytes, bytes | None] | None:
    """Parse as sysctl_handle_preload_file() of BusyBox's procps/sysctl.c does; a dash is part of the key."""
    line = line.strip(_ISSPACE)
    name, equals, value = line.partition(b"=")
    if not equals or line[:1] in b"#;":
        return None
    name = name.rstrip(_ISSPACE)
    if name.startswith(b"/proc/sys/"):
        name = name[len(b"/proc/sys/") :]
    elif name[:1] in b"/.":  # no path below /proc/sys
        name = b""
    elif b".." not in name.split(b"/"):
        is_mixed = b"/" in name and b"." in name.partition(b"/")[0]
        name = name.translate(_SEPARATORS) if is_mixed else name.replace(b".", b"/")
    return name, value.strip(_ISSPACE)


@_few_names
def _swapped(name: bytes) -> bytes:
    """Exchange dots and slashes when the first separator is a dot, as sysctl.d(5) says."""
    first = _SEPARATOR.search(name)
    return name.translate(_SEPARATORS) if first and first.group() == b"." else name


@_few_names
def _simplified(name: bytes) -> bytes:
    """Spell a key as systemd's path_simplify() does: relative, no empty and no ``.`` parts."""
    return b"/".join(part for part in name.split(b"/") if part not in (b"", b"."))


@_few_names
def _key_of(name: bytes, rules: Rules) -> Key | None:
    if rules.follows_parents and not name.endswith(b"/"):
        parts = name.split(b"/")
        name = b"/".join(parts[index] for index in steps(parts))
    return _KEYS_BY_NAME.get(name)
