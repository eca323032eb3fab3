# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host.subordinate_ids import SubordinateIds

SUBUID = b"""\
root:1000000:1000000000
ann:100000:65536
# a comment
1001:231072:10
gone:300000:10

bob:400000
bob:x:10
bob:500000:0
0:600000:10
ann:700000:10
ann:700005:10
toor:800000:10
"""


@pytest.mark.parametrize(
    ("user", "owner"),
    [
        pytest.param(0, 0, id="root"),
        pytest.param(1000, 1000, id="a user"),
        pytest.param(99_999, 99_999, id="before a range"),
        pytest.param(100_000, 1000, id="first"),
        pytest.param(165_535, 1000, id="last"),
        pytest.param(165_536, 165_536, id="behind a range"),
        pytest.param(700_009, 1000, id="second range"),
        pytest.param(700_014, 1000, id="behind the end of a range that overlaps"),
        pytest.param(800_000, 800_000, id="another name of root"),
        pytest.param(231_075, 1001, id="by number"),
        pytest.param(300_005, 300_000, id="a user who is not there"),
        pytest.param(1_000_005, 1_000_005, id="root's"),
        pytest.param(600_005, 600_005, id="root's by number"),
        pytest.param(400_000, 400_000, id="no range"),
        pytest.param(500_000, 500_000, id="empty range"),
    ],
)
def test_owner(user: int, owner: int) -> None:
    assert SubordinateIds(SUBUID, {"root": 0, "ann": 1000, "bob": 1002, "toor": 0}.get).owner(user) == owner


def test_users_of_this_host() -> None:
    found = SubordinateIds(b"root:100000:10\nno-such-user:200000:10\n")
    assert [found.owner(user) for user in (100_001, 200_001)] == [100_001, 200_000]


def test_no_ranges() -> None:
    assert SubordinateIds(b"").owner(100_000) == 100_000
