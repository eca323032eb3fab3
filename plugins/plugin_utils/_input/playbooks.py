# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name the variables of the playbooks, with their defaults, and read those that name a folder."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError

# Unit tests compare these with what the playbooks say of themselves.
PLAYBOOK_VARIABLES: dict[str, t.Any] = {
    "keepalive_hosts": "all",
    "keepalive_audit_limit": None,
    "keepalive_audit_idle_timeout": None,
    "keepalive_audit_covered": None,
    "keepalive_audit_sockets": True,
    "keepalive_audit_namespaces": False,
    "keepalive_audit_become": True,
    "keepalive_audit_strict": False,
    "keepalive_audit_folder": "keepalive-audit",
    "keepalive_audit_merge": None,
    "keepalive_audit_merge_only": False,
    "keepalive_audit_max_age": None,
    "keepalive_rollout_batches": "1,10%,50%,100%",
    "keepalive_rollout_folder": "./keepalive-rollout",
    "keepalive_rollout_check": None,
    "keepalive_restore_force": False,
    "keepalive_restore_to": "last",
}


def folder_of(name: str, given: object) -> str:
    """Return the absolute path, without links, of a folder on the controller that a variable or an option names.

    :raises InvalidValueError: where none is given.
    """
    if not given or not isinstance(given, str):
        raise InvalidValueError(f"{name} is {given!r}: give the path of a folder, or leave it out.")
    return os.path.realpath(os.path.expanduser(given))


def batches_of(name: str, given: object) -> list[str]:
    """Return the sizes of batches, given as a list or as a text with commas.

    :raises InvalidValueError: where one is neither a number nor a percentage, or there is none.
    """
    listed = given if isinstance(given, (list, tuple)) else str(given).split(",")
    batches = [str(one).strip() for one in listed]
    if not batches or not all(re.fullmatch("[1-9][0-9]*|(?:[1-9][0-9]?|100)%", one, re.ASCII) for one in batches):
        raise InvalidValueError(f"{name} is {batches}: give numbers, or percentages up to 100%, such as '1,10%,100%'.")
    return batches
