# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set open connections after the values: the option sockets of keepalive."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.module_utils._errors import unchanged
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

SOCKETS_MODULE = "linux.tcp.keepalive_sockets"
# What each element of the option sockets has where it does not say otherwise.
_SOCKETS_DEFAULTS = {"rearm": True, "listening": True, "summary_only": True}
# What is returned of each result about sockets.
_SOCKETS_RETURNED = ("changed", "changed_sockets", "left_sockets", "unreachable_sockets", "totals", "unreadable")


class SocketsAction(ActionBase):
    """An action that runs the module keepalive_sockets around its own."""

    def run_with_sockets(
        self, filters: list[Result], set_values: t.Callable[[], Result], task_vars: Result | None
    ) -> Result:
        """Set the values, and then those of the sockets that each of the filters selects.

        Nothing is changed where one of the filters fails beforehand, in check mode.
        """
        problem = (
            "sockets cannot be given with async: leave one of them out."
            if self._task.async_val
            else _problem_of(filters)
        )
        if problem:
            return {"failed": True, "msg": problem}
        looks = []
        for index, wanted in enumerate(filters):
            looks.append(self._run_for(wanted, task_vars, check_mode=True))
            if _is_lost(looks[-1]):
                return {
                    **looks[-1],
                    "changed": False,
                    "msg": unchanged(f"sockets[{index}]: {printable(str(looks[-1].get('msg')))}"),
                }
        result = set_values()
        if self._task.check_mode or _is_lost(result):
            return _joined(result, looks if self._task.check_mode else [])
        of_sockets: list[Result] = []
        for index, wanted in enumerate(filters):
            one = self._run_for(wanted, task_vars, check_mode=False)
            of_sockets.append(one)
            if _is_lost(one):
                result["msg"] = f"The values are set, but sockets[{index}]: {printable(str(one.get('msg')))}"
                result.update({name: one[name] for name in ("failed", "unreachable") if name in one})
                break
        return _joined(result, of_sockets)

    def _run_for(self, wanted: Result, task_vars: Result | None, *, check_mode: bool) -> Result:
        """Run the module for one element of the option sockets."""
        own = self._task.check_mode
        self._task.check_mode = check_mode
        try:
            result: Result = self._execute_module(
                module_name=SOCKETS_MODULE, module_args={**_SOCKETS_DEFAULTS, **wanted}, task_vars=task_vars
            )
        finally:
            self._task.check_mode = own
        return result


def _problem_of(filters: object) -> str | None:
    """Return what is wrong with the option sockets, as far as its module cannot tell."""
    if not isinstance(filters, list) or not all(isinstance(wanted, dict) for wanted in filters):
        return f"sockets is {filters!r}, and a list of dictionaries is needed, such as [{{units: [nginx]}}]."
    nulls = sorted({name for wanted in filters for name, value in wanted.items() if value is None})
    if not nulls:
        return None
    # as a template leaves it that finds nothing
    return (
        f"sockets has no value for {', '.join(nulls)}. Give one, or leave it out: without it more sockets are selected."
    )


def _is_lost(result: Result) -> bool:
    return bool(result.get("failed") or result.get("unreachable"))


def _joined(result: Result, of_sockets: list[Result]) -> Result:
    """Return the result about the values with those about sockets below ``sockets``."""
    returned = []
    for one in of_sockets:
        for name in ("warnings", "deprecations"):
            if one.get(name):
                result[name] = [*result.get(name, ()), *one[name]]
        if one.get("diff"):
            result["diff"] = [*result.get("diff", ()), one["diff"]]
        returned.append({name: value for name, value in one.items() if name in _SOCKETS_RETURNED})
    changed = any(one.get("changed") for one in (result, *of_sockets))
    return {**result, "changed": changed, "sockets": returned}
