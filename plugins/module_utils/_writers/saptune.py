# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the lines of the SAP notes that saptune applies once systemd-sysctl has run: saptune(8), saptune-note(5)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
    Setter,
    writer_at,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.places import (
    SAPTUNE,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.sysctl_call import (
    values_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._writers.model import (
        Candidate,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._writers.reader import Reader


_NOTES = re.compile(rb"^[ \t]*(?:NOTE_APPLY_ORDER|TUNE_FOR_NOTES)=[\"']?([^\"'#\n]*)", re.MULTILINE)
_SECTION = re.compile(rb"[ \t]*\[([^\]]*)\]")
_UNIT = "/usr/lib/systemd/system/saptune.service"
_STARTED_BY = ("/etc/systemd/system/*.wants/saptune.service", "/etc/systemd/system/*.wants/sapconf.service")
# An administrator's change of a note goes before the note.
_OVERRIDES = "/etc/saptune/override"
_FOLDERS = ("/etc/saptune/extra", "/var/lib/saptune/working/notes", "/usr/share/saptune/notes")
# Those of SUSE that set the keys, for a host whose notes are not where they are expected; 1680803 in old releases.
_KNOWN = (b"1410736", b"1680803", b"2993054")


def of_saptune(files: Reader) -> t.Iterator[Candidate]:
    """Yield what the notes do to the keys that saptune applies, where it is enabled."""
    configuration = files.known(SAPTUNE)
    notes = list(_NOTES.finditer(configuration.text))
    if not any(note[1].strip() for note in notes) or not _is_enabled(files):
        return
    for found in notes:
        number = configuration.text.count(b"\n", 0, found.start()) + 1
        for name in found[1].split():
            texts = _texts_of(files, name.decode("utf-8", "surrogateescape"))
            if texts:
                yield from _in_note(texts)
            elif name in _KNOWN:
                row = configuration.text.split(b"\n")[number - 1]
                yield Setter(writer_at(configuration, number, row), (("time", None),))


def _is_enabled(files: Reader) -> bool:
    """Whether something starts saptune; a host that does not have its unit where it is expected may, too."""
    return files.known(_UNIT).kind != "file" or any(map(files.paths, _STARTED_BY))


def _texts_of(files: Reader, name: str) -> list[SysctlFile]:
    """Return a note and an administrator's change of it; none where the note is not found."""
    if "/" in name or "\0" in name:
        return []
    patterns = (f"{folder}/{pattern}" for folder in _FOLDERS for pattern in (name, f"{name}-*.conf", f"{name}.conf"))
    notes = [file for pattern in patterns for file in files.matching(pattern)]
    override = files.known(f"{_OVERRIDES}/{name}")
    return [*notes[:1], *([override] if override.kind == "file" else [])] if notes else []


def _in_note(texts: t.Iterable[SysctlFile]) -> t.Iterator[Candidate]:
    """Yield the lines of a note that count: the last one for each key, which is left alone where it has no value."""
    decisive: dict[bytes, Candidate | None] = {}
    for file in texts:
        section = b""
        for number, row in enumerate(file.text.split(b"\n"), start=1):
            heading = _SECTION.match(row)
            if heading:  # a condition may stand behind the name, as in [sysctl:csp=azure]
                section = heading[1].partition(b":")[0].strip()
            elif section == b"sysctl" and b"=" in row:
                values = values_of(row.decode("utf-8", "surrogateescape").strip())
                setter = Setter(writer_at(file, number, row), tuple(values.items())) if values else None
                decisive[row.partition(b"=")[0].strip()] = setter
    yield from filter(None, decisive.values())
