# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Apply a planned change to the host that this process runs on, verify it, and undo it where a step fails."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import functools
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    ForeignChangeError,
    StuckFileError,
    UndoError,
    VerificationError,
    before_any_change,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.replacement import backup_name
from ansible_collections.linux.tcp.plugins.module_utils._host.signals import held_back as signals_held_back
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo, error_of, let_stand, said
from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Outcome
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import preview
from ansible_collections.linux.tcp.plugins.module_utils._state.remains import Before, remains
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import sysctl_name

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import (
        DesiredState,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
    from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Change
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot


def ensure(host: LocalHost, want: DesiredState, *, check_mode: bool) -> Outcome:
    """Bring a host to a desired state. If anything fails, the host is as it was before.

    Check mode returns the same, checks permissions as well, and writes nothing.

    :raises KeepaliveError: see :func:`preview`; and when the host refuses a step, or is not what was
        planned after the last one.
    """
    changes_nothing = check_mode or want.is_empty
    with contextlib.ExitStack() as stack:
        with before_any_change():
            if not changes_nothing:
                stack.enter_context(host.lock.held())
            elif not want.is_empty:
                host.lock.require_possible()
            change = preview(host, want)
            for key in change.kernel_writes:
                host.kernel.require_writable(key)
            for edit in change.edits:
                host.files.require_writable(edit.target)
                if edit.before is not None and (edit.after is not None or want.backup):
                    host.files.require_owner(edit.target)
                if want.backup and edit.before is not None:
                    host.files.require_writable(backup_name(edit.target))
            cut_links = tuple(edit.target for edit in change.edits if host.files.has_other_names(edit.target))
        if check_mode or change.is_empty:
            return Outcome(change, change.after, cut_links=cut_links)
        with signals_held_back():
            return dataclasses.replace(_apply(host, change, backup=want.backup), cut_links=cut_links)


def _apply(host: LocalHost, change: Change, *, backup: bool) -> Outcome:
    undo: list[Undo] = []
    backups: list[str] = []
    kernel, files = host.kernel, host.files
    try:
        for key, value in change.kernel_writes.items():
            # noted before the write: a value that was taken but cannot be read back is undone as well
            undo.append(Undo(functools.partial(kernel.restore, key, t.cast("int", change.before.runtime[key]))))
            kernel.write(key, value)
        for edit in change.edits:
            if backup and edit.before is not None:
                copy = backup_name(edit.target)
                undo.append(Undo(functools.partial(files.remove, copy)))
                files.backup(edit.target, copy)
                backups.append(copy)
            undo.append(files.replace(edit.target, edit.after, expected=edit.before))
        after = _look_again(host, change.before)
        _verify(change, after, files)
        let_stand(undo)
    except VerificationError as exc:
        left = undo_all(undo, exc, host=host, before=_before(change))
        raise VerificationError(" ".join([f"{exc} What was changed has been undone.", *left])) from exc
    except BaseException as exc:
        left = undo_all(undo, exc, host=host, before=_before(change))
        if left:
            raise UndoError(" ".join([said(exc), *left])) from exc
        raise
    return Outcome(change, after, tuple(sorted(backups)))


def _look_again(host: LocalHost, before: Snapshot) -> Snapshot:
    """Return what the host has now; what else may set the keys is what was found before, as no step changes that."""
    candidates, tree, unseen = host.writers_again(before.candidates, host.files.read_tree())
    return dataclasses.replace(
        before,
        runtime=host.values() if before.runs else before.runtime,
        tree=tree.marked(before.lost),
        file=None,
        candidates=tuple(candidates),
        unseen=tuple(dict.fromkeys((*before.unseen, *unseen))),
    )


def _verify(change: Change, after: Snapshot, files: Files) -> None:
    """Compare the host with the plan.

    :raises VerificationError: for the first difference.
    """
    for key, value in change.kernel_writes.items():
        if after.runtime[key] != value:
            raise VerificationError(
                f"{sysctl_name(key)} was set to {value} and is {after.runtime[key]} a moment later: another program "
                f"writes it. Find that program."
            )
    for edit in change.edits:
        found = files.read(edit.target)
        if (found.text if found.kind == "file" else None) != edit.after:
            raise VerificationError(
                f"{edit.target} is not what was written a moment before: another program writes it. Find that program."
            )
    planned = change.after.boot.values
    if change.edits and after.boot.values != planned:
        raise VerificationError(
            f"The next boot would give {after.boot.values.as_dict()}, not {planned.as_dict()}: sysctl files changed "
            f"meanwhile. Run again."
        )


def _before(change: Change) -> Before:
    return Before(
        values={key: t.cast("int", change.before.runtime[key]) for key in change.kernel_writes},
        texts={edit.target: edit.before for edit in change.edits},
    )


def _remains(host: LocalHost, before: Before) -> list[str]:
    try:
        return remains(host, before)
    except Exception as exc:  # noqa: BLE001 -- whatever it is, the errors of undoing are to be told
        return [f"what it has now cannot be read ({said(exc)})."]


def undo_all(undo: list[Undo], cause: BaseException, *, host: LocalHost, before: Before) -> list[str]:
    """Undo the last step first, and go on when one cannot be undone; return what was left to others.

    What fails is tried once more. Where a file cannot be brought back, those that were changed before it are left as
    well: without it, the next boot could give values that are neither old nor new.
    ``before`` is what the host had before the first step.

    :raises UndoError: which names each value and each file that is left changed.
    """
    errors: list[BaseException] = []
    is_stuck = isinstance(cause, StuckFileError)
    for step in reversed(undo):
        if step.is_ordered and is_stuck:
            continue
        error = error_of(step)
        if error is not None:
            errors.append(error)
            is_stuck = is_stuck or (step.is_ordered and not isinstance(error, ForeignChangeError))
    left = [str(error) for error in errors if isinstance(error, ForeignChangeError)]
    failures = [said(error) for error in errors if not isinstance(error, ForeignChangeError)]
    if failures or isinstance(cause, StuckFileError):
        found = _remains(host, before)
        changed = " ".join(["so the host is changed in part:", *found] if found else ["but nothing is left changed."])
        reasons = f" ({' '.join(failures + left)})" if failures else ""
        raise UndoError(f"{said(cause)} Undoing then failed{reasons}, {changed} Fix this and run again.") from cause
    return left
