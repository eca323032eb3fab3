# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan the files that give keepalive values to new containers, without touching the host."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import NAMES, PATHS
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.own import (
    all_given,
    read_earlier,
    read_entries,
    render,
)
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.predict import entries_before_own, predict
from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    ConfigurationSyntaxError,
    InvalidPathError,
    InvalidValueError,
    OverriddenError,
    remedy_of_denial,
    unchanged,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values, sysctl_name, validate
from ansible_collections.linux.tcp.plugins.module_utils._text import printable

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import (
        Configuration,
        Doubt,
        Engine,
        Entry,
        Prediction,
    )
    from ansible_collections.linux.tcp.plugins.module_utils._errors import Denied
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


@dataclasses.dataclass(frozen=True)
class DesiredDefaults:
    """What new containers are to get: ``values``, or nothing of ours (``absent``)."""

    values: Values
    absent: bool = False

    @classmethod
    def from_params(cls, params: t.Mapping[str, t.Any]) -> DesiredDefaults:
        """Narrow a module's parameters to desired defaults.

        :raises InvalidValueError: for values that cannot be, and for an empty list of engines.
        """
        values = Values(*(params[key] for key in KEYS))
        absent = params["state"] == "absent"
        if not absent:
            validate(values)
        if params["engines"] == []:
            raise InvalidValueError("engines is empty, so nothing is set. Name some, or leave engines out.")
        return cls(values, absent)

    def named(self) -> dict[Key, int]:
        """Return the keys that new containers are to get."""
        return {} if self.absent else self.values.named()


@dataclasses.dataclass(frozen=True)
class EngineChange:
    """What one engine has, and what it gets: the content of the file of ours, None where there is none."""

    engine: Engine
    status: str
    before: Prediction
    after: Prediction
    old: bytes | None
    new: bytes | None

    @property
    def path(self) -> str:
        """The file of ours."""
        return PATHS[self.engine]

    def as_dict(self) -> dict[str, t.Any]:
        """Return it as results show it."""
        return {
            "engine": self.engine,
            "path": self.path,
            "status": self.status,
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
        }


def plan_engine(configuration: Configuration, want: DesiredDefaults) -> EngineChange:
    """Return the change that an engine needs.

    :raises InvalidPathError: where the file of ours has more than this module writes.
    """
    own = configuration.own
    before = predict(configuration)
    old = own.text if own and own.kind == "file" else None
    if not want.absent and not want.named():
        return EngineChange(configuration.engine, "reported", before, before, old, old)
    entries = _own_entries(configuration)
    desired = _desired_entries(configuration, entries, want)
    if old is not None and {one.name: one.value for one in entries} == desired:
        new: bytes | None = old
    else:
        _require_ours(configuration, entries)
        new = render(configuration.engine, desired, _earlier(entries, desired, old, want)) if desired else None
    after = predict(configuration.with_own(new))
    done, already = ("removed", "already_absent") if want.absent else ("set", "already_set")
    return EngineChange(configuration.engine, already if new == old else done, before, after, old, new)


def plan_defaults(configurations: t.Iterable[Configuration], want: DesiredDefaults) -> list[EngineChange]:
    """Return the changes that the engines need.

    :raises InvalidPathError: where the file of ours has more than this module writes.
    :raises OverriddenError: where new containers would get other values all the same, or that cannot be known.
    """
    configurations = list(configurations)
    changes = [plan_engine(configuration, want) for configuration in configurations]
    overriding = [one for change in changes for one in _overriding(change, want)]
    if overriding:
        files = [file for configuration in configurations for file in configuration.files]
        denied = {printable(file.path): file.denied for file in files}
        by_denial: dict[Denied, list[dict[str, t.Any]]] = {}
        for one in overriding:
            by_denial.setdefault(denied.get(one["path"], ""), []).append(one)
        messages = [_with_remedy(group, denial) for denial, group in by_denial.items()]
        raise OverriddenError(unchanged(" ".join(messages)), overridden_by=overriding)
    return changes


def _with_remedy(overriding: list[dict[str, t.Any]], denied: Denied) -> str:
    engines = " and ".join(sorted({one["engine"] for one in overriding}))
    leave = f"leave {engines} out of engines"
    remedy = remedy_of_denial(denied, leave) if denied else f"Correct this, or {leave}."
    return f"{' '.join(one['message'] for one in overriding)} {remedy}"


def _own_entries(configuration: Configuration) -> list[Entry]:
    """Return the entries of the file of ours.

    :raises InvalidPathError: where it cannot be read, or is not understood.
    """
    own = configuration.own
    if own is None or own.kind == "missing":
        return []
    if own.kind != "file":
        remedy = remedy_of_denial(own.denied) if own.denied else "Make it a regular file that can be read."
        raise InvalidPathError(unchanged(f"{own.path} cannot be edited: {own.reason}. {remedy}"))
    try:
        return read_entries(own, configuration.engine)
    except ConfigurationSyntaxError as exc:
        raise InvalidPathError(
            unchanged(
                f"{own.path} line {exc.details['line']} is not understood: {exc}. Remove the file, and run again."
            )
        ) from exc


def _desired_entries(
    configuration: Configuration, own: t.Iterable[Entry], want: DesiredDefaults
) -> dict[str, str | None]:
    """Return what the file of ours is to have, by name; nothing where there is to be no such file."""
    named = {sysctl_name(key): str(value) for key, value in want.named().items()}
    kept = {one.name: one.value for one in own if not (want.absent and one.name in NAMES)}
    replaced: dict[str, str | None] = {}
    if configuration.engine != "lxc":
        replaced = {one.name: one.value for one in entries_before_own(configuration)}
    # what only our file has, such as a key that is not named, stays
    others = {name: value for name, value in kept.items() if name in NAMES or name not in replaced}
    if not named and not others:
        return {}
    return {**replaced, **others, **named}


def _earlier(
    entries: t.Iterable[Entry], desired: t.Mapping[str, str | None], old: bytes | None, want: DesiredDefaults
) -> list[Values]:
    """Return what the file of ours gave before it has the desired entries; nothing once our values are taken out."""
    if old is None or want.absent:
        return []
    now = all_given(desired, b"")
    return [one for one in all_given({one.name: one.value for one in entries}, old) if one not in now]


def _require_ours(configuration: Configuration, entries: t.Sequence[Entry]) -> None:
    """Check that the file of ours has only what this module writes.

    :raises InvalidPathError: where it has more.
    """
    own = configuration.own
    if own is None or own.kind != "file":
        return
    written = {one.name: one.value for one in entries}
    if own.text != render(configuration.engine, written, read_earlier(own.text)):
        raise InvalidPathError(
            unchanged(
                f"{own.path} has other lines than this module writes. Move them to another file, and remove this one."
            )
        )


def _overriding(change: EngineChange, want: DesiredDefaults) -> t.Iterator[dict[str, t.Any]]:
    """Yield why a new container would not get the values, as the module returns it."""
    for key, value in want.named().items():
        found = change.after.values[key]
        if found == value:
            continue
        name = f"{sysctl_name(key)} in new containers of {change.engine}"
        place = change.after.places.get(key) or change.after.last_list
        if found is None:
            doubt = _doubt_about(change, key)
            code, place = doubt.code, doubt.place
            message = f"It cannot be known whether {name} would be {value}: {doubt.message}"
        elif key in change.after.places:
            code = "takes_precedence"
            message = f"{name} would be {found}, not {value}, because {place} takes precedence."
        elif place:
            code = "list_replaced"
            message = f"{name} would be {found}, not {value}, because the list in {place} replaces all before it."
        else:
            code = "not_included"
            message = f"{name} would be {found}, not {value}, because nothing includes {change.path}."
        where = place.as_dict() if place else {"path": None, "line": None}
        yield {"engine": change.engine, "key": key, "code": code, "message": printable(message), **where}


def _doubt_about(change: EngineChange, key: Key) -> Doubt:
    return next(one for one in change.after.doubts if one.key in (None, key))
