# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of the module keepalive_info."""

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_INFO
from ansible_collections.linux.tcp.plugins.module_utils._state.preview import take_snapshot
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_info_result
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.action import ProbingAction

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost


class ActionModule(ProbingAction):
    """Take the place of the module wherever the probe is conclusive."""

    module = "linux.tcp.keepalive_info"
    spec = KEEPALIVE_INFO

    def compute_result(self, params: dict[str, t.Any], host: ProbedHost) -> tuple[dict[str, t.Any], list[str]] | None:
        """Return the result and the warnings."""
        snapshot = take_snapshot(host, loader=params["loader"])
        host.require_certain(snapshot)
        return build_info_result(snapshot)
