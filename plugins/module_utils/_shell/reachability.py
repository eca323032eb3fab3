# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which pipelines of a group a shell never reaches, while they are read from the first to the last: sh(1)."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.certainty import (
    CONDITIONS,
    ends_script,
    joined,
    status_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import Pipeline

# A branch of a group begins behind one of these words.
BRANCHES = frozenset(("then", "else", "elif", "do"))
_BRANCHING = frozenset(("if", "while", "until", "for", "select"))


class Reachability:
    """What is certain of the next pipeline of a group; ``mark`` stands before it, such as ``&&`` or ``then``.

    ``opener`` is the word that begins the group. ``is_outermost`` says that no group stands around it: only there an
    ``exit`` is certain to be run. Where ``is_certain`` is false, every pipeline may be reached.
    """

    def __init__(self, opener: str = "", *, is_outermost: bool = False, is_certain: bool = True) -> None:
        self.mark = ""
        self.has_branches = opener in _BRANCHING
        self.has_exited = False  # nothing more is reached
        self._is_until = opener == "until"
        self._is_outermost = is_outermost
        self._is_certain = is_certain
        self._is_negated = False
        self._status: bool | None = None  # of the last pipeline that runs: whether it succeeds, None where that depends
        self._is_dead = False  # the branch is never taken
        self._was_taken = False  # one before it always is

    def negate(self) -> None:
        """Note that ``!`` stands before the next pipeline."""
        self._is_negated = not self._is_negated

    def begin_branch(self, keyword: str) -> None:
        """Note that a branch begins behind one of the words :data:`BRANCHES`."""
        if self._is_certain:
            holds = self._holds(keyword)
            self._is_dead = self._was_taken or holds is False
            self._was_taken = self._was_taken or holds is True
        self.mark, self._status = keyword, None

    def _holds(self, keyword: str) -> bool | None:
        """Return whether the condition before a branch holds, None where there is none or that depends."""
        if keyword in ("else", "elif") or self._status is None:
            return None
        return self._status is not self._is_until

    def passes(self, pipeline: Pipeline, mark: str, *, is_understood: bool = True) -> bool:
        """Go on behind the next pipeline, which ``mark`` ends, and return whether it may be reached.

        Nothing is certain of a pipeline that is not understood.
        """
        is_certain = self._is_certain and is_understood
        may_run = not (self.has_exited or (is_certain and self._is_skipped()))
        if may_run:
            status = status_of(pipeline, is_negated=self._is_negated) if is_certain else None
            self._status = joined(self._status, self.mark, status)
        if mark == "&":  # the shell does not wait for the list
            self._status = None
        if is_certain and self._is_outermost and self._is_alone(pipeline, mark) and ends_script(pipeline[0]):
            self.has_exited = True
        self.mark, self._is_negated = mark, False
        return may_run

    def _is_skipped(self) -> bool:
        return self._is_dead or (self.mark, self._status) in (("&&", False), ("||", True))

    def _is_alone(self, pipeline: Pipeline, mark: str) -> bool:
        """Whether a pipeline is a single command that depends on no other one, and that the shell waits for."""
        return not (pipeline[1:] or self.mark in CONDITIONS or mark in ("&", *CONDITIONS))
