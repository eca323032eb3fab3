# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell what a line may do whose neighbours are not known.

A probe has only the lines that name a key, or a program that sets one, and a text says nothing of a variable there.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS
from ansible_collections.linux.tcp.plugins.module_utils._writers import formats
from ansible_collections.linux.tcp.plugins.module_utils._writers.candidates import candidates_of
from ansible_collections.linux.tcp.plugins.module_utils._writers.effects import Applies
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import (
    PATTERN,
    applications,
    has_too_many_calls,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Setter, writer_at

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import Candidate
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


_PLAIN_SETTINGS = re.compile(
    rb"\bnet[./]+ipv4[./]+tcp_keepalive_(time|intvl|probes)[\"']?\s*=\s*[\"']?([1-9][0-9]{0,9})(?=[\"']?(?:[\s;&|)]|\Z))"
)
# What a call of sysctl(8) consists of, one behind the other, whose files or settings its line does not tell: those of
# a variable, of another command, or of a text that it reads.
_UNKNOWN = (
    (re.compile(rb"(?i:sysctl)"), re.compile(rb"[ \t](?:-[a-zA-Z]*[pf]|--l)"), re.compile(rb"\$")),
    (re.compile(rb"systemd-sysctl"), re.compile(rb"[ \t][\"']?\$")),
    (
        re.compile(rb"(?i:sysctl)"),
        re.compile(
            rb"[ \t][\"']?(?:(?:net[./](?:ipv4[./](?:tcp_)?)?)?"
            rb"(?:\$\{?\w+\}?(?:=|[\"']?(?:\s*(?:[<>)]|\Z)|\s+[0-9]>))|%\w)|\$\(|`)"
            rb"|[p \t]-(?:[\s\"'<]|\Z)|/dev/|<\("
        ),
    ),
    # all arguments of a function, options or a part of a key in a variable
    (re.compile(rb"(?i:sysctl)"), re.compile(rb"[ \t][\"']?\$(?:\{?[@*]|\{?\w+\}?[\"']?[ \t]+(?!--system)[^\s<>)])")),
    (re.compile(rb"(?i:sysctl)"), re.compile(rb"\$\{?\w+\}?\w+=")),
    # a variable or an alias that is the program, or a folder of sysctl files; no setting of a unit, nor Debian's script
    (
        re.compile(
            rb"(?:^|[\s;&|(])(?!\w{0,60}(?i:sysctl)|DAEMON=)(?:[A-Z_][A-Z0-9_]{0,60}|[a-z_][a-z0-9_]{0,60})="
            rb"[\"']?[\w./ -]{0,60}(?i:sysctl)"
        ),
    ),
    (re.compile(rb"xargs|parallel"), re.compile(rb"(?i:sysctl)")),
    # a file that becomes a sysctl file
    (
        re.compile(rb"\b(?:cp|mv|ln|install|tee|sponge|rsync|scp)[ \t]"),
        re.compile(rb"/sysctl\.(?:d\b|conf)|\$\{?\w{0,60}(?i:sysctl)"),
    ),
    (
        re.compile(rb"\b(?:curl|wget)\b"),
        re.compile(rb"[ \t](?:-\w*[oOP]|--[a-z-]+)[ \t=]*[\"']?/\S{0,100}?/sysctl\.(?:d\b|conf)"),
    ),
    # a key that is not there as a whole, in a sysctl file that is edited
    (re.compile(rb"\b(?:sed|perl)[ \t]"), re.compile(rb"keepalive"), re.compile(rb"/sysctl\.(?:d\b|conf)|\$")),
    (re.compile(rb"\A(?!.*\b(?:echo|printf)\b)"), re.compile(rb">[ \t]*[\"']?/\S{0,100}?/sysctl\.(?:d/|conf)")),
)
_COMMAND_END = re.compile(rb"[;|&\n]")
_PATTERN = re.compile(PATTERN)
_CALLS_SYSCTL = re.compile(rb"(?i:sysctl)[\w}\"']*[\s\\]")


def in_single_row(files: Reader, file: SysctlFile, number: int, row: bytes) -> t.Iterator[Candidate]:
    """Yield what a line may do whose neighbours are not known, at worst anything."""
    if row.lstrip()[:1] == b"#":
        return
    plain = _PLAIN_SETTINGS.findall(row)
    if len(plain) == row.count(b"tcp_keepalive_"):
        if plain:
            values = tuple((t.cast("Key", key.decode()), int(value)) for key, value in plain)
            yield Setter(writer_at(file, number, row), values)
    else:
        yield Setter(writer_at(file, number, row), tuple((key, None) for key in KEYS))
    continues = row.endswith(b"\\") and _CALLS_SYSCTL.search(row)
    if continues or _may_set_unknown(row) or _PATTERN.search(row) or has_too_many_calls(row):
        yield Setter(writer_at(file, number, row), tuple((key, None) for key in KEYS))
    applied = dataclasses.replace(file, text=b"\n" * (number - 1) + row)
    calls = applications(row, anywhere=True)
    yield from candidates_of(files, applied, lambda: (Applies(number, application) for application in calls))
    yield from candidates_of(files, applied, lambda: formats.made_by_tmpfiles(row.decode("utf-8", "replace"), number))


def _may_set_unknown(row: bytes) -> bool:
    """Whether a command of a line may set what the line does not tell."""
    return any(_has_in_order(command, parts) for command in _COMMAND_END.split(row) for parts in _UNKNOWN)


def _has_in_order(text: bytes, parts: t.Iterable[t.Pattern[bytes]]) -> bool:
    """Whether each part stands somewhere behind the one before; each is looked for once, so that no text takes long."""
    end = 0
    for part in parts:
        found = part.search(text, end)
        if found is None:
            return False
        end = found.end()
    return True
