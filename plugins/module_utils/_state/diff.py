# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Render what a run changes, or would change, as diff mode shows it."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import KEYS, sysctl_name
from ansible_collections.linux.tcp.plugins.module_utils._text import printable, printable_lines

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._sysctl.values import Key


def render_diff(
    values: t.Mapping[Key, tuple[int | None, int | None]],
    files: t.Iterable[tuple[str, bytes | None, bytes | None]],
) -> list[dict[str, str]]:
    """Return the running kernel's values, then each file by its path, before and after.

    None stands for no file.
    """
    parts = sorted((path, printable_lines(old or b""), printable_lines(new or b"")) for path, old, new in files)
    names = sorted(values, key=KEYS.index)
    if names:
        old, new = ("".join(f"{sysctl_name(key)} = {values[key][side]}\n" for key in names) for side in (0, 1))
        parts.insert(0, ("running kernel", old, new))
    return [
        {"before_header": printable(name), "after_header": printable(name), "before": old, "after": new}
        for name, old, new in parts
    ]
