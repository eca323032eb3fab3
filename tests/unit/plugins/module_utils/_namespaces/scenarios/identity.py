# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell namespaces from later ones with the same number, on this kernel and as one without cookies does."""

from __future__ import annotations

import contextlib
import dataclasses
from unittest import mock

from ansible_collections.linux.tcp.plugins.module_utils._namespaces import find
from ansible_collections.linux.tcp.plugins.module_utils._namespaces.host import NamespaceHost
from ansible_collections.linux.tcp.tests.unit.namespace_tools import number, process_in_namespace
from ansible_collections.linux.tcp.tests.unit.socket_tools import report

pid = process_in_namespace()


def identity(*, with_processes: bool = True) -> str | None:
    host = NamespaceHost.local()
    with contextlib.closing(host.scanner):
        (one,) = (one for one in host.scanner.namespaces() if one.number == number(pid))
        (filled,) = host.scanner.filled([one if with_processes else dataclasses.replace(one, pids=frozenset())])
        return filled.identity


with mock.patch.object(find, "cookie", return_value=None):
    older = [identity(), identity()]
    without_processes = identity(with_processes=False)
now = [identity(), identity()]
report(
    same=[len(set(older)), len(set(now))],
    older=str(older[0]).startswith(f"inode {number(pid)} since "),
    without_processes=without_processes,
    now=str(now[0]).partition(" ")[0],
)
