# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the argument specs of all modules but those for sockets, network namespaces and container engines."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._state.desired import DEFAULT_PATH
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import SELECTABLE_LOADERS
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS

if t.TYPE_CHECKING:
    Spec = t.Dict[str, t.Dict[str, t.Any]]

DESIRED_STATE: Spec = {
    "time": {"type": "int"},
    "intvl": {"type": "int", "aliases": ["interval"]},
    "probes": {"type": "int"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "exclusive": {"type": "bool", "default": False},
    "runtime": {"type": "bool", "default": True},
    "persistent": {"type": "bool", "default": True},
    "path": {"type": "path", "default": DEFAULT_PATH},
    "overrides": {"type": "str", "choices": ["fail", "take_over", "ignore"], "default": "fail"},
}
ROOT: Spec = {"root": {"type": "path", "default": "/"}}

# For these the action plugin of keepalive runs further modules, and keeps them to itself.
FURTHER: Spec = {
    "sockets": {"type": "list", "elements": "dict", "default": []},
    # true, or a list of what it is for
    "namespaces": {"type": "raw", "default": False},
    "container_defaults": {"type": "raw", "default": False},
}
KEEPALIVE: Spec = {
    **DESIRED_STATE,
    "backup": {"type": "bool", "default": False},
    **ROOT,
    **FURTHER,
}
# The options of the values, and their aliases.
NUMBERS = tuple(name for key in KEYS for name in (key, *KEEPALIVE[key].get("aliases", ())))
KEEPALIVE_INFO: Spec = {
    **ROOT,
    "loader": {"type": "str", "choices": ["auto", *SELECTABLE_LOADERS], "default": "auto"},
}
KEEPALIVE_CHECKPOINT: Spec = {
    **DESIRED_STATE,
    "wait": {"type": "bool", "default": False},
}
KEEPALIVE_RESTORE: Spec = {
    "folder": {"type": "path"},
    "pending": {"type": "bool", "default": False},
    "to": {"type": "str", "choices": ["last", "first"], "default": "last"},
    "checkpoint": {"type": "dict"},
    "path": {"type": "str", "default": DEFAULT_PATH},
    "force": {"type": "bool", "default": False},
}
KEEPALIVE_ROLLOUT: Spec = {
    "step": {
        "type": "str",
        "required": True,
        "choices": ["prepare", "begin", "checkpoint", "verify", "commit", "rollback", "finish", "restored"],
    },
    "hosts": {"type": "list", "elements": "str", "default": []},
    "folder": {"type": "path"},
    "inventory": {"type": "list", "elements": "str", "default": []},
    "known": {"type": "list", "elements": "str", "default": []},
}
KEEPALIVE_REPORT: Spec = {
    "hosts": {"type": "list", "elements": "str", "required": True},
    "folder": {"type": "path", "required": True},
    "created": {"type": "str", "required": True},
    **{name: {"type": "raw"} for name in ("limit", "idle_timeout", "covered", "strict", "max_age", "namespaces")},
    "merge": {"type": "list", "elements": "path", "default": []},
}
KEEPALIVE_VARIABLES: Spec = {
    "playbook": {"type": "str", "required": True, "choices": ["apply", "audit", "restore", "rollout"]},
}
