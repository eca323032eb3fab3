# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of the module keepalive_info."""

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._snapshot import take_snapshot
from ansible_collections.linux.tcp.plugins.modules.keepalive_info import ARGUMENT_SPEC, answer_of
from ansible_collections.linux.tcp.plugins.plugin_utils._cheap_check import CheapCheck

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._question import Host


class ActionModule(CheapCheck):
    """Answers for the module of this name."""

    spec = ARGUMENT_SPEC

    def answer(self, params: dict[str, t.Any], host: Host) -> tuple[dict[str, t.Any], list[str]] | None:
        """Return the answer and the warnings."""
        snapshot = take_snapshot(host.kernel, host.files, loader=params["loader"], search=host.search)
        host.require_certain(snapshot)
        return answer_of(snapshot)
