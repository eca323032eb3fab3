# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse what a line of a script, a crontab or a unit does to the keepalive keys.

A line is looked at piece by piece, each of a bounded length, so that no text takes long.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import itertools
import re
import shlex
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SYSCTL_CONF
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, sysctl_name

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import Loader
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


RELEVANT = re.compile(rb"tcp_keepalive_|[sS][yY][sS][cC][tT][lL]")

_REMARK = re.compile(rb"(?:^[ \t]*[#;]|[ \t]#).*", re.DOTALL)
_MOST_PIECES = 100
_LENGTH_BEFORE = 200
_LENGTH_AFTER = 100
_LENGTH_OF_ARGUMENTS = 1000

# The name of a key, or a pattern in its place.
_KEY = re.compile(rb"tcp_keepalive_(?:(time|intvl|probes)(?![\w.*?\[{-])|[\w,]{0,40}[*?\[{$][^\s=\"'`;]{0,40})")
# What sysctl(8), a sysctl file and udev's SYSCTL{...} write: KEY=VALUE, the value perhaps one to be read as it stands.
_NAME_BEFORE = re.compile(rb"(?:^|[\s\"'={(,@!])-?[./]?net[./]+ipv4[./]+\Z")
_ASSIGNED = re.compile(rb"[\"'}]{0,2}\s*=(?![=~*])\s*[\"']?(?:([1-9][0-9]{0,9})(?=[\s;&|\"')<>\],`]|\Z))?")
# A container's namespace is set, another one's, or another host's.
_ELSEWHERE = re.compile(
    rb"--sysctl[= ]+[\"']?net[./]+ipv4[./]+\Z"
    rb"|(?:\bnetns\s+exec|\bssh|\bunshare|\blxc-attach|\b(?:docker|podman|kubectl|nerdctl)\s+exec)\s[^|;&]*\Z"
    rb"|\bnsenter\b(?![^|;&]*(?:(?:-t|--target)[ =]?1\s|/proc/1/))[^|;&]*\Z"
)
# A text is only looked for.
_LOOKED_FOR = re.compile(rb"\b(?:[ef]?grep|sed|awk)\b[^|;&]*\Z")
# A write to the key's file, by a path that is whole, relative, or begins with a variable.
_WRITTEN = re.compile(rb"(?:>\|?|\bof=|\btee(?:\s+-\S+)*)\s*[\"']?([^\s\"';&|<>]*)\Z")
_COPIED = re.compile(rb"\b(?:cp|mv|install)\s[^|;&]*\s[\"']?([^\s\"';&|<>]*)\Z")
_LAST_ARGUMENT = re.compile(rb"[\"']?[ \t]*(?:\Z|[;&|)])")
_FOLDER = re.compile(rb"/+proc/+sys/+net/+ipv4/+|(?!/)(?:.*/)?", re.DOTALL)

_CALL = re.compile(
    rb"(?:^|[\s;&|('\"`=/@!+-])(systemd-sysctl|sysctl|\$\{?\w*(?i:sysctl)\w*\}?)[\"']?[ \t]+([^;&|<>)`\n\0]*)"
)
_LOADS = re.compile(r"--load(?:=(.*))?\Z|-[a-zA-Z]*?[pf](/.*|[a-zA-Z]*)\Z")
_CHOOSES = re.compile(r"(?:--pattern=?|-r)(.*)\Z", re.DOTALL)
_REPEATS = re.compile(r"[*+{]")
_MOST_REPEATS = 3


@dataclasses.dataclass(frozen=True)
class Application:
    """A call that applies sysctl files: those that ``names`` name, in this order, or those of a boot (None).

    A name is a whole path, and may be a pattern of glob(7).
    """

    loader: Loader
    names: tuple[str, ...] | None


def command_of(row: bytes) -> bytes:
    """Return a line without its remark."""
    return _REMARK.sub(b"", row)


def assignments(command: bytes) -> dict[Key, int | None]:
    """Return the keys that a command sets, each with its value, None where that cannot be read off."""
    found: dict[Key, int | None] = {}
    for match in itertools.islice(_KEY.finditer(command), _MOST_PIECES):
        before = command[max(0, match.start() - _LENGTH_BEFORE) : match.start()]
        after = command[match.end() : match.end() + _LENGTH_AFTER]
        keys = [key for key in KEYS if not match[1] or key == match[1].decode()]
        assigned = _ASSIGNED.match(after) if _NAME_BEFORE.search(before) else None
        if assigned:
            if not _ELSEWHERE.search(before) and not _LOOKED_FOR.search(before):
                value = int(assigned[1]) if assigned[1] else None
                found.update((key, value if match[1] else None) for key in keys)
        elif (match[1] or b"$" in match.group()) and _is_file_written(before, after):
            found.update((key, None) for key in keys)
    return found


def _is_file_written(before: bytes, after: bytes) -> bool:
    """Whether what stands around a file's name writes to it."""
    place = _WRITTEN.search(before)
    if place is None and _LAST_ARGUMENT.match(after):
        place = _COPIED.search(before)
    return place is not None and _FOLDER.fullmatch(place[1]) is not None and not _ELSEWHERE.search(before)


def applications(command: bytes) -> t.Iterator[Application]:
    """Yield the calls of a command that apply sysctl files."""
    for match in itertools.islice(_CALL.finditer(command), _MOST_PIECES):
        if _ELSEWHERE.search(command[max(0, match.start(1) - _LENGTH_BEFORE) : match.start(1)]):
            continue
        arguments = match[2][:_LENGTH_OF_ARGUMENTS].decode("utf-8", "surrogateescape")
        try:
            words = shlex.split(arguments)
        except ValueError:  # the quote that ends it was opened before the call
            words = arguments.replace('"', " ").replace("'", " ").split()
        words, chosen = _without_pattern(words)
        names = [word for word in words if word.startswith("/")]
        if match[1] == b"systemd-sysctl":
            if names:  # without any, it does again what the boot did
                yield Application("systemd-sysctl", tuple(names))
        elif chosen is None or _may_choose_keys(chosen):
            yield from _applied_by_sysctl(words, names)


def _applied_by_sysctl(words: list[str], names: list[str]) -> t.Iterator[Application]:
    if "--system" in words:
        yield Application("procps", None)
        return
    loads = list(filter(None, map(_LOADS.match, words)))
    if not loads:
        return
    attached = [name for load in loads for name in load.groups() if name and name.startswith("/")]
    # the digit is that of a redirection, 2>
    others = [word for word in words if not word.startswith(("/", "-")) and not word.isdigit()]
    if attached or names:
        yield Application("procps", (*attached, *names))
    elif not others and "-" not in words:
        yield Application("procps", (SYSCTL_CONF,))


def _without_pattern(words: list[str]) -> tuple[list[str], str | None]:
    """Return the arguments without sysctl's ``--pattern``, and that, None where it is not given."""
    chosen = None
    others = []
    pending = iter(words)
    for word in pending:
        match = _CHOOSES.match(word)
        if match:
            chosen = match[1] or next(pending, "")
        else:
            others.append(word)
    return others, chosen


def _may_choose_keys(pattern: str) -> bool:
    """Whether sysctl's ``--pattern`` lets keepalive keys through; one that could take long to try may."""
    if len(_REPEATS.findall(pattern)) > _MOST_REPEATS:
        return True
    try:
        return any(re.search(pattern, sysctl_name(key)) for key in KEYS)
    except re.error:
        return True
