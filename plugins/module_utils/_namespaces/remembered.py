# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember which values this collection wrote to which network namespaces.

The file is below /run and names the boot, so it lasts as long as the namespaces do. Each namespace is known by what no
later one has (:class:`Namespace`, ``identity``).
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import FileError, ForeignChangeError, StuckFileError
from ansible_collections.linux.tcp.plugins.module_utils._host.filesystem import MOST_BYTES
from ansible_collections.linux.tcp.plugins.module_utils._host.kernel import BOOT_ID
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import error_of, let_stand, said
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.engine_formats import member
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Remembered
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
    from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import Metadata

MEMORY_FILE = "/run/linux.tcp.keepalive.namespaces.json"


class Memory:
    """What was written since the boot of this id, by the identity of a namespace, as the file among ``files`` has it.

    Where the id is empty, because it is not known, nothing can be remembered.
    """

    def __init__(self, files: WritableFiles, boot_id: str) -> None:
        self._files = files
        self._boot_id = boot_id
        self._stored: bytes | None = None
        self._entries: dict[str, Remembered] = {}

    def load(self) -> None:
        """Read the file; what has another shape than it should have, or is of an earlier boot, is not remembered.

        :raises FileError: where there is something else than a regular file that root can read.
        """
        found = self._files.stored(MEMORY_FILE)
        self._stored = found.text if found else None
        self._entries = _entries_in(self._stored or b"", self._boot_id) if found and _is_trusted(found.metadata) else {}

    def of(self, identity: str | None) -> Remembered | None:
        """Return what was written to a namespace, None for nothing."""
        return None if identity is None else self._entries.get(identity)

    def note(self, identity: str | None, entry: Remembered | None) -> None:
        """Remember what is written to a namespace, or nothing any more; see :meth:`save`."""
        if identity is not None and entry is not None:
            self._entries[identity] = entry
        elif identity is not None:
            self._entries.pop(identity, None)

    def keep(self, identities: t.Collection[str]) -> None:
        """Forget all other namespaces, which have ended."""
        self._entries = {name: entry for name, entry in self._entries.items() if name in identities}

    def require_writable(self) -> None:
        """Check that the file can be written, and that a later run knows it again, without doing it.

        :raises FileError: where it cannot.
        """
        if not self._boot_id:
            raise FileError(
                f"/proc/{BOOT_ID} cannot be read, so what is written to network namespaces cannot be remembered. Mount "
                f"a /proc that shows it."
            )
        self._files.require_writable(MEMORY_FILE)
        self._files.require_owner(MEMORY_FILE)

    def save(self) -> None:
        """Write the file, unless it is so already.

        :raises FileError: when the system refuses, or where there is more to remember than can be read again.
        :raises StuckFileError: where it was written, must not stand, and cannot be undone.
        """
        text = _text_of(self._entries, self._boot_id) if self._entries else None
        if text == self._stored:
            return
        if len(text or b"") > MOST_BYTES:
            raise FileError(
                f"{len(self._entries)} network namespaces are more than {MEMORY_FILE} can hold, which must not be "
                f"larger than {MOST_BYTES >> 20} MiB. Find who made so many (lsns -t net), and end them or select "
                f"fewer."
            )
        undo = self._files.replace(MEMORY_FILE, text, expected=self._stored)
        try:
            let_stand([undo])
        except BaseException as exc:
            left = error_of(undo)
            if left is not None:
                error = FileError if isinstance(left, ForeignChangeError) else StuckFileError
                raise error(f"{said(exc)} {said(left)}") from exc
            raise
        self._stored = text


def _is_trusted(metadata: Metadata) -> bool:
    """Return whether nobody but root, or the user of this process, can have written a file."""
    return metadata.owner is not None and metadata.owner[0] in (0, os.geteuid()) and not metadata.mode & 0o022


def _text_of(entries: t.Mapping[str, Remembered], boot_id: str) -> bytes:
    namespaces = {
        identity: {
            "before": entry.before.as_dict(),
            "written": entry.written.as_dict(),
            "previous": entry.previous and entry.previous.as_dict(),
        }
        for identity, entry in sorted(entries.items())
    }
    return json.dumps({"boot": boot_id, "namespaces": namespaces}, separators=(",", ":")).encode() + b"\n"


def _entries_in(text: bytes, boot_id: str) -> dict[str, Remembered]:
    try:
        found = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    namespaces = member(found, "namespaces")
    if member(found, "boot") != boot_id or not boot_id or not isinstance(namespaces, dict):
        return {}
    entries = {}
    for identity, one in namespaces.items():
        before, written = _values_of(member(one, "before")), _values_of(member(one, "written"))
        if before and written:
            entries[identity] = Remembered(before, written, _values_of(member(one, "previous")))
    return entries


def _values_of(found: object) -> Values | None:
    numbers = [member(found, key) for key in KEYS]
    return Values(*numbers) if all(isinstance(one, int) and not isinstance(one, bool) for one in numbers) else None
