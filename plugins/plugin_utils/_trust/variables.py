# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the variables of one of many hosts, so that no error of one host ends a run for the others.

A host chooses its facts and its results. Ansible copies and renders them when they are read, and lists within lists can
end this with RecursionError.
"""

# This plugin util is private to the collection: it may change at any time.

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Mapping

from ansible_collections.linux.tcp.plugins.module_utils._errors import KeepaliveError
from ansible_collections.linux.tcp.plugins.module_utils._text import shortened

_DEEPEST = 50  # no result of a module is deeper
_LONGEST_CAUSE = 500


class UnreadableVariablesError(KeepaliveError):
    """The variables of one host cannot be read; the message is the cause."""


@contextlib.contextmanager
def of_one_host() -> t.Iterator[None]:
    """Turn whatever the block raises about the variables of a host into one error. Errors of the collection stay.

    :raises UnreadableVariablesError: for any error of another kind.
    """
    try:
        yield
    except KeepaliveError:
        raise
    except Exception as exc:
        cause = " ".join(str(exc).split()) or type(exc).__name__
        raise UnreadableVariablesError(shortened(cause, _LONGEST_CAUSE)) from exc


def plain(found: t.Any, *, depth: int = 0) -> t.Any:
    """Return a result with dictionaries and lists of Python's own, so that nothing is rendered when it is used.

    :raises ValueError: where they are nested so deep that what uses them could fail.
    """
    if not isinstance(found, (Mapping, list, tuple)):
        return found
    if depth == _DEEPEST:
        raise ValueError(f"a result has more than {_DEEPEST} lists and mappings within each other")
    if isinstance(found, Mapping):
        return {key: plain(value, depth=depth + 1) for key, value in found.items()}
    return [plain(value, depth=depth + 1) for value in found]
