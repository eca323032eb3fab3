# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of the module keepalive_container_defaults."""

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.specs import KEEPALIVE_CONTAINER_DEFAULTS
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.action import GuardedAction, ModuleAction


class ActionModule(GuardedAction, ModuleAction):
    """Run the module, and return only what it documents."""

    module = "linux.tcp.keepalive_container_defaults"
    spec = KEEPALIVE_CONTAINER_DEFAULTS
