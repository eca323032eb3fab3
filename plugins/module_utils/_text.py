# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make text printable for people and for JSON."""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

# Characters that steer a terminal, end a line, reorder or hide text, or have no agreed meaning: C0, DEL and C1, the
# formats of Unicode that no script needs (bidirectional controls, zero width, tags), line and paragraph separators,
# private use and what is no character. Named here, not asked of unicodedata, whose tables differ between Pythons: a
# host and the controller have to show the same text.
_BUT_LINES = (
    "\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ue000-\uf8ff\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e007f\U000f0000-\U0010ffff"
)
# As many as stand side by side at once: a host may return millions of them.
_UNPRINTABLE = re.compile(f"[\x00-\x1f{_BUT_LINES}]+")
_UNPRINTABLE_BUT_LINES = re.compile(f"[\x00-\x08\x0b-\x1f{_BUT_LINES}]+")
# Surrogates that do not stand for the byte of a file name (PEP 383).
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]+")


def printable(text: str) -> str:
    r"""Return a text with an escape, such as ``\x1b``, for each character that is not to be printed.

    The same goes for each byte of a file name that is not UTF-8.
    """
    return _UNPRINTABLE.sub(_escape, _decoded(text))


def printable_text(text: str) -> str:
    """Return a text in the same way; line feeds and tabs stay."""
    return _UNPRINTABLE_BUT_LINES.sub(_escape, _decoded(text))


def printable_lines(text: bytes) -> str:
    """Return a file's content in the same way as :func:`printable_text`."""
    return printable_text(text.decode("utf-8", "surrogateescape"))


def shortened(text: str, most: int) -> str:
    """Return a text of which at most ``most`` characters are left, the first and the last, and how many are not."""
    half, left = most // 2, len(text) - most
    return f"{text[:half]}[... {left} characters left out ...]{text[-half:]}" if left > 0 else text


def _decoded(text: str) -> str:
    return _LONE.sub(_escape, text).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _escape(found: t.Match[str]) -> str:
    return ascii(found.group())[1:-1]
