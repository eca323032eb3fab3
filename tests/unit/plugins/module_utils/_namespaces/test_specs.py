# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import FILTER_OPTIONS
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.specs import (
    KEEPALIVE_NAMESPACES,
    KEEPALIVE_NAMESPACES_INFO,
)
from ansible_collections.linux.tcp.plugins.module_utils._state.options import DESIRED_STATE


def test_both_modules_have_the_same_filters() -> None:
    assert KEEPALIVE_NAMESPACES_INFO == FILTER_OPTIONS
    assert FILTER_OPTIONS.items() <= KEEPALIVE_NAMESPACES.items()


def test_values_are_those_of_the_host() -> None:
    assert all(KEEPALIVE_NAMESPACES[key] == DESIRED_STATE[key] for key in ("time", "intvl", "probes"))
