# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe what a change that could not be undone has left: what each value and file is now, and what it was."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.syntax import split_lines
from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import sysctl_name

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._state.host import LocalHost
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.tree import SysctlFile
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key

_LINES_SHOWN = 3
_LONGEST_LINE = 200


class Before(t.NamedTuple):
    """What a host had before its first step, of all that the steps concern; None stands for no file."""

    values: t.Mapping[Key, int]
    texts: t.Mapping[str, bytes | None]


def remains(host: LocalHost, before: Before) -> list[str]:
    """Return a sentence for each value and each file that is not as it was."""
    running = host.values()
    sentences = [
        f"{sysctl_name(key)} is {running[key]} in the running kernel, and was {value}."
        for key, value in before.values.items()
        if running[key] != value
    ]
    found = [_remains_of(host.files.read(path), path, text) for path, text in before.texts.items()]
    return sentences + [sentence for sentence in found if sentence]


def _remains_of(found: SysctlFile, path: str, text: bytes | None) -> str:
    if found.kind not in ("file", "missing"):
        return f"{path} cannot be read: {found.reason}."
    if found.kind == "missing":
        return "" if text is None else f"{path} is gone, and was there before."
    if text is None:
        return f"{path} is there, and was not there before."
    if found.text == text:
        return ""
    new, old = _lines(found.text), _lines(text)
    surplus, lacking = [line for line in new if line not in old], [line for line in old if line not in new]
    parts = [f"has the lines {_shown(surplus)}, which it did not have"] if surplus else []
    parts += [f"lacks {_shown(lacking)}"] if lacking else []
    return f"{path} {', and '.join(parts) or 'has its lines in another order or number'}."


def _lines(text: bytes) -> list[str]:
    return [line.rstrip(b"\r\n\0").decode("utf-8", "backslashreplace") for line in split_lines(text)]


def _shown(lines: list[str]) -> str:
    more = len(lines) - _LINES_SHOWN
    shown = ", ".join(f"'{line[:_LONGEST_LINE]}'" for line in lines[:_LINES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown
