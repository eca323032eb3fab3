# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of the module keepalive_checkpoint."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.linux.tcp.plugins.module_utils._state.checkpoint_format import Checkpoint
from ansible_collections.linux.tcp.plugins.module_utils._state.options import KEEPALIVE_CHECKPOINT
from ansible_collections.linux.tcp.plugins.module_utils._state.result import build_checkpoint_result
from ansible_collections.linux.tcp.plugins.plugin_utils._probe.action import ProbingAction

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._probe.host import ProbedHost

    Result = t.Dict[str, t.Any]


class ActionModule(ProbingAction):
    """Take the place of the module where nothing would change."""

    _supports_async = False
    module = "linux.tcp.keepalive_checkpoint"
    spec = KEEPALIVE_CHECKPOINT

    def can_probe(self) -> bool:
        """Whether a probe is enough. It cannot wait for another run."""
        return not boolean(self._task.args.get("wait", False), strict=False)

    def compute_result(self, params: Result, host: ProbedHost) -> tuple[Result, list[str]] | None:
        """Return the result and the warnings, None where something would change."""
        want, change = self.plan(params, host)
        if not change.is_empty:
            return None
        return build_checkpoint_result(change, Checkpoint(), want, params), list(change.warnings)
