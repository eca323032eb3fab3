# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define what a reason in a result is, and those that results about sockets and network namespaces have in common.

Each has a code for programs and a message for people. Programs compare codes only; the modules document them.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    What = t.Literal["namespace", "process", "socket"]


class Reason(t.NamedTuple):
    """A ``code``, which never changes, and a ``message``, which may."""

    code: str
    message: str

    def because(self, cause: str) -> Reason:
        """Return the same reason with a message that ends with the cause."""
        return self._replace(message=f"{self.message}: {cause}")


# Why something was left as it was, or could not be set.
COMPLIANT = Reason("already_compliant", "it has the desired state")
REFUSED = Reason("refused", "the kernel refused")

# Why something was unreadable.
PERMISSION = Reason("permission_denied", "permission denied")
HIDDEN = Reason("processes_hidden", "other users' processes are hidden")
TOO_DEEP = Reason("cgroup_too_deep", "its cgroup is too deep to be shown")
NO_TABLE = Reason("table_unreadable", "its table of sockets cannot be read")
ENDED = Reason("ended", "it ended meanwhile")

# What may be unreadable, and the word for several.
PLURALS: dict[What, str] = {
    "process": "process(es)",
    "namespace": "network namespace(s)",
    "socket": "socket(s)",
}
