# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._trust.facts import (
    claims_identity,
    message_about,
    require_no_steering_facts,
    steering_facts,
    without_facts,
)


@pytest.mark.parametrize(
    ("facts", "steering"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({"distribution": "Debian", "local": {"keepalive_time": 1}}, [], id="ordinary ones"),
        pytest.param({"keepalive_time": 1}, ["keepalive_time"], id="an option of the role"),
        pytest.param({"__keepalive_step": {}, "_keepalive_x": 1}, ["__keepalive_step", "_keepalive_x"], id="internal"),
        pytest.param({"inventory_hostname": "b", "group_names": []}, ["group_names", "inventory_hostname"], id="name"),
        pytest.param({"omit": 1, "lookup": 1}, ["lookup", "omit"], id="functions of templates"),
        pytest.param({"tcp_keepalive_time": 1}, [], id="another prefix"),
    ],
)
def test_steering_facts(facts: dict[str, t.Any], steering: list[str]) -> None:
    variables = {"keepalive_time": 600, "ansible_facts": facts}
    assert steering_facts(variables) == steering
    assert claims_identity(variables) == ("inventory_hostname" in facts)
    if steering:
        with pytest.raises(InvalidValueError, match="among the facts of the host"):
            require_no_steering_facts(variables)
    else:
        require_no_steering_facts(variables)


def test_host_without_facts() -> None:
    assert steering_facts({"keepalive_time": 600}) == []
    assert not claims_identity({"inventory_hostname": "a"})


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        pytest.param(None, ["ansible_env", "env", "site"], id="no facts"),
        pytest.param({}, ["ansible_env", "env", "site"], id="empty"),
        pytest.param({"env": 1}, ["site"], id="with and without the prefix"),
        pytest.param({"site": 1, "nodename": 1}, ["ansible_env", "env"], id="variable of the inventory"),
    ],
)
def test_variables_without_facts(facts: dict[str, t.Any] | None, kept: list[str]) -> None:
    variables = {"site": "x", "env": 1, "ansible_env": 1, "hostvars": {}, "vars": {}, "ansible_facts": facts}
    assert sorted(without_facts(variables)) == kept


def test_message_is_short_and_printable() -> None:
    told = message_about([*(f"keepalive_{number}" for number in range(4)), "keepalive_\x1b[2J", "keepalive_y"])
    assert told.startswith(
        "'keepalive_0', 'keepalive_1', 'keepalive_2', 'keepalive_3', 'keepalive_\\x1b[2J' and 1 more is"
    )


def test_message_about_a_long_name_is_short() -> None:
    told = message_about(["keepalive_" + "\u202e" * 10_000] * 5)
    assert told.isprintable()
    assert len(told) < 4000
