# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.toml_strings import Scanner
from ansible_collections.linux.tcp.plugins.module_utils._errors import ConfigurationSyntaxError


@pytest.mark.parametrize(
    ("text", "string", "left"),
    [
        pytest.param("'a' b", "a", " b", id="literal"),
        pytest.param("'\\n'", "\\n", "", id="a literal has no escapes"),
        pytest.param('"a\\n"', "a\n", "", id="basic"),
        pytest.param('""', "", "", id="empty"),
        pytest.param('"""a"b\r\nc"""', 'a"b\nc', "", id="long"),
        pytest.param("'''\r\na'''", "a", "", id="the first end of a line does not count"),
        pytest.param("''''a'''", "'a", "", id="a long one begins with its quotation mark"),
        pytest.param("'''a'''''", "a''", "", id="and ends with two"),
        pytest.param('"""a\\  \n\n  b"""', "ab", "", id="a line goes on"),
    ],
)
def test_strings(text: str, string: str, left: str) -> None:
    scanner = Scanner(text)
    assert (scanner.string(), scanner.text[scanner.position :]) == (string, left)


@pytest.mark.parametrize("text", ["'", '"a', '"""a""', "'''a''", '"\\u00"', '"\\U00110000"', '"a\n"', '"\\q"', '"\\ "'])
def test_strings_that_are_none(text: str) -> None:
    with pytest.raises(ConfigurationSyntaxError, match="a string "):
        Scanner(text).string()


def test_position() -> None:
    scanner = Scanner(" # x\r\n\n\t a # y\n")
    assert (scanner.skip_to_expression(), scanner.peek(), scanner.line) == (True, "a", 3)
    scanner.expect("a")
    scanner.end_of_line()
    assert (scanner.skip_to_expression(), scanner.line) == (False, 4)
