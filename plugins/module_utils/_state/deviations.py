# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name in what a host deviates from the desired state."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import sysctl_name

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


def deviations(snapshot: Snapshot, want: DesiredState) -> list[dict[str, str]]:
    """Return in what a host, as it is or as it is planned, deviates from the desired state.

    Each has a ``code``, the ``key`` that it is about, and a ``message``.
    """
    found = []
    for key, value in want.values.named().items():
        if want.runtime and snapshot.runs and snapshot.runtime[key] != value:
            message = f"{sysctl_name(key)} is {snapshot.runtime[key]} in the running kernel, not {value}."
            found.append(_deviation("runtime", key, message))
        if want.persistent and want.overrides != "ignore" and snapshot.boot.values[key] != value:
            why = "" if snapshot.loader else ", because nothing applies sysctl files when this system boots"
            message = f"{sysctl_name(key)} would be {snapshot.boot.values[key]} at the next boot, not {value}{why}."
            if snapshot.boot.values[key] is None:
                message = f"What {sysctl_name(key)} will be at the next boot is not known."
            found.append(_deviation("boot", key, message))
    if want.runtime and want.persistent and snapshot.loader and want.overrides != "ignore":
        wanted = {*want.values.named(), *want.absent}
        found += [
            _deviation(
                *("drift", key),
                f"{sysctl_name(key)} is {snapshot.runtime[key]} in the running kernel and would be "
                f"{snapshot.boot.values[key]} at the next boot.",
            )
            for key in snapshot.drift
            if key in wanted
        ]
    return found


def _deviation(code: str, key: Key, message: str) -> dict[str, str]:
    return {"code": code, "key": key, "message": message}
