# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Select network namespaces: the filters that the modules for them have in common.

Pure: nothing here looks at a host.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._host.cgroups import ENGINES
from ansible_collections.linux.tcp.plugins.module_utils._host.patterns import (
    as_unit,
    matches,
    matches_container,
    matches_path,
    require_filter_or_all,
)
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import is_whole

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Container, Namespace
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values


# The options of Filters, as modules take them.
FILTER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "containers": {"type": "list", "elements": "str"},
    "engines": {"type": "list", "elements": "str", "choices": list(ENGINES)},
    "units": {"type": "list", "elements": "str"},
    "names": {"type": "list", "elements": "str"},
    "pids": {"type": "list", "elements": "int"},
    "values_differ": {"type": "bool"},
}
# The values leave too much for a change.
_NARROWING = ", ".join(name for name in FILTER_OPTIONS if name != "values_differ")


@dataclasses.dataclass(frozen=True)
class Filters:
    """Select namespaces: those to which each filter that is given applies, by any of its elements.

    Empty means that the filter is not given. ``containers``, ``units`` and ``names`` may have the wildcards of
    fnmatch(3). Containers are matched by name, or by an id of which the first 12 characters or more are given; names
    by their path or its last part. Only root's containers have names and ids that no other user can give his own. An
    engine takes those of other users too, in network namespaces of their own.
    """

    containers: tuple[str, ...] = ()
    engines: frozenset[str] = frozenset()
    units: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    pids: frozenset[int] = frozenset()
    values_differ: bool | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Filters:
        """Read the options that the modules have in common.

        :raises InvalidValueError: for a filter without elements, or with an empty one: one that a template left empty
            must not mean all namespaces.
        """
        for name in FILTER_OPTIONS:
            given = options.get(name)
            if given == []:
                raise InvalidValueError(
                    f"{name} is empty, so no network namespace is selected. Name some, or leave {name} out."
                )
            if isinstance(given, list) and "" in given:
                raise InvalidValueError(f"{name} has an empty name, which nothing has. Name one, or leave {name} out.")
        return cls(
            containers=tuple(options.get("containers") or ()),
            engines=frozenset(options.get("engines") or ()),
            units=tuple(map(as_unit, options.get("units") or ())),
            names=tuple(options.get("names") or ()),
            pids=frozenset(options.get("pids") or ()),
            values_differ=options.get("values_differ"),
        )

    @classmethod
    def for_change(cls, options: t.Mapping[str, t.Any]) -> Filters:
        """Read the options of a module that changes namespaces: ``all`` beside the others.

        :raises InvalidValueError: as :meth:`from_options`; and where neither a filter nor ``all`` is given, or both.
        """
        filters = cls.from_options(options)
        require_filter_or_all(
            is_filtered=filters.narrow_down, is_all=options["all"], everything="network namespace", filters=_NARROWING
        )
        return filters

    def take(self, one: Namespace) -> bool:
        """Return whether a namespace is selected, whatever its values."""
        return (
            (not self.pids or bool(self.pids & one.pids))
            and (not self.names or any(matches_path(name, self.names) for name in one.names))
            and (not self.units or any(matches(unit, self.units) for unit in one.units))
            and (not self.concern_containers or any(self._take_container(found, one) for found in one.containers))
        )

    def take_values(self, values: Values, host: Values) -> bool:
        """Return whether a namespace is selected by its values; those that are not known are not."""
        if self.values_differ is None:
            return True
        return is_whole(values) and is_whole(host) and (values != host) is self.values_differ

    @property
    def narrow_down(self) -> bool:
        """Whether they select some namespaces only, whatever the values of these are."""
        return dataclasses.replace(self, values_differ=None) != Filters()

    @property
    def concern_containers(self) -> bool:
        """Whether it matters which container lives in a namespace."""
        return bool(self.containers or self.engines)

    def _take_container(self, one: Container, where: Namespace) -> bool:
        if one.user != 0 and (self.containers or one.user is None or one.user != where.user):
            return False
        return (not self.engines or one.engine in self.engines) and (
            not self.containers or matches_container(one.id, one.name, self.containers)
        )
