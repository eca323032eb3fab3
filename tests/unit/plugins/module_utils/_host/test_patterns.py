# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.module_utils._host.patterns import (
    as_unit,
    has_wildcards,
    matches,
    matches_container,
    matches_path,
    require_filter_or_all,
)


@pytest.mark.parametrize(
    ("pattern", "unit", "is_pattern"),
    [
        ("nginx", "nginx.service", False),
        ("ssh.socket", "ssh.socket", False),
        ("php8.2-fpm", "php8.2-fpm.service", False),
        ("postgresql@*", "postgresql@*", True),
        ("db[12]", "db[12]", True),
        ("a?", "a?", True),
    ],
)
def test_units(pattern: str, unit: str, is_pattern: bool) -> None:
    assert (as_unit(pattern), has_wildcards(pattern)) == (unit, is_pattern)


@pytest.mark.parametrize(
    ("name", "patterns", "expected"),
    [
        ("nginx.service", ("a*", "nginx.*"), True),
        ("Nginx.service", ("nginx.*",), False),
        ("nginx.service", (), False),
        (None, ("*",), False),
    ],
)
def test_matches(name: str | None, patterns: tuple[str, ...], expected: bool) -> None:
    assert matches(name, patterns) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("/run/netns/blue", True), ("blue", True), ("b?ue", True), ("/run/*", True), ("netns/blue", False), ("", False)],
)
def test_matches_path(pattern: str, expected: bool) -> None:
    assert matches_path("/run/netns/blue", [pattern]) is expected


ID = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ((), False),
        (("web",), True),
        (("w*",), True),
        (("we",), False),
        ((ID,), True),
        ((ID[:12],), True),
        ((ID[:11],), False),
        ((ID[1:14],), False),
        ((f"{ID}0",), False),
        (("0123*",), True),
        (("db", ID[:20]), True),
    ],
)
def test_matches_container(patterns: tuple[str, ...], expected: bool) -> None:
    assert matches_container(ID, "web", patterns) is expected


def test_container_without_a_name() -> None:
    assert not matches_container(ID, None, ["web"])
    assert matches_container(ID, None, ["*"])


@pytest.mark.parametrize(
    ("is_filtered", "is_all", "message"),
    [
        (False, False, "No filter is given, so every socket would be selected. Give one of pids, or all: true."),
        (True, True, "all: true means every socket, and a filter is given. Leave one out."),
    ],
)
def test_neither_or_both(is_filtered: bool, is_all: bool, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        require_filter_or_all(is_filtered=is_filtered, is_all=is_all, everything="socket", filters="pids")
    assert str(caught.value) == message
