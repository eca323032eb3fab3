# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put values into the persistence file so that the next boot takes them from there, or say what takes precedence."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import itertools
import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    FileError,
    HidingError,
    NotReadAtBootError,
    OverriddenError,
    remedy_of_denial,
    unchanged,
)
from ansible_collections.linux.tcp.plugins.module_utils._state.desired import (
    DEFAULT_PATH,
)
from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import describe_obstacle
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import assign, drop, take_over
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.read_order import folders_of, is_dotfile
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import split_lines
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import (
    DIRECTORIES,
    SYSCTL_CONF,
    VOLATILE,
    SysctlFile,
    Tree,
    marked,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import (
        DesiredState,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.edit import Place
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.predict import Setting
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values


_EDITABLE = "/etc/"
_NO_PATH = "No other path would win: remove that line."
_WITHOUT_PATH = (
    "Set the values in the image that this system boots from, or give persistent: false, or overrides: ignore."
)
# Where values hold on most hosts, the best place first.
_LIKELY_PATHS = (
    DEFAULT_PATH,
    "/etc/sysctl.d/zz-tcp-keepalive.conf",
    "/etc/sysctl.d/zzz-tcp-keepalive.conf",
    SYSCTL_CONF,
)


def with_values(before: Snapshot, file: SysctlFile, want: DesiredState) -> tuple[Tree, list[Setting], list[str]]:
    """Put values into the persistence file and ensure that the next boot takes them from there."""
    tree = _assigned(before.tree, file, want.values)
    planned = dataclasses.replace(before, tree=tree)
    if before.known_loader is None:
        gone = _why_gone(before, file)
        if before.loader and gone and want.overrides != "ignore":
            raise NotReadAtBootError(f"{file.path} would not be read at the next boot: {gone}. {_WITHOUT_PATH}")
        doubts = [doubt.message for doubt in planned.doubts(want.concerned)]
        return tree, [], doubts if before.loader else [*doubts, _nothing_applies(file)]
    _require_readable(before, want)
    if not any(other.target == file.target and not other.is_volatile for other in planned.files_read()):
        message = _not_read_message(before, planned, file, want)
        if not file.lost or want.overrides != "ignore":
            raise NotReadAtBootError(message)
        return tree, [], planned.warnings(want.concerned)
    _require_none_lost(before, planned, file, want)
    return _with_precedence(before, tree, file, want)


def _with_precedence(
    before: Snapshot, tree: Tree, file: SysctlFile, want: DesiredState
) -> tuple[Tree, list[Setting], list[str]]:
    """Do as ``want.overrides`` says about the lines that take precedence over the file, until none is left.

    :raises NotReadAtBootError: where the values of the next boot are in doubt, or lost without such a line.
    :raises OverriddenError: where such a line may not be commented out.
    """
    overridden: list[Setting] = []
    while True:
        # what a line of this system takes from the file has nothing to do with copies in the initramfs
        snapshot = dataclasses.replace(before, tree=tree, initramfs=None)
        winning = _taking_precedence(snapshot, file, want)
        if want.overrides == "take_over":
            winning = _in_turn(snapshot, file, want, winning)
        overridden += winning
        if not winning or want.overrides == "ignore":
            losses = [_losing_message(setting, snapshot, want.values) + "." for setting in winning]
            return tree, overridden, dataclasses.replace(before, tree=tree).warnings(want.concerned) + losses
        if want.overrides == "fail":
            raise _overridden(before, snapshot, file, want, winning)
        tree = _taken_over(before, snapshot, file, want, winning)


def _require_readable(before: Snapshot, want: DesiredState) -> None:
    """Check that all files are read that may take precedence, unless overrides are ignored."""
    # The attempt to write tells users who may not see a credential that they need root's permissions.
    unreadable = [other for other in before.unreadable() if not other.is_hidden_credential]
    if unreadable and want.overrides != "ignore":
        file, ignore = unreadable[0], "give overrides: ignore"
        remedy = (
            remedy_of_denial(file.denied, ignore) if file.denied else f"Make it readable or remove it, or {ignore}."
        )
        raise FileError(
            f"{file.path} cannot be read ({file.reason}), so the values of the next boot cannot be known. {remedy}"
        )


def _require_none_lost(before: Snapshot, planned: Snapshot, file: SysctlFile, want: DesiredState) -> None:
    """Check that the persistence file hides no file with other settings."""
    lost = _lost(before, planned, want)
    if lost:
        raise HidingError(
            f"{file.path} would hide {lost[0].path}, because it has the same name. The next boot would then miss other "
            f"settings of {lost[0].path}. {_another_path(before, file, want)}"
        )


def _taking_precedence(snapshot: Snapshot, file: SysctlFile, want: DesiredState) -> list[Setting]:
    """Return the settings that take precedence over those of the persistence file.

    :raises NotReadAtBootError: where the values of the next boot are in doubt, or lost without such a setting.
    """
    doubts = [one.finding.message for one in snapshot.unknown if one.keys.intersection(want.values.named())]
    if doubts and want.overrides != "ignore":
        raise NotReadAtBootError(unchanged(f"{doubts[0]} Change what is doubtful, or give overrides: ignore."))
    known = snapshot.boot.values.named()
    losing = {key for key, value in want.values.named().items() if known.get(key, value) != value}
    winning = [snapshot.boot.winning[key] for key in KEYS if key in losing and key in snapshot.boot.winning]
    if len(winning) < len(losing):
        why = "it gives up this file at a line of 1 MiB or more. Remove that line"
        if snapshot.known_loader in ("alpine", "openwrt"):
            why = "BusyBox's sysctl knows no dash before a key. Remove the line with it"
        raise NotReadAtBootError(f"{snapshot.known_loader} would not take the values from {file.path}: {why}.")
    return winning


def _in_turn(snapshot: Snapshot, file: SysctlFile, want: DesiredState, winning: list[Setting]) -> list[Setting]:
    """Return the settings that take precedence, and those that would one after the other once the later ones are gone.

    Each round has one of each key. A pattern does not, because the persistence file spells its keys out.
    """
    targets = {other.path: other.target for other in snapshot.tree.files}
    columns = []
    for first in winning:
        column = {(targets[first.path], first.line): first}
        of_key = [setting for setting in snapshot.boot.settings if setting.key == first.key]
        for setting in reversed([] if first.by_pattern else of_key[: of_key.index(first)]):
            is_own = targets.get(setting.path) == file.target
            if is_own or setting.reading == want.values[first.key]:
                break
            # only systemd-sysctl lets a line take precedence that excludes the key or that the kernel refuses
            is_tried = setting.reading is not None or snapshot.known_loader == "systemd-sysctl"
            if is_tried and not setting.by_pattern and setting.path in targets:
                column.setdefault((targets[setting.path], setting.line), setting)
        columns.append(column.values())
    return [setting for one in itertools.zip_longest(*columns) for setting in one if setting is not None]


def _overridden(
    before: Snapshot, snapshot: Snapshot, file: SysctlFile, want: DesiredState, winning: list[Setting]
) -> OverriddenError:
    can_take_over = _can_take_over(before, snapshot.tree, file, want)
    ways = "give overrides: take_over to have it commented out, or" if can_take_over else "or give"
    what = ". ".join(_losing_message(setting, snapshot, want.values) for setting in winning)
    return OverriddenError(
        unchanged(f"{what}. Remove that line, {ways} overrides: ignore. {_another_path(before, file, want)}"),
        overridden_by=[setting.as_dict() for setting in winning],
    )


def _lost(before: Snapshot, planned: Snapshot, want: DesiredState) -> list[SysctlFile]:
    """Return the hidden files that have other settings than the desired ones."""
    return [
        file
        for file in before.hidden_by(planned)
        if any(
            line.strip() and line.strip()[:1] not in b"#;"
            for line in split_lines(drop(file.text, want.values.named()) or b"")
        )
    ]


def _assigned(tree: Tree, file: SysctlFile, values: Values) -> Tree:
    return tree.with_text(file, assign(file.text if file.kind == "file" else None, values.named()))


def is_editable(file: SysctlFile) -> bool:
    return file.kind == "file" and file.target.startswith(_EDITABLE) and not file.is_credential


def _taken_over(
    before: Snapshot, snapshot: Snapshot, file: SysctlFile, want: DesiredState, winning: list[Setting]
) -> Tree:
    """Comment out the lines of other files that take precedence in ``snapshot``; ``before`` is the host as it is."""
    by_path = {other.path: other for other in snapshot.tree.files}
    places: dict[str, set[Place]] = {}
    for setting in winning:
        places.setdefault(by_path[setting.path].target, set()).add((setting.key, setting.line))
    texts = {
        other.target: take_over(other.text, places[other.target], path=file.path)
        for other in by_path.values()
        if other.target in places
    }
    left = [
        setting
        for setting in winning
        for other in [by_path[setting.path]]
        if not is_editable(other) or (setting.key, setting.line) not in texts[other.target][1]
    ]
    if left:
        other = by_path[left[0].path]
        why = f"it is not below {_EDITABLE}"
        if other.is_credential:
            why = "it is a credential"
        elif is_editable(other):
            why = "it concerns other keys, too"
        what = f"{_losing_message(left[0], snapshot, want.values)}, and is never edited because {why}"
        raise OverriddenError(
            unchanged(f"{what}. {_another_path(before, file, want)}"),
            overridden_by=[setting.as_dict() for setting in left],
        )
    return Tree(
        tuple(
            dataclasses.replace(other, text=texts[other.target][0]) if other.target in texts else other
            for other in snapshot.tree.files
        )
    )


def _can_take_over(before: Snapshot, tree: Tree, file: SysctlFile, want: DesiredState) -> bool:
    """Whether the values would hold once the lines that take precedence in ``tree`` are commented out."""
    try:
        _with_precedence(before, tree, file, dataclasses.replace(want, overrides="take_over"))
    except (NotReadAtBootError, OverriddenError):
        return False
    return True


def _nothing_applies(file: SysctlFile) -> str:
    return (
        f"Nothing applies sysctl files when this system boots, so {file.path} has no effect on the next boot by itself."
    )


def _not_read_message(before: Snapshot, planned: Snapshot, file: SysctlFile, want: DesiredState) -> str:
    loader, folders = planned.loader, folders_of(planned.rules)
    is_in_place = posixpath.dirname(file.path) in folders and file.name.endswith(b".conf")
    hiding = next((other for other in planned.files_read() if other.name == file.name), None)
    where = ", ".join(f"{folder}/*.conf" for folder in folders if not folder.startswith(VOLATILE))
    conf = "" if loader == "systemd-sysctl" else f" and {SYSCTL_CONF}"
    obstacle = planned.obstacle()
    if obstacle:
        return f"{file.path} would not be read at the next boot: {describe_obstacle(obstacle)}. Fix or remove it."
    gone = _why_gone(before, file)
    if gone:
        why = gone
    elif is_in_place and is_dotfile(file.name, planned.rules):
        why = f"its name begins with a dot, and {loader} passes over such files"
    elif is_in_place and hiding:
        why = f"{hiding.path} hides it"
    else:
        why = f"{loader} reads only {where}{conf}"
    advice = _another_path(before, file, want)
    if file.lost and advice == _NO_PATH:
        advice = _WITHOUT_PATH
    return f"{file.path} would not be read at the next boot: {why}. {advice}"


def _why_gone(before: Snapshot, file: SysctlFile) -> str:
    """Return why a file does not survive a reboot, or may not; an empty text where it does."""
    place = before.lost_place(file)
    if place:
        what, point = printable(place.what), printable(place.point)
        loss = "gone after a reboot" if place.is_certain else "whether it survives a reboot cannot be known"
        return f"{printable(place.path)} is on {what}, mounted at {point}, and {loss}"
    return f"what lies below {VOLATILE} is gone after a reboot" if file.is_volatile else ""


def _losing_message(setting: Setting, snapshot: Snapshot, values: Values) -> str:
    value = snapshot.boot.values[setting.key] if setting.reading is None else setting.reading
    what = "excludes the key" if setting.value is None else f"has {setting.value!r}"
    return (
        f"At the next boot {sysctl_name(setting.key)} would be {value}, not {values[setting.key]}: "
        f"{printable(setting.path)} line {setting.line} {what} and takes precedence"
    )


def _another_path(before: Snapshot, file: SysctlFile, want: DesiredState) -> str:
    """Name a path from which the boot would take the values, or say that there is none."""
    names = [other.name for other in before.files_read() if posixpath.dirname(other.path) in DIRECTORIES]
    last = max(names, default=b"")
    after_last = f"/etc/sysctl.d/{last[: -len('.conf')].decode('utf-8', 'replace')}z.conf"
    for path in (*_LIKELY_PATHS, after_last):
        other = before.tree.get(path) or marked(SysctlFile(path=path, target=path, kind="missing"), before.lost)
        is_beside = posixpath.dirname(path) == posixpath.dirname(file.path)
        is_gone_soon = other.is_volatile or (file.is_volatile and not file.lost and not file.is_link and is_beside)
        if is_gone_soon or other.is_link or other.kind not in ("file", "missing"):
            continue
        planned = dataclasses.replace(before, tree=_assigned(before.tree, other, want.values))
        is_read = any(known.path == path for known in planned.files_read())
        is_kept = is_read and all(planned.boot.values[key] == value for key, value in want.values.named().items())
        if is_kept and not _lost(before, planned, want):
            return f"With path: {path} the values would hold."
    return _NO_PATH
