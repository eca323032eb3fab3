# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.merge import left_of_edit, without_edit

MANY = b"theirs\n" * 100_000


@pytest.mark.parametrize(
    ("before", "after", "found", "expected"),
    [
        pytest.param(b"a\n", b"a\no\n", b"a\no\nt\n", b"a\nt\n", id="appended after ours"),
        pytest.param(b"a\n", b"a\no\n", b"t\na\no\n", b"t\na\n", id="put before the first line"),
        pytest.param(b"", b"o\n", b"o\nt\n", b"t\n", id="new file"),
        pytest.param(b"a\nb\n", b"a\no\nb\n", b"a\no\nt\n", b"a\nt\n", id="another line was changed"),
        pytest.param(b"a\nx\nb\n", b"a\no\nb\n", b"a\no\nt\nb\n", b"a\nx\nt\nb\n", id="after what was changed"),
        pytest.param(b"a\nx\nb\n", b"a\no\nb\n", b"a\nt\no\nb\n", b"a\nt\nx\nb\n", id="before what was changed"),
        pytest.param(b"a\nx\n", b"a\n", b"a\nt\n", b"a\nx\nt\n", id="appended after what was removed last"),
        pytest.param(b"a\nx\nb\n", b"a\nb\n", b"a\nt\nb\n", None, id="put where a line was removed"),
        pytest.param(b"a\nx\nb\n", b"a\nb\n", b"a\nt\n", b"a\nx\nt\n", id="changed after a removed line"),
        pytest.param(b"a\n", b"a\no\n", b"a\nt\n", None, id="changed what is ours"),
        pytest.param(b"a\n", b"o\n", b"t\n", None, id="written anew"),
        pytest.param(b"a\n", b"a\no\n", b"", None, id="emptied"),
        pytest.param(b"a", b"a\no\n", b"a\no\nt\n", b"a\nt\n", id="the last line had no end"),
        pytest.param(b"a\n", b"a\no\n", b"a\no\nt", b"a\nt", id="the new last line has no end"),
        pytest.param(b"a\r\n", b"a\r\no\r\n", b"a\r\no\r\nt\r\n", b"a\r\nt\r\n", id="ends of Windows"),
        pytest.param(b"a\n", b"a\no\n", b"a\no\no\n", b"a\no\n", id="the same line once more"),
        pytest.param(MANY, MANY + b"o\n", MANY + b"o\n" + MANY, MANY + MANY, id="many lines"),
        pytest.param(b"a\nb\n" * 2001, b"o\n" * 4001, b"c\n" * 4001, None, id="too many different lines"),
    ],
)
def test_without_edit(before: bytes, after: bytes, found: bytes, expected: bytes | None) -> None:
    assert without_edit(before, after, found) == expected


@pytest.mark.parametrize(
    ("before", "after", "found", "added", "removed"),
    [
        pytest.param(b"a\nx\n", b"a\no\np\n", b"a\no\nt\n", [b"o"], [b"x"], id="both"),
        pytest.param(b"a\n\n", b"a\no\n", b"a\no\n", [b"o"], [], id="no blank lines"),
        pytest.param(b"a\n", b"a\no\no\n", b"a\no\no\no\n", [b"o", b"o"], [], id="twice"),
        pytest.param(b"a\nx\n", b"a\n", b"t\n", [], [], id="written anew"),
    ],
)
def test_left_of_edit(before: bytes, after: bytes, found: bytes, added: list[bytes], removed: list[bytes]) -> None:
    assert left_of_edit(before, after, found) == (added, removed)
