# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.wsl_conf import WslSetting, settings_of


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(
            "a=1\n[s]\nb = 2 \n\tc=3", [(1, "", "a", "1"), (3, "s", "b", "2"), (4, "s", "c", "3")], id="settings"
        ),
        pytest.param("[Boot]\nSystemD=True\n", [(2, "boot", "systemd", "True")], id="capital letters"),
        pytest.param("[s]\r\na=1\r\n\r\nb=2\r", [(2, "s", "a", "1"), (4, "s", "b", "2")], id="other ends of lines"),
        pytest.param("# [s]\n[s] # x\n #a=1\nb=2 # x\nc=#\n", [(4, "s", "b", "2"), (5, "s", "c", "")], id="comments"),
        pytest.param("a = x \\\n  y\nb=2\n", [(1, "", "a", "x   y"), (3, "", "b", "2")], id="value that goes on"),
        pytest.param(
            "a=x\\\n\\\n\nb=2\n", [(1, "", "a", "x"), (4, "", "b", "2")], id="value that goes on with nothing"
        ),
        pytest.param(
            "a=x\\\n# y \\\nb=2\n", [(1, "", "a", "x"), (3, "", "b", "2")], id="value that goes on with a comment"
        ),
        pytest.param("a=x \\\r\nb=2\r\n", [(1, "", "a", "x "), (2, "", "b", "2")], id="a carriage return ends a value"),
        pytest.param("# x \\\na=1\n", [(2, "", "a", "1")], id="a comment does not go on"),
        pytest.param('a=" x # y " # z\n', [(1, "", "a", " x # y ")], id="quotes"),
        pytest.param('a=b"c "d\n', [(1, "", "a", "bc d")], id="quotes within"),
        pytest.param(r'a=\"b\\\t\n\b"\""', [(1, "", "a", '"b\\\t\n\b"')], id="escapes"),
        pytest.param("[s] x\na=1\n", [(1, "", "", "[s] x"), (2, "", "a", "1")], id="no heading"),
        pytest.param("[s]\n[ t ]\na=1\n", [(2, "s", "", "[ t ]"), (3, "s", "a", "1")], id="heading with blanks"),
        pytest.param("[s]\n a b=1 \r\nc=2", [(2, "s", "", "a b=1"), (3, "s", "c", "2")], id="no key"),
        pytest.param("a\n", [(1, "", "", "a")], id="no equals sign"),
        pytest.param('a="b\nc=1\n', [(1, "", "", 'a="b'), (2, "", "c", "1")], id="open quote"),
        pytest.param("a=\\x\nb=1\n", [(1, "", "", "a=\\x"), (2, "", "b", "1")], id="unknown escape"),
        pytest.param("a=\\", [(1, "", "", "a=\\")], id="backslash at the end"),
    ],
)
def test_settings(text: str, settings: list[tuple[int, str, str, str]]) -> None:
    assert list(settings_of(text)) == [WslSetting(*setting) for setting in settings]


@pytest.mark.parametrize(
    "text", [" " * 200_000, "a=" + " " * 200_000 + "\\x", 'a="' * 100_000, "a=" + "\\\n" * 100_000 + '"']
)
def test_long_lines_take_no_longer(text: str) -> None:
    assert len(list(settings_of(text))) <= 200_000
