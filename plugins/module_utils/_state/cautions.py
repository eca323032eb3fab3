# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Warn of desired values that do harm or nothing, and of what a change leaves as it was."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import detection_time, sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DesiredState
    from ansible_collections.linux.tcp.plugins.module_utils._state.snapshot import Snapshot


class Caution(t.NamedTuple):
    """A code, and the same as a sentence."""

    code: str
    message: str


def cut_link(path: str) -> Caution:
    """Return what there is to say of a changed file that has another name."""
    return Caution(
        "hard_link_cut",
        printable(
            f"{path} has another name (a hard link), which keeps the old content, because files are replaced. "
            f"Link them again if both are to have the new content."
        ),
    )


def cautions(want: DesiredState, after: Snapshot) -> list[Caution]:
    """Return what there is to say of values that are wanted on a host that is ``after`` the change."""
    named = want.values.named()
    sets_kernel = want.runtime and after.runs
    found = []
    if named and not sets_kernel and not want.persistent:
        found.append(
            Caution(
                "nothing_set",
                "Nothing was set: runtime is false, or root is another system, and persistent is false. Give "
                "persistent: true to set the next boot's values, or runtime: true to set the running kernel's.",
            )
        )
    if named.get("probes") == 1:
        found.append(
            Caution(
                "single_probe",
                f"{sysctl_name('probes')} = 1 ends a healthy connection when a single probe is lost. Give 3 or more.",
            )
        )
    values = (after.runtime if sets_kernel else after.boot.values).updated(named)
    time, intvl = values.time, values.intvl
    if ("time" in named or "intvl" in named) and time is not None and intvl is not None and intvl > time:
        found.append(
            Caution(
                "intvl_longer_than_time",
                f"{sysctl_name('intvl')} ({intvl}) is larger than {sysctl_name('time')} ({time}), so the kernel probes "
                f"an idle connection every {intvl} seconds only and notices a dead peer after "
                f"{detection_time(values)}. Give intvl: {time} or less.",
            )
        )
    return found
