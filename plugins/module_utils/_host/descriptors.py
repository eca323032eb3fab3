# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Close descriptors through which nothing was written, allow as many as the system does, and bound those of others."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import os
import resource
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._errors import TooManyDescriptorsError

if t.TYPE_CHECKING:
    Entry = t.TypeVar("Entry")

# A process may have a million (fs.nr_open), which take 7 s to read, and processes may share them all: clone(2).
MOST_OF_USER = 2_000_000
MOST_OF_USERS = 4_000_000


def close(descriptor: int) -> None:
    """Close a descriptor through which nothing was written.

    An error says nothing then: Linux releases the descriptor all the same (close(2), Dealing with error returns).
    """
    with contextlib.suppress(OSError):
        os.close(descriptor)


@contextlib.contextmanager
def many_allowed() -> t.Iterator[None]:
    """Let this process open as many files as its hard limit allows while the block runs: getrlimit(2)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class DescriptorBudget:
    """How many descriptors of processes may be read: of each user, and of all users together.

    Root has as many as all others together, so that these use up nothing of it.
    """

    def __init__(self, of_user: int = MOST_OF_USER, of_users: int = MOST_OF_USERS) -> None:
        self._of_user = of_user
        self._left = {0: of_users}
        self._left_of_users = of_users

    def spend(self, user: int, found: t.Iterable[Entry]) -> t.Iterator[Entry]:
        """Yield what was found of the user with this ID.

        :raises TooManyDescriptorsError: where it is too much.
        """
        for one in found:
            left = self._left.setdefault(user, self._of_user)
            if not left or (user and not self._left_of_users):
                raise TooManyDescriptorsError(f"The user with the ID {user} has too many open files.")
            self._left[user] = left - 1
            self._left_of_users -= bool(user)
            yield one
