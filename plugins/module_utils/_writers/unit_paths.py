# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which files a systemd unit sees by its lists of paths: systemd.exec(5), and namespace.c of systemd.

What closes a path is known for certain, or it does not count. What opens one may do so by a link, or by a specifier.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.lexer import plain_words
from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED, ShellError
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES, SYSCTL_CONF
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, SYSCTL_PREFIX

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import UnitSetting

    Resolve = t.Callable[[str], str]

# Each is a list, also by its name of before; an empty value of either name begins it anew.
_READ_ONLY = ("ReadOnlyPaths", "ReadOnlyDirectories")
_INACCESSIBLE = ("InaccessiblePaths", "InaccessibleDirectories")
_READ_WRITE = ("ReadWritePaths", "ReadWriteDirectories")
_BINDS = ("BindPaths", "BindReadOnlyPaths")
_PROC, _TUNABLES, _FOLDER = "/proc", "/proc/sys", "/proc/sys/net/ipv4"
_FILES = tuple(f"/proc/sys/{SYSCTL_PREFIX}{key}" for key in KEYS)
_PREFIX = re.compile(r"-?(\+?)(?=/)")
_ANY_PREFIX = re.compile(r"[+-]*")
_NOT_KNOWN = re.compile(r"[%\\]")  # a specifier, or what is left of an escape
_QUOTES = str.maketrans("", "", "\"'")


class _Bind(t.NamedTuple):
    source: str
    target: str
    is_writable: bool


def hides_keys(given: t.Sequence[UnitSetting], resolve: Resolve, *, has_own_root: bool, protects: bool) -> bool:
    """Whether the files of the keys are certainly read-only for a unit, or not there.

    In a root folder of its own only paths that begin with ``+`` are meant. ``protects`` says that the unit has
    ``ProtectKernelTunables=yes``.
    """
    binds = [one for one in _binds_of(given) if one.is_writable and _may_reach(one.source, _FILES, resolve)]
    if any(_NOT_KNOWN.search(one.source) or _is_elsewhere(one, resolve) for one in binds):
        return False
    subsets = [one.value.strip() for one in given if one.name == "ProcSubset"]
    if subsets[-1:] == ["pid"]:
        return not any(_is_within(_PROC, one.target) for one in binds)
    covered = [] if has_own_root else _covered(given)
    if covered:
        return not any(_is_within(one.target, path) for path in covered for one in binds)
    opened = [_ANY_PREFIX.sub("", word, count=1) for word in _words_of(given, _READ_WRITE)]
    if any(_may_lead_to_keys(path, resolve) for path in opened):
        return False
    if _closed(given, _INACCESSIBLE, has_own_root=has_own_root):
        return True
    bound = [] if opened else _bound_read_only(given, has_own_root=has_own_root)
    closed = [*_closed(given, _READ_ONLY, has_own_root=has_own_root), *bound, *([_TUNABLES] if protects else [])]
    deepest = max(closed, key=len, default="")
    # of nested paths the inner one counts, of equal ones that which forbids more
    inner = [_normal(path) for path in (*opened, *(one.target for one in binds))]
    opens = (path != deepest and _is_within(path, deepest) and _is_related(path, _FILES) for path in inner)
    return bool(closed) and not any(opens)


def shows_sysctl_files(given: t.Sequence[UnitSetting], resolve: Resolve) -> bool:
    """Whether a unit with a root folder of its own may write sysctl files of the host, which are bound to it."""
    is_opened = any("+" in word.partition("/")[0] for word in _words_of(given, _READ_WRITE))
    sources = [one.source for one in _binds_of(given) if one.is_writable or is_opened]
    names = (*DIRECTORIES, SYSCTL_CONF)
    places = {*names, *map(resolve, names if sources else ())}
    return any(_may_reach(source, places, resolve) for source in sources)


def _words_of(given: t.Iterable[UnitSetting], names: t.Container[str], *, if_broken: bool = True) -> list[str]:
    """Return the words of a list; those of a value whose quotes are broken only ``if_broken``."""
    words: list[str] = []
    for one in given:
        if one.name in names:
            if not _has_text(one.value):
                words.clear()
            words += _split(one.value, if_broken=if_broken)
    return words


def _has_text(value: str) -> bool:
    return bool(value.replace(CONTINUED, " ").strip())


def _split(value: str, *, if_broken: bool = True) -> list[str]:
    try:
        return [word.text for word in plain_words(value)]
    except ShellError:
        return value.translate(_QUOTES).replace(CONTINUED, " ").split() if if_broken else []


def _binds_of(given: t.Iterable[UnitSetting]) -> list[_Bind]:
    """Return the folders and files that are bound; both settings are one list."""
    found: list[_Bind] = []
    for one in given:
        if one.name in _BINDS:
            if not _has_text(one.value):
                found.clear()
            for word in _split(one.value):
                source, _colon, rest = word.lstrip("-").partition(":")
                found.append(_Bind(source, rest.partition(":")[0] or source, one.name == _BINDS[0]))
    return found


def _closed(given: t.Iterable[UnitSetting], names: t.Container[str], *, has_own_root: bool) -> list[str]:
    """Return the paths of a list that are the folder of the keys or are above it, without links and specifiers."""
    found = []
    for word in _words_of(given, names, if_broken=False):
        prefix = _PREFIX.match(word)
        if prefix and (prefix[1] or not has_own_root) and ".." not in word.split("/"):
            found.append(_normal(word[prefix.end() :]))
    return [path for path in found if _is_within(_FOLDER, path)]


def _covered(given: t.Sequence[UnitSetting]) -> list[str]:
    """Return the paths that are above the keys in /proc and have an empty file system, if /proc is not mounted anew."""
    if any(one.name in ("ProtectProc", "ProcSubset") for one in given):
        return []
    paths = (_normal(word.partition(":")[0]) for word in _words_of(given, ("TemporaryFileSystem",), if_broken=False))
    return [path for path in paths if path != "/" and _is_within(_FOLDER, path)]


def _bound_read_only(given: t.Iterable[UnitSetting], *, has_own_root: bool) -> list[str]:
    """Return the paths that are the folder of the keys or are above it, and are read-only by a bind of themselves."""
    binds = [] if has_own_root else _binds_of(given)
    paths = [one.target for one in binds if one.source == one.target and not one.is_writable]
    return [path for path in map(_normal, paths) if _is_within(_FOLDER, path)]


def _may_lead_to_keys(path: str, resolve: Resolve) -> bool:
    """Whether a path has what is not known, or leads to the keys by a link: systemd sorts paths as they are written."""
    return bool(_NOT_KNOWN.search(path)) or _is_elsewhere(_Bind(path, path, is_writable=True), resolve)


def _is_elsewhere(one: _Bind, resolve: Resolve) -> bool:
    """Whether the keys are bound to another path than theirs, or by a link."""
    source, target = _normal(one.source), _normal(one.target)
    real = resolve(source)
    return _is_related(real, _FILES) and (source != target or real != source)


def _may_reach(path: str, places: t.Iterable[str], resolve: Resolve) -> bool:
    """Whether a path may be one of some places, or above or below it, links followed."""
    return bool(_NOT_KNOWN.search(path)) or _is_related(_normal(path), places) or _is_related(resolve(path), places)


def _is_related(path: str, places: t.Iterable[str]) -> bool:
    """Whether a path is one of some places, or above or below it."""
    return any(_is_within(path, place) or _is_within(place, path) for place in places)


def _is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder, or below it."""
    return path == folder or path.startswith(folder if folder == "/" else f"{folder}/")


def _normal(path: str) -> str:
    return posixpath.normpath("/" + path.lstrip("/"))
