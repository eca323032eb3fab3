# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the options of the modules for sockets, as Ansible's argument specs."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sockets.filters import FILTER_OPTIONS

if t.TYPE_CHECKING:
    Spec = t.Dict[str, t.Dict[str, t.Any]]

_SUMMARY_ONLY: Spec = {"summary_only": {"type": "bool", "default": False}}

KEEPALIVE_SOCKETS_INFO: Spec = {**FILTER_OPTIONS, **_SUMMARY_ONLY}
KEEPALIVE_SOCKETS: Spec = {
    **FILTER_OPTIONS,
    "states": {**FILTER_OPTIONS["states"], "default": ["established"]},
    "all": {"type": "bool", "default": False},
    "enabled": {"type": "bool", "default": True},
    "time": {"type": "int"},
    "intvl": {"type": "int", "aliases": ["interval"]},
    "probes": {"type": "int"},
    "rearm": {"type": "bool", "default": False},
    "listening": {"type": "bool", "default": False},
    "user_timeout": {"type": "str", "choices": ["leave", "accept"], "default": "leave"},
    **_SUMMARY_ONLY,
}
