# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a job of cron does; more of them are rows of test_formats.py."""

from __future__ import annotations

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._writers.cron_jobs import effects_of_job

KEY = "net.ipv4.tcp_keepalive_time"


@pytest.mark.parametrize(
    ("command", "counts"),
    [
        (f"sysctl -w {KEY}=60", True),
        (f"sysctl -p -%{KEY}=60%vm.swappiness=1", True),
        (f"true %sysctl -w {KEY}=60", False),
        (rf"true \\%sysctl -w {KEY}=60", False),
        (rf"true \%; sysctl -w {KEY}=60", True),
        (rf"sysctl -p - # \%%{KEY}=60", True),
        (f"echo $(date +%F); sysctl -w {KEY}=60", False),
    ],
)
def test_what_is_behind_a_percent_sign_is_read(command: str, *, counts: bool) -> None:
    assert {effect.line for effect in effects_of_job(command, 7)} == ({7} if counts else set())


def test_no_job_takes_long() -> None:
    assert list(effects_of_job("\\%" * 50_000, 1)) == []
