# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As which user a program runs another one; more of them are rows of test_scopes.py."""

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.users import (
    is_root,
    is_value,
    runs_as_other,
    settings_given,
)


@pytest.mark.parametrize(
    ("user", "expected"),
    [("root", True), ("0:0", True), ("#0", True), ("", True), ("$U", True), ("joe", False), ("joe:root", False)],
)
def test_users_that_may_be_root(user: str, *, expected: bool) -> None:
    assert is_root(user) is expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("sudo -nHujoe x", True),
        ("sudo -u joe -u root x", False),
        ("sudo -- -u joe", False),
        ("sudo -u", False),
        ("su -w A,B joe", True),
        ("su - joe", True),
        ("su -", False),
        ("su -- joe", False),
        ("runuser -u root -- joe", False),
        ("chpst -e /etc/env -u joe x", True),
        ("chpst -U joe x", False),
    ],
)
def test_users_that_options_name(command: str, *, expected: bool) -> None:
    name, *arguments = command.split()
    assert runs_as_other(name, arguments) is expected


@pytest.mark.parametrize(
    ("name", "before", "expected"),
    [("sudo", "-g", True), ("su", "-s", True), ("sudo", "-s", False), ("su", "-c", False), ("env", "-u", False)],
)
def test_values_of_options(name: str, before: str, *, expected: bool) -> None:
    assert is_value(name, before) is expected


def test_settings_of_a_transient_service() -> None:
    arguments = ["--uid=joe", "-p", "A=b=c", "--property", "C=", "-pD", "-E", "X=y", "/bin/sh", "-p", "E=f"]
    assert [(one.name, one.value) for one in settings_given(arguments)] == [("User", "joe"), ("A", "b=c"), ("C", "")]
