# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse what a probe printed: a pure function from the output of one command to a host."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import base64
import binascii
import itertools
import re
import stat
import typing as t
import zlib
from types import MappingProxyType

from ansible_collections.linux.tcp.plugins.module_utils._errors import InconclusiveProbeError
from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
from ansible_collections.linux.tcp.plugins.module_utils._host.init_system import Process1
from ansible_collections.linux.tcp.plugins.module_utils._host.mounts import Mounts
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import RELEVANT, rows_with
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, SYSCTL_PREFIX, Values
from ansible_collections.linux.tcp.plugins.module_utils._text import shortened
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.filesystem import Node, ProbedFileSystem, nodes_of
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost

# The most that is read of one host, so that none keeps the controller busy: characters, bytes, and lines that may
# matter, with the bytes of each. Real hosts have a tenth of it; what has more is for the host itself to read.
_MOST_PRINTED = 600_000
_MOST_UNPACKED = 2 << 20
_MOST_ROWS = 100
_MOST_MOUNTS = 2000
_LONGEST_ROW = 1000
_LONGEST_LINE = 16 << 10  # of mounts and paths
# No usual kernel shows more: TASK_COMM_LEN without the zero at its end, PATH_MAX, and COMMAND_LINE_SIZE of s390, the
# largest. The variable has a name such as systemd-nspawn.
_LONGEST_FIELDS = {"comm": 15, "exe": 4096, "container": 64, "cmdline": 4096}
# Of all lines together: a pattern with braces stands for up to 1000 others, one with brackets is tried from each.
_MOST_CHARACTERS = {b"{": 10, b"[": 100}
_PARTS = ("kernel", "mounts", "first", "paths", "lines", "files")
_LINE = re.compile(rb"(/[^\n]*?):([0-9]{1,9}):([^\n]*)")
_NUMBER = re.compile(r"-?[0-9]{1,10}")
# What may depend on the tick rate: large numbers, and those of another base, in lines that may name a key.
_NAMES_KEYS = re.compile(rb"keepalive_|[*?\[]")
_LARGE = re.compile(rb"[0-9]{7}|0[xX]")


def parse_probe(output: str) -> ProbedHost:
    """Return the host of which :data:`PROBE_SCRIPT` printed this.

    :raises InconclusiveProbeError: where the output is not complete, or does not have all that counts.
    """
    parts = _parts(_unpacked(output))
    nodes = nodes_of(parts["files"]) if parts["files"] else {}
    contents = list({id(node): node.text for node in nodes.values() if node.text}.values())  # a file has many names
    _require_bounded(parts, contents)
    has_large_values = _has_large_values((parts["lines"], parts["kernel"], *contents))
    absent = _add_paths(nodes, _text(parts["paths"]))
    kernel = _kernel_lines(parts["kernel"])
    return ProbedHost(
        files=Files(file_system=ProbedFileSystem(nodes, absent)),
        runtime=_values(_text(kernel.get(f"/proc/sys/{SYSCTL_PREFIX}{key}", b"")) for key in KEYS),
        process_1=Process1(
            name=kernel.get("comm", b"").decode("utf-8", "replace"),
            program=_text(kernel.get("exe", b"")),
            container=kernel.get("container", b"").decode("utf-8", "replace"),
        ),
        own_mounts=Mounts(parts["mounts"]),
        first_mounts=Mounts(parts["first"]),
        cmdline=kernel.get("cmdline", b""),
        rows=_rows(parts["lines"]),
        has_large_values=has_large_values,
    )


def _require_bounded(parts: t.Mapping[str, bytes], contents: t.Sequence[bytes]) -> None:
    """Check that what is computed of an output stays bounded.

    :raises InconclusiveProbeError: where it does not.
    """
    relevant = (itertools.islice(rows_with(RELEVANT, text), _MOST_ROWS + 1) for text in contents)
    _require_few([row for _number, row in itertools.chain.from_iterable(relevant)], _MOST_CHARACTERS)
    _require_few(parts["lines"].split(b"\n")[:-1])
    if max(parts["mounts"].count(b"\n"), parts["first"].count(b"\n")) > _MOST_MOUNTS:
        raise InconclusiveProbeError("the mounts are too many")
    for part in ("mounts", "first", "paths"):
        if any(len(line) > _LONGEST_LINE for line in parts[part].split(b"\n")):
            raise InconclusiveProbeError(f"a line of the part {part} is too long")


def _has_large_values(texts: t.Iterable[bytes]) -> bool:
    lines = (line for text in texts if _LARGE.search(text) for line in re.split(b"[\n\r\0]", text))
    return any(_LARGE.search(line) and _NAMES_KEYS.search(line) for line in lines)


def _add_paths(nodes: dict[str, Node], text: str) -> set[str]:
    """Add the paths that were only looked for, and return those at which nothing is."""
    absent = set()
    for line in text.splitlines():
        kind, _blank, path = line.partition(" ")
        if kind == "none":
            absent.add(path)
        elif kind in ("folder", "empty"):
            nodes.setdefault(path, Node(stat.S_IFDIR, is_whole=kind == "empty"))
        elif kind == "file":
            nodes.setdefault(path, Node(stat.S_IFREG))
        elif kind in ("busybox", "other"):
            nodes[path] = Node(stat.S_IFREG, text=b"BusyBox v" if kind == "busybox" else b"")
        else:
            raise InconclusiveProbeError(f"{shortened(line, _LONGEST_ROW)} is not a path")
    return absent


def _rows(lines: bytes) -> tuple[tuple[str, int, bytes], ...]:
    rows = []
    for row in lines.split(b"\n")[:-1]:
        found = _LINE.fullmatch(row)
        if not found:  # such as "Binary file ... matches"
            raise InconclusiveProbeError(f"{row!r} is not a line of a file")
        rows.append((found[1].decode("utf-8", "surrogateescape"), int(found[2]), found[3]))
    return tuple(rows)


def _require_few(rows: t.Sequence[bytes], characters: t.Mapping[bytes, int] = MappingProxyType({})) -> None:
    """Check that lines are few and short enough to be compared with each other here, and have few such characters.

    :raises InconclusiveProbeError: where they are not.
    """
    if len(rows) > _MOST_ROWS or any(len(row) > _LONGEST_ROW for row in rows):
        raise InconclusiveProbeError("the lines that may set values are too many or too long")
    if any(sum(row.count(char) for row in rows) > most for char, most in characters.items()):
        raise InconclusiveProbeError("the lines that may set values have too many patterns")


def _unpacked(output: str) -> bytes:
    if len(output) > _MOST_PRINTED:
        raise InconclusiveProbeError("the output is too long")
    try:
        packed = base64.b64decode("".join(output.split()), validate=True)
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)  # gzip
        unpacked = unpacking.decompress(packed, _MOST_UNPACKED)
    except (binascii.Error, ValueError, zlib.error) as exc:
        raise InconclusiveProbeError(f"the output cannot be read: {exc}") from exc
    if not unpacking.eof:
        raise InconclusiveProbeError("the output is cut, or too long")
    return unpacked


def _parts(output: bytes) -> dict[str, bytes]:
    """Split an output at its headings; the archive is the last part, and may have anything in it."""
    text, heading, rest = output.partition(b"\n= files\n")
    archive, end, status = rest.rpartition(b"= end ")
    if not heading or not end or status.strip() != b"0":
        doubt = re.search(rb"^= doubt (.{,1000})", output, re.MULTILINE)
        raise InconclusiveProbeError(f"{_text(doubt[1])} is odd" if doubt else "the output is cut")
    parts = {"files": archive}
    for part in (b"\n" + text + b"\n").split(b"\n= ")[1:]:
        name, _end, lines = part.partition(b"\n")
        parts[name.decode("ascii", "replace")] = lines if lines.endswith(b"\n") or not lines else lines + b"\n"
    if set(parts) != set(_PARTS):
        raise InconclusiveProbeError(f"the output has the parts {shortened(str(sorted(parts)), _LONGEST_ROW)}")
    return parts


def _kernel_lines(text: bytes) -> dict[str, bytes]:
    """Return what the part about the kernel has: each line's name, and what stands behind it.

    :raises InconclusiveProbeError: where a kernel shows nothing that is so long.
    """
    lines = (re.match(rb"([^ :=]*)[ :=](.*)", line, re.DOTALL) for line in text.split(b"\n"))
    fields = {found[1].decode("ascii", "replace"): found[2] for found in lines if found}
    for name, most in _LONGEST_FIELDS.items():
        if len(fields.get(name, b"")) > most:
            raise InconclusiveProbeError(f"{name} is too long")
    return fields


def _values(texts: t.Iterable[str]) -> Values:
    """Return the values that a kernel showed; None for one that is not a number."""
    return Values(*(int(text) if _NUMBER.fullmatch(text) else None for text in texts))


def _text(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")
