# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import unicodedata

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._text import (
    printable,
    printable_lines,
    printable_text,
    shortened,
)

# Some scripts cannot be written without these, and they neither reorder nor hide what stands beside them.
ORDINARY = "\u200c\u200d"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("/etc/a.conf", "/etc/a.conf", id="ASCII"),
        pytest.param("/etc/é.conf", "/etc/é.conf", id="UTF-8"),
        pytest.param("/etc/\udcff.conf", "/etc/\\xff.conf", id="not UTF-8"),
        pytest.param("/etc/\ud800.conf", "/etc/\\ud800.conf", id="lone surrogate"),
        pytest.param("\udce2\udc80\udcae", "\\u202e", id="bytes that are a bidirectional control"),
        pytest.param("a\x1b[2Jb\x07c\x00", "a\\x1b[2Jb\\x07c\\x00", id="terminal"),
        pytest.param("a\x7fb\x9b2J", "a\\x7fb\\x9b2J", id="DEL and C1"),
        pytest.param("a\r\n\tb", "a\\r\\n\\tb", id="line ends and tab"),
        pytest.param("x\u202efnoc.a\u2066\u2069\u200f\u061c", "x\\u202efnoc.a\\u2066\\u2069\\u200f\\u061c", id="bidi"),
        pytest.param("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d", id="line separators"),
        pytest.param("a\ufeffb\u200bc\u00add\u2060", "a\\ufeffb\\u200bc\\xadd\\u2060", id="invisible"),
        pytest.param("a\U000e0041", "a\\U000e0041", id="tag"),
        pytest.param("a\ue000\ufffe", "a\\ue000\\ufffe", id="private and no character"),
        pytest.param("日本語 العربية नमस्ते می‌خواهم 👩‍💻 ñ", "日本語 العربية नमस्ते می‌خواهم 👩‍💻 ñ", id="languages"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


def test_printable_lines() -> None:
    assert printable_lines("a\tb\r\n\x1bc\u2028\n".encode() + b"\xff") == "a\tb\\r\n\\x1bc\\u2028\n\\xff"


def test_printable_text() -> None:
    assert printable_text("a\tb\r\n\x1bc\u2028\u3000\n\udcff\ud800") == "a\tb\\r\n\\x1bc\\u2028\u3000\n\\xff\\ud800"


@pytest.mark.any_python
def test_printable_leaves_no_control() -> None:
    """What each release of Unicode takes for a control is escaped, and what it takes for a letter or a sign is not."""
    for code in range(sys.maxunicode + 1):
        shown, category = printable(chr(code)), unicodedata.category(chr(code))
        if category in ("Cc", "Cs", "Co", "Zl", "Zp"):
            assert shown.isascii(), hex(code)
        elif category[0] in "LMNPS" or chr(code) in ORDINARY:
            assert shown == chr(code), hex(code)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        pytest.param("x" * 40, "x" * 40, id="short enough"),
        pytest.param("a" * 30 + "b" * 30, "a" * 20 + "[... 20 characters left out ...]" + "b" * 20, id="too long"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_shortened(text: str, short: str) -> None:
    assert shortened(text, 40) == short
