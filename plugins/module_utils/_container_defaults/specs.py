# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the options of the module for container engines, as Ansible's argument spec."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS
from ansible_collections.linux.tcp.plugins.module_utils._state.options import DESIRED_STATE, ROOT

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.options import Spec

KEEPALIVE_CONTAINER_DEFAULTS: Spec = {
    **{name: DESIRED_STATE[name] for name in ("time", "intvl", "probes", "state")},
    "engines": {"type": "list", "elements": "str", "choices": list(PATHS)},
    **ROOT,
}
