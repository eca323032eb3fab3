# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find facts of a host that would take the place of variables that steer a play.

A host says what its facts are. Ansible makes variables of them that beat those of the inventory and the
defaults of roles, and the names inventory_hostname and group_names themselves (VariableManager.get_vars of
ansible-core). Variables of plays and tasks, registered results, set_fact and --extra-vars beat facts.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._text import printable, shortened

if t.TYPE_CHECKING:
    Variables = t.Mapping[str, t.Any]

_OURS = re.compile("_*keepalive_")
_IDENTITY = frozenset({"inventory_hostname", "inventory_hostname_short", "group_names"})
# What templates of the playbooks and the role call. A variable of such a name takes the place of the function.
_FUNCTIONS = frozenset({"lookup", "query", "q", "now", "omit", "undef"})
# They lead to the facts, too.
_WAYS_TO_FACTS = frozenset({"ansible_facts", "hostvars", "vars"})
_MOST_NAMES = 5
_LONGEST_NAME = 100


def steering_facts(variables: Variables) -> list[str]:
    """Return the facts of a host that have the name of a variable of the collection, or stand for another host."""
    facts: t.Iterable[str] = variables.get("ansible_facts") or ()
    return sorted(name for name in facts if _OURS.match(name) or name in _IDENTITY or name in _FUNCTIONS)


def claims_identity(variables: Variables) -> bool:
    """Whether a host has a fact that stands for its name in the inventory."""
    return not _IDENTITY.isdisjoint(variables.get("ansible_facts") or ())


def without_facts(variables: Variables) -> dict[str, t.Any]:
    """Return the variables of a host that cannot be one of its facts, nor lead to them.

    A fact ansible_x is x in ansible_facts, so neither name counts. A variable of the inventory with the name of a fact
    is left out, too: the host could have taken its place.
    """
    facts: t.Iterable[str] = variables.get("ansible_facts") or ()
    left_out = _WAYS_TO_FACTS.union(facts, (f"ansible_{name}" for name in facts))
    return {name: value for name, value in variables.items() if name not in left_out}


def is_set_by_user(name: str, variables: Variables) -> bool:
    """Whether a host has a variable that is not one of its facts."""
    return name in variables and name not in (variables.get("ansible_facts") or ())


def message_about(names: t.Sequence[str]) -> str:
    """Return what is wrong with facts of these names, and what to do."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    shown = ", ".join(printable(repr(shortened(name, _LONGEST_NAME))) for name in names[:_MOST_NAMES])
    return (
        f"{shown}{more} is among the facts of the host, so the host could choose "
        f"it. Set such a variable in the inventory or with --extra-vars, find out what returns the fact, and run with "
        f"--flush-cache."
    )


def require_no_steering_facts(variables: Variables) -> None:
    """Check the facts of a host.

    :raises InvalidValueError: where one could steer a play.
    """
    names = steering_facts(variables)
    if names:
        raise InvalidValueError(message_about(names))
