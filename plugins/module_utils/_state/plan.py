# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan the change that brings a host to a desired state; nothing here touches the host.

Check mode, the diff and ``changed`` come from this plan.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._state.diff import render_diff
from ansible_collections.linux.tcp.plugins.module_utils._state.order import safest_order
from ansible_collections.linux.tcp.plugins.module_utils._state.precedence import is_editable, with_values
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import HEADER, drop, restore_lines
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import (
    Tree,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values, sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import (
        DesiredState,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import Setting
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import (
        SysctlFile,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


@dataclasses.dataclass(frozen=True)
class FileEdit:
    """A file's content before and after; None stands for no file. ``target`` is free of links."""

    target: str
    before: bytes | None
    after: bytes | None


@dataclasses.dataclass(frozen=True)
class Change:
    """All that a desired state changes on one host, computed before anything is touched.

    The ``edits`` are in the order in which they are made: the safest one for a boot in between.
    """

    before: Snapshot
    after: Snapshot
    edits: tuple[FileEdit, ...] = ()
    overridden_by: tuple[Setting, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def kernel_writes(self) -> dict[Key, int]:
        """The running values that have to change, with their new value."""
        return {key: value for key, value in self.after.runtime.named().items() if value != self.before.runtime[key]}

    @property
    def is_empty(self) -> bool:
        """Whether the host is right already."""
        return not self.edits and not self.kernel_writes

    def diff(self) -> list[dict[str, str]]:
        """Return what changes as diff mode shows it."""
        values = {key: (self.before.runtime[key], self.after.runtime[key]) for key in self.after.runtime.named()}
        files = [(edit.target, edit.before, edit.after) for edit in self.edits]
        return render_diff(values if self.kernel_writes else {}, files)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The result of ensuring a desired state. In check mode, what the result would be.

    ``cut_links`` are the files of which another name, a hard link, keeps the old content.
    """

    change: Change
    after: Snapshot
    backup_files: tuple[str, ...] = ()
    cut_links: tuple[str, ...] = ()


def plan(have: Snapshot, want: DesiredState) -> Change:
    """Compute the change that brings a host to a desired state.

    ``have`` was taken with the path of ``want``.

    :raises FileError: when a file that may take precedence cannot be read.
    :raises NotReadAtBootError: when the boot does not read the persistence file.
    :raises HidingError: when the persistence file would hide another one that says more.
    :raises OverriddenError: when another file takes precedence and may not be edited.
    """
    if want.is_empty:
        return Change(have, have, warnings=(*have.warnings(), *have.writer_warnings()))
    file = t.cast("SysctlFile", have.file)
    known = have.tree.files
    tree = have.tree if file.kind == "missing" or file in known else Tree((*known, file))
    planned = tree
    overridden: list[Setting] = []
    warnings: list[str] = []
    if want.persistent and want.absent:
        planned = _without_keys(tree, file, want.absent)
    if want.persistent and want.values.named():
        left = dataclasses.replace(have, tree=planned)
        planned, overridden, warnings = with_values(left, _in(planned, file), want)
    after = dataclasses.replace(have, tree=planned)
    left_running: list[str] = []
    if want.runtime and have.runs:
        wanted = Values(*(_value_without(have, after, key) if key in want.absent else want.values[key] for key in KEYS))
        after = dataclasses.replace(after, runtime=have.runtime.updated(wanted.named()))
        left_running = _left_running(have, [key for key in want.absent if wanted[key] is None])
    if want.persistent and not want.values.named():
        warnings = [doubt.message for doubt in after.doubts(want.absent)]
    warnings += left_running
    if want.persistent and want.absent:
        warnings += _left_elsewhere(after, want.absent)
    edits = _edits(dataclasses.replace(have, tree=tree), after, own=file.target, own_first=bool(want.values.named()))
    return Change(have, after, edits, tuple(overridden), warnings=(*warnings, *after.writer_warnings()))


def _value_without(have: Snapshot, after: Snapshot, key: Key) -> int | None:
    """Return the value that a key has without the lines of this module; None where that is not known."""
    # what a file has set so far, the container was not started with, and a copy in the initramfs has no say in
    known = dataclasses.replace(after, in_container=False, initramfs=None)
    return None if key in have.started_with else known.boot.values[key]


def _left_running(have: Snapshot, keys: t.Iterable[Key]) -> list[str]:
    """Warn of running values that stay, because the next boot's are not known."""
    left = [key for key in keys if have.runtime[key] is not None]
    if not left:
        return []
    first, *others = left
    values = [f"{sysctl_name(first)} stays at {have.runtime[first]}"]
    values += [f"{sysctl_name(key)} at {have.runtime[key]}" for key in others]
    return [f"{', '.join(values)} in the running kernel, because the values of the next boot are not known."]


def _edits(before: Snapshot, after: Snapshot, *, own: str, own_first: bool) -> tuple[FileEdit, ...]:
    """Return the files that differ, each once however many names it has, in the safest order.

    If any order is as safe, ours is the first to get values and the last to lose them.
    """
    old, new = ({file.target: file.text for file in shot.tree.files if file.kind == "file"} for shot in (before, after))
    targets = [target for target in {*old, *new} if old.get(target) != new.get(target)]
    targets.sort(key=lambda target: ((target != own) is own_first, target))
    return tuple(
        FileEdit(target, old.get(target), new.get(target)) for target in safest_order(before, after, tuple(targets))
    )


def _in(tree: Tree, file: SysctlFile) -> SysctlFile:
    """Return a file as it is in a tree; one that was removed there is missing."""
    return tree.get(file.path) or dataclasses.replace(file, kind="missing", text=b"")


def _without_keys(tree: Tree, file: SysctlFile, keys: tuple[Key, ...]) -> Tree:
    """Remove keys from the persistence file, and restore the lines that were commented out for it."""
    names = {file.path, *(other.path for other in tree.files if other.target == file.target)}
    if file.kind == "file":
        tree = tree.with_text(file, drop(file.text, keys))
    for other in tree.files:
        text = other.text
        for name in sorted(names):
            text = restore_lines(text, keys, path=name)
        if is_editable(other):
            tree = tree.with_text(other, text)
    return tree


def _left_elsewhere(after: Snapshot, keys: tuple[Key, ...]) -> list[str]:
    """Warn of keys that stay because the module wrote them to another path."""
    return [
        f"{printable(setting.path)} line {setting.line}, which this module wrote, still sets {sysctl_name(key)}. "
        f"To remove it, give that path."
        for key, setting in after.boot.sources.items()
        for file in [after.tree.get(setting.path)]
        if key in keys and file and file.text.startswith(HEADER)
    ]
