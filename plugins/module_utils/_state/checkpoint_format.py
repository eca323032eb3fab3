# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define a checkpoint, write it as JSON, and read and check JSON of unknown origin.

A checkpoint comes from the module keepalive_checkpoint on a host. Root applies it later on. So it may
name only what the collection itself edits: sysctl files in the folders of the loaders,
/etc/sysctl.conf, and the persistence file, which the controller names. Controller and target read it
with the same function.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import base64
import binascii
import dataclasses
import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import CheckpointError, unchanged
from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import (
    KEPT_ATTRIBUTES,
    MOST_ATTRIBUTES,
    Metadata,
    StoredFile,
)
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import DIRECTORIES, SYSCTL_CONF, SysctlFile
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import HZ_LOWEST, INT_MAX, KEYS
from ansible_collections.linux.tcp.plugins.module_utils._text import shortened

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

    Json = t.Dict[str, t.Any]

# What the kernel may have shown: net/ipv4/sysctl_net_ipv4.c. Before Linux 5.13 probes was any int.
_HIGHEST: dict[Key, int] = {"time": INT_MAX // HZ_LOWEST, "intvl": INT_MAX // HZ_LOWEST, "probes": INT_MAX}
MOST_FILES = 100
_MOST_BYTES = 4 << 20  # the largest sysctl file that is read
_MOST_BYTES_IN_ALL = 16 << 20
_LONGEST_NAME, _LONGEST_ATTRIBUTE = 255, 1 << 16  # limits.h: XATTR_NAME_MAX, XATTR_SIZE_MAX
_LONGEST_PATH = 4095  # limits.h: PATH_MAX
_HIGHEST_ID = (1 << 32) - 2
_MODE = re.compile(r"0[0-7]{3}\Z")  # without setuid, setgid and sticky bit


@dataclasses.dataclass(frozen=True)
class SavedValue:
    """A running value, as it was found and as the change leaves it."""

    key: Key
    before: int
    left: int


@dataclasses.dataclass(frozen=True)
class SavedFile:
    """A file, as it was found and as the change leaves it; None stands for no file.

    ``path`` is free of links. ``name`` is the path that leads there: the persistence file's, or the one by
    which a loader reads the file. ``had_folder`` tells whether there was its folder. The owner of a file
    that the change makes is not known beforehand, and None.
    """

    path: str
    before: StoredFile | None
    left: StoredFile | None
    had_folder: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.path)


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """All that a change concerns on one host."""

    values: tuple[SavedValue, ...] = ()
    files: tuple[SavedFile, ...] = ()

    def as_dict(self) -> Json:
        """Return the checkpoint as JSON can hold it."""
        return {
            "runtime": {value.key: {"before": value.before, "left": value.left} for value in self.values},
            "files": [
                {
                    "path": file.path,
                    **({} if file.name == file.path else {"name": file.name}),
                    "before": _file_as_dict(file.before),
                    "left": _file_as_dict(file.left),
                    "had_folder": file.had_folder,
                }
                for file in self.files
            ],
        }


def _file_as_dict(file: StoredFile | None) -> Json | None:
    if file is None:
        return None
    owner, group = file.metadata.owner or (None, None)
    return {
        "content": base64.b64encode(file.text).decode(),
        "mode": f"{file.metadata.mode:04o}",
        "owner": owner,
        "group": group,
        "attributes": {
            name: base64.b64encode(value).decode() for name, value in sorted(file.metadata.attributes.items())
        },
    }


def parse_checkpoint(given: object, *, path: str = DEFAULT_PATH) -> Checkpoint:
    """Read what :meth:`Checkpoint.as_dict` returned, and refuse what no change of the collection can concern.

    ``path`` is the persistence file, as the controller knows it and not as the host tells. It may be
    anywhere; every other file has the name of a sysctl file that a loader reads.

    :raises CheckpointError: which names the first thing that is wrong.
    """
    try:
        return _checkpoint(given, path)
    except CheckpointError as exc:
        raise CheckpointError(unchanged(f"This is no checkpoint that a rollout made: {exc}")) from exc


def require_restorable(checkpoint: Checkpoint, *, path: str) -> None:
    """Check that what was found on a host can be restored later on, before anything is changed.

    :raises CheckpointError: when :func:`parse_checkpoint` would refuse it.
    """
    try:
        _checkpoint(checkpoint.as_dict(), path)
    except CheckpointError as exc:
        raise CheckpointError(unchanged(f"A change of this host could not be restored: {exc}")) from exc


def _checkpoint(given: object, path: str) -> Checkpoint:
    fields = _fields(given, "checkpoint", {"runtime", "files"})
    runtime = _fields(fields["runtime"], "runtime", set(), optional=set(KEYS))
    files = fields["files"]
    if not isinstance(files, list) or len(files) > MOST_FILES:
        raise CheckpointError(f"files is not a list of at most {MOST_FILES}.")
    saved = tuple(_saved_file(file, f"files[{number}]", path) for number, file in enumerate(files))
    if len({file.path for file in saved}) < len(saved):
        raise CheckpointError("files has the same path twice.")
    if sum(_size(file) for one in saved for file in (one.before, one.left) if file) > _MOST_BYTES_IN_ALL:
        raise CheckpointError(f"files has more than {_MOST_BYTES_IN_ALL >> 20} MiB in all.")
    return Checkpoint(tuple(_saved_value(key, runtime[key]) for key in KEYS if key in runtime), saved)


def _size(file: StoredFile) -> int:
    """Return how many bytes a file has, with its attributes."""
    return len(file.text) + sum(map(len, file.metadata.attributes.values()))


def _fields(given: object, where: str, names: set[str], *, optional: t.Collection[str] = ()) -> Json:
    """Return a dictionary that has these keys and no others."""
    if not isinstance(given, dict):
        raise CheckpointError(f"{where} is not a dictionary.")
    for name in given:
        if name not in names and name not in optional:
            raise CheckpointError(f"{where} has the unknown key {shortened(str(name), _LONGEST_NAME)!r}.")
    for name in sorted(names - given.keys()):
        raise CheckpointError(f"{where} lacks the key {name!r}.")
    return given


def _saved_value(key: Key, given: object) -> SavedValue:
    highest, fields = _HIGHEST[key], _fields(given, f"runtime.{key}", {"before", "left"})
    before, left = (_number(fields[name], f"runtime.{key}.{name}", -highest, highest) for name in ("before", "left"))
    return SavedValue(key, before, left)


def _number(given: object, where: str, lowest: int, highest: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not lowest <= given <= highest:
        raise CheckpointError(f"{where} is not a whole number between {lowest} and {highest}.")
    return given


def _saved_file(given: object, where: str, persistence: str) -> SavedFile:
    fields = _fields(given, where, {"path", "before", "left", "had_folder"}, optional={"name"})
    path = fields["path"]
    name = fields.get("name", path)
    for key, text in (("path", path), ("name", name)):
        if not isinstance(text, str) or not text.isprintable() or not text.startswith("/") or len(text) > _LONGEST_PATH:
            raise CheckpointError(f"{where}.{key} is {str(text)[:_LONGEST_PATH]!r}, which is no absolute path.")
    if posixpath.normpath(path) != path or path.startswith("//") or SysctlFile(path=name, target=path).is_credential:
        raise CheckpointError(f"{where}.path is {path!r}, which is not one that is edited.")
    if not _is_known(name, persistence):
        raise CheckpointError(
            f"{where} is {name!r}: only sysctl files of the loaders, {SYSCTL_CONF} and the persistence file, "
            f"{persistence!r}, can be restored."
        )
    if not isinstance(fields["had_folder"], bool):
        raise CheckpointError(f"{where}.had_folder is neither true nor false.")
    before = _stored(fields["before"], f"{where}.before")
    if before and before.metadata.owner is None:
        raise CheckpointError(f"{where}.before has no owner.")
    return SavedFile(path, before, _stored(fields["left"], f"{where}.left"), fields["had_folder"], name)


def _is_known(name: str, persistence: str) -> bool:
    """Whether a path is the persistence file's, or one by which a loader reads a file."""
    if name == persistence:
        return True
    if posixpath.normpath(name) != name:
        return False
    folder, base = posixpath.split(name)
    return name in (posixpath.normpath(persistence), SYSCTL_CONF) or (folder in DIRECTORIES and base.endswith(".conf"))


def _stored(given: object, where: str) -> StoredFile | None:
    if given is None:
        return None
    fields = _fields(given, where, {"content", "mode", "owner", "group", "attributes"})
    if not isinstance(fields["mode"], str) or not _MODE.match(fields["mode"]):
        raise CheckpointError(f"{where}.mode is not an octal number between '0000' and '0777'.")
    owner = None
    if fields["owner"] is not None or fields["group"] is not None:
        user, group = (_number(fields[name], f"{where}.{name}", 0, _HIGHEST_ID) for name in ("owner", "group"))
        owner = (user, group)
    metadata = Metadata(int(fields["mode"], 8), owner, _attributes(fields["attributes"], f"{where}.attributes"))
    return StoredFile(_decoded(fields["content"], f"{where}.content", _MOST_BYTES), metadata)


def _attributes(given: object, where: str) -> dict[str, bytes]:
    if not isinstance(given, dict) or len(given) > MOST_ATTRIBUTES:
        raise CheckpointError(f"{where} is not a dictionary of at most {MOST_ATTRIBUTES}.")
    for name in given:
        is_kept = isinstance(name, str) and name.startswith(KEPT_ATTRIBUTES)
        if not is_kept or not name.isprintable() or len(name) > _LONGEST_NAME:
            raise CheckpointError(f"{where} has {str(name)[:_LONGEST_NAME]!r}, which is not one that is kept.")
    return {name: _decoded(value, f"{where}.{name}", _LONGEST_ATTRIBUTE) for name, value in given.items()}


def _decoded(given: object, where: str, most: int) -> bytes:
    if not isinstance(given, str) or len(given) > most * 4 // 3 + 4:
        raise CheckpointError(f"{where} is not a text in Base64 of at most {most} bytes.")
    try:
        return base64.b64decode(given, validate=True)
    except (ValueError, binascii.Error) as exc:
        raise CheckpointError(f"{where} is not in Base64.") from exc
