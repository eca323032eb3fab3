# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection: it may change at any time.

"""From a wish to a host that fulfils it: plan, apply, verify, undo.

:func:`plan` computes the whole change without touching anything; check mode, the diff and
``changed`` come from it. :func:`fulfil` does everything in order, and undoes what it did when a
later step fails.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import functools
import os
import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._dropin import (
    HEADER,
    assign,
    drop,
    give_back,
    take_over,
)
from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    ForeignChangeError,
    HidingError,
    InvalidPathError,
    KeepaliveError,
    NotReadAtBootError,
    OverriddenError,
    UndoError,
    VerificationError,
)
from ansible_collections.linux.tcp.plugins.module_utils._signals import held_back as signals_held_back
from ansible_collections.linux.tcp.plugins.module_utils._snapshot import describe_obstacle, take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._sysctl_d import (
    DIRECTORIES,
    SYSCTL_CONF,
    VOLATILE,
    SysctlFile,
    Tree,
    split_lines,
)
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.module_utils._values import KEYS, Values, sysctl_name, validate
from ansible_collections.linux.tcp.plugins.module_utils._writers import find_candidates

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._boot import Setting
    from ansible_collections.linux.tcp.plugins.module_utils._files import Files, Undo
    from ansible_collections.linux.tcp.plugins.module_utils._kernel import Kernel
    from ansible_collections.linux.tcp.plugins.module_utils._snapshot import Search, Snapshot
    from ansible_collections.linux.tcp.plugins.module_utils._values import Key

    Overrides = t.Literal["fail", "take_over", "ignore"]

DEFAULT_PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"
# What a wish is made of, as options of modules (ArgumentSpec).
WISH_OPTIONS: dict[str, t.Any] = {
    "time": {"type": "int"},
    "intvl": {"type": "int", "aliases": ["interval"]},
    "probes": {"type": "int"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "runtime": {"type": "bool", "default": True},
    "persistent": {"type": "bool", "default": True},
    "path": {"type": "path", "default": DEFAULT_PATH},
    "overrides": {"type": "str", "choices": ["fail", "take_over", "ignore"], "default": "fail"},
}
_EDITABLE = "/etc/"
# Where values hold on most hosts, the best place first.
_LIKELY_PATHS = (
    DEFAULT_PATH,
    "/etc/sysctl.d/zz-tcp-keepalive.conf",
    "/etc/sysctl.d/zzz-tcp-keepalive.conf",
    SYSCTL_CONF,
)


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is asked for: ``values`` to have, or ``absent`` keys to remove; never both.

    :raises InvalidPathError: when ``path`` cannot name a file.
    """

    path: str = DEFAULT_PATH
    values: Values = dataclasses.field(default_factory=Values)
    absent: tuple[Key, ...] = ()
    runtime: bool = True
    persistent: bool = True
    overrides: Overrides = "fail"
    backup: bool = False

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or self.path.endswith("/") or not self.path.isprintable():
            raise InvalidPathError(f"path is {self.path!r}: give the absolute path of a file, such as {DEFAULT_PATH}.")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.absent and not self.values.named()


def wish_of(params: t.Mapping[str, t.Any]) -> Wish:
    """Narrow a module's parameters to a wish.

    :raises KeepaliveError: for values or a path that cannot be.
    """
    named = Values(*(params[key] for key in KEYS))
    absent = params["state"] == "absent"
    if not absent:
        validate(named)
    return Wish(
        path=params["path"],
        values=Values() if absent else named,
        absent=(tuple(named.named()) or KEYS) if absent else (),
        runtime=params["runtime"],
        persistent=params["persistent"],
        overrides=params["overrides"],
        backup=params["backup"],
    )


@dataclasses.dataclass(frozen=True)
class FileEdit:
    """A file's content before and after; None stands for no file. ``target`` is free of links."""

    target: str
    before: bytes | None
    after: bytes | None


@dataclasses.dataclass(frozen=True)
class Change:
    """All that a wish changes on one host, computed before anything is touched."""

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
        """Return the kernel's values and each file, before and after, as diff mode shows them."""
        parts = [
            (edit.target, *((text or b"").decode("utf-8", "backslashreplace") for text in (edit.before, edit.after)))
            for edit in self.edits
        ]
        if self.kernel_writes:
            parts.insert(0, ("running kernel", _as_lines(self.before.runtime), _as_lines(self.after.runtime)))
        return [
            {"before_header": printable(name), "after_header": printable(name), "before": before, "after": after}
            for name, before, after in parts
        ]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a wish. In check mode, what would become of it."""

    change: Change
    after: Snapshot
    backup_files: tuple[str, ...] = ()


def _as_lines(values: Values) -> str:
    return "".join(f"{sysctl_name(key)} = {value}\n" for key, value in values.named().items())


def plan(before: Snapshot, file: SysctlFile, wish: Wish) -> Change:
    """Compute the change that brings a host to a wish.

    ``file`` is the persistence file as it was read.

    :raises FileError: when a file that may decide cannot be read.
    :raises NotReadAtBootError: when the boot does not read the persistence file.
    :raises HidingError: when the persistence file would hide another one that says more.
    :raises OverriddenError: when another file decides and may not be edited.
    """
    if wish.is_empty:
        return Change(before, before, warnings=(*before.warnings(), *before.writer_warnings()))
    known = before.tree.files
    tree = before.tree if file.kind == "missing" or file in known else Tree((*known, file))
    planned = tree
    overridden: list[Setting] = []
    warnings: list[str] = []
    if wish.persistent and wish.absent:
        planned = _without_keys(tree, file, wish.absent)
        left = dataclasses.replace(before, tree=planned)
        warnings = left.doubts() + _left_elsewhere(left, wish.absent)
    elif wish.persistent:
        planned, overridden, warnings = _with_values(dataclasses.replace(before, tree=tree), file, wish)
    after = dataclasses.replace(before, tree=planned)
    if wish.runtime and before.runs:
        wanted = Values(*(after.boot.values[key] if key in wish.absent else wish.values[key] for key in KEYS))
        after = dataclasses.replace(after, runtime=before.runtime.updated(wanted.named()))
    return Change(
        before, after, _edits(tree, planned), tuple(overridden), warnings=(*warnings, *after.writer_warnings())
    )


def _edits(before: Tree, after: Tree) -> tuple[FileEdit, ...]:
    """Return the files that differ, each once however many names it has."""
    old, new = ({file.target: file.text for file in tree.files if file.kind == "file"} for tree in (before, after))
    return tuple(
        FileEdit(target, old.get(target), new.get(target))
        for target in sorted({*old, *new})
        if old.get(target) != new.get(target)
    )


def _without_keys(tree: Tree, file: SysctlFile, keys: tuple[Key, ...]) -> Tree:
    """Remove keys from the persistence file, and give back what was taken over for it."""
    names = {file.path, *(other.path for other in tree.files if other.target == file.target)}
    if file.kind == "file":
        tree = tree.with_text(file, drop(file.text, keys))
    for other in tree.files:
        text = other.text
        for name in sorted(names):
            text = give_back(text, keys, path=name)
        if _is_editable(other):
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


def _with_values(before: Snapshot, file: SysctlFile, wish: Wish) -> tuple[Tree, list[Setting], list[str]]:
    """Put values into the persistence file and see to it that the boot takes them from there."""
    tree = _assigned(before.tree, file, wish.values)
    loader = before.loader
    if loader is None:
        return tree, [], [_nothing_applies(file)]
    denied = os.strerror(errno.EACCES)
    # who may not even see whether there is a credential is about to be told so of what is to be written
    unreadable = [other for other in before.unreadable() if not (other.is_credential and other.reason == denied)]
    if unreadable and wish.overrides != "ignore":
        remedy = "Run as root (become: true)" if unreadable[0].reason == denied else "Make it readable or remove it"
        raise FileError(
            f"{unreadable[0].path} cannot be read ({unreadable[0].reason}), so the values of the next boot cannot be "
            f"known. {remedy}, or give overrides: ignore."
        )
    warnings = before.warnings()
    planned = dataclasses.replace(before, tree=tree)
    if not any(other.target == file.target and not other.is_volatile for other in planned.files_read()):
        raise NotReadAtBootError(_not_read_message(before, planned, file, wish))
    lost = _lost(before, planned, wish)
    if lost:
        raise HidingError(
            f"{file.path} would hide {lost[0].path}, other settings of which the next boot would miss, because it has "
            f"the same name. {_another_path(before, file, wish)}"
        )
    overridden: list[Setting] = []
    while True:
        snapshot = dataclasses.replace(before, tree=tree)
        losing = {key for key, value in wish.values.named().items() if snapshot.boot.values[key] != value}
        deciding = [snapshot.boot.deciding[key] for key in KEYS if key in losing and key in snapshot.boot.deciding]
        if len(deciding) < len(losing):
            raise NotReadAtBootError(
                f"{loader} would not take the values from {file.path}: it gives up this file at a line of 1 MiB or "
                f"more. Remove that line."
            )
        overridden += deciding
        if not losing or wish.overrides == "ignore":
            warnings += [_losing_message(setting, snapshot, wish.values) + "." for setting in deciding]
            return tree, overridden, warnings
        if wish.overrides == "fail":
            can_take_over = _can_take_over(before, file, wish)
            ways = "give overrides: take_over to have it commented out, or" if can_take_over else "or give"
            raise OverriddenError(
                f"{'. '.join(_losing_message(setting, snapshot, wish.values) for setting in deciding)}. Nothing was "
                f"changed. Remove what decides, {ways} overrides: ignore. {_another_path(before, file, wish)}",
                overridden_by=[setting.as_dict() for setting in deciding],
            )
        tree = _taken_over(before, snapshot, file, wish, deciding)


def _lost(before: Snapshot, planned: Snapshot, wish: Wish) -> list[SysctlFile]:
    """Return the hidden files that say more than what is wished for."""
    return [
        file
        for file in before.hidden_by(planned)
        if any(
            line.strip() and line.strip()[:1] not in b"#;"
            for line in split_lines(drop(file.text, wish.values.named()) or b"")
        )
    ]


def _assigned(tree: Tree, file: SysctlFile, values: Values) -> Tree:
    return tree.with_text(file, assign(file.text if file.kind == "file" else None, values.named()))


def _is_editable(file: SysctlFile) -> bool:
    return file.kind == "file" and file.target.startswith(_EDITABLE) and not file.is_credential


def _taken_over(before: Snapshot, snapshot: Snapshot, file: SysctlFile, wish: Wish, deciding: list[Setting]) -> Tree:
    """Comment out the lines of other files that decide in ``snapshot``; ``before`` is the host as it is."""
    tree = snapshot.tree
    for setting in deciding:
        other = next(other for other in tree.files if other.path == setting.path)
        text = take_over(other.text, setting.key, setting.line, path=file.path)
        if not _is_editable(other) or text == other.text:
            why = f"it is not below {_EDITABLE}"
            if other.is_credential:
                why = "it is a credential"
            elif _is_editable(other):
                why = "it concerns other keys, too"
            raise OverriddenError(
                f"{_losing_message(setting, snapshot, wish.values)}, and is never edited because {why}. "
                f"Nothing was changed. {_another_path(before, file, wish)}",
                overridden_by=[setting.as_dict() for setting in deciding],
            )
        tree = tree.with_text(other, text)
    return tree


def _can_take_over(before: Snapshot, file: SysctlFile, wish: Wish) -> bool:
    try:
        _with_values(before, file, dataclasses.replace(wish, overrides="take_over"))
    except OverriddenError:
        return False
    return True


def _nothing_applies(file: SysctlFile) -> str:
    return (
        f"Nothing applies sysctl files when this system boots, so {file.path} has no effect on the next boot by itself."
    )


def _not_read_message(before: Snapshot, planned: Snapshot, file: SysctlFile, wish: Wish) -> str:
    loader = planned.loader
    hiding = next((other for other in planned.files_read() if other.name == file.name), None)
    where = ", ".join(f"{directory}/*.conf" for directory in DIRECTORIES if not directory.startswith(VOLATILE))
    conf = f" and {SYSCTL_CONF}" if loader == "procps" else ""
    obstacle = planned.obstacle()
    if obstacle:
        return f"{file.path} would not be read at the next boot: {describe_obstacle(obstacle)}. Mend or remove it."
    if file.is_volatile:
        why = f"what lies below {VOLATILE} is gone after a reboot"
    elif file.name.startswith(b".") and loader == "systemd-sysctl":
        why = "its name begins with a dot, and systemd-sysctl passes over such files"
    elif hiding:
        why = f"{hiding.path} hides it"
    else:
        why = f"{loader} reads only {where}{conf}"
    return f"{file.path} would not be read at the next boot: {why}. {_another_path(before, file, wish)}"


def _losing_message(setting: Setting, snapshot: Snapshot, values: Values) -> str:
    value = snapshot.boot.values[setting.key]
    what = "excludes the key" if setting.value is None else f"has {setting.value!r}"
    return (
        f"At the next boot {sysctl_name(setting.key)} would be {value}, not {values[setting.key]}: "
        f"{printable(setting.path)} line {setting.line} {what} and decides"
    )


def _another_path(before: Snapshot, file: SysctlFile, wish: Wish) -> str:
    """Name a path from which the boot would take the values, or say that there is none."""
    names = [other.name for other in before.files_read() if posixpath.dirname(other.path) in DIRECTORIES]
    last = max(names, default=b"")
    after_last = f"/etc/sysctl.d/{last[: -len('.conf')].decode('utf-8', 'replace')}z.conf"
    for path in (*_LIKELY_PATHS, after_last):
        other = before.tree.get(path) or SysctlFile(path=path, target=path, kind="missing")
        is_gone_soon = file.is_volatile and not file.is_link and posixpath.dirname(path) == posixpath.dirname(file.path)
        if is_gone_soon or other.is_link or other.kind not in ("file", "missing"):
            continue
        planned = dataclasses.replace(before, tree=_assigned(before.tree, other, wish.values))
        is_read = any(known.path == path for known in planned.files_read())
        is_kept = is_read and all(planned.boot.values[key] == value for key, value in wish.values.named().items())
        if is_kept and not _lost(before, planned, wish):
            return f"With path: {path} the values would hold."
    return "No other path would win: remove what decides."


def fulfil(wish: Wish, *, kernel: Kernel, files: Files, check_mode: bool, search: Search = find_candidates) -> Outcome:
    """Bring a host to a wish; whatever fails, the host is as it was.

    Check mode answers the same, checks permissions as well, and writes nothing. ``search`` is that of
    :func:`take_snapshot`.

    :raises KeepaliveError: see :func:`plan`; and when the host refuses a step, or is not what was
        planned after the last one.
    """
    changes_nothing = check_mode or wish.is_empty
    with contextlib.nullcontext() if changes_nothing else files.lock():
        before = take_snapshot(kernel, files, search=search)
        file = files.read(wish.path)
        has_nothing = file.kind == "missing" or file.target == "/dev/null"
        if wish.persistent and not wish.is_empty and not (wish.absent and has_nothing):
            files.require_editable(file)
        change = plan(before, file, wish)
        for key in change.kernel_writes:
            kernel.require_writable(key)
        for edit in change.edits:
            files.require_writable(edit.target)
        if check_mode or change.is_empty:
            return Outcome(change, change.after)
        with signals_held_back():
            return _apply(change, kernel=kernel, files=files, backup=wish.backup)


def _apply(change: Change, *, kernel: Kernel, files: Files, backup: bool) -> Outcome:
    undo: list[Undo] = []
    backups: list[str] = []
    try:
        for key, value in change.kernel_writes.items():
            # noted before the write: a value that was taken but cannot be read back is put back as well
            undo.append(functools.partial(kernel.write, key, t.cast("int", change.before.runtime[key])))
            kernel.write(key, value)
        for edit in change.edits:
            if backup and edit.before is not None:
                copy = files.backup(edit.target)
                undo.append(functools.partial(files.remove, copy))
                backups.append(copy)
            undo.append(files.replace(edit.target, edit.after, expected=edit.before))
        after = take_snapshot(kernel, files, loader=change.before.loader)
        _verify(change, after, files)
    except VerificationError as exc:
        left = undo_all(undo, exc)
        raise VerificationError(" ".join([f"{exc} What was changed has been undone.", *left])) from exc
    except BaseException as exc:
        left = undo_all(undo, exc)
        if left:
            raise UndoError(" ".join([str(exc), *left])) from exc
        raise
    return Outcome(change, after, tuple(backups))


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


def _error_of(step: Undo) -> Exception | None:
    try:
        step()
    except (KeepaliveError, OSError) as exc:
        return exc
    return None


def undo_all(undo: list[Undo], cause: BaseException) -> list[str]:
    """Undo the last step first, and go on when one cannot be undone; return what was left to others.

    :raises UndoError: which names all that could not be undone.
    """
    errors = [error for error in map(_error_of, reversed(undo)) if error]
    left = [str(error) for error in errors if isinstance(error, ForeignChangeError)]
    failures = [str(error) for error in errors if not isinstance(error, ForeignChangeError)]
    if failures:
        raise UndoError(
            f"{cause} Undoing then failed, so the host is changed in part: {' '.join(failures + left)} "
            f"Mend this and run again."
        ) from cause
    return left
