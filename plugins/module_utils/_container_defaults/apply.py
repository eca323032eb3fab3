# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Apply the planned files of container engines to the host that this process runs on, and verify them."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import posixpath
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.gather import (
    find_engines,
    has_own,
    left_in_crio,
    read_configuration,
)
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.hints import Caution, cautions
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.plan import plan_defaults
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.predict import predict
from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    InvalidValueError,
    KeepaliveError,
    UndoError,
    VerificationError,
    before_any_change,
)
from ansible_collections.linux.tcp.plugins.module_utils._host.editable import require_editable
from ansible_collections.linux.tcp.plugins.module_utils._host.folder import HIDDEN_NAMES
from ansible_collections.linux.tcp.plugins.module_utils._host.signals import held_back as signals_held_back
from ansible_collections.linux.tcp.plugins.module_utils._host.undo import let_stand
from ansible_collections.linux.tcp.plugins.module_utils._state.apply import undo_all
from ansible_collections.linux.tcp.plugins.module_utils._state.diff import render_diff
from ansible_collections.linux.tcp.plugins.module_utils._state.remains import Before

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import Engine
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.plan import (
        DesiredDefaults,
        EngineChange,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._host.undo import Undo
    from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What was done, or would be in check mode."""

    changes: tuple[EngineChange, ...]
    cautions: tuple[Caution, ...]

    @property
    def warnings(self) -> list[str]:
        """What to warn of: the cautions, unless the engines have what they need already, or there are none."""
        is_settled = self.changes and all(one.new == one.old for one in self.changes)
        return [] if is_settled else [one.message for one in self.cautions if one.code != "no_engine"]

    def as_dict(self, *, diff: bool) -> dict[str, t.Any]:
        """Return it as results show it."""
        edited = [one for one in self.changes if one.new != one.old]
        result: dict[str, t.Any] = {
            "changed": bool(edited),
            "engines": [change.as_dict() for change in self.changes],
            "cautions": [caution._asdict() for caution in self.cautions],
        }
        if diff:
            result["diff"] = render_diff({}, [(one.path, one.old, one.new) for one in edited])
        return result


def ensure(host: LocalHost, want: DesiredDefaults, engines: t.Sequence[str] | None, *, check_mode: bool) -> Outcome:
    """Bring the engines of a host to the desired defaults. If anything fails, the host is as it was before.

    ``engines`` are the ones that concern, None all that are installed.

    :raises KeepaliveError: where an engine is not installed, would not give the values, or a step fails.
    """
    changes_nothing = check_mode or not (want.absent or want.named())
    with contextlib.ExitStack() as stack:
        with before_any_change():
            if not changes_nothing:
                stack.enter_context(host.lock.held())
            elif want.absent or want.named():
                host.lock.require_possible()
            files = host.files
            installed = find_engines(files)
            chosen = _chosen(files, installed, engines, absent=want.absent)
            changes = plan_defaults([read_configuration(files, engine) for engine in chosen], want)
            edited = [change for change in changes if change.new != change.old]
            for change in edited:
                file = files.read(change.path)
                require_editable(files, file)
                files.require_writable(file.target)
                if change.old is not None and change.new is not None:
                    files.require_owner(file.target)
        if edited and not check_mode:
            with signals_held_back():
                _apply(host, edited)
        left = [Caution("leftover", "cri-o", one) for one in _leftovers(files, changes)]
        return Outcome(tuple(changes), (*cautions(installed, changes, want, engines), *left))


def _leftovers(files: Files, changes: t.Sequence[EngineChange]) -> list[str]:
    """Return a sentence for each hidden file of this run that could not be removed and that an engine reads."""
    if all(change.engine != "cri-o" for change in changes):
        return []
    try:
        return [f"{path} could not be removed, and CRI-O reads it. Remove it." for path in left_in_crio(files)]
    except KeepaliveError as exc:  # the files of ours stand all the same, or have been undone
        pattern = posixpath.join(posixpath.dirname(PATHS["cri-o"]), HIDDEN_NAMES)
        return [f"Look for files {pattern}, which CRI-O reads, and remove them. They could not be looked for: {exc}"]


def _chosen(files: Files, installed: t.Sequence[str], given: t.Sequence[str] | None, *, absent: bool) -> list[Engine]:
    """Return the engines that have a place for defaults and concern the task."""
    there = [engine for engine in PATHS if engine in installed or (absent and has_own(files, engine))]
    if given is None:
        return there
    missing = [engine for engine in given if engine not in there]
    if missing and not absent:
        raise InvalidValueError(
            f"engines has {', '.join(missing)}, which is not installed. Install it first, or leave it out."
        )
    return [engine for engine in there if engine in given]


def _apply(host: LocalHost, changes: t.Sequence[EngineChange]) -> None:
    """Write the files, all or none.

    :raises VerificationError: when new containers would get something else than planned.
    :raises UndoError: when a step failed and not all could be undone.
    """
    undo: list[Undo] = []
    files = host.files
    before: dict[str, bytes | None] = {}
    try:
        for change in changes:
            target = files.read(change.path).target
            before[target] = change.old
            undo.append(files.replace(target, change.new, expected=change.old))
        for change in changes:
            if predict(read_configuration(files, change.engine)) != change.after:
                raise VerificationError(
                    f"New containers of {change.engine} would get other values than planned: another program has "
                    f"changed its files meanwhile. What was changed has been undone. Run again."
                )
        let_stand(undo)
    except BaseException as exc:
        left = undo_all(undo, exc, host=host, before=Before(values={}, texts=before))
        left += _leftovers(files, changes)
        if left:
            raise UndoError(" ".join([str(exc) or type(exc).__name__, *left])) from exc
        raise
