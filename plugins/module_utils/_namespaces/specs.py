# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the options of the modules for network namespaces, as Ansible's argument specs."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import FILTER_OPTIONS
from ansible_collections.linux.tcp.plugins.module_utils._state.options import DESIRED_STATE

if t.TYPE_CHECKING:
    Spec = t.Dict[str, t.Dict[str, t.Any]]

KEEPALIVE_NAMESPACES_INFO: Spec = {**FILTER_OPTIONS}
KEEPALIVE_NAMESPACES: Spec = {
    **FILTER_OPTIONS,
    "all": {"type": "bool", "default": False},
    **{name: DESIRED_STATE[name] for name in ("time", "intvl", "probes", "state")},
    "overrides": {"type": "str", "choices": ["ignore", "take_over"], "default": "ignore"},
}
