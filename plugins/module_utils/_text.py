# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make text printable for people and for JSON."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations


def printable(text: str) -> str:
    """Return a text with every byte of a file name that is not UTF-8 written as an escape."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
