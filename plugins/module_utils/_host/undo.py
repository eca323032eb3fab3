# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two ways out of a step that changed a host: undo it, or let it stand."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import ForeignChangeError


def nothing() -> None:
    """Do nothing."""


@dataclasses.dataclass(frozen=True)
class Undo:
    """The two ways out of a step that was taken: call it to undo the step, or let the step stand.

    ``check`` raises where the step must not stand; ``forget`` gives up what only the undo needs, and never fails.
    ``is_ordered`` says that it must not be undone while a later step of this kind stands: the order of the files keeps
    what the next boot gives old or new.
    """

    run: t.Callable[[], None]
    check: t.Callable[[], None] = nothing
    forget: t.Callable[[], None] = nothing
    is_ordered: bool = False

    def __call__(self) -> None:
        """Undo the step."""
        self.run()


def error_of(step: t.Callable[[], None]) -> BaseException | None:
    """Undo a step, once more if that fails, and return the error of the second time."""
    error = _try(step)
    # what others have changed is left to them
    return error if error is None or isinstance(error, ForeignChangeError) else _try(step)


def _try(step: t.Callable[[], None]) -> BaseException | None:
    try:
        step()
    except BaseException as exc:  # noqa: BLE001 -- whatever ends one step, the others are to be undone
        return exc
    return None


def said(exc: BaseException) -> str:
    """Return what an error says, or what it is called, as MemoryError says nothing."""
    return str(exc) or type(exc).__name__


def let_stand(steps: t.Sequence[Undo]) -> None:
    """Let all steps stand, or none: after this they cannot be undone.

    :raises KeepaliveError: where one must not stand; then all can still be undone.
    """
    for step in steps:
        step.check()
    for step in steps:
        with contextlib.suppress(Exception):  # they stand, also where memory runs out now
            step.forget()
