# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which files tee(1), dd(1), cp(1), ln(1), rsync(1), scp(1) and their like write, and with what."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import STANDARD_INPUT, Word
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES, SYSCTL_CONF

_TAKES_TARGET = re.compile(r"-[a-zA-Z]*t|--target-directory")
_LINKS = re.compile(r"-[a-zA-Z]*s[a-zA-Z]*|--symbolic")
_LINKS_FROM_HERE = re.compile(r"-[a-zA-Z]*r[a-zA-Z]*|--relative")
# Options whose value is the next word. rsync(1) knows no others, and none by its beginning.
_TAKES_VALUE = {
    "install": re.compile(r"-[^mogSt-]*[mogS]"),
    "scp": re.compile(r"-[^cDFiJloPSX-]*[cDFiJloPSX]"),
    "rsync": re.compile(
        r"-[^efBTM@-]*[efBTM@]|--(?:address|backup-dir|block-size|bwlimit|cc|checksum-choice|checksum-seed|chmod|chown"
        r"|compare-dest|compress-choice|compress-level|compress-threads|config|contimeout|copy-as|copy-dest|debug|dparam"
        r"|early-input|exclude|exclude-from|files-from|filter|groupmap|iconv|include|include-from|info|link-dest"
        r"|log-file|log-file-format|log-format|max-alloc|max-delete|max-size|min-size|modify-window|only-write-batch"
        r"|out-format|outbuf|partial-dir|password-file|port|protocol|read-batch|remote-option|rsh|rsync-path"
        r"|skip-compress|sockopts|stderr|stop-after|stop-at|suffix|temp-dir|time-limit|timeout|usermap|write-batch|zc|zl"
        r")"
    ),
}
# The files and folders into which programs save what they fetch: curl(1), wget(1).
_SAVES = {
    "curl": re.compile(r"(?:-[a-zA-Z0-9#]*?o|--output(?:-dir)?=?)(.*)", re.DOTALL),
    "wget": re.compile(r"(?:-[a-zA-Z]*?[OP]|--(?:output-document|directory-prefix)=?)(.*)", re.DOTALL),
}
_COPIES_FOLDERS = re.compile(r"-[a-zA-Z]*[rRa][a-zA-Z]*|--recursive|--archive")
_REPLACES_TARGET = re.compile(r"-[a-zA-Z]*T[a-zA-Z]*|--no-target-directory")
_COPIES_NOTHING = re.compile(r"-[a-zA-Z]*n[a-zA-Z]*|--dry-run|--list-only")  # of rsync(1)
_REMOTE = re.compile(r"(?:[^/:$]|\$(?!\{)|\$\{[^{}]*\})*:")  # of rsync(1) and scp(1); ${A:-/b} is a variable
_OF_TWO_HOSTS = ("rsync", "scp")
OTHER_TEXT = "$?"  # names the file that stands for a text that is not known


class Written(t.NamedTuple):
    """A file that is written, with the texts of ``sources`` and, if it ``takes_input``, what the program reads.

    One that ``is_link`` only has the name of its source, which counts from the folder of the link.
    """

    target: Word
    takes_input: bool
    sources: t.Sequence[Word] = ()
    appends: bool = False
    is_link: bool = False


def files_written(name: str, arguments: list[Word]) -> list[Written]:
    """Return the files that the arguments of a program name that writes files."""
    if name in ("tee", "sponge"):
        appends = any(word.clean in ("-a", "--append") for word in arguments)
        return [
            Written(word, takes_input=True, appends=appends) for word in arguments if not word.clean.startswith("-")
        ]
    if name == "dd":
        sources = [Word(word.clean[3:], word.line) for word in arguments if word.clean.startswith("if=")]
        takes_input = all(word.clean == STANDARD_INPUT for word in sources)
        appends = any(word.clean.startswith("oflag=") and "append" in word.clean for word in arguments)
        targets = [Word(word.clean[3:], word.line) for word in arguments if word.clean.startswith("of=")]
        return [Written(target, takes_input=takes_input, sources=sources, appends=appends) for target in targets]
    if name in _SAVES:
        return list(_saved(_SAVES[name], arguments))
    if len(arguments) < 2:
        return []
    takes_input = any(word.clean == STANDARD_INPUT for word in arguments)
    target, sources = _copied(name, arguments)
    if name in _OF_TWO_HOSTS and _REMOTE.match(target.clean):
        return []
    is_link = name == "ln" and _has(_LINKS, arguments) and not _has(_LINKS_FROM_HERE, arguments)
    if name == "rsync" and _has(_COPIES_NOTHING, arguments):
        sources = []
    placed = [_placed(name, arguments, source, target) for source in sources]
    if name in _OF_TWO_HOSTS:
        placed = [(place, _here(source)) for place, source in placed]
    here = [source for place, source in placed if place == target]
    return [
        Written(target, takes_input=takes_input, sources=here, is_link=is_link),
        *(Written(place, takes_input=False, sources=[source]) for place, source in placed if place != target),
    ]


def _saved(option: t.Pattern[str], arguments: list[Word]) -> t.Iterator[Written]:
    """Yield the files into which a program saves what it fetches, as an option says, perhaps with the next word."""
    for word, following in zip(arguments, [*arguments[1:], Word("", 0)]):
        found = option.fullmatch(word.clean)
        path = (found[1] or following.clean) if found else ""
        if path not in ("", "-"):
            yield Written(Word(path, word.line), takes_input=False, sources=[Word(OTHER_TEXT, word.line, is_file=True)])


def _placed(name: str, arguments: list[Word], source: Word, target: Word) -> tuple[Word, Word]:
    """Return the place to which a source is copied, and a folder as the files in it, where these are sysctl files."""
    path = posixpath.normpath(source.clean)
    inside = posixpath.normpath(posixpath.join(target.clean, posixpath.basename(path)))
    files = dataclasses.replace(source, text=f"{path}/*.conf")
    if inside == SYSCTL_CONF:
        return dataclasses.replace(target, text=inside), source
    if name != "mv" and not (name in ("cp", *_OF_TWO_HOSTS) and _has(_COPIES_FOLDERS, arguments)):
        return target, source
    ends = ("/.", "/./", "/") if name == "rsync" else ("/.", "/./")
    if f"/{source.clean}".endswith(ends) or (name not in _OF_TWO_HOSTS and _has(_REPLACES_TARGET, arguments)):
        return target, files
    return (dataclasses.replace(target, text=inside), files) if inside in DIRECTORIES else (target, source)


def _here(source: Word) -> Word:
    """Return a source, or what stands for one of another host."""
    return dataclasses.replace(source, text=OTHER_TEXT) if _REMOTE.match(source.clean) else source


def _has(option: t.Pattern[str], arguments: t.Iterable[Word]) -> bool:
    return any(option.fullmatch(word.clean) for word in arguments)


def _copied(name: str, arguments: list[Word]) -> tuple[Word, list[Word]]:
    """Return the target of cp(1), install(1), ln(1) or rsync(1), and the sources."""
    words: list[Word] = []
    target: Word | None = None
    pending = iter(arguments)
    for word in pending:
        option, equals, value = word.clean.partition("=")
        if name not in _OF_TWO_HOSTS and _TAKES_TARGET.fullmatch(option):
            target = Word(value, word.line) if equals else next(pending, word)
        elif name in _TAKES_VALUE and not equals and _TAKES_VALUE[name].fullmatch(option):
            next(pending, word)
        elif not word.clean.startswith("-"):
            words.append(word)
    if target is None and words:
        target = words.pop()
    return target or arguments[-1], words
