# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan the change of a network namespace.

Pure: nothing here looks at a host. Check mode, the diff and what is written all come from :func:`plan`.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import COMPLIANT
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.reasons import (
    CHANGED_SINCE,
    CHOSEN_BY_OTHERS,
    HOST_OWN,
    NOTHING_TO_RESTORE,
    UNREADABLE,
)
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import (
    KERNEL_DEFAULTS,
    KEYS,
    Values,
    validate,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Namespace
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


@dataclasses.dataclass(frozen=True)
class DesiredState:
    """The ``values`` that namespaces are to have, at least one; ``take_over`` replaces what others chose, too.

    With ``absent`` they are to have those that were there before this collection wrote there: of the keys that have a
    value, or of all three where none has.

    :raises InvalidValueError: for a value outside of the range in which keepalive works, and where there is none.
    """

    values: Values
    take_over: bool = False
    absent: bool = False

    def __post_init__(self) -> None:
        if self.absent:
            return
        if not self.values.named():
            raise InvalidValueError("None of time, intvl and probes is given. Give at least one of them.")
        validate(self.values)

    @classmethod
    def from_params(cls, params: t.Mapping[str, t.Any]) -> DesiredState:
        """Narrow a module's parameters to a desired state.

        :raises InvalidValueError: as the class does.
        """
        values = Values(*(params[key] for key in KEYS))
        return cls(values, take_over=params["overrides"] == "take_over", absent=params["state"] == "absent")


@dataclasses.dataclass(frozen=True)
class Remembered:
    """What this collection wrote to a namespace that had the values ``before`` when it did so for the first time.

    While a run writes, ``previous`` are the values that ``written`` replaces; a run that is killed leaves them.
    """

    before: Values
    written: Values
    previous: Values | None = None

    def explains(self, values: Values) -> bool:
        """Return whether it was this collection that set these values."""
        if self.previous is None or values == self.written:
            return values == self.written
        return all(values[key] in (self.previous[key], self.written[key]) for key in KEYS)


class Change(t.NamedTuple):
    """A namespace and the values that it is to have."""

    before: Namespace
    after: Values

    @property
    def writes(self) -> dict[Key, int]:
        """The values that are to be written."""
        return {key: value for key, value in self.after.named().items() if value != self.before.values[key]}


class Refusal(t.NamedTuple):
    """A namespace that stays as it is, and the reason."""

    namespace: Namespace
    reason: Reason


def plan(one: Namespace, want: DesiredState, remembered: Remembered | None) -> Change | Refusal:
    """Return how a namespace changes, or why it does not."""
    if one.is_host:
        return Refusal(one, HOST_OWN)
    if not one.is_readable:
        return Refusal(one, UNREADABLE.because(one.trouble) if one.trouble else UNREADABLE)
    if want.absent:
        return _plan_restoration(one, want.values.named() or KEYS, remembered)
    after = one.values.updated(want.values.named())
    if after == one.values:
        return Refusal(one, COMPLIANT)
    is_ours = one.values in one.defaults or (remembered is not None and remembered.explains(one.values))
    if one.values == KERNEL_DEFAULTS or is_ours or want.take_over:
        return Change(one, after)
    return Refusal(one, CHOSEN_BY_OTHERS)


def _plan_restoration(one: Namespace, keys: t.Iterable[Key], remembered: Remembered | None) -> Change | Refusal:
    """Return how a namespace gets back the values of these keys that were there before this collection wrote there."""
    if remembered is None:
        return Refusal(one, NOTHING_TO_RESTORE)
    after = one.values.updated({key: value for key, value in remembered.before.named().items() if key in keys})
    if after == one.values:
        return Refusal(one, COMPLIANT)
    return Change(one, after) if remembered.explains(one.values) else Refusal(one, CHANGED_SINCE)
