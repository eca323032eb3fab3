# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe what is to be known about a prediction: doubts and notes, as results show them."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._text import printable


class Finding(t.NamedTuple):
    """Something to know about a prediction: a ``code``, where it stands, and a ``message`` for people.

    ``path`` and ``line`` are None where it is about no file, or about the whole of it.
    """

    code: str
    path: str | None
    line: int | None
    message: str

    def as_dict(self) -> dict[str, t.Any]:
        """Return what results show of it."""
        return {**self._asdict(), "path": None if self.path is None else printable(self.path)}
