# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""One question to a host in plain shell, and the host as its answer shows it.

The command needs a POSIX shell, grep, sort, tar, gzip, head and base64. It prints what
:func:`take_snapshot` reads on a host: the kernel's values, sysctl files, what tells how the host
boots, and the lines elsewhere that may set keepalive keys; compressed, and in letters that no
terminal changes. Where the command is not sure or a tool is missing, the answer is not complete, and
reading it raises :class:`DoubtError`.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import posixpath
import re
import shlex
import stat
import typing as t
import zlib

from ansible_collections.linux.tcp.plugins.module_utils._errors import DoubtError
from ansible_collections.linux.tcp.plugins.module_utils._files import (
    DROP_IN_FOLDERS,
    OPENRC,
    RC_FOLDERS,
    SD_BOOTED,
    SYSCTL_PROGRAMS,
    SYSTEMD_SYSCTL,
    UNIT,
)
from ansible_collections.linux.tcp.plugins.module_utils._record import (
    KernelRecord,
    Node,
    RecordedDisk,
    RecordedFiles,
    RecordedKernel,
    as_values,
    nodes_of,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import (
    CREDENTIAL_FOLDERS,
    DIRECTORIES,
    ENCRYPTED_CREDENTIAL_FOLDERS,
    SYSCTL_CONF,
)
from ansible_collections.linux.tcp.plugins.module_utils._values import HZ_HIGHEST, HZ_LOWEST, KEYS, SYSCTL_PREFIX
from ansible_collections.linux.tcp.plugins.module_utils._writers import (
    CALLED_ERE,
    KERNEL_FILES,
    LIB_PLACES,
    PLACES,
    RELEVANT_ERE,
    UFW_AND_TUNED,
    candidates_among,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._boot import InitSystem
    from ansible_collections.linux.tcp.plugins.module_utils._files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._snapshot import Snapshot
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import Tree
    from ansible_collections.linux.tcp.plugins.module_utils._writers import Candidate

# What is read as a whole: files, and folders with all that is in them.
_ROOTS = (
    *DIRECTORIES,
    SYSCTL_CONF,
    UNIT,
    *DROP_IN_FOLDERS,
    *RC_FOLDERS,
    *(f"/etc/init.d/{name}" for name in ("procps", "procps.sh", "sysctl", "sysctl.sh")),
    *UFW_AND_TUNED,
)
_CREDENTIALS = CREDENTIAL_FOLDERS + ENCRYPTED_CREDENTIAL_FOLDERS
# OpenRC also where the links of a merged /usr lead. Where it is, the module reads on.
_PROBED = ("/dev/null", SD_BOOTED, *SYSTEMD_SYSCTL, *SYSCTL_PROGRAMS, OPENRC, f"/usr{OPENRC}")
# As much as a host may answer, compressed and not.
_MOST_BYTES = 400_000
_MOST_UNPACKED = 16 << 20


def _above(paths: t.Iterable[str]) -> list[str]:
    """Return the folders above some paths, but the root."""
    folders = set()
    for path in paths:
        folder = posixpath.dirname(path)
        while folder != "/":
            folders.add(folder)
            folder = posixpath.dirname(folder)
    return sorted(folders)


def _words(words: t.Iterable[str]) -> str:
    return " ".join(words)


# A line "= NAME" begins each part. Every line of a part has a form that no "= NAME" has.
# A shell's own read takes single bytes, and the kernel gives its values only to the first.
# There is no line end at the end, as Ansible appends "&& sleep 0" where ssh has a terminal.
QUESTION = f"""\
LC_ALL=C; export LC_ALL; unset TAR_OPTIONS GREP_OPTIONS GZIP POSIXLY_CORRECT; cd / || exit 1
doubt() {{ echo "= doubt $*"; exit 0; }}
{{
echo "= kernel"
grep -s . {_words(f"/proc/sys/{SYSCTL_PREFIX}{key}" for key in KEYS)}
v=; {{ IFS= read -r v; IFS= read -r x && doubt comm; }} < /proc/1/comm; printf 'comm %s\\n' "$v"
if [ -e /proc/sys/net/core/dev_weight ]; then
  v=; {{ IFS= read -r v; IFS= read -r x && doubt cmdline; }} < /proc/cmdline; printf 'cmdline %s\\n' "$v"
fi
echo "= mounts"
grep ' /proc' /proc/self/mounts || doubt mounts
echo "= paths"
for p in {_words(_CREDENTIALS)}; do
  if [ -d "$p" ]; then
    ls "$p/" > /dev/null || doubt "$p"
    for f in "$p"/sysctl.*; do [ -e "$f" ] || [ -L "$f" ] && doubt "$p"; done
    echo "empty $p"
  elif [ -e "$p" ] || [ -L "$p" ]; then doubt "$p"
  else echo "none $p"; fi
done
for f in {KERNEL_FILES}; do [ -e "$f" ] && doubt "$f"; done
set --
for p in {_words(_above((*_ROOTS, *_CREDENTIALS, *_PROBED)))} {_words(_PROBED)}; do
  if [ -L "$p" ]; then set -- "$@" "${{p#/}}"
  elif [ -d "$p" ]; then [ -x "$p" ] || doubt "$p"; echo "folder $p"
  elif [ -e "$p" ]; then echo "file $p"
  else echo "none $p"; fi
done
for p in {_words(_ROOTS)}; do
  if [ -L "$p" ] || [ -e "$p" ]; then set -- "$@" "${{p#/}}"; else echo "none $p"; fi
done
for p in {_words(DIRECTORIES)}; do for f in "$p"/*; do [ -S "$f" ] && doubt "$f"; done; done
if [ -d {SD_BOOTED} ]; then
  w='{_words(PLACES[True])}'
  [ /lib -ef /usr/lib ] || w="$w {_words(LIB_PLACES)}"
else
  w='{_words(PLACES[False])}'
  for p in {_words(SYSCTL_PROGRAMS)}; do
    [ -L "$p" ] && break
    [ -f "$p" ] || continue
    if grep -q 'BusyBox v' "$p"; then echo "busybox $p"; else echo "other $p"; fi
    break
  done
fi
echo "= lines"
for f in $w; do
  case $f in *:*) [ -e "$f" ] && doubt "$f" ;; esac
  [ -f "$f" ] || {{ [ -e "$f" ] && [ ! -d "$f" ] && ! [ "$f" -ef /dev/null ] && doubt "$f"; }}
done
grep -asnE '{RELEVANT_ERE}' $w /dev/null; [ $? -gt 2 ] && doubt grep
c=$(grep -ashoE {shlex.quote(CALLED_ERE)} $w | sort -u) || doubt sort
l=; for f in $c; do [ -f "$f" ] && l="$l $f"; done
c=$(grep -aslE '{RELEVANT_ERE}' $l /dev/null); [ $? -gt 2 ] && doubt grep
for f in $c; do
  h=; IFS= read -r h < "$f"
  case $f in *:*) doubt "$f" ;; esac
  case $h in '#!'*) grep -asnE '{RELEVANT_ERE}' "$f" /dev/null ;; esac
done
echo "= files"
if [ $# -gt 0 ]; then tar -cf - "$@"; fi
echo "= end $?"
}} 2>/dev/null | gzip -c | head -c {_MOST_BYTES} | base64"""


_PARTS = ("kernel", "mounts", "paths", "lines", "files")
_LINE = re.compile(rb"(/[^\n]*?):([0-9]+):([^\n]*)")
# What may depend on the tick rate: large numbers, and those of another base.
_LARGE = re.compile(rb"[0-9]{7}|0[xX]")


@dataclasses.dataclass(frozen=True)
class Host:
    """A host as it answered: its kernel, its files, and the lines that may set keys."""

    kernel: RecordedKernel
    files: RecordedFiles
    rows: tuple[tuple[str, int, bytes], ...]
    has_large_values: bool = False

    def search(self, files: Files, _init: InitSystem, tree: Tree) -> tuple[list[Candidate], Tree]:
        """Return who else may set keys, as :func:`take_snapshot` asks for it."""
        return candidates_among(files, self.rows, tree)

    def require_certain(self, snapshot: Snapshot) -> None:
        """Check that nothing in a snapshot of this host may be otherwise.

        :raises DoubtError: where a line may set other values, as far as it stands where it counts; and where the
            kernel's tick rate counts, which a shell cannot tell.
        """
        if self.has_large_values and dataclasses.replace(snapshot, hz=HZ_LOWEST).as_dict() != snapshot.as_dict():
            raise DoubtError("some values are so large that the kernel's tick rate counts")
        if snapshot.other_writers:
            raise DoubtError(f"{snapshot.other_writers[0].path} may set other values")


def read_answer(answer: str) -> Host:
    """Return the host that answered :data:`QUESTION`.

    :raises DoubtError: where the answer is not complete, or does not tell all that counts.
    """
    parts = _parts(_unpacked(answer))
    nodes = nodes_of(parts["files"]) if parts["files"] else {}
    texts = (parts["lines"], parts["kernel"], *(node.text for node in nodes.values() if node.text))
    lines = (line for text in texts if _LARGE.search(text) for line in re.split(b"[\n\r\0]", text))
    has_large_values = any(_LARGE.search(line) for line in lines if b"keepalive_" in line or b"*" in line)
    absent = set()
    for line in _text(parts["paths"]).splitlines():
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
            raise DoubtError(f"{line} is not a path")
    rows = []
    for row in parts["lines"].split(b"\n")[:-1]:
        found = _LINE.fullmatch(row)
        if not found:  # such as "Binary file ... matches"
            raise DoubtError(f"{row!r} is not a line of a file")
        rows.append((found[1].decode("utf-8", "surrogateescape"), int(found[2]), found[3]))
    return Host(_kernel(parts), RecordedFiles(disk=RecordedDisk(nodes, absent)), tuple(rows), has_large_values)


def _unpacked(answer: str) -> bytes:
    try:
        packed = base64.b64decode("".join(answer.split()), validate=True)
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)  # gzip
        unpacked = unpacking.decompress(packed, _MOST_UNPACKED)
    except (binascii.Error, ValueError, zlib.error) as exc:
        raise DoubtError(f"the answer cannot be read: {exc}") from exc
    if not unpacking.eof:
        raise DoubtError("the answer is cut, or too long")
    return unpacked


def _parts(answer: bytes) -> dict[str, bytes]:
    """Part an answer at its headings; the archive is the last part, and may have anything in it."""
    text, heading, rest = answer.partition(b"\n= files\n")
    archive, end, status = rest.rpartition(b"= end ")
    if not heading or not end or status.strip() != b"0":
        doubt = re.search(rb"^= doubt (.*)", answer, re.MULTILINE)
        raise DoubtError(f"{_text(doubt[1])} is odd" if doubt else "the answer is cut")
    parts = {"files": archive}
    for part in (b"\n" + text + b"\n").split(b"\n= ")[1:]:
        name, _end, lines = part.partition(b"\n")
        parts[name.decode("ascii", "replace")] = lines if lines.endswith(b"\n") or not lines else lines + b"\n"
    if set(parts) != set(_PARTS):
        raise DoubtError(f"the answer has the parts {sorted(parts)}")
    return parts


def _kernel(parts: t.Mapping[str, bytes]) -> RecordedKernel:
    lines = (re.match(rb"([^ :]*)[ :](.*)", line, re.DOTALL) for line in parts["kernel"].split(b"\n"))
    told = {found[1].decode("ascii", "replace"): found[2] for found in lines if found}
    record = KernelRecord(
        values=as_values({key: _text(told.get(f"/proc/sys/{SYSCTL_PREFIX}{key}", b"")) for key in KEYS}),
        comm=told.get("comm", b"").decode("utf-8", "replace"),
        mounts=tuple(_text(parts["mounts"]).splitlines()),
        cmdline=told.get("cmdline", b""),
    )
    return RecordedKernel(record, hz=HZ_HIGHEST)


def _text(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")
