# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the results of the modules, with the warnings beside them."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import NotReadAtBootError, unchanged
from ansible_collections.linux.tcp.plugins.module_utils._state.cautions import cautions, cut_link
from ansible_collections.linux.tcp.plugins.module_utils._state.deviations import deviations
from ansible_collections.linux.tcp.plugins.module_utils._state.options import DESIRED_STATE
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import Checkpoint
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
    from ansible_collections.linux.tcp.plugins.module_utils._state.plan import Change, Outcome
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot

    Result = t.Tuple[t.Dict[str, t.Any], t.List[str]]


def build_result(outcome: Outcome, want: DesiredState, *, diff: bool) -> Result:
    """Return what the module keepalive returns of an outcome, and its warnings."""
    change = outcome.change
    found = [*cautions(want, outcome.after), *map(cut_link, outcome.cut_links)]
    result: dict[str, t.Any] = {
        "changed": not change.is_empty,
        "before": change.before.as_dict(),
        "after": outcome.after.as_dict(),
        "overridden_by": [setting.as_dict() for setting in change.overridden_by],
        "detection_time": outcome.after.detection_time,
        "cautions": [caution._asdict() for caution in found],
        "backup_files": [printable(path) for path in outcome.backup_files],
    }
    if diff:
        result["diff"] = change.diff()
    return result, [*change.warnings, *(caution.message for caution in found)]


def build_info_result(snapshot: Snapshot) -> Result:
    """Return what the module keepalive_info returns of a host, and its warnings."""
    return snapshot.as_dict(), [*snapshot.warnings(), *snapshot.writer_warnings()]


def build_checkpoint_result(
    change: Change, checkpoint: Checkpoint, want: DesiredState, params: t.Mapping[str, t.Any]
) -> dict[str, t.Any]:
    """Return what the module keepalive_checkpoint returns of a change that was planned.

    :raises NotReadAtBootError: where the change would not reach the desired state.
    """
    lacking = deviations(change.after, want)
    if lacking:
        keys = {one["key"] for one in lacking}
        why = [one.finding.message for one in change.after.unknown if not keys.isdisjoint(one.keys)]
        what_to_do = "Give overrides: ignore or persistent: false to accept this."
        raise NotReadAtBootError(unchanged(" ".join([*(one["message"] for one in lacking), *why, what_to_do])))
    return {
        "changed": False,
        "would_change": not change.is_empty,
        "deviations": deviations(change.before, want),
        "before": change.before.as_dict(),
        "after": change.after.as_dict(),
        "checkpoint": checkpoint.as_dict(),
        "desired": {name: params[name] for name in DESIRED_STATE},
    }
