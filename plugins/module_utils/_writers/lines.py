# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse what a line may do to the keepalive keys that belongs to no shell script, or to one that cannot be parsed.

A line is looked at piece by piece, each of a bounded length, so that no text takes long.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import itertools
import re
import shlex
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import read_call, read_systemd_call

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import Application


# What may stand for the name of a key, or of its file, that is not there as a whole.
PATTERN = rb"/proc/sys/net/[^ /\n]*/[^ /\n]*[*?[${]|tcp_[{][^ {\n]*keepalive_"
RELEVANT = re.compile(rb"tcp_keepalive_|[sS][yY][sS][cC][tT][lL]|" + PATTERN)

_REMARK = re.compile(rb"(?:^[ \t]*[#;]|[ \t]#).*", re.DOTALL)
_CONTINUED = re.compile(rb"\\\n|(\|)\s*\n")
_MOST_PIECES = 100
_LENGTH_BEFORE = 200
_LENGTH_AFTER = 100
_LENGTH_OF_ARGUMENTS = 1000

# The name of a key, or a pattern in its place.
_KEY = re.compile(rb"tcp_keepalive_(?:(time|intvl|probes)(?![\w.*?\[{-])|\w{0,40}[*?\[{$][^\s=\"'`;]{0,40})")
# What sysctl(8), a sysctl file and udev's SYSCTL{...} write: KEY=VALUE, the value perhaps one to be read as it stands.
_NAME_BEFORE = re.compile(rb"(?:^|[\s\"'={(,@!])-?[./]?net[./]+ipv4[./]+\Z")
_ASSIGNED = re.compile(rb"[\"'}]{0,2}\s*=(?![=~*])\s*[\"']?(?:([1-9][0-9]{0,9})(?=[\s;&|\"')<>\],`]|\Z))?")
# A container's namespace is set, another one's, or another host's.
_ELSEWHERE = re.compile(
    rb"--sysctl[= ]+[\"']?net[./]+ipv4[./]+\Z"
    rb"|(?:\bnetns\s+exec|\bssh|\bunshare|\blxc-attach|\b(?:docker|podman|kubectl|nerdctl)\s+exec)\s[^|;&]*\Z"
    rb"|\bnsenter\b(?![^|;&]*(?:(?:-t|--target)[ =]?1\s|/proc/1/))[^|;&]*\Z"
)
# A text is only looked for, or goes to a log of Python.
_ONLY_TEXT = re.compile(
    rb"\b(?:[ef]?grep|sed|awk)\b[^|;&]*\Z"
    rb"|(?i:log|logging|logger)\.(?:debug|info|warn|warning|error|critical|exception)\([ \t]*[fru]?[\"'][^\"']*\Z"
)
# A write to the key's file, by a path that is whole, relative, or begins with a variable.
_WRITTEN = re.compile(rb"(?:>\|?|\bof=|\btee(?:\s+-\S+)*)\s*[\"']?([^\s\"';&|<>]*)\Z")
_COPIED = re.compile(rb"\b(?:cp|mv|install)\s[^|;&]*\s[\"']?([^\s\"';&|<>]*)\Z")
_OPENED = re.compile(
    rb"[\"']\s*(?:,\s*(?:mode\s*=\s*)?[\"'](?:[bt]?[wa+]|r[bt]?\+)[bte+xsnr]{0,3}(?::[^\"'\n]{0,20})?[\"']|,\s*O_|\)\s*\.write_)"
)
_OPENED_BEFORE = re.compile(rb"[\"']\+?>>?[\"']\s*,\s*[\"']([^\s\"';&|<>]*)\Z")
_OPENED_PATH = re.compile(rb"[\"']([^\s\"';&|<>]*)\Z")
_LAST_ARGUMENT = re.compile(rb"[\"']?[ \t]*(?:\Z|[;&|)])")
_FOLDER = re.compile(rb"/+proc/+sys/+net/+ipv4/+|(?!/)(?:.*/)?", re.DOTALL)

_CALL = re.compile(
    rb"(?:^|[\s;&|('\"`=/@!+-])(systemd-sysctl|sysctl|\$\{?(?:(?!(?i:sysctl))\w)*(?i:sysctl)\w*\}?)"
    rb"[\"']?[ \t]+([^;&|<>)`\n\0]*)"
)


def command_of(row: bytes) -> bytes:
    """Return a line without its remark."""
    return _REMARK.sub(b"", row)


def commands_in(text: bytes) -> list[bytes]:
    """Return the lines of a text without their remarks, each with those that continue it."""
    commands = b"\n".join(map(command_of, text.split(b"\n")))
    return _CONTINUED.sub(rb"\1", commands).split(b"\n")


def assignments(command: bytes) -> dict[Key, int | None]:
    """Return the keys that a command sets, each with its value, None where that cannot be read off.

    One that names keys too often may set any.
    """
    found: dict[Key, int | None] = {}
    matches = list(itertools.islice(_KEY.finditer(command), _MOST_PIECES + 1))
    if len(matches) > _MOST_PIECES:
        return dict.fromkeys(KEYS)
    for match in matches:
        before = command[max(0, match.start() - _LENGTH_BEFORE) : match.start()]
        after = command[match.end() : match.end() + _LENGTH_AFTER]
        keys = [key for key in KEYS if not match[1] or key == match[1].decode()]
        assigned = _ASSIGNED.match(after) if _NAME_BEFORE.search(before) else None
        if assigned:
            if not _ELSEWHERE.search(before) and not _ONLY_TEXT.search(before):
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
    if place is None:
        place = (_OPENED_PATH if _OPENED.match(after) else _OPENED_BEFORE).search(before)
    return place is not None and _FOLDER.fullmatch(place[1]) is not None and not _ELSEWHERE.search(before)


def has_too_many_calls(command: bytes) -> bool:
    """Whether a command has more calls than :func:`applications` looks at, or one with longer arguments."""
    calls = list(itertools.islice(_CALL.finditer(command), _MOST_PIECES + 1))
    return len(calls) > _MOST_PIECES or any(len(call[2]) > _LENGTH_OF_ARGUMENTS for call in calls)


def applications(command: bytes, *, anywhere: bool = False) -> t.Iterator[Application]:
    """Yield the calls of a command that apply sysctl files; those of another host only where ``anywhere`` is true."""
    for match in itertools.islice(_CALL.finditer(command), _MOST_PIECES):
        if not anywhere and _ELSEWHERE.search(command[max(0, match.start(1) - _LENGTH_BEFORE) : match.start(1)]):
            continue
        arguments = match[2][:_LENGTH_OF_ARGUMENTS].decode("utf-8", "surrogateescape")
        try:
            words = shlex.split(arguments)
        except ValueError:  # the quote that ends it was opened before the call
            words = arguments.replace('"', " ").replace("'", " ").split()
        words = [word for word in words if not word.isdigit()]  # that of a redirection, 2>
        call = (read_systemd_call if match[1] == b"systemd-sysctl" else read_call)(words)
        if call.applies:
            yield call.applies
