# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the desired state of a host, and read it from the parameters of a module."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import (
    InvalidPathError,
    InvalidValueError,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, Values, validate

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

    Overrides = t.Literal["fail", "take_over", "ignore"]


DEFAULT_PATH = "/etc/sysctl.d/99-tcp-keepalive.conf"


@dataclasses.dataclass(frozen=True)
class DesiredState:
    """What a host is to have: ``values``, and ``absent`` keys to remove; no key is in both.

    :raises InvalidPathError: when ``path`` cannot name a file.
    """

    path: str = DEFAULT_PATH
    values: Values = dataclasses.field(default_factory=Values)
    absent: tuple[Key, ...] = ()
    runtime: bool = True
    persistent: bool = True
    overrides: Overrides = "fail"
    backup: bool = False

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or self.path.endswith("/") or not self.path.isprintable():
            raise InvalidPathError(f"path is {self.path!r}: give the absolute path of a file, such as {DEFAULT_PATH}.")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is wanted."""
        return not self.concerned

    @property
    def concerned(self) -> tuple[Key, ...]:
        """The keys that are to have a value, or to be removed."""
        return (*self.values.named(), *self.absent)

    @classmethod
    def from_params(cls, params: t.Mapping[str, t.Any]) -> DesiredState:
        """Narrow a module's parameters to a desired state.

        :raises KeepaliveError: for values or a path that cannot be.
        """
        named = Values(*(params[key] for key in KEYS))
        absent = params["state"] == "absent"
        if not absent:
            validate(named)
        removed: tuple[Key, ...] = ()
        if absent:
            removed = tuple(named.named()) or KEYS
        elif params.get("exclusive"):
            if not named.named():
                raise InvalidValueError(
                    "exclusive is given without a value to set, and would remove all three: give time: 600, intvl: 60 "
                    "or probes: 20, or state: absent."
                )
            removed = tuple(key for key in KEYS if named[key] is None)
        return cls(
            path=params["path"],
            values=Values() if absent else named,
            absent=removed,
            runtime=params["runtime"],
            persistent=params["persistent"],
            overrides=params["overrides"],
            backup=params.get("backup", False),
        )
