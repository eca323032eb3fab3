# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load the guide's code, and return the names of errors, for several scripts."""

from __future__ import annotations

import errno
import types
import typing as t


def load(code: str) -> types.SimpleNamespace:
    """Run the guide's code, and return what it defines."""
    found: dict[str, t.Any] = {}
    exec(code, found)
    return types.SimpleNamespace(**found)


def refusal(deed: t.Callable[..., object], *arguments: object) -> str:
    """Return the name of the error that ``deed`` raises, or "taken" if it raises none."""
    try:
        deed(*arguments)
    except OSError as exc:
        return error_name(exc)
    return "taken"


def error_name(exc: OSError) -> str:
    """Return the name of an error, such as EINVAL."""
    return errno.errorcode[exc.errno] if exc.errno else str(exc)
