# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.linux.tcp.plugins.module_utils._host import reasons as shared
from ansible_collections.linux.tcp.plugins.module_utils._host.reasons import Reason
from ansible_collections.linux.tcp.plugins.module_utils._sockets import reasons
from ansible_collections.linux.tcp.plugins.modules import keepalive_sockets, keepalive_sockets_info

REASONS = {name: one for name, one in vars(reasons).items() if isinstance(one, Reason)}


def test_each_code_stands_for_one_reason() -> None:
    every = [*REASONS.values(), *(one for one in vars(shared).values() if isinstance(one, Reason))]
    assert len({one.code for one in every}) == len({one.message for one in every}) == len(every)


@pytest.mark.parametrize("name", REASONS)
def test_code_is_documented(name: str) -> None:
    documented = re.findall(r"V\((\w+)\)", keepalive_sockets.RETURN + keepalive_sockets_info.RETURN)
    assert REASONS[name].code in documented
