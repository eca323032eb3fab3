# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run further modules around the one that sets the values."""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.linux.tcp.plugins.module_utils._errors import unchanged
from ansible_collections.linux.tcp.plugins.module_utils._text import printable
from ansible_collections.linux.tcp.plugins.plugin_utils._further.runs import RETURNED

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.plugin_utils._further.runs import Run

    Result = t.Dict[str, t.Any]


class FurtherAction(ActionBase):
    """An action that runs further modules around its own."""

    def run_with_further(self, runs: list[Run], set_values: t.Callable[[], Result], task_vars: Result | None) -> Result:
        """Set the values, and then do each of the runs.

        Nothing is changed where a module refuses its run beforehand, in check mode. One that fails for some of what it
        looks at, such as a network namespace, and does the rest, keeps nothing else from being done; the task fails in
        the end.
        """
        if self._task.async_val:
            option = runs[0].option
            return {"failed": True, "msg": unchanged(f"{option} cannot be given with async: leave one of them out.")}
        looks: list[Result] = []
        for run in runs:
            looks.append(self._run_one(run, task_vars, check_mode=True))
            if _is_refused(looks[-1]):
                return {**looks[-1], "changed": False, "msg": unchanged(_said(run, looks[-1]))}
        result = set_values()
        is_set = not _is_lost(result)
        results = looks if self._task.check_mode else []
        if is_set and not self._task.check_mode:
            results = self._run_each(runs, looks, task_vars, changed=bool(result.get("changed")))
        lost = [(run, one) for run, one in zip(runs, results) if is_set and _is_lost(one)]
        if lost:
            done = "would be" if self._task.check_mode else "are"
            result["msg"] = f"The values {done} set, but {' '.join(_said(run, one) for run, one in lost)}"
        for _run, one in lost:
            result.update({name: one[name] for name in ("failed", "unreachable") if name in one})
        return _joined(result, runs, results)

    def _run_each(
        self, runs: list[Run], looks: list[Result], task_vars: Result | None, *, changed: bool
    ) -> list[Result]:
        """Return the results of the runs, up to the first that is refused.

        The look has the result already where it found nothing to do, and nothing was ``changed`` since.
        """
        results: list[Result] = []
        for run, look in zip(runs, looks):
            one = look
            if changed or look.get("changed") or _is_lost(look):
                one = self._run_one(run, task_vars, check_mode=False)
            changed = changed or bool(one.get("changed"))
            results.append(one)
            if _is_refused(one):
                break
        return results

    def _run_one(self, run: Run, task_vars: Result | None, *, check_mode: bool) -> Result:
        own = self._task.check_mode
        self._task.check_mode = check_mode
        try:
            result: Result = self._execute_module(
                module_name=run.module, module_args=run.arguments, task_vars=task_vars
            )
        finally:
            self._task.check_mode = own
        return result


def _is_lost(result: Result) -> bool:
    return bool(result.get("failed") or result.get("unreachable"))


def _is_refused(result: Result) -> bool:
    """Return whether a module did nothing; one that fails for some only has counted what it did."""
    return _is_lost(result) and "totals" not in result


def _said(run: Run, result: Result) -> str:
    return f"{run.place}: {printable(str(result.get('msg')))}"


def _joined(result: Result, runs: list[Run], results: list[Result]) -> Result:
    """Return the result about the values with those of the runs, each below the option that asks for it."""
    below: dict[str, list[Result]] = {run.option: [] for run in runs}
    for run, one in zip(runs, results):
        if one.get("warnings"):
            told = [f"{run.place}: {warning}" for warning in one["warnings"]]
            result["warnings"] = [*result.get("warnings", ()), *told]
        if one.get("deprecations"):
            result["deprecations"] = [*result.get("deprecations", ()), *one["deprecations"]]
        if one.get("diff"):
            more = one["diff"] if isinstance(one["diff"], list) else [one["diff"]]
            result["diff"] = [*result.get("diff", ()), *more]
        below[run.option].append({name: value for name, value in one.items() if name in RETURNED[run.module]})
    changed = any(one.get("changed") for one in (result, *results))
    found: Result = {**below}
    if "container_defaults" in below:  # it has one run at most
        found["container_defaults"] = next(iter(below["container_defaults"]), {})
    return {**result, "changed": changed, **found}
