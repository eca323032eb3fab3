# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""Sysctl files: their grammar, and which of them a loader reads, in which order.

A loader is one of :data:`LOADERS`; :data:`RULES` has what differs between its releases. Rules for
``systemd-sysctl`` are those of src/sysctl/sysctl.c and src/basic/sysctl-util.c, for ``procps``
(``sysctl --system``) those of src/sysctl.c of procps-ng, sysctl.c before release 4. They are
compared with the real programs by tests/differential. Everything here works on text and touches
no host.
"""

from __future__ import annotations

import dataclasses
import functools
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._patterns import (
    FNMATCH_CHARACTERS,
    GLOB_CHARACTERS,
    alternatives,
    expand,
    matches,
    steps,
)
from ansible_collections.linux.tcp.plugins.module_utils._values import KEYS, SYSCTL_PREFIX

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._values import Key

    Loader = t.Literal["systemd-sysctl", "procps"]
    Version = t.Tuple[int, ...]
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
# systemd.exec(5): where the credentials of systemd-sysctl are looked for; of one name the first that is there counts.
# The first place of each kind is filled at each boot, by the firmware, the boot loader or whatever runs the container.
CREDENTIAL = "sysctl.extra"
_GIVEN_CREDENTIALS = "/run/credentials/@"
_CREDENTIAL_PREFIX = "sysctl."
CREDENTIAL_FOLDERS = (
    f"{_GIVEN_CREDENTIALS}system",
    "/etc/credstore",
    "/run/credstore",
    "/usr/local/lib/credstore",
    "/usr/lib/credstore",
)
ENCRYPTED_CREDENTIAL_FOLDERS = (
    f"{_GIVEN_CREDENTIALS}encrypted",
    "/etc/credstore.encrypted",
    "/usr/local/lib/credstore.encrypted",
    "/usr/lib/credstore.encrypted",
)

_RELEVANT = re.compile(rb"tcp_keepalive_|\*|\?|\[|\\")  # with a class for the single ones it is three times as slow
_NAMES = {key: f"{SYSCTL_PREFIX}{key}".encode() for key in KEYS}
_KEYS_BY_NAME = {name: key for key, name in _NAMES.items()}
_SEPARATOR = re.compile(rb"[./]")
_SEPARATORS = bytes.maketrans(b"./", b"/.")

# src/basic/fileio.c: read_line() ends a line at any of these, and refuses longer ones than this.
# Carriage returns before a line's content are blanks to both loaders.
_LINE = re.compile(rb"\r*[^\n\r\0]*(?:\r\n|[\n\r\0]|\Z)")
_SYSTEMD_LINE_ENDS = re.compile(rb"[\r\0]")
_SYSTEMD_CONTENT = re.compile(rb"[^\n\r\0]+")
LONG_LINE_MAX = 1 << 20

# src/basic/string-util.h: WHITESPACE; isspace(3) in the C locale
_WHITESPACE = b" \t\n\r"
_ISSPACE = b" \t\n\r\v\f"

# src/shared/creds-util.h: CREDENTIALS_TOTAL_SIZE_MAX, of names and contents together
_CREDENTIALS_MAX = 1 << 20


@dataclasses.dataclass(frozen=True, eq=False)  # each is one of RULES, and told from the others fast
class Rules:
    """How a loader reads sysctl files, from its release ``since`` on.

    ``knows_patterns``: keys may be patterns, and a ``-key`` without ``=`` excludes one from them.
    ``excludes_by_pattern``: that ``-key`` may be a pattern, too, of fnmatch(3).
    ``follows_parents``: ``..`` in a key is left to the file system, and not refused.
    ``reads_run_first``: /run/sysctl.d comes before /etc/sysctl.d.
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
    Rules("procps", (0,), knows_patterns=False, reads_run_first=True),
    Rules("procps", (3, 3, 17), knows_patterns=False),
    Rules("procps", (4, 0, 1)),
    Rules("procps", (4, 0, 5), excludes_by_pattern=True),
)


def rules_of(loader: Loader, version: Version | None = None) -> Rules:
    """Return the rules of a loader's release; without one, of the newest."""
    return [rules for rules in _releases(loader) if version is None or rules.since <= version][-1]


def _releases(loader: Loader) -> list[Rules]:
    """Return the rules of all releases of a loader, oldest first."""
    return [rules for rules in RULES if rules.loader == loader]


@dataclasses.dataclass(frozen=True)
class SysctlFile:
    """One file or link, read at one moment.

    ``path`` is its name, the one that a loader has for it where one reads it, ``target`` what it
    leads to once every link is followed, ``is_link`` whether the name itself is a link. ``text``
    holds the content of a ``file`` and is empty for every other kind; ``reason`` says why one is
    ``unreadable``.
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
    def is_credential(self) -> bool:
        """Whether systemd may hand this to systemd-sysctl as a credential, by this name or by what it leads to."""
        return _names_credential(self.path) or _names_credential(self.target)

    @property
    def is_loop(self) -> bool:
        """Whether this is a link that leads back to itself."""
        return self.kind == "missing" and self.is_link and self.target == self.path

    @property
    def leads_nowhere(self) -> bool:
        """Whether this is a link to what is not there; a loop of links is not meant."""
        return self.kind == "missing" and self.is_link and not self.is_loop

    @property
    def is_volatile(self) -> bool:
        """Whether the content is gone after a reboot."""
        is_given_again = self.path.startswith(_GIVEN_CREDENTIALS)
        return not is_given_again and (self.path.startswith(VOLATILE) or self.target.startswith(VOLATILE))


def _names_credential(path: str) -> bool:
    folder, name = posixpath.split(path)
    return name.startswith(_CREDENTIAL_PREFIX) and folder in CREDENTIAL_FOLDERS + ENCRYPTED_CREDENTIAL_FOLDERS


@dataclasses.dataclass(frozen=True)
class Tree:
    """The sysctl files of one system, read at one moment; each path stands in it once.

    There may be some that no loader reads by itself, because something else applies them.
    """

    files: tuple[SysctlFile, ...] = ()

    def lasting(self) -> Tree:
        """Return the tree as the next boot finds it: what lies below :data:`VOLATILE` is gone."""
        return Tree(
            tuple(
                dataclasses.replace(file, kind="missing", text=b"") if file.is_volatile else file
                for file in self.files
                if not (file.is_volatile and file.path.startswith(VOLATILE))
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


def files_read(tree: Tree, rules: Rules) -> list[SysctlFile]:
    """Return the files a loader reads, in its order, masked ones left out; none where it cannot start."""
    if obstacle(tree, rules) is not None:
        return []
    by_folder: dict[str, list[tuple[bytes, SysctlFile]]] = {directory: [] for directory in DIRECTORIES}
    for file in tree.files:
        name = file.name
        is_hidden = rules.loader == "systemd-sysctl" and name.startswith(b".")
        is_dropped = rules.passes_over_loops and file.is_loop
        if name.endswith(b".conf") and not is_hidden and not is_dropped:
            by_folder.get(posixpath.dirname(file.path), []).append((name, file))
    by_name: dict[bytes, SysctlFile] = {}
    for directory in sorted(DIRECTORIES, key=lambda path: rules.reads_run_first and not path.startswith(VOLATILE)):
        for name, file in by_folder[directory]:
            by_name.setdefault(name, file)
    files = [by_name[name] for name in sorted(by_name)]
    conf = tree.get(SYSCTL_CONF)
    if rules.loader == "procps" and conf is not None and conf.kind in ("file", "unreadable"):
        files.append(conf)
    return files + [file for file in _credentials(tree, rules) if posixpath.basename(file.path) == CREDENTIAL]


def _credentials(tree: Tree, rules: Rules) -> list[SysctlFile]:
    """Return the credentials that the loader's service is handed, one of each name."""
    if not rules.takes_credential:
        return []
    credentials = [file for file in tree.files if file.is_credential]
    if not credentials:
        return []
    folders = CREDENTIAL_FOLDERS + ENCRYPTED_CREDENTIAL_FOLDERS if rules.imports_credentials else CREDENTIAL_FOLDERS
    by_name: dict[str, SysctlFile] = {}
    for folder in folders:
        for file in credentials:
            place, name = posixpath.split(file.path)
            is_taken = rules.imports_credentials or (name == CREDENTIAL and not file.leads_nowhere)
            if place == folder and is_taken:
                by_name.setdefault(name, file)
    return list(by_name.values())


def obstacle(tree: Tree, rules: Rules) -> SysctlFile | None:
    """Return the credential that keeps systemd-sysctl.service from starting (status 243/CREDENTIALS), if one does."""
    credentials = _credentials(tree, rules)
    sizes = {file: len(file.name) + len(file.text) for file in credentials}
    if sum(sizes.values()) > _CREDENTIALS_MAX:
        return max(credentials, key=lambda file: sizes[file])
    return next((file for file in credentials if file.kind in ("directory", "missing")), None)


def depends_on_version(tree: Tree, loader: Loader) -> bool:
    """Whether releases of a loader read other files, or one differently as far as the keepalive keys go."""
    own = _releases(loader)
    readers = {
        (rules.reads_run_first, rules.passes_over_loops, rules.takes_credential, rules.imports_credentials): rules
        for rules in own
    }
    if len({tuple(file.path for file in files_read(tree, rules)) for rules in readers.values()}) > 1:
        return True
    parsers = {
        (rules.knows_patterns, rules.excludes_by_pattern, rules.follows_parents): rules for rules in own
    }.values()
    return any(_differs(file.text, parsers) for file in tree.files if _RELEVANT.search(file.text))


def _differs(text: bytes, parsers: t.Iterable[Rules]) -> bool:
    first, *others = (rules for rules in parsers if rules.follows_parents or b".." in text)
    found = _concerning(text, first)
    return any(_concerning(text, rules) != found for rules in others)


def _concerning(text: bytes, rules: Rules) -> list[Statement]:
    """Return the statements that name a key: without one of these, no other makes a difference."""
    return [statement for statement in statements(text, rules) if any(map(statement.concerns, KEYS))]


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
    for number, row in rows_with(_RELEVANT, text):
        # procps works on C strings: what stands behind a NUL is not seen
        pieces = _SYSTEMD_LINE_ENDS.split(row) if is_systemd else [row.partition(b"\0")[0]]
        for piece in pieces:
            if piece is not row and not _RELEVANT.search(piece):
                continue
            statement = parse_line(piece, number, rules)
            if statement is None:
                continue
            if statement.key or statement.excluded is not None or any(map(statement.concerns, KEYS)):
                found.append(statement)
    return found


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
    is_old_procps = rules.loader == "procps" and not rules.knows_patterns
    parsed = _parse_old_procps(line) if is_old_procps else _parse(line, rules)
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
