# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell by the connections that a listener has accepted whether its program sets each of them itself."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sockets.model import Socket

    # the address at this end, and the values in force
    Accepted = t.Tuple[bytes, t.Tuple[t.Optional[int], ...]]


class AcceptedConnections:
    """What connections with keepalive have, by namespace and local port."""

    def __init__(self) -> None:
        self._accepted: dict[tuple[int, int], set[Accepted]] = {}

    def add(self, found: Socket) -> None:
        """Note a connection. One that was not accepted does no harm: no listener has its port."""
        options = found.options
        if options is None or not options.keepalive:
            return
        entry = found.entries[0]
        values = (options.time, options.intvl, options.probes)
        self._accepted.setdefault((found.namespace, entry.local_port), set()).add((entry.local_address, values))

    def differ_from(self, listener: Socket) -> bool:
        """Return whether connections of a listener have keepalive that they have not inherited from it."""
        options, entry = listener.options, listener.entries[0]
        if options is None:
            return False
        inherited = (options.time, options.intvl, options.probes) if options.keepalive else None
        return any(
            values != inherited and accepts(entry.local_address, address)
            for address, values in self._accepted.get((listener.namespace, entry.local_port), ())
        )


def accepts(listening: bytes, address: bytes) -> bool:
    """Return whether a listener accepts connections to an address: one on all of IPv6 those of IPv4 too."""
    if any(listening):
        return listening == address
    return len(listening) >= len(address)
