# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of the module keepalive."""

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._change import fulfil, wish_of
from ansible_collections.linux.tcp.plugins.module_utils._errors import DoubtError
from ansible_collections.linux.tcp.plugins.modules.keepalive import ARGUMENT_SPEC, answer_of
from ansible_collections.linux.tcp.plugins.plugin_utils._cheap_check import CheapCheck

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._question import Host


class ActionModule(CheapCheck):
    """Answers for the module of this name where nothing has to change."""

    spec = ARGUMENT_SPEC

    def answer(self, params: dict[str, t.Any], host: Host) -> tuple[dict[str, t.Any], list[str]] | None:
        """Return the answer and the warnings, None where something has to change."""
        if not params["path"].startswith("/"):
            raise DoubtError("path is one that only the host can read")
        outcome = fulfil(wish_of(params), kernel=host.kernel, files=host.files, check_mode=True, search=host.search)
        host.require_certain(outcome.change.before)
        return answer_of(outcome, diff=self._task.diff) if outcome.change.is_empty else None
