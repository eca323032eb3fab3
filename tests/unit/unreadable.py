# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of hosts as Ansible gives them, some of which raise an error when they are read."""

from __future__ import annotations

import typing as t


class Unreadable(t.Dict[str, t.Any]):
    """A mapping that raises an error where one of some names is looked up."""

    def __init__(self, known: t.Mapping[str, t.Any], error: Exception, *names: str) -> None:
        super().__init__(known)
        self._error, self._names = error, names

    def __getitem__(self, name: str) -> t.Any:
        if name in self._names:
            raise self._error
        return super().__getitem__(name)

    def get(self, name: str, default: t.Any = None) -> t.Any:
        """Return what has a name, as the mappings of Ansible do, which look it up."""
        try:
            return self[name]
        except KeyError:
            return default


def nested(depth: int) -> list[t.Any]:
    """Return lists within lists."""
    lists: list[t.Any] = []
    for _level in range(depth - 1):
        lists = [lists]
    return lists
