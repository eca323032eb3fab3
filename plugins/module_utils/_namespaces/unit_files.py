# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out what the files of systemd's units say of the keys."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import SYSCTL_PREFIX

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files

# systemd.unit(5)
_FOLDERS = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
_INSTANCE = re.compile(r"@.*(?=\.[a-z]+\Z)", re.DOTALL)
_KEY = SYSCTL_PREFIX.rpartition("/")[2].encode()


class UnitFiles:
    """The files of units among ``files``; each is read once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: dict[str, str | None] = {}

    def that_names_keys(self, units: t.Iterable[str]) -> str | None:
        """Return the first file of these units, or drop-in of one, that names the keys; None where there is none."""
        for unit in units:
            if unit not in self._known:
                self._known[unit] = self._look(unit)
            if self._known[unit]:
                return self._known[unit]
        return None

    def _look(self, unit: str) -> str | None:
        for name in dict.fromkeys((unit, _INSTANCE.sub("@", unit))):
            if "/" in name or re.search(r"[*?\[]", name):
                continue
            for folder in _FOLDERS:
                files = [self._files.known(f"{folder}/{name}"), *self._files.matching(f"{folder}/{name}.d/*.conf")]
                for file in files:
                    if _KEY in file.text:
                        return file.path
        return None
