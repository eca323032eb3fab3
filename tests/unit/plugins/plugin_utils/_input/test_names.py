# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.plugin_utils._input.names import KNOWN, message_about_unknown, unknown_names

REMEDY = " Correct the name, or list a variable of your own in keepalive_other_variables, which is a list of names."


def test_known_names() -> None:
    other = [
        "ansible_host",
        "keepalived_priority",
        "keepalived_state",
        "keepalive",
        "time",
        "__keepalive_own",
        "my_keepalive_time",
    ]
    assert unknown_names(dict.fromkeys([*KNOWN, *other])) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("keepalive_tme", "keepalive_time"),
        ("keepalive_intervall", "keepalive_interval"),
        ("keepalive_probe", "keepalive_probes"),
        ("keepalive_socket", "keepalive_sockets"),
        ("keepalive_override", "keepalive_overrides"),
        ("keepalive_rollout_chek", "keepalive_rollout_check"),
        ("keepalive_rollout_health_check", "keepalive_rollout_check"),
        ("keepalive_audit_limt", "keepalive_audit_limit"),
        ("keepalive_audit_timeout", "keepalive_audit_idle_timeout"),
        ("keepalive_audit_idle", "keepalive_audit_idle_timeout"),
        ("keepalive_check", "keepalive_rollout_check"),
        ("keepalive_force", "keepalive_restore_force"),
        ("keep_alive_time", "keepalive_time"),
        ("Keepalive_Time", "keepalive_time"),
        ("keepalives_time", "keepalive_time"),
        ("keepalive-time", "keepalive_time"),
        ("keepalive_keepalive_time", "keepalive_time"),
        ("kepalive_time", "keepalive_time"),  # a letter is missing,
        ("keeppalive_time", "keepalive_time"),  # too much,
        ("keepelive_time", "keepalive_time"),  # wrong,
        ("keepailve_time", "keepalive_time"),  # or two are swapped
        ("Keepalvie_rollout_chek", "keepalive_rollout_check"),
        ("keepalivetime", "keepalive_time"),
        ("keepAliveTime", "keepalive_time"),
        ("keepalive_audit_idletimeout", "keepalive_audit_idle_timeout"),
    ],
)
def test_misspelt_name(name: str, meant: str) -> None:
    assert unknown_names({name: 1, "keepalive_time": 600}) == [name]
    expected = f"{name} is no variable of linux.tcp. Did you mean {meant}?{REMEDY}"
    assert message_about_unknown([name]) == expected


def test_name_that_is_near_none() -> None:
    assert message_about_unknown(["keepalive_xyzzy_plugh"]) == (
        f"keepalive_xyzzy_plugh is no variable of linux.tcp.{REMEDY}"
    )


def test_many_names_and_odd_ones() -> None:
    names = [f"kepalive_{number}\x1b[2J" for number in range(1000)]
    message = message_about_unknown(names)
    assert message.endswith(f" There are 995 more such names.{REMEDY}")
    assert "kepalive_4" in message
    assert "kepalive_5" not in message
    assert "\x1b" not in message


@pytest.mark.parametrize("others", ["keepalive_mine, keepalive_its", ["keepalive_mine", "keepalive_its"]], ids=str)
def test_variables_of_the_user(others: object) -> None:
    assert unknown_names({"keepalive_mine": 1, "keepalive_its": 2, "keepalive_x": 3}, others) == ["keepalive_x"]
