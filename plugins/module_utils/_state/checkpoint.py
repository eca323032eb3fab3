# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Save what a host has before a change, and restore it.

A checkpoint is made before the change. It holds each running value and each file that the change
concerns, as it was found and as the change will leave it. What is neither of the two later on was
changed by others.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import functools
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    ForeignChangeError,
    KeepaliveError,
    UndoError,
    VerificationError,
    before_any_change,
    unchanged,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.chroot import refusal
from ansible_collections.linux.tcp.plugins.module_utils._host.signals import held_back as signals_held_back
from ansible_collections.linux.tcp.plugins.module_utils._host.stored_file import Metadata, StoredFile
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo, let_stand, said
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import undo_all
from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import (
    Checkpoint,
    SavedFile,
    SavedValue,
    require_restorable,
)
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH
from ansible_collections.linux.tcp.plugins.module_utils._state.diff import render_diff
from ansible_collections.linux.tcp.plugins.module_utils._state.order import safest_order
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.remains import Before
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import other_lines
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.replace import WritableFiles
    from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
    from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Change
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key, Values

    # a file, and what is there now
    _Restored = t.Tuple[SavedFile, t.Optional[StoredFile]]


@dataclasses.dataclass(frozen=True)
class ForeignChange:
    """What others have changed since a rollout.

    ``code`` is ``runtime``, ``created``, ``removed``, ``content``, ``metadata``, ``other_settings`` or ``link``.
    ``key`` names the running value, ``path`` the file; the other one is None.
    """

    code: str
    message: str
    key: Key | None = None
    path: str | None = None

    def as_dict(self) -> dict[str, str]:
        """Return the change as the module returns it."""
        named = {"code": self.code, "key": self.key, "path": self.path, "message": self.message}
        return {name: printable(value) for name, value in named.items() if value is not None}


@dataclasses.dataclass(frozen=True)
class Restoration:
    """What has to be restored: running values, and files as they are and as they will be, in the order of the steps."""

    found: Values
    values: t.Mapping[Key, int]
    files: t.Sequence[_Restored]
    foreign: tuple[ForeignChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the host is as it was."""
        return not self.values and not self.files

    def diff(self) -> list[dict[str, str]]:
        """Return what changes as diff mode shows it."""
        values = {key: (self.found[key], value) for key, value in self.values.items()}
        return render_diff(values, [(file.path, _text(found), _text(file.before)) for file, found in self.files])


def take_checkpoint(change: Change, files: WritableFiles) -> Checkpoint:
    """Note what a change that was planned a moment ago concerns.

    :raises CheckpointError: when a file is one that could not be restored.
    """
    own = change.before.file
    checkpoint = Checkpoint(
        values=tuple(
            SavedValue(key, t.cast("int", change.before.runtime[key]), value)
            for key, value in change.kernel_writes.items()
        ),
        files=tuple(
            _saved_file(edit.target, edit.after, files, name=_name_of(edit.target, change)) for edit in change.edits
        ),
    )
    require_restorable(checkpoint, path=own.path if own else DEFAULT_PATH)
    return checkpoint


def _name_of(target: str, change: Change) -> str:
    """Return the path that leads to a file: the persistence file's, or one by which a loader reads it."""
    own = change.before.file
    names = [file.path for file in change.before.tree.files if file.target == target]
    if own and own.target == target:
        names.insert(0, own.path)
    return next((name for name in names if name == target), names[0] if names else target)


def _saved_file(path: str, text: bytes | None, files: WritableFiles, *, name: str) -> SavedFile:
    before = files.stored(path)
    metadata = before.metadata if before else Metadata(mode=0o644)
    left = None if text is None else StoredFile(text, metadata)
    return SavedFile(path, before, left, had_folder=files.has_folder(path), name=name)


def plan_restoration(host: LocalHost, checkpoint: Checkpoint) -> Restoration:
    """Compare a host with its checkpoint.

    :raises ForeignChangeError: where a link would lead away from a file.
    """
    running, files = host.values(), host.files
    values: dict[Key, int] = {}
    changed: list[_Restored] = []
    foreign: list[ForeignChange] = []
    for value in checkpoint.values:
        found = running[value.key]
        if found != value.before:
            values[value.key] = value.before
        if found not in (value.before, value.left):
            message = (
                f"{sysctl_name(value.key)} is {found} in the running kernel, neither {value.left} as the rollout left "
                f"it nor {value.before} as it was"
            )
            foreign.append(ForeignChange("runtime", message, key=value.key))
    for file in checkpoint.files:
        _require_same_place(file, files)
        stored = files.stored(file.path)
        is_same = _is_same(stored, file.before)
        # an earlier restoration may have been killed before it removed the folder
        if not is_same or (not file.had_folder and file.before is None and files.has_empty_folder(file.path)):
            changed.append((file, stored))
            difference = None if is_same else _foreign_difference(file, stored)
            if difference:
                code, message = difference
                foreign.append(ForeignChange(code, f"{file.path} {message}", path=file.path))
    return Restoration(running, values, _in_safest_order(host, changed), tuple(foreign))


def _in_safest_order(host: LocalHost, files: list[_Restored]) -> list[_Restored]:
    """Return files in the order in which a boot in between does the least harm.

    If any order is as safe, or the host cannot be read, the last file that was changed is the first.
    """
    if not files[1:]:
        return files
    try:
        before = take_snapshot(host)
    except KeepaliveError:  # of another file, which is no reason to leave these as they are
        return files[::-1]
    tree = before.tree
    for file, _found in files:
        tree = tree.with_text(host.files.read(file.path), file.before.text if file.before else None)
    by_path = {one[0].path: one for one in reversed(files)}
    order = safest_order(before, dataclasses.replace(before, tree=tree), tuple(by_path))
    return [by_path[path] for path in order]


def _require_same_place(file: SavedFile, files: WritableFiles) -> None:
    """Check that the links that led to a file still do, and that no others lead away from it.

    :raises ForeignChangeError: where that is not so.
    """
    message = remedy = ""
    target = files.resolve(file.path)
    if target != file.path:
        message, remedy = f"{file.path} leads to {target} now, by a link that was not there", "Remove it."
    elif files.resolve(file.name) != file.path:
        target = files.resolve(file.name)
        message, remedy = f"{file.name} led to {file.path} and leads to {target} now", "Bring its link back."
    if message:
        raise ForeignChangeError(
            unchanged(f"{message}. {remedy}"),
            foreign=[ForeignChange("link", message, path=file.path).as_dict()],
        )


def _foreign_difference(file: SavedFile, found: StoredFile | None) -> tuple[str, str] | None:
    """Return the code and the words for what is not to be restored of a file without force, None for nothing."""
    if not _is_same(found, file.left):
        return _difference(found, file.left)
    if found is None and file.before and file.before.metadata.lets_others_write:
        return "other_settings", "is not there, and would be made as a file to which others than root may write"
    if _differs_otherwise(found, file.before):
        return "other_settings", "differs from what it was in more than the keepalive settings"
    return None


def _differs_otherwise(found: StoredFile | None, before: StoredFile | None) -> bool:
    """Whether a file would get other lines than those of the keepalive keys, or another mode, owner or attribute.

    No change of the collection makes such a difference. One that others made before a later change of
    the same rollout is in no checkpoint, and a checkpoint that was forged has one.
    """
    if found and before and found.metadata != before.metadata:
        return True
    return other_lines(found.text if found else b"") != other_lines(before.text if before else b"")


def _is_same(found: StoredFile | None, noted: StoredFile | None) -> bool:
    if found is None or noted is None:
        return found is noted
    return (
        found.text == noted.text
        and found.metadata.mode == noted.metadata.mode
        and (noted.metadata.owner is None or found.metadata == noted.metadata)
    )


def _difference(found: StoredFile | None, left: StoredFile | None) -> tuple[str, str]:
    if found is None:
        return "removed", "is gone, and the rollout left it there"
    if left is None:
        return "created", "is there again, and the rollout removed it"
    if found.text != left.text:
        return "content", "has other content than the rollout left"
    return "metadata", "has another mode, owner or attribute than the rollout left"


def _text(file: StoredFile | None) -> bytes | None:
    return file.text if file else None


def restore(host: LocalHost, checkpoint: Checkpoint, *, force: bool, check_mode: bool) -> Restoration:
    """Restore a host to its checkpoint, wholly or not at all.

    :raises ForeignChangeError: where others have changed it since, unless ``force`` is given.
    :raises KernelError: in a chroot, whose kernel is the one of the machine around it.
    :raises KeepaliveError: when the host refuses a step.
    """
    with contextlib.ExitStack() as stack:
        with before_any_change():
            if not check_mode:
                stack.enter_context(host.lock.held("restore"))
            else:
                host.lock.require_possible()
            restoration = plan_restoration(host, checkpoint)
            if restoration.values and host.init_system().in_chroot:
                raise refusal("set the running kernel", "Restore it outside of the chroot.")
            if restoration.foreign and not force:
                messages = "; ".join(one.message for one in restoration.foreign)
                raise ForeignChangeError(
                    f"Changed by others since the rollout: {messages}. Check it, or give force: true "
                    f"(keepalive_restore_force=true to the playbook linux.tcp.restore).",
                    foreign=[one.as_dict() for one in restoration.foreign],
                )
            for key in restoration.values:
                host.kernel.require_writable(key)
            for file, _found in restoration.files:
                host.files.require_writable(file.path)
                if file.before is not None:
                    host.files.require_owner(file.path, file.before.metadata.owner)
        if not check_mode and not restoration.is_empty:
            with signals_held_back():
                _apply(host, restoration)
        return restoration


def _apply(host: LocalHost, restoration: Restoration) -> None:
    undo: list[Undo] = []
    kernel, files = host.kernel, host.files
    try:
        for key, value in restoration.values.items():
            found = restoration.found[key]
            if found is not None:
                undo.append(Undo(functools.partial(kernel.restore, key, found)))
            kernel.write(key, value)
        for file, _found in restoration.files:
            undo.append(files.restore(file.path, file.before, had_folder=file.had_folder))
            if not _is_same(files.stored(file.path), file.before):
                raise VerificationError(
                    f"{file.path} is not what was written a moment before: another program writes it. "
                    f"Find that program."
                )
        let_stand(undo)
    except BaseException as exc:
        before = Before(
            values={key: value for key, value in restoration.found.named().items() if key in restoration.values},
            texts={file.path: found.text if found else None for file, found in restoration.files},
        )
        left = undo_all(undo, exc, host=host, before=before)
        if left:
            raise UndoError(" ".join([said(exc), *left])) from exc
        raise
