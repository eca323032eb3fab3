# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out which values containers have from the files that keepalive_container_defaults gives their engines."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.model import PATHS
from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.own import given_by

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._host.files import Files
    from ansible_collections.linux.tcp.plugins.module_utils._namespaces.model import Namespace
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Values


class OwnDefaults:
    """The files of ours for engines among ``files``; each is read once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: dict[str | None, frozenset[Values]] = {}

    def given_to(self, one: Namespace) -> frozenset[Values]:
        """Return the values that our files give, or gave before, to each of the containers in a namespace."""
        given = [self._given_by(container.engine) for container in one.containers]
        return given[0].intersection(*given[1:]) if given else frozenset()

    def _given_by(self, engine: str | None) -> frozenset[Values]:
        if engine not in self._known:
            found = [given_by(self._files.known(path), name) for name, path in PATHS.items() if name == engine]
            self._known[engine] = found[0] if found else frozenset()
        return self._known[engine]
