# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reduce what a host returned for a module to what the module documents.

A compromised host returns whatever it likes. Facts would become variables, and other keys would change
what Ansible does (``add_host``). What is printed as it is, diffs and warnings, must not control a terminal.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._text import printable_text

if t.TYPE_CHECKING:
    Result = t.Dict[str, t.Any]

# The keys of each module with their types, as its RETURN has them, but those that its action adds; a unit test compares
# them. What the controller knows, such as what the folder of checkpoints has, is not for a host to say.
DOCUMENTED: dict[str, dict[str, str]] = {
    "keepalive": {
        "before": "dict",
        "after": "dict",
        "overridden_by": "list",
        "detection_time": "int",
        "cautions": "list",
        "backup_files": "list",
    },
    "keepalive_info": {
        "runtime": "dict",
        "runtime_writable": "bool",
        "boot": "dict",
        "settings": "list",
        "other_writers": "list",
        "drift": "list",
        "detection_time": "int",
    },
    "keepalive_checkpoint": {
        "would_change": "bool",
        "deviations": "list",
        "before": "dict",
        "after": "dict",
        "checkpoint": "dict",
        "desired": "dict",
    },
    "keepalive_namespaces": {
        "changed_namespaces": "list",
        "left_namespaces": "list",
        "failed_namespaces": "list",
        "second_look": "dict",
        "left_out": "int",
        "totals": "dict",
        "unreadable": "list",
    },
    "keepalive_namespaces_info": {
        "namespaces": "list",
        "left_out": "int",
        "host_values": "dict",
        "totals": "dict",
        "unreadable": "list",
    },
    "keepalive_restore": {"foreign": "list"},
    "keepalive_sockets": {
        "changed_sockets": "list",
        "left_sockets": "list",
        "unreachable_sockets": "list",
        "second_look": "dict",
        "left_out": "int",
        "totals": "dict",
        "unreadable": "list",
    },
    "keepalive_container_defaults": {"engines": "list", "cautions": "list", "overridden_by": "list"},
    "keepalive_sockets_info": {
        "sockets": "list",
        "left_out": "int",
        "totals": "dict",
        "reasons": "list",
        "by_command": "list",
        "by_unit": "list",
        "commands_left_out": "int",
        "units_left_out": "int",
        "unreadable": "list",
    },
}
# What Ansible returns for any module, also for one that did not start, and for one that runs in the background.
_COMMON = {
    "changed": "bool",
    "failed": "flag",
    "skipped": "bool",
    "msg": "str",
    "exception": "any",
    "rc": "int",
    "module_stdout": "str",
    "module_stderr": "str",
    "invocation": "dict",
    "ansible_job_id": "str",
    "results_file": "str",
    "started": "int",
    "finished": "int",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int, type(None)),
    "str": (str,),
    "list": (list, type(None)),
    "dict": (dict, type(None)),
    "flag": (bool, int),  # the wrapper of jobs in the background returns a number before ansible-core 2.19
    "any": (object,),
}
# Keys with which a module would steer Ansible. No module of the collection returns one.
_STEERING = frozenset({"ansible_facts", "add_host", "add_group", "ansible_stats", "ansible_notify"})
_DIFF_KEYS = ("before", "after", "before_header", "after_header", "prepared")
_MOST_WARNINGS = 50
_LONGEST_WARNING = 2000
_LONGEST_TEXT = 1 << 20
_MOST_OF_DIFFS = 16 << 20  # characters; no run changes files with more
_MOST_DIFFS = 1100  # keepalive_namespaces shows 1000, beside which there are those of files
# Of one result: values in lists and dictionaries, and how deep these are. 100,000 sockets are the largest. The modules
# for network namespaces return 20 million characters, of which a value has five or more.
_MOST_VALUES = 100_000
_MOST_VALUES_OF = {
    **dict.fromkeys(("keepalive_sockets", "keepalive_sockets_info"), 10_000_000),
    **dict.fromkeys(("keepalive_namespaces", "keepalive_namespaces_info"), 5_000_000),
}
_MOST_VALUES_OF_A_SUMMARY = 1_000_000  # the counts of a hundred thousand commands and units
_MOST_CHARACTERS = 100_000_000
_DEEPEST = 40
_LARGEST_NUMBER = 1 << 70


class _Budget:
    """What a result may still hold, so that the controller neither computes nor remembers without bound for a host."""

    def __init__(self, values: int) -> None:
        self._values = values
        self._characters = min(values * 100, _MOST_CHARACTERS)

    def clean(self, value: object, depth: int = 0) -> t.Any:
        """Return a value as plain types, every text in it printable.

        :raises ValueError: where the result is too large or too deep, or has a number that JSON has not.
        """
        self._values -= 1
        self._characters -= len(value) if isinstance(value, str) else 0
        if self._values < 0 or self._characters < 0:
            raise ValueError("more values than any result of this module")
        if depth > _DEEPEST:
            raise ValueError(f"lists and dictionaries more than {_DEEPEST} deep")
        if isinstance(value, str):
            return value if value.isascii() and value.isprintable() else printable_text(value)
        if isinstance(value, dict):
            return {self.clean(str(key), depth): self.clean(one, depth + 1) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.clean(one, depth + 1) for one in value]
        if isinstance(value, (int, float)) and not abs(value) < _LARGEST_NUMBER:  # nor what is no number
            raise ValueError(f"the number {str(value)[:40]}")
        return value


def reduced(result: Result, module: str, *, summary_only: bool = False) -> Result:
    """Return what a module of the collection returned, without all that it does not document.

    ``summary_only`` is whether the module was asked for counts only, which are few.
    Where a key steers Ansible or has another type than the documented one, the result is a failure.
    """
    documented = {**_COMMON, **DOCUMENTED[module]}
    steering = sorted(_STEERING & result.keys())
    if steering:
        return _refused(result, f"{', '.join(steering)}, which {module} never returns")
    kept = {name: value for name, value in result.items() if name in documented and name != "exception"}
    try:
        most = _MOST_VALUES_OF.get(module, _MOST_VALUES)
        budget = _Budget(min(most, _MOST_VALUES_OF_A_SUMMARY) if summary_only else most)
        kept = {name: budget.clean(value) for name, value in kept.items()}
        shown = {name: show(result[name]) for name, show in _SHOWN.items() if result.get(name) is not None}
    except (ValueError, RecursionError) as exc:
        return _refused(result, printable_text(str(exc)))
    if isinstance(result.get("exception"), str):
        kept["exception"] = _printed(result["exception"], _LONGEST_TEXT)
    for name, value in kept.items():
        if not isinstance(value, _TYPES[documented[name]]):
            return _refused(result, f"{name}, of type {_type_of(value)} and not {documented[name]}")
    kept.update((name, bool(value)) for name, value in kept.items() if documented[name] == "flag")
    kept.update((name, value[:_LONGEST_TEXT]) for name, value in kept.items() if documented[name] == "str")
    return {**kept, **shown}


def _type_of(value: object) -> str:
    """Return the name of a type as documentation has it; releases of ansible-core have classes of their own."""
    return next(name for name in ("bool", "int", "str", "list", "dict", "any") if isinstance(value, _TYPES[name]))


def _refused(result: Result, what: str) -> Result:
    return {
        "failed": True,
        "changed": result.get("changed") is True,
        "msg": f"The result of the host has {what}. Nothing of it was used. Find out what on the host has returned it.",
    }


def _printed(found: object, longest: int) -> str:
    return printable_text(str(found)[:longest])


def _message(found: object) -> str:
    """Return the text of a warning; since ansible-core 2.19 it is an object."""
    event = getattr(found, "event", None)
    return _printed(getattr(event, "msg", found), _LONGEST_WARNING)


def _listed(found: object) -> list[t.Any]:
    return list(found)[:_MOST_WARNINGS] if isinstance(found, (list, tuple)) else [found]


def _warnings(found: object) -> list[str]:
    return [_message(one) for one in _listed(found)]


def _deprecations(found: object) -> list[Result]:
    return [
        {
            str(name): _printed(value, _LONGEST_WARNING)
            for name, value in one.items()
            if name in ("msg", "version", "date")
        }
        if isinstance(one, dict)
        else {"msg": _message(one)}
        for one in _listed(found)
    ]


def _diff(found: object) -> list[Result]:
    kept: list[Result] = []
    left = _MOST_OF_DIFFS
    listed = found if isinstance(found, list) else [found]
    diffs = [one for one in listed if isinstance(one, dict) and not one.keys().isdisjoint(_DIFF_KEYS)]
    for one in diffs:
        if left <= 0 or len(kept) == _MOST_DIFFS:
            return [*kept, {"prepared": f"{len(diffs) - len(kept)} more diffs are left out."}]
        kept.append({name: _printed(one[name], min(left, _LONGEST_TEXT)) for name in _DIFF_KEYS if name in one})
        left -= 1 + sum(map(len, kept[-1].values()))
    return kept


_SHOWN: dict[str, t.Callable[[object], t.Any]] = {"warnings": _warnings, "deprecations": _deprecations, "diff": _diff}
