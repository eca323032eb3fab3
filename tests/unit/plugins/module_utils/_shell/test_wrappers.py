# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._shell.wrappers import wrapped_command


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("a -b 1", "a -b 1", id="none"),
        pytest.param("exec a", "a", id="one"),
        pytest.param("nohup setsid -w /usr/bin/nice -n 5 command a b", "a b", id="several with options"),
        pytest.param("env -i A=b - C=d a E=f", "a E=f", id="environment"),
        pytest.param("nice A=b c", "A=b c", id="environment that the program does not take"),
        pytest.param("env -u A b", "A b", id="option with a word"),
        pytest.param("timeout 5 a", "timeout 5 a", id="another wrapper"),
        pytest.param("exec", "", id="nothing to run"),
        pytest.param("", "", id="no command"),
    ],
)
def test_wrapped_command(command: str, expected: str) -> None:
    assert wrapped_command(command.split()) == expected.split()


def test_many_wrappers_take_no_time() -> None:
    assert wrapped_command(["nice"] * 200_000) == []
