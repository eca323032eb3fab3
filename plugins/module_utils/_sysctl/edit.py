# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edit the keepalive keys in the text of a sysctl file, and leave every other byte alone.

A key is recognised however either loader would recognise it. Texts come in and go out as bytes.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import RULES, parse_line, split_lines
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import HZ_LOWEST, kernel_reading, sysctl_name

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

    Place = t.Tuple[Key, int]

HEADER = b"# Written by Ansible, module linux.tcp.keepalive. Other lines may be added, they are kept.\n"

_MARKER = "# linux.tcp.keepalive: overridden by {path}: "
_ENDING = re.compile(rb"(?<![\n\r\0])[\n\r\0]+\Z")
_BEFORE_VALUE = re.compile(rb"[^=]*=[ \t\v\f]*")
_COMMENT = re.compile(rb"(?<![ \t\v\f])[ \t\v\f]*[#;].*", re.DOTALL)


def assign(text: bytes | None, want: t.Mapping[Key, int]) -> bytes:
    """Return ``text`` with one line for each wanted value; None stands for a file not there yet.

    The last line of the key that every loader reads takes the value, in place; it stays as it is
    when it gives that value already. The other lines of the key go. A key without such a line gets
    one at the end, with the line ending the file uses.
    """
    lines = [HEADER] if text is None else split_lines(text)
    for key, value in want.items():
        own = [index for index, line in enumerate(lines) if _key(line) == key]
        kept = next((index for index in reversed(own) if _is_read_by_all(lines, index)), None)
        if kept is not None:
            lines[kept] = _with_value(lines[kept], key, value)
            lines = _without(lines, {index for index in own if index != kept})
        else:
            lines = _without(lines, set(own))
            lines = _appended(lines, f"{sysctl_name(key)} = {value}".encode())
    return b"".join(lines)


def drop(text: bytes, keys: t.Collection[Key]) -> bytes | None:
    """Return ``text`` without the lines of ``keys``; None when only our own header would be left."""
    lines = split_lines(text)
    lines = _without(lines, {index for index, line in enumerate(lines) if _key(line) in keys})
    if HEADER in lines and not any(_key(line) for line in lines):
        lines.remove(HEADER)
        if not b"".join(lines).strip():
            return None
    return b"".join(lines)


def take_over(text: bytes, places: t.AbstractSet[Place], *, path: str) -> tuple[bytes, set[Place]]:
    """Return ``text`` with the lines of keys in some rows commented out in favour of ``path``, and these places.

    Rows are counted from 1 by line feeds. The comment names the file that takes precedence instead.
    """
    marker = _marker(path)
    rows = {row for _key, row in places}
    lines = []
    taken: set[Place] = set()
    row = 1
    for line in split_lines(text):
        key = _key(line) if row in rows else None
        if key and (key, row) in places:
            blanks, statement = _halves(line)
            lines.append(blanks + marker + statement)
            taken.add((key, row))
        else:
            lines.append(line)
        row += line.count(b"\n")
    return b"".join(lines), taken


def restore_lines(text: bytes, keys: t.Collection[Key], *, path: str) -> bytes:
    """Return ``text`` with the lines of ``keys`` restored that were commented out in favour of ``path``."""
    marker = _marker(path)
    if marker not in text:
        return text
    lines = []
    for line in split_lines(text):
        blanks, comment = _halves(line)
        statement = comment[len(marker) :]
        lines.append(blanks + statement if comment.startswith(marker) and _key(statement) in keys else line)
    return b"".join(lines)


def other_lines(text: bytes) -> list[bytes]:
    """Return the lines that no function here touches, without their endings; blank ones are left out.

    These are all but the lines of the keepalive keys, our header, and our comments.
    """
    comment = _MARKER.partition("{")[0].encode()
    lines = [line.strip(b"\r\n\0") for line in split_lines(text)]
    return [
        line
        for line in lines
        if line.strip() and line != HEADER.strip() and not line.startswith(comment) and not _key(line)
    ]


def _halves(line: bytes) -> tuple[bytes, bytes]:
    """Cut off leading carriage returns, which would end a comment that is put before them."""
    statement = line.lstrip(b"\r")
    return line[: len(line) - len(statement)], statement


def _marker(path: str) -> bytes:
    return _MARKER.format(path=path).encode("utf-8", "surrogateescape")


def _key(line: bytes) -> Key | None:
    """Return the key that a line assigns or excludes by its full name, for whichever loader."""
    return next((key for key in _keys(line) if key), None)


def _keys(line: bytes) -> list[Key | None]:
    """Return the key that each loader, in each release, takes a line to be about, by its full name."""
    if b"tcp_keepalive_" not in line:
        return [None]
    content = _ENDING.sub(b"", line)
    statements = [parse_line(content, 0, rules) for rules in RULES]
    return [statement.key if statement else None for statement in statements]


def _is_read_by_all(lines: list[bytes], index: int) -> bool:
    """Whether every loader reads an assignment of the same key in a line, as a line of its own."""
    line = lines[index]
    is_row = (index == 0 or lines[index - 1].endswith(b"\n")) and _ending(line) in (b"", b"\n", b"\r\n")
    return is_row and b"=" in line and None not in _keys(line)


def _with_value(line: bytes, key: Key, value: int) -> bytes:
    """Return a line that assigns ``value``, and keeps its spelling and a comment behind the value."""
    ending = _ending(line)
    content = line[: len(line) - len(ending)]
    written = _BEFORE_VALUE.sub(b"", content, count=1)
    if kernel_reading(key, written, hz=HZ_LOWEST) == value:
        return line
    comment = b"".join(_COMMENT.findall(written))
    if comment and not comment[:1].isspace():
        comment = b" " + comment
    return content[: len(content) - len(written)] + str(value).encode() + comment + ending


def _ending(line: bytes) -> bytes:
    match = _ENDING.search(line)
    return match.group() if match else b""


def _without(lines: list[bytes], indexes: set[int]) -> list[bytes]:
    """Leave lines out; a file whose last line had no ending still ends without one.

    A line feed stays where it ends the row of the line before, too.
    """
    kept: list[bytes] = []
    for index, line in enumerate(lines):
        if index not in indexes:
            kept.append(line)
        elif kept and not kept[-1].endswith(b"\n") and line.endswith(b"\n"):
            kept.append(b"\n")
    if kept and len(lines) - 1 in indexes and not _ending(lines[-1]):
        uses_crlf = len(kept) > 1 and kept[0].endswith(b"\r\n")
        ending = b"\r\n" if uses_crlf and kept[-1].endswith(b"\r\n") else b"\n"
        if kept[-1].endswith(ending):
            kept[-1] = kept[-1][: -len(ending)]
    return kept


def _appended(lines: list[bytes], content: bytes) -> list[bytes]:
    """Add a line at the end; a file whose last line had no ending still ends without one."""
    ending = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    if lines and not lines[-1].endswith(b"\n"):
        return [*lines[:-1], lines[-1] + ending, content]
    return [*lines, content + ending]
