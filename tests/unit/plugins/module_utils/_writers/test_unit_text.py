# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.tree import CONTINUED
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_text import commands_of, settings_of


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param(b"[Unit]\nWants=a.service b.service\n", [(2, "Unit", "Wants", "a.service b.service")], id="words"),
        pytest.param(b"X = 1\n[Y]\n\tZ\t=\t2", [(1, "", "X", "1"), (3, "Y", "Z", "2")], id="blanks"),
        pytest.param(b"# A=1\n;B=2\n[C]\n  # D=3\n", [], id="remarks"),
        pytest.param(b"[A]\nB=\nC=x=y\n", [(2, "A", "B", ""), (3, "A", "C", "x=y")], id="empty value and equals sign"),
        pytest.param(b"[A]\nB=1\\\n2\n[C]\n", [(2, "A", "B", f"1 {CONTINUED}2")], id="continued"),
        pytest.param(
            b"[A]\nB=1\\\n# no\n 2\nC=3",
            [(2, "A", "B", f"1 {CONTINUED}{CONTINUED} 2"), (5, "A", "C", "3")],
            id="remark in a value",
        ),
        pytest.param(b"[A]\nB=1\\", [(2, "A", "B", f"1 {CONTINUED}")], id="continued at the end"),
        pytest.param(b"[A]\nB=[C]\nD=1", [(2, "A", "B", "[C]"), (3, "A", "D", "1")], id="brackets in a value"),
        pytest.param(b"[A]\nno setting\n=1\n[A", [], id="neither"),
        pytest.param(b"[A]\r\nB=1\r\n", [(2, "A", "B", "1\r")], id="line ends of Windows"),
    ],
)
def test_settings_of_a_unit(text: bytes, settings: list[tuple[int, str, str, str]]) -> None:
    assert list(settings_of(text)) == settings


@pytest.mark.parametrize("value", [f"/bin/a {CONTINUED}; ", "/bin/a '\\'\" ; "])
def test_many_commands_of_a_setting(value: str) -> None:
    assert list(commands_of(value * 100_000, 1))


@pytest.mark.parametrize(
    ("value", "commands"),
    [
        ("/bin/a b", [(3, "", "/bin/a b")]),
        ("-+/bin/a", [(3, "-+", "/bin/a")]),
        ("\ue000 @-/bin/a", [(4, "@-", "/bin/a")]),
        (
            "/bin/a ; \ue000+/bin/b \ue000c ; /bin/d",
            [(3, "", "/bin/a "), (4, "+", "/bin/b \ue000c "), (5, "", "/bin/d")],
        ),
        ("/bin/a ;", [(3, "", "/bin/a ")]),
        ("/bin/a;/bin/b \\; c", [(3, "", "/bin/a;/bin/b \\; c")]),
        ("/bin/sh -c 'a ; b' ; c", [(3, "", "/bin/sh -c 'a ; b' "), (3, "", "c")]),
        ('/bin/sh -c "a ; \' ; b" d', [(3, "", '/bin/sh -c "a ; \' ; b" d')]),
        ('/bin/sh -c "a \\" ; b" d', [(3, "", '/bin/sh -c "a \\" ; b" d')]),
        ("/bin/a ' ; b", [(3, "", "/bin/a ' "), (3, "", "b")]),
        ("", []),
    ],
)
def test_commands_of_a_setting(value: str, commands: list[tuple[int, str, str]]) -> None:
    assert list(commands_of(value, 3)) == commands
