# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of network namespaces, and how modules return it.

Pure: nothing here looks at a host.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._budget import ResultBudget
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Refusal
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import (
    CHANGED_SINCE,
    CHOSEN_BY_OTHERS,
    HOST_OWN,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, sysctl_name

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.filters import Filters
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Namespace, Result
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.plan import Change
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values

NONE_SELECTED = (
    "No network namespace matches these filters. linux.tcp.keepalive_namespaces_info shows which there are. Where the "
    "name of a container is not known, give its id."
)
ONLY_HOST_SELECTED = (
    "Only the host's own network namespace matches these filters, and it is left alone. Set it with "
    "linux.tcp.keepalive, or name a container."
)
_MOST_NAMED = 3  # in a warning
_MOST_SHOWN = 1000  # in a diff
# What namespaces have that are left for these reasons, and what to do about it.
_WARNINGS = {
    CHOSEN_BY_OTHERS: (
        "values that others chose and are left alone",
        "Give overrides: take_over to set them, too.",
    ),
    CHANGED_SINCE: (
        "other values than this collection wrote there and are not restored",
        "Set them with state: present, or restart their containers.",
    ),
}


class Outcome:
    """What became of the selected namespaces; in check mode, what would become of them.

    ``left`` are those that needed nothing or are not to be changed, ``failed`` those that could not be set; each has
    the reason. ``second_look`` says why it is not known what has started meanwhile, None where that is known.
    """

    def __init__(self) -> None:
        self.changed: list[Change] = []
        self.left: list[Refusal] = []
        self.failed: list[Refusal] = []
        self.second_look: Reason | None = None

    def add(self, found: Change | Refusal, *, failed: bool = False) -> None:
        """Note what became of a namespace."""
        if not isinstance(found, Refusal):
            self.changed.append(found)
        elif failed:
            self.failed.append(found)
        else:
            self.left.append(found)

    @property
    def matched(self) -> int:
        """How many namespaces the filters take."""
        return len(self.changed) + len(self.left) + len(self.failed)

    def warnings(self, filters: Filters) -> list[str]:
        """Return what to warn of: filters that select nothing that can be changed, and values of others."""
        if filters.narrow_down and not self.matched:
            return [NONE_SELECTED]
        if filters.narrow_down and self.matched == len(self._left_because(HOST_OWN)):
            return [ONLY_HOST_SELECTED]
        found = ((self._left_because(reason), *words) for reason, words in _WARNINGS.items())
        return [
            f"{len(left)} network namespace(s) have {what}: {_titles(left)}. {remedy}"
            for left, what, remedy in found
            if left
        ]

    def _left_because(self, reason: Reason) -> list[Refusal]:
        return sorted((one for one in self.left if one.reason.code == reason.code), key=_number)

    def failure(self) -> str | None:
        """Return the message where namespaces could not be set, or the second look failed."""
        messages = []
        if self.failed:
            first, others = self.failed[0], len(self.failed) - 1
            messages.append(f"{first.namespace.title()} could not be set: {first.reason.message}.")
            if others:
                count = "One" if others == 1 else others
                messages.append(f"{count} more could not be set either: see failed_namespaces.")
        if self.second_look:
            message = self.second_look.message
            messages.append(f"{message[0].upper()}{message[1:]}. What is in changed_namespaces was set before.")
        return " ".join(messages) or None

    def as_dict(self) -> Result:
        """Return it as the module returns it; what failed is the last to be left out of a result that is too large."""
        budget = ResultBudget()
        failed = budget.take(_with_reasons(self.failed))
        changed = budget.take(
            {
                **one.before.labels(),
                "before": one.before.values.as_dict(),
                "after": one.after.as_dict(),
                "lasts": one.before.lasts(one.after),
                "set_by": one.before.origin.as_dict(),
            }
            for one in sorted(self.changed, key=lambda one: one.before.number)
        )
        return {
            "changed": bool(self.changed),
            "changed_namespaces": changed,
            "left_namespaces": budget.take(_with_reasons(self.left)),
            "failed_namespaces": failed,
            "second_look": self.second_look and self.second_look._asdict(),
            "left_out": budget.left_out,
            "totals": {
                "matched": self.matched,
                "changed": len(self.changed),
                "left": len(self.left),
                "failed": len(self.failed),
            },
        }

    def diff(self) -> list[Result]:
        """Return the values of each namespace that changes, the first ones, as diff mode shows them."""
        return [
            {
                "before_header": one.before.title(),
                "after_header": one.before.title(),
                "before": _lines(one.before.values),
                "after": _lines(one.after),
            }
            for one in sorted(self.changed, key=lambda one: one.before.number)[:_MOST_SHOWN]
        ]


def totals_of(same: list[bool | None]) -> dict[str, int]:
    """Return how many namespaces have other values than the host, by whether each has the same; None is not known."""
    return {"namespaces": len(same), "differ": same.count(False), "unknown": same.count(None)}


def _with_reasons(refusals: list[Refusal]) -> t.Iterator[Result]:
    return (
        {
            **one.namespace.labels(),
            "values": one.namespace.values.as_dict(),
            "lasts": one.namespace.lasts(one.namespace.values),
            "set_by": one.namespace.origin.as_dict(),
            "reason": one.reason._asdict(),
        }
        for one in sorted(refusals, key=_number)
    )


def _titles(refusals: list[Refusal]) -> str:
    """Return which namespaces these are, as a warning names them."""
    titles = [one.namespace.title() for one in refusals[:_MOST_NAMED]]
    if len(refusals) > _MOST_NAMED:
        titles.append(f"and {len(refusals) - _MOST_NAMED} more, see left_namespaces")
    return ", ".join(titles)


def _number(one: Refusal) -> int:
    found: Namespace = one.namespace
    return found.number


def _lines(values: Values) -> str:
    return "".join(f"{sysctl_name(key)} = {values[key]}\n" for key in KEYS)
