# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which command a program runs that changes nothing but the environment, the priority or the session.

Sources: sh(1) on ``command`` and ``exec``, env(1), nice(1), nohup(1), setsid(1).
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import posixpath
import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._shell.variables import ASSIGNMENT

_ENV = "env"
# These run the command in their arguments, on this host and with the same rights.
PLAIN_WRAPPERS = frozenset((_ENV, "command", "exec", "nice", "nohup", "setsid"))
_OPTION = re.compile(r"-.*|[0-9]+")  # flags and numbers


def wrapped_command(words: t.Sequence[str]) -> list[str]:
    """Return the words of a command without the plain wrappers before it, and without their options."""
    index = 0
    while index < len(words):
        wrapper = posixpath.basename(words[index])
        if wrapper not in PLAIN_WRAPPERS:
            break
        index += 1
        while index < len(words) and _is_option(wrapper, words[index]):
            index += 1
    return list(words[index:])


def _is_option(wrapper: str, word: str) -> bool:
    return bool(_OPTION.fullmatch(word) or (wrapper == _ENV and ASSIGNMENT.match(word)))
